/** `viva audit head`, `export` and `verify`. */

import { resolve } from 'node:path';
import { appendAnchor, migrate, openDatabase, readAnchors, readHead, verifyAudit } from '@viva/server';
import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';

interface AuditOptions {
  data: string;
  json?: boolean;
  anchor?: string[];
}

type Database = Awaited<ReturnType<typeof openDatabase>>;

async function withDatabase(data: string, work: (driver: Database) => Promise<void>): Promise<void> {
  const driver = await openDatabase({ url: process.env.DATABASE_URL, folder: resolve(data) });
  try {
    await migrate(driver);
    await work(driver);
  } finally {
    await driver.close();
  }
}

const auditHead = ({ data, json }: AuditOptions): Promise<void> =>
  withDatabase(data, async (driver) => {
    const head = await readHead(driver);
    console.log(json ? JSON.stringify(head) : `${head.seq}:${head.hash}`);
  });

const auditExport = (file: string, { data }: AuditOptions): Promise<void> =>
  withDatabase(data, async (driver) => {
    const head = await readHead(driver);
    await appendAnchor(resolve(file), head);
    console.log(`${head.seq} rows, head ${head.hash}: added to ${file}`);
  });

async function auditVerify({ data, json, anchor = [] }: AuditOptions): Promise<void> {
  const anchors = (await Promise.all(anchor.map(readAnchors))).flat();
  await withDatabase(data, async (driver) => {
    const began = performance.now();
    const verdict = await verifyAudit(driver, {
      anchors,
      onProgress: (rows) => {
        if (!json && process.stderr.isTTY) process.stderr.write(`\r${rows} rows`);
      },
    });
    if (json) console.log(JSON.stringify(verdict, null, 2));
    else {
      if (process.stderr.isTTY) process.stderr.write('\r');
      for (const { seq, subject, what } of verdict.faults)
        console.log([seq === null ? [] : `row ${seq}`, subject ?? []].flat().concat(what).join(': '));
      if (verdict.faultCount > verdict.faults.length)
        console.log(`… and ${verdict.faultCount - verdict.faults.length} more faults`);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(
        `${verdict.rows} rows, head ${verdict.head}; ${verdict.scorecards} seals, ${verdict.contents} contents, ${verdict.anchors} anchors in ${seconds} s: ` +
          (verdict.faultCount === 0 ? 'whole' : `${verdict.faultCount} faults`),
      );
      if (verdict.anchors === 0)
        console.log(
          'No anchor was given: a log that was cut off or rewritten as a whole, head included, looks whole. Keep heads elsewhere (viva audit export FILE) and verify with --anchor.',
        );
    }
    if (verdict.faultCount > 0)
      throw new CommandFailure('The audit log, or something that it vouches for, was tampered with.');
  });
}

const withData = (command: Command): Command =>
  command.option('-d, --data <folder>', 'the data folder', process.env.VIVA_DATA ?? '.viva');

export function registerAudit(program: Command): void {
  const audit = program
    .command('audit')
    .description('the audit log (stop the server first, if the database is embedded)');
  withData(audit.command('head').description('print how many rows the log has, and its last hash'))
    .option('--json', 'print it as a line of a file of anchors')
    .action(auditHead);
  withData(
    audit
      .command('export <file>')
      .description('add the head to a file of anchors; keep the file where the database’s keys do not reach'),
  ).action(auditExport);
  withData(
    audit
      .command('verify')
      .description('recompute the hash chain, the seals of all scorecards, and content hashes'),
  )
    .option(
      '--anchor <file|hash>',
      'prove that the log still contains these heads (repeatable)',
      (value: string, earlier: string[] = []) => [...earlier, value],
    )
    .option('--json', 'print the verdict as JSON')
    .action(auditVerify);
}
