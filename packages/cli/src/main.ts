#!/usr/bin/env node
/** The `viva` command. */
import { Command } from 'commander';
import { auditVerify } from './commands/audit.ts';
import { bankCheck, bankSearch } from './commands/bank.ts';
import { addModelCommands } from './commands/model.ts';
import { demo, start } from './commands/start.ts';
import { CommandFailure } from './failure.ts';
import { VERSION } from './version.ts';

const program = new Command('viva')
  .description('Structured interviews for people who build large models.')
  .version(VERSION)
  .showHelpAfterError('(viva --help lists the commands)')
  .addHelpText(
    'after',
    `
Examples:
  viva start                         serve http://localhost:4870 from ./.viva
  viva start --port 8080 --data /srv/viva
  DATABASE_URL=postgres://… viva start
  viva demo --reset                  a demonstration with simulated ratings
  viva bank check                    check every file of the question bank
  viva bank search 量化 校准
  viva model inspect ./mistral-7b    tensors, sizes, what quantising would save
  viva audit verify                  find changed or missing rows`,
  );

const serving = (command: Command, data: string): Command =>
  command
    .option('-p, --port <number>', 'port to listen on', process.env.PORT ?? '4870')
    .option(
      '--host <name>',
      'address to listen on; 0.0.0.0 lets other machines in',
      process.env.VIVA_HOST ?? 'localhost',
    )
    .option(
      '-d, --data <folder>',
      'where the embedded database and the cookie secret are kept',
      process.env.VIVA_DATA ?? data,
    )
    .option('--bank <folder>', 'the question bank (default: the one that comes with Viva)')
    .option(
      '--public-url <url>',
      'where people reach this server, if a proxy stands before it',
      process.env.VIVA_PUBLIC_URL,
    );

serving(program.command('start').description('start the server'), '.viva').action(start);
serving(
  program.command('demo').description('start a demonstration with simulated ratings, in its own data folder'),
  '.viva-demo',
)
  .option('--reset', 'throw the old demonstration away first')
  .action(demo);

const bank = program.command('bank').description('the question bank');
bank
  .command('check')
  .description('check schema, languages, anchors, sources and kits; errors by file and line')
  .option('--bank <folder>', 'the question bank')
  .option('--json', 'print findings as JSON')
  .action(bankCheck);
bank
  .command('search <words...>')
  .description('search questions in Chinese and English')
  .option('--bank <folder>', 'the question bank')
  .option('--json', 'print results as JSON')
  .action(bankSearch);

addModelCommands(program);

program
  .command('audit')
  .description('the audit log')
  .command('verify')
  .description(
    'recompute the hash chain and the seals of all scorecards (stop the server first, if the database is embedded)',
  )
  .option('-d, --data <folder>', 'the data folder', process.env.VIVA_DATA ?? '.viva')
  .option('--json', 'print the verdict as JSON')
  .action(auditVerify);

try {
  await program.parseAsync();
} catch (error) {
  const known =
    error instanceof CommandFailure ||
    (error instanceof Error && 'code' in error && typeof error.code === 'string');
  console.error(known ? `viva: ${(error as Error).message}` : error);
  process.exitCode = error instanceof CommandFailure ? error.exitCode : 1;
}
