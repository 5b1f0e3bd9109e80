/** Brings a database to the newest version, one transaction a step. */
import { createHash } from 'node:crypto';
import type { Driver, RunQuery } from './driver.ts';
import { foundation } from './migrations/0001-foundation.ts';
import { workSample } from './migrations/0002-work-sample.ts';
import { groupAnswers } from './migrations/0003-group-answers.ts';
import { assistant } from './migrations/0004-assistant.ts';
import { authoring } from './migrations/0005-authoring.ts';
import { privacy } from './migrations/0006-privacy.ts';
import { secondFactor } from './migrations/0007-second-factor.ts';
import { advisory } from './migrations/0008-advisory.ts';
import { passageVectors } from './migrations/0009-passage-vectors.ts';
import { scale } from './migrations/0010-scale.ts';
import { fitsAndPlans } from './migrations/0011-fits-and-plans.ts';

const MIGRATIONS = [
  foundation,
  workSample,
  groupAnswers,
  assistant,
  authoring,
  privacy,
  secondFactor,
  advisory,
  passageVectors,
  scale,
  fitsAndPlans,
];

export type MigrationCode = 'changed' | 'newer' | 'rights' | 'busy';

/** The version that this Viva brings a database to. */
export const NEWEST_VERSION = Math.max(...MIGRATIONS.map(({ version }) => version));

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: MigrationCode;
  constructor(code: MigrationCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const ROLES = [
  'viva_owner',
  'viva_app',
  'viva_auth',
  'viva_auditor',
  'viva_keeper',
  'viva_backup',
  'viva_advisor',
];

/** The roles belong to the whole PostgreSQL cluster, so they may be there already, or be made by two at once. */
async function ensureRoles(run: RunQuery): Promise<void> {
  const { rows } = await run('SELECT rolname FROM pg_roles WHERE rolname = ANY($1::text[])', [ROLES]);
  const present = new Set(rows.map(([name]) => name));
  for (const role of ROLES)
    if (!present.has(role))
      await run(`DO $$ BEGIN CREATE ROLE ${role} NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
  const [superuser] = (await run('SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).rows[0] ?? [];
  if (!superuser) for (const role of ROLES) await run(`GRANT ${role} TO CURRENT_USER`);
  const unsafe = await run(
    'SELECT rolname FROM pg_roles WHERE rolname = ANY($1::text[]) AND (rolsuper OR rolbypassrls)',
    [ROLES],
  );
  if (unsafe.rows.length > 0)
    throw new MigrationError(
      'rights',
      `The roles ${unsafe.rows.map(([name]) => name).join(', ')} may bypass row-level security, which would unseal ratings. ` +
        'Run ALTER ROLE … NOSUPERUSER NOBYPASSRLS for each.',
    );
}

/** What a database says was applied to it. */
export interface Applied {
  version: number;
  checksum: string;
}

export const NEWEST = MIGRATIONS.at(-1)?.version ?? 0;
const checksumOf = (sql: string): string => createHash('sha256').update(sql).digest('hex');

/** Every step there is, oldest first. */
export const steps = (): (Applied & { name: string })[] =>
  MIGRATIONS.map(({ version, name, sql }) => ({ version, name, checksum: checksumOf(sql) }));

/** The steps that `applied` lacks. @throws MigrationError `newer`, `changed` */
export function pendingSteps(applied: readonly Applied[]): (typeof MIGRATIONS)[number][] {
  const known = new Map(applied.map(({ version, checksum }) => [version, checksum]));
  for (const { version, name, sql } of MIGRATIONS) {
    const checksum = known.get(version);
    if (checksum !== undefined && checksum !== checksumOf(sql))
      throw new MigrationError(
        'changed',
        `Migration ${version} (${name}) was applied with other text than this Viva holds.`,
      );
    known.delete(version);
  }
  if (known.size > 0)
    throw new MigrationError(
      'newer',
      `The database is at version ${Math.max(...known.keys())}, this Viva knows ${NEWEST}. Start the newer Viva.`,
    );
  return MIGRATIONS.filter((step) => !applied.some(({ version }) => version === step.version));
}

/** @throws DatabaseError where the database was never migrated */
export async function readApplied(run: RunQuery): Promise<Applied[]> {
  const { rows } = await run('SELECT version, checksum FROM viva_meta.migration ORDER BY version');
  return rows.map(([version, checksum]) => ({ version: Number(version), checksum: String(checksum) }));
}

const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

/** Only one at a time, wherever it runs: a restore takes the same. */
const LOCK = 'SELECT pg_advisory_xact_lock(7410233)';

/** Tables under row security that the role of backups could not read whole. */
const UNREADABLE = `SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname IN ('viva', 'viva_auth') AND c.relkind = 'r' AND c.relrowsecurity
    AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'backup_reads')`;

/**
 * A backup reads everything, as a role that nobody can log in as and that requests never run as. Granted here and not
 * in a step, so that no later table can be forgotten.
 */
async function letBackupsRead(run: RunQuery): Promise<void> {
  const tables = (await run(UNREADABLE)).rows;
  await run('GRANT USAGE ON SCHEMA viva_meta TO viva_backup');
  await run('GRANT SELECT ON viva_meta.migration TO viva_backup');
  await run('SET LOCAL ROLE viva_owner');
  for (const [table] of tables)
    await run(`CREATE POLICY backup_reads ON ${table} FOR SELECT TO viva_backup USING (true)`);
  await run('GRANT USAGE ON SCHEMA viva, viva_auth TO viva_backup');
  await run('GRANT SELECT ON ALL TABLES IN SCHEMA viva, viva_auth TO viva_backup');
  await run('RESET ROLE');
}

async function prepare(run: RunQuery): Promise<void> {
  await run(LOCK);
  await ensureRoles(run);
  await run('CREATE SCHEMA IF NOT EXISTS viva_meta');
  await run(
    'CREATE TABLE IF NOT EXISTS viva_meta.migration (version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
  );
}

async function apply(run: RunQuery, { version, name, sql }: (typeof MIGRATIONS)[number]): Promise<void> {
  for (const statement of splitStatements(sql)) await run(statement);
  await run('INSERT INTO viva_meta.migration (version, name, checksum) VALUES ($1, $2, $3)', [
    version,
    name,
    checksumOf(sql),
  ]);
}

/**
 * Applies what is missing, or the steps named, in the transaction that is under way.
 * @throws MigrationError
 */
export async function migrateWithin(
  run: RunQuery,
  { only }: { only?: readonly Applied[] } = {},
): Promise<number> {
  await prepare(run);
  // Named steps have to be ones that this Viva knows.
  const unwanted = only && pendingSteps(only);
  const steps = pendingSteps(await readApplied(run)).filter((step) => !unwanted?.includes(step));
  for (const step of steps) await apply(run, step);
  await letBackupsRead(run);
  return steps.length;
}

export interface MigrateOptions {
  /** How long a step waits for a lock before it lets the others pass and tries again, milliseconds. */
  lockTimeout?: number;
  /** How long it keeps trying. */
  patience?: number;
}

interface Lockable {
  table: string;
  /** Whether the script changes it, as far as its text tells: it names it, whole or as an argument of `format`. */
  named: boolean;
}

/** Every table of ours that is there, and the views that the script names. The latest, which refer to others, come first. */
async function lockable(run: RunQuery, script: string): Promise<Lockable[]> {
  const names = new Set(
    [...script.matchAll(/\bviva\w*\.[a-z_]+|'[a-z_]+'/g)].map(([name]) =>
      name.startsWith("'") ? `viva.${name.slice(1, -1)}` : name,
    ),
  );
  const { rows } = await run(
    `SELECT n.nspname || '.' || c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('viva', 'viva_auth', 'viva_search') AND c.relkind IN ('r', 'v') ORDER BY c.oid DESC`,
  );
  return rows
    .map(([name, kind]) => ({ table: String(name), kind, named: names.has(String(name)) }))
    .filter(({ kind, named }) => named || kind === 'r');
}

/**
 * What whoever is in our way waits for, and what they write to meanwhile.
 * @param table what they hold
 */
async function readStandstill(
  run: RunQuery,
  table: string,
): Promise<{ awaited: Set<string>; held: Set<string> }> {
  const { rows } = await run(
    `WITH ours AS (
       SELECT l.pid, l.granted, l.mode, n.nspname || '.' || c.relname AS name FROM pg_locks l
       JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE l.locktype = 'relation' AND l.pid <> pg_backend_pid() AND c.relkind IN ('r', 'v')
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())),
     stuck AS (SELECT pid FROM ours WHERE granted AND name = $1 INTERSECT SELECT pid FROM ours WHERE NOT granted)
     SELECT DISTINCT name, granted FROM ours WHERE pid IN (SELECT pid FROM stuck) AND (NOT granted OR mode <> 'AccessShareLock')`,
    [table],
  );
  const names = (granted: boolean) =>
    new Set(rows.filter(([, is]) => is === granted).map(([name]) => String(name)));
  return { awaited: names(false), held: names(true).add(table) };
}

/**
 * Takes every lock of a step before its first statement, so that a step is never half-done while it waits; and keeps
 * writers out of the other tables meanwhile, because one that is in the middle of those may be about to ask for these.
 * Reading them goes on.
 *
 * Writers take tables in orders of their own; whoever takes them in another order than we do waits for us as we wait for
 * them. What cannot be had is then given back whole, and the order learned: what they had written to comes before what
 * they waited for.
 */
function createLocking(lockTimeout: number) {
  let order: string[] = [];
  const inMode = (named: boolean): string => `IN ${named ? 'ACCESS EXCLUSIVE' : 'EXCLUSIVE'} MODE`;
  /** All in two statements, where nobody is in the way. */
  const atOnce = async (run: RunQuery, tables: ReadonlyMap<string, boolean>): Promise<boolean> => {
    await run('SAVEPOINT before_lock');
    try {
      for (const mode of [true, false]) {
        const own = [...tables].filter(([, named]) => named === mode).map(([table]) => table);
        if (own.length > 0) await run(`LOCK TABLE ${own.join(', ')} ${inMode(mode)} NOWAIT`);
      }
      return true;
    } catch (error) {
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
      await run('ROLLBACK TO SAVEPOINT before_lock');
      return false;
    }
  };
  return async (run: RunQuery, script: string): Promise<void> => {
    const tables = new Map((await lockable(run, script)).map(({ table, named }) => [table, named]));
    if (tables.size === 0) return;
    order = [
      ...order.filter((name) => tables.has(name)),
      ...[...tables.keys()].filter((name) => !order.includes(name)),
    ];
    await run('SET LOCAL ROLE viva_owner');
    for (const [index, table] of (await atOnce(run, tables)) ? [] : [...order].entries()) {
      await run('SAVEPOINT before_lock');
      try {
        await run(`LOCK TABLE ${table} ${inMode(tables.get(table) === true)}`);
      } catch (error) {
        await run('ROLLBACK TO SAVEPOINT before_lock');
        const { awaited, held } = await readStandstill(run, table);
        const earliest = order.findIndex((name) => awaited.has(name));
        if (earliest >= 0 && earliest < index) {
          const [before, after] = [order.slice(0, earliest), order.slice(earliest)];
          order = [
            ...before,
            ...after.filter((name) => held.has(name)),
            ...after.filter((name) => !held.has(name)),
          ];
        }
        throw error;
      }
      // Whoever holds one of the others may be waiting for this one: to wait long would help nobody.
      await run(`SET LOCAL lock_timeout = ${Math.ceil(lockTimeout / 4)}`);
    }
    await run(`SET LOCAL lock_timeout = ${lockTimeout}`);
    await run('RESET ROLE');
  };
}

/**
 * Applies what is missing, one transaction a step. Safe to run from several processes at once, and while older servers
 * write: a step that does not get its locks soon gives up and tries again, because whoever asks after a waiting step
 * waits behind it.
 * @throws MigrationError where an applied step was edited since, the database is newer, the account lacks rights, or
 *   the locks could not be had within the time
 */
export async function migrate(
  driver: Driver,
  { lockTimeout = 800, patience = 120_000 }: MigrateOptions = {},
): Promise<number> {
  const until = performance.now() + patience;
  const lock = createLocking(lockTimeout);
  let done = 0;
  for (;;) {
    try {
      const step = await driver.transaction(async (run) => {
        await prepare(run);
        const [next] = pendingSteps(await readApplied(run));
        if (next) {
          await lock(run, next.sql);
          await apply(run, next);
        } else if (done > 0 || (await run(UNREADABLE)).rows.length > 0) await letBackupsRead(run);
        return next;
      }, `BEGIN; SET LOCAL lock_timeout = ${lockTimeout}`);
      if (!step) return done;
      done++;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== LOCK_NOT_AVAILABLE && code !== DEADLOCK) throw error;
      if (performance.now() > until)
        throw new MigrationError(
          'busy',
          `The database did not give its tables up for a migration within ${Math.round(patience / 1000)} s. ` +
            'Something holds a long transaction: end it (SELECT pid, state, query FROM pg_stat_activity), and start again.',
          { cause: error },
        );
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 400));
    }
  }
}

/** Splits a script at top-level semicolons; dollar-quoted bodies, strings and comments stay whole. */
export function splitStatements(script: string): string[] {
  const token = /\$(\w*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|;|[^$'"\-;]+|[\s\S]/g;
  const statements: string[] = [];
  let current = '';
  for (const [piece] of script.matchAll(token)) {
    if (piece.startsWith('--')) continue;
    if (piece !== ';') {
      current += piece;
      continue;
    }
    if (current.trim()) statements.push(current.trim());
    current = '';
  }
  if (current.trim()) statements.push(current.trim());
  return statements;
}
