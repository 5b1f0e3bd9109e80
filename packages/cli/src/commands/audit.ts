/** `viva audit verify`. */

import { resolve } from 'node:path';
import { migrate, openDatabase, verifyAudit } from '@viva/server';
import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';

async function auditVerify({ data, json }: { data: string; json?: boolean }): Promise<void> {
  const driver = await openDatabase({ url: process.env.DATABASE_URL, folder: resolve(data) });
  try {
    await migrate(driver);
    const verdict = await verifyAudit(driver, (rows) => {
      if (!json && process.stderr.isTTY) process.stderr.write(`\r${rows} rows`);
    });
    if (json) console.log(JSON.stringify(verdict, null, 2));
    else {
      for (const { seq, what } of verdict.faults)
        console.log(`${seq === null ? 'seal' : `row ${seq}`}: ${what}`);
      console.log(
        `${verdict.rows} rows, head ${verdict.head}: ${verdict.faults.length === 0 ? 'whole' : `${verdict.faults.length} faults`}`,
      );
    }
    if (verdict.faults.length > 0)
      throw new CommandFailure('The audit log or the ratings were tampered with.');
  } finally {
    await driver.close();
  }
}

export function registerAudit(program: Command): void {
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
}
