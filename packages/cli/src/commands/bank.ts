/** `viva bank check` and `viva bank search`. */

import { resolve } from 'node:path';
import { findQuestions } from '@viva/assistant';
import { BankError, checkBank, loadBank } from '@viva/bank';
import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';
import { bankFolder } from '../folders.ts';
import { type ClaimsCommand, checkClaims } from './bank/claims/check-claims.ts';
import { registerExchange } from './bank/register-exchange.ts';

interface BankOptions {
  bank?: string;
  json?: boolean;
}

async function bankCheck(options: BankOptions & ClaimsCommand & { claims?: boolean }): Promise<void> {
  const { bank, json, claims } = options;
  const folder = resolve(bank ?? bankFolder());
  if (claims) {
    await checkClaims(folder, options);
    return;
  }
  const findings = await checkBank(folder);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  if (json) console.log(JSON.stringify({ folder, findings }, null, 2));
  else {
    for (const { severity, file, line, message, code } of findings)
      console.log(`${file}${line ? `:${line}` : ''}  ${severity}  ${message}  (${code})`);
    if (errors === 0) {
      const { questions, competencies, kits, calibrations, errata } = await loadBank(folder);
      const claims = [...questions.values()].reduce((sum, question) => sum + question.claims.length, 0);
      console.log(
        `${questions.size} questions with ${claims} claims on ${competencies.size} competencies, ${kits.size} kits, ${calibrations.size} calibration sets, ${errata.entries.length} errata: no fault.`,
      );
    }
  }
  if (errors > 0) throw new CommandFailure(`${errors} fault${errors === 1 ? '' : 's'} in ${folder}.`);
}

async function bankSearch(words: string[], { bank, json }: BankOptions): Promise<void> {
  try {
    const query = words.join(' ');
    const locale = /\p{Script=Han}/u.test(query) ? 'zh-CN' : 'en';
    const found = await findQuestions(await loadBank(resolve(bank ?? bankFolder())), query, {
      locale,
      limit: 10,
    });
    const results = found.map(({ question: { id, text }, score, snippet }) => ({
      id,
      score,
      title: text[locale].title,
      snippet,
    }));
    if (json) console.log(JSON.stringify(results, null, 2));
    else if (results.length === 0)
      console.log('Nothing matches. Try fewer or other words; both languages are searched.');
    else for (const { id, title, snippet } of results) console.log(`${id}\n  ${title}\n  ${snippet}\n`);
  } catch (error) {
    if (error instanceof BankError) throw new CommandFailure(`${error.message} Run: viva bank check`);
    throw error;
  }
}

const collect = (value: string, before: string[]): string[] => [...before, value];

export function registerBank(program: Command): void {
  const bank = program.command('bank').description('the question bank');
  bank
    .command('check')
    .description('check schema, languages, anchors, sources and kits; errors by file and line')
    .option('--bank <folder>', 'the question bank')
    .option('--claims', 'run the experiments behind the claims, and say what holds and what is refuted')
    .option('--area <area>', 'with --claims: only the questions of one area')
    .option('--question <id>', 'with --claims: only this question; may be given again', collect, [])
    .option('--html <file>', 'with --claims: write a report, with the errata of the source document')
    .option('--jobs <count>', 'with --claims: how many runs at a time (default: one a core)')
    .option('--cache <folder>', 'with --claims: where results are kept (default: ~/.cache/viva/claims)')
    .option('--no-cache', 'with --claims: run everything again, and keep nothing')
    .option('--lang <language>', 'with --claims: language of the report, zh-CN or en')
    .option('--json', 'print findings as JSON')
    .addHelpText(
      'after',
      `
Results are kept by a hash of the lab's code, its parameters and the seed: what has not changed is not run again.
Ctrl-C keeps the runs that are done. Exit code 1: a fault, or a claim that is refuted or fails.

Examples:
  viva bank check
  viva bank check --claims --html report.html
  viva bank check --claims --area generative --jobs 2
  viva bank check --claims --question gan-vs-diffusion --no-cache --json`,
    )
    .action(bankCheck);
  bank
    .command('search <words...>')
    .description('search questions in Chinese and English')
    .option('--bank <folder>', 'the question bank')
    .option('--json', 'print results as JSON')
    .action(bankSearch);
  registerExchange(bank);
}
