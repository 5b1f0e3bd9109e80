/** `viva lab …`: the labs without a browser. */
import type { Command } from 'commander';
import { labEncode } from './encode.ts';
import { labList, labShow } from './list.ts';
import { labRun } from './run.ts';

const collect = (value: string, before: string[]): string[] => [...before, value];

export function registerLab(program: Command): void {
  const lab = program
    .command('lab')
    .description('experiments that check claims, run headless')
    .addHelpText(
      'after',
      `
Examples:
  viva lab list
  viva lab show gan-vs-diffusion
  viva lab run gan-vs-diffusion --set data=ring8 --set steps=3000 --seed 1 --seeds 5
  viva lab run gan-vs-diffusion --preset collapse --seeds 3 --json > collapse.json
  viva lab run gan-vs-diffusion --set loss=wgan-gp --html report.html
  viva lab encode "量化把 [MASK] 变成整数" --model bank-mlm`,
    );
  lab
    .command('list')
    .description('the labs that there are')
    .option('--lang <language>', 'zh-CN or en (default: as the environment says)')
    .option('--json', 'print as JSON')
    .action(labList);
  lab
    .command('show <lab>')
    .description('parameters with their defaults and meaning, presets, measures')
    .option('--lang <language>', 'zh-CN or en (default: as the environment says)')
    .option('--json', 'print as JSON')
    .action(labShow);
  lab
    .command('run <lab>')
    .description('train and measure, over one seed or several; Ctrl-C keeps the seeds that are done')
    .option('--set <name=value>', 'a parameter; may be given again', collect, [])
    .option('--preset <name>', 'begin from a preset of the lab')
    .option('--seed <number>', 'the first seed', '1')
    .option('--seeds <count>', 'how many seeds, one after another', '1')
    .option('--html <file>', 'write a self-contained report')
    .option('--json', 'print everything as JSON')
    .option('--lang <language>', 'zh-CN or en (default: as the environment says)')
    .action(labRun);
  lab
    .command('encode <text>')
    .description('tokens, guesses at [MASK] and nearest questions of the bank, by a BERT-type encoder')
    .option(
      '--model <model>',
      'bank-sentence or bank-mlm, which come along, or a folder, for example from viva model pull',
      'bank-sentence',
    )
    .option('--pair <text>', 'a second text, as the second of a pair', '')
    .option('--pooling <way>', 'mean, cls or words: how a sentence becomes a vector', 'mean')
    .option('--neighbours <count>', 'how many questions', '5')
    .option('--json', 'print as JSON')
    .option('--lang <language>', 'zh-CN or en (default: as the environment says)')
    .action(labEncode);
}
