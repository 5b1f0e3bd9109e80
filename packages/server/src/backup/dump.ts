/** Reads a whole database in one snapshot, table by table, as a backup says it. */
import type { Driver, RunQuery } from '../store/driver.ts';
import { BackupError } from './backup-error.ts';
import { type Entry, FORMAT, type Manifest, PLAIN_VERSION } from './format.ts';

export interface DumpOptions {
  /** Of the program that makes it. */
  viva: string;
  /** So that a reader who stopped does not hold everybody else up. */
  signal?: AbortSignal;
}

/** Rows that are fetched at once. */
const BATCH = 1_000;

/** What makes a row's text the same on every server. */
export const PLAIN_TEXT = [
  "TimeZone = 'UTC'",
  "DateStyle = 'ISO, YMD'",
  "IntervalStyle = 'postgres'",
  "bytea_output = 'hex'",
  "xmloption = 'content'",
  'extra_float_digits = 1',
];

export const SCHEMAS = ['viva', 'viva_auth'];

/**
 * Tables whose rows stay out of every backup. Sessions and pending verifications hold addresses, and tokens that let in: after
 * a restore everybody signs in again. What candidates answer about themselves is counted when the opening closes
 * and erased then; a backup would keep it beyond that, by person, out of reach of whoever takes an answer back. The
 * counts, of five people or more, are in backups as everything else.
 */
export const LEFT_OUT: ReadonlySet<string> = new Set([
  'viva.group_answer',
  'viva_auth.session',
  'viva_auth.verification',
]);

/** Every table of ours with its columns, without those that the database computes. */
export async function listTables(run: RunQuery): Promise<{ table: string; columns: string[] }[]> {
  const { rows } = await run(
    `SELECT format('%I.%I', n.nspname, c.relname), string_agg(quote_ident(a.attname), ',' ORDER BY a.attnum)
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE n.nspname = ANY($1::text[]) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     GROUP BY n.nspname, c.relname ORDER BY n.nspname, c.relname`,
    [SCHEMAS],
  );
  return rows.map(([table, columns]) => ({ table: String(table), columns: String(columns).split(',') }));
}

/** Calls back with every entry, in order, out of one transaction that sees one moment. */
async function read(
  run: RunQuery,
  { viva, signal }: DumpOptions,
  emit: (entry: Entry) => Promise<void> | void,
): Promise<void> {
  const one = async (sql: string): Promise<unknown[]> => (await run(sql)).rows[0] ?? [];
  const migrations = (
    await run('SELECT version, name, checksum FROM viva_meta.migration ORDER BY version')
  ).rows.map(([version, name, checksum]) => ({
    version: Number(version),
    name: String(name),
    checksum: String(checksum),
  }));
  const [made] = await one(`SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
  // A database that an older Viva left has no such role yet: there, only who is above row security may read it all.
  const [granted, above] = await one(
    `SELECT to_regrole('viva_backup') IS NOT NULL, (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)`,
  );
  if (granted === true) await run('SET LOCAL ROLE viva_backup');
  const [bound] = await one(`SELECT to_regclass('viva.key_store') IS NOT NULL`);
  const [keyStore] = bound === true ? await one('SELECT id::text FROM viva.key_store') : [];
  const [seq, head] = await one('SELECT seq::text, hash FROM viva.audit_head');
  const manifest: Manifest = {
    format: FORMAT,
    version: PLAIN_VERSION,
    made: String(made),
    viva,
    migrations,
    keyStore: typeof keyStore === 'string' ? keyStore : null,
    audit: { rows: Number(seq ?? 0), head: String(head ?? '') },
  };
  await emit({ kind: 'manifest', manifest });
  const blind =
    granted !== true && above === true
      ? []
      : (
          await run(
            `SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ANY($1::text[]) AND c.relkind = 'r' AND c.relrowsecurity AND NOT EXISTS (
         SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'backup_reads')`,
            [SCHEMAS],
          )
        ).rows;
  // Row security would leave rows out without a word.
  if (blind.length > 0)
    throw new BackupError(
      'rights',
      `The role viva_backup cannot read all of ${blind.map(([table]) => table).join(', ')}. Start this Viva on the database once: it grants what is missing.`,
    );
  let rows = 0;
  const tables = await listTables(run);
  for (const { table, columns } of tables) {
    await emit({ kind: 'table', head: { table, columns } });
    await run(
      `DECLARE reading NO SCROLL CURSOR FOR SELECT ROW(${columns.join(', ')})::text FROM ${table} WHERE ${!LEFT_OUT.has(table)}`,
    );
    let read = 0;
    for (;;) {
      signal?.throwIfAborted();
      const batch = (await run(`FETCH ${BATCH} FROM reading`)).rows;
      for (const [row] of batch) await emit({ kind: 'row', row: String(row) });
      read += batch.length;
      if (batch.length < BATCH) break;
    }
    await run('CLOSE reading');
    await emit({ kind: 'end-table', table, rows: read });
    rows += read;
  }
  await emit({ kind: 'end', tables: tables.length, rows });
}

/** As many entries as may wait for the reader before the database is kept waiting. */
const WAITING = 4 * BATCH;

/**
 * The entries of a backup. The transaction stays open while they are read, and on PGlite nothing else runs meanwhile.
 * @throws BackupError `rights`; DatabaseError
 */
export async function* dump(driver: Driver, options: DumpOptions): AsyncGenerator<Entry> {
  const queue: Entry[] = [];
  let finished = false;
  let failure: unknown;
  let more: () => void = () => undefined;
  let room: () => void = () => undefined;
  const left = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, left.signal]) : left.signal;
  signal.addEventListener('abort', () => room());
  const settings = PLAIN_TEXT.map((setting) => `SET LOCAL ${setting};`).join(' ');
  const reading = driver
    .transaction(
      (run) =>
        read(run, { ...options, signal }, async (entry) => {
          queue.push(entry);
          more();
          if (queue.length < WAITING) return;
          await new Promise<void>((resolve) => {
            room = resolve;
            if (signal.aborted) resolve();
          });
          signal.throwIfAborted();
        }),
      `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${settings}`,
    )
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      finished = true;
      more();
    });
  try {
    for (;;) {
      if (queue.length > 0) {
        const batch = queue.splice(0);
        room();
        yield* batch;
      } else if (finished) break;
      else
        await new Promise<void>((resolve) => {
          more = resolve;
        });
    }
    if (failure) throw failure;
  } finally {
    left.abort();
    await reading;
  }
}
