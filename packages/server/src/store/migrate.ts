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

const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

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
  let done = 0;
  for (;;) {
    try {
      const step = await driver.transaction(async (run) => {
        await prepare(run);
        const [next] = pendingSteps(await readApplied(run));
        if (next) await apply(run, next);
        else if (done > 0 || (await run(UNREADABLE)).rows.length > 0) await letBackupsRead(run);
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
