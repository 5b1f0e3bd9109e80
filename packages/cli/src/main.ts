#!/usr/bin/env node
/** The `viva` command. Each file under commands/ registers its own; here they are only gathered. */
import { Command } from 'commander';
import { registerAccount } from './commands/account.ts';
import { registerAssistant } from './commands/assistant/register.ts';
import { registerAudit } from './commands/audit.ts';
import { registerBackup } from './commands/backup/register.ts';
import { registerBank } from './commands/bank.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerKeys } from './commands/keys.ts';
import { registerLab } from './commands/lab/register.ts';
import { registerModel } from './commands/model/register.ts';
import { registerStart } from './commands/start.ts';
import { registerStats } from './commands/stats/register.ts';
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
  viva lab run gan-vs-diffusion      both models trained and measured
  viva stats fit ratings.csv         severity, reliability, adjusted scores from a CSV
  viva model quantize in.gguf out.gguf --scheme q4_k_m
  viva ask 双重量化省了多少显存      an answer from the bank, with citations
  viva keys rotate                   a new master key, while servers run
  viva backup viva.backup            an encrypted copy, while the server runs; viva restore FILE
  viva doctor                        what is wrong with this installation, and what to do
  viva audit verify                  find changed or missing rows
  viva account recover a@b.example --unlock --reset-password`,
  );

for (const register of [
  registerStart,
  registerBank,
  registerLab,
  registerModel,
  registerStats,
  registerAssistant,
  registerAudit,
  registerBackup,
  registerDoctor,
  registerAccount,
  registerKeys,
])
  register(program);

try {
  await program.parseAsync();
} catch (error) {
  const known =
    error instanceof CommandFailure ||
    (error instanceof Error && 'code' in error && typeof error.code === 'string');
  console.error(known ? `viva: ${(error as Error).message}` : error);
  process.exitCode = error instanceof CommandFailure ? error.exitCode : 1;
}
