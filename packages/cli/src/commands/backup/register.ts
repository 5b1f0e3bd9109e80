/** `viva backup` and `viva restore`. */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { makeBackup, openBackup, restoreBackup } from '@viva/server';
import type { Command } from 'commander';
import { CommandFailure } from '../../failure.ts';
import { byteSize, Progress } from '../../terminal/progress.ts';
import { VERSION } from '../../version.ts';
import { readPassphrase } from './passphrase.ts';

interface CommonOptions {
  data: string;
  passphraseFile?: string;
  json?: boolean;
}

async function backup(
  file: string,
  { data, passphraseFile, json, force = false }: CommonOptions & { force?: boolean },
): Promise<void> {
  const passphrase = await readPassphrase({ passphraseFile, twice: true });
  const progress = new Progress({ label: 'Backup', format: (rows) => `${rows} rows` });
  const began = performance.now();
  const report = await makeBackup(resolve(file), {
    data: resolve(data),
    databaseUrl: process.env.DATABASE_URL,
    viva: VERSION,
    passphrase,
    force,
    onProgress: ({ rows }) => progress.update(rows),
  });
  progress.done();
  const seconds = (performance.now() - began) / 1000;
  if (json) {
    console.log(JSON.stringify({ file: resolve(file), seconds, ...report }, null, 2));
    return;
  }
  const { manifest, tables, rows, bytes, through } = report;
  console.log(
    `${file}: ${rows} rows of ${tables} tables, ${byteSize(bytes)}, in ${seconds.toFixed(1)} s` +
      `${through === 'server' ? ', read by the running server' : ''}.`,
  );
  console.log(`Audit log: ${manifest.audit.rows} rows, head ${manifest.audit.head}`);
  if (manifest.keyStore)
    console.log(
      `It opens nothing that candidates said without the key folder ${manifest.keyStore}. Keep a copy of that elsewhere, never with the backups.`,
    );
}

const KEYS_ADVICE = {
  match: 'The key folder belongs to it.',
  'none-needed': 'It was made before texts were sealed with keys; the first start makes them.',
  missing: 'The key folder is not here. Put its copy back before the first start, or name it with VIVA_KEYS.',
  foreign:
    'The key folder belongs to another database. Name the right one with VIVA_KEYS before the first start.',
} as const;

async function restore(
  file: string,
  { data, passphraseFile, json, acceptFaults = false }: CommonOptions & { acceptFaults?: boolean },
): Promise<void> {
  const passphrase = await readPassphrase({ passphraseFile });
  const progress = new Progress({ label: 'Restore', format: (rows) => `${rows} rows` });
  const began = performance.now();
  const source = createReadStream(resolve(file), { highWaterMark: 64 * 1024 });
  await new Promise<void>((done, fail) => {
    source.once('open', () => done());
    source.once('error', (error) => fail(new CommandFailure(`${file}: ${error.message}`)));
  });
  let before = 0;
  let table = '';
  let last = 0;
  const report = await restoreBackup(openBackup(source, { passphrase }), {
    data: resolve(data),
    databaseUrl: process.env.DATABASE_URL,
    acceptFaults,
    onProgress: (now) => {
      if (now.table !== table) before += last;
      table = now.table;
      last = now.rows;
      progress.update(before + last);
    },
  });
  progress.done();
  const seconds = (performance.now() - began) / 1000;
  if (json) {
    console.log(JSON.stringify({ seconds, ...report }, null, 2));
    return;
  }
  const { manifest, rows, tables, audit, keys } = report;
  console.log(
    `${rows} rows of ${tables} tables, as they stood at ${manifest.made}, restored in ${seconds.toFixed(1)} s.`,
  );
  console.log(
    audit.faults.length === 0
      ? `Audit log: ${audit.rows} rows, head ${audit.head}, whole; every seal holds.`
      : `Audit log: ${audit.faults.length} faults, accepted: ${audit.faults.slice(0, 3).join('; ')}`,
  );
  console.log(`Keys in ${keys.folder}: ${KEYS_ADVICE[keys.verdict]}`);
  if (keys.verdict === 'match' && keys.erased > 0)
    console.log(
      `${keys.erased} people or applications in its ledger were erased: what the backup still held of them was erased again.`,
    );
}

const common = (command: Command): Command =>
  command
    .option('-d, --data <folder>', 'the data folder', process.env.VIVA_DATA ?? '.viva')
    .option(
      '--passphrase-file <file>',
      'its first line is the passphrase (else VIVA_PASSPHRASE, else it is asked for)',
    )
    .option('--json', 'print the result as JSON');

export function registerBackup(program: Command): void {
  common(
    program
      .command('backup')
      .argument('<file>', 'the file to write')
      .description('an encrypted copy of the database at one moment, while the server runs or not'),
  )
    .option('--force', 'replace the file if it is there')
    .addHelpText(
      'after',
      `
Examples:
  viva backup viva.backup                              asks for the passphrase
  viva backup --data /srv/viva --passphrase-file /etc/viva/passphrase /mnt/backup/$(date +%F).viva
  DATABASE_URL=postgres://… VIVA_PASSPHRASE=… viva backup viva.backup

The file is gzip within age: age --decrypt viva.backup | gunzip shows it. The key folder is not in it; keep a copy of
that elsewhere. The cookie secret is not in it either: after a restore without it everybody signs in again.`,
    )
    .action(backup);
  common(
    program
      .command('restore')
      .argument('<file>', 'a file that viva backup wrote')
      .description(
        'a backup into an empty data folder, or an empty PostgreSQL database by DATABASE_URL; never overwrites',
      ),
  )
    .option('--accept-faults', 'restore although the audit log or a seal does not hold')
    .addHelpText(
      'after',
      `
Examples:
  viva restore viva.backup --data /srv/viva-new
  createdb viva && DATABASE_URL=postgres:///viva viva restore viva.backup

Everything is checked before anything is kept: the file itself, the number of rows, the audit log and all seals. A
backup of the embedded database restores into PostgreSQL, and the other way round.`,
    )
    .action(restore);
}
