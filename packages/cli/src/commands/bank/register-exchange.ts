/** `viva bank export` and `viva bank import`. */
import { type Command, Option } from 'commander';
import { bankExport } from './export.ts';
import { bankImport } from './import.ts';

const collect = (value: string, before: string[]): string[] => [...before, value];

export function registerExchange(bank: Command): void {
  bank
    .command('export')
    .description('write questions as our folder, a workbook, CSV, a QTI 3.0 package, or for learners')
    .addOption(
      new Option('--format <format>', 'what to write')
        .choices(['folder', 'xlsx', 'csv', 'qti', 'markdown', 'anki'])
        .makeOptionMandatory(),
    )
    .option('--out <file>', 'where to (default: viva-….zip and the like, here)')
    .option('--kit <id>', 'only the questions of a kit, with the kit')
    .option('--area <area>', 'only the questions of an area')
    .option('--question <id>', 'only this question; may be given again', collect, [])
    .option('--lang <language>', 'for markdown and anki: zh-CN or en')
    .option('--bank <folder>', 'the question bank')
    .option('--json', 'print what was written as JSON')
    .addHelpText(
      'after',
      `
Formats:
  folder    ZIP of the bank's own files; loses nothing
  xlsx      workbook with sheets questions, sources, claims; loses nothing
  csv       ZIP of three tables; loses nothing
  qti       QTI 3.0 package with kits as tests; loses nothing
  markdown  one text to read, without anchors
  anki      a text file for Anki: File, Import

Examples:
  viva bank export --format qti --kit llm-engineer
  viva bank export --format xlsx --area efficiency --out efficiency.xlsx
  viva bank export --format anki --lang en`,
    )
    .action(bankExport);
  bank
    .command('import <file>')
    .description('show what a file or a folder would change in the bank; with --write, change it')
    .option('--write', 'write the questions into the bank (nothing is written where one is not sound)')
    .option('--question <id>', 'only this question; may be given again', collect, [])
    .option('--bank <folder>', 'the question bank')
    .option('--full', 'show changed texts whole')
    .option('--json', 'print the preview as JSON')
    .addHelpText(
      'after',
      `
The format is told by the content: a ZIP or a folder of question.yaml, zh.md and en.md; a QTI 3.0 package; a workbook
with a sheet "questions"; a ZIP with questions.csv; or questions.csv alone, which leaves sources and claims as they are.

Examples:
  viva bank import edited.xlsx              what it would change
  viva bank import edited.xlsx --write
  viva bank import package.zip --question lora --full`,
    )
    .action(bankImport);
}
