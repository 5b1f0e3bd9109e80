/** Puts a backup into an empty database, in one transaction: all of it, checked, or nothing. */
import { verifyAudit } from '../audit/verify.ts';
import type { Driver, RunQuery } from '../store/driver.ts';
import { migrateWithin } from '../store/migrate.ts';
import { BackupError } from './backup-error.ts';
import { listTables, PLAIN_TEXT, SCHEMAS } from './dump.ts';
import type { Entry, Manifest } from './format.ts';

export interface LoadOptions {
  onProgress?: (progress: { table: string; rows: number }) => void;
  /** Restores a database whose log or seals were broken already when the backup was made. */
  acceptFaults?: boolean;
}

export interface Restored {
  manifest: Manifest;
  tables: number;
  rows: number;
  /** Of the audit log, after everything was put back. */
  audit: { rows: number; head: string; faults: string[] };
}

const BATCH = 500;

/** A driver within a transaction that is under way: what it runs is undone to its settings, never to its effect. */
function nested(run: RunQuery): Driver {
  return {
    kind: 'postgres',
    transaction: async (work) => {
      await run('SAVEPOINT nested');
      const value = await work(run);
      await run('ROLLBACK TO SAVEPOINT nested');
      return value;
    },
    script: async (sql) => void (await run(sql)),
    listen: async () => async () => undefined,
    close: async () => undefined,
  };
}

async function refuseFull(run: RunQuery): Promise<void> {
  const { rows } = await run('SELECT nspname FROM pg_namespace WHERE nspname = ANY($1::text[])', [
    [...SCHEMAS, 'viva_meta', 'viva_search'],
  ]);
  if (rows.length > 0)
    throw new BackupError(
      'not-empty',
      'The database holds a Viva already, and a restore never overwrites. Restore into an empty database or folder.',
    );
}

/** Lifts what protects tables from their owner, and returns what puts it back. Indexes and checks stay. */
async function openTables(run: RunQuery, tables: readonly string[]): Promise<() => Promise<void>> {
  const forced = new Set(
    (
      await run(
        'SELECT c.oid::regclass::text FROM pg_class c WHERE c.relforcerowsecurity AND c.oid = ANY($1::text[]::regclass[])',
        [tables],
      )
    ).rows.map(([table]) => String(table)),
  );
  // A foreign key would ask for the rows in an order; added again at the end, it checks them all.
  const keys = (
    await run(
      `SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
       WHERE contype = 'f' AND conrelid = ANY($1::text[]::regclass[])`,
      [tables],
    )
  ).rows as string[][];
  for (const [table, name] of keys) await run(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  for (const table of tables) {
    await run(`ALTER TABLE ${table} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY`);
    // The migrations put a first row into some.
    await run(`TRUNCATE ${table}`);
  }
  return async () => {
    for (const [table, name, definition] of keys)
      await run(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`);
    for (const table of tables)
      await run(
        `ALTER TABLE ${table} ENABLE TRIGGER USER${forced.has(table) ? ', FORCE ROW LEVEL SECURITY' : ''}`,
      );
  };
}

/** Takes the rows of one table. @returns how many */
async function fill(
  run: RunQuery,
  entries: AsyncIterator<Entry>,
  { table, columns }: { table: string; columns: string[] },
  onProgress: LoadOptions['onProgress'],
): Promise<number> {
  const types = new Map(
    (
      await run(
        `SELECT quote_ident(attname), format_type(atttypid, atttypmod) FROM pg_attribute
         WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped`,
        [table],
      )
    ).rows.map(([name, type]) => [String(name), String(type)]),
  );
  const unknown = columns.filter((name) => !types.has(name));
  if (unknown.length > 0)
    throw new BackupError('damaged', `The backup has columns that ${table} has not: ${unknown.join(', ')}.`);
  // The same table may have its columns in another order, if it was migrated on another path.
  await run(
    `CREATE TYPE pg_temp.restored AS (${columns.map((name) => `${name} ${types.get(name)}`).join(', ')})`,
  );
  const insert = `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${columns
    .map((name) => `r.${name}`)
    .join(', ')} FROM unnest($1::text[]::pg_temp.restored[]) r`;
  let batch: string[] = [];
  let rows = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    await run(insert, [batch]);
    rows += batch.length;
    batch = [];
    onProgress?.({ table, rows });
  };
  for (;;) {
    const { value: entry, done } = await entries.next();
    if (done || entry.kind !== 'row') break;
    batch.push(entry.row);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  await run('DROP TYPE pg_temp.restored');
  return rows;
}

/**
 * Restores into an empty database: the schema of the backup's day, its rows, then every later migration, and only then
 * the checks of the audit log and of all seals.
 * @throws BackupError `not-empty`, `newer`, `damaged`, `verification`; in each case nothing is left behind
 */
export async function load(
  driver: Driver,
  source: AsyncIterable<Entry>,
  { onProgress, acceptFaults = false }: LoadOptions = {},
): Promise<Restored> {
  const settings = PLAIN_TEXT.map((setting) => `SET LOCAL ${setting};`).join(' ');
  return driver.transaction(async (run) => {
    await run('SELECT pg_advisory_xact_lock(7410233)');
    await refuseFull(run);
    const entries = source[Symbol.asyncIterator]();
    const { value: first } = await entries.next();
    if (first?.kind !== 'manifest') throw new BackupError('not-a-backup', 'The backup has no manifest.');
    const { manifest } = first;
    await migrateWithin(run, { only: manifest.migrations });
    await run('SET LOCAL ROLE viva_owner');
    const present = (await listTables(run)).map(({ table }) => table);
    const close = await openTables(run, present);
    let tables = 0;
    let rows = 0;
    const missing = new Set(present);
    for (;;) {
      const { value: entry, done } = await entries.next();
      if (done || entry.kind === 'end') break;
      if (entry.kind !== 'table') continue;
      if (!missing.delete(entry.head.table))
        throw new BackupError(
          'damaged',
          `The backup has a table ${entry.head.table} that its version has not.`,
        );
      rows += await fill(run, entries, entry.head, onProgress);
      tables++;
    }
    // Reads what follows the end: nothing may.
    await entries.next();
    if (missing.size > 0)
      throw new BackupError('damaged', `The backup lacks ${[...missing].join(', ')}. Use another copy.`);
    await close();
    await run('RESET ROLE');
    await migrateWithin(run);
    const verdict = await verifyAudit(nested(run));
    const faults = verdict.faults.map(({ seq, what }) => `${seq === null ? 'seal' : `row ${seq}`}: ${what}`);
    if (verdict.head !== manifest.audit.head || verdict.rows !== manifest.audit.rows)
      faults.push(
        `the log ends at row ${verdict.rows} (${verdict.head.slice(0, 12)}…), and the backup says row ${manifest.audit.rows} (${manifest.audit.head.slice(0, 12)}…)`,
      );
    if (faults.length > 0 && !acceptFaults)
      throw new BackupError(
        'verification',
        `What was restored does not hold: ${faults.slice(0, 5).join('; ')}${faults.length > 5 ? `, and ${faults.length - 5} more` : ''}. ` +
          'Nothing was kept. The original was broken when the backup was made (viva audit verify); --accept-faults restores it as it is.',
      );
    return { manifest, tables, rows, audit: { rows: verdict.rows, head: verdict.head, faults } };
  }, `BEGIN; ${settings}`);
}
