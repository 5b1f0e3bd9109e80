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
import { scale } from './migrations/0010-scale.ts';

const MIGRATIONS = [foundation, workSample, groupAnswers, assistant, authoring, privacy, secondFactor, scale];

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: 'changed' | 'newer' | 'rights';
  constructor(code: 'changed' | 'newer' | 'rights', message: string) {
    super(message);
    this.code = code;
  }
}

const ROLES = ['viva_owner', 'viva_app', 'viva_auth', 'viva_auditor', 'viva_keeper'];

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

/**
 * Applies what is missing. Safe to run from several processes at once.
 * @throws MigrationError where an applied step was edited since, the database is newer, or the account lacks rights.
 */
export async function migrate(driver: Driver): Promise<number> {
  return driver.transaction(async (run) => {
    await run('SELECT pg_advisory_xact_lock(7410233)');
    await ensureRoles(run);
    await run('CREATE SCHEMA IF NOT EXISTS viva_meta');
    await run(
      'CREATE TABLE IF NOT EXISTS viva_meta.migration (version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const applied = new Map(
      (await run('SELECT version, checksum FROM viva_meta.migration')).rows.map(([version, checksum]) => [
        Number(version),
        checksum,
      ]),
    );
    const newest = MIGRATIONS.at(-1)?.version ?? 0;
    const beyond = [...applied.keys()].filter((version) => version > newest);
    if (beyond.length > 0)
      throw new MigrationError(
        'newer',
        `The database is at version ${Math.max(...beyond)}, this Viva knows ${newest}. Start the newer Viva.`,
      );
    let done = 0;
    for (const { version, name, sql } of MIGRATIONS) {
      const checksum = createHash('sha256').update(sql).digest('hex');
      const known = applied.get(version);
      if (known === checksum) continue;
      if (known)
        throw new MigrationError(
          'changed',
          `Migration ${version} (${name}) was applied with other text than this Viva holds.`,
        );
      for (const statement of splitStatements(sql)) await run(statement);
      await run('INSERT INTO viva_meta.migration (version, name, checksum) VALUES ($1, $2, $3)', [
        version,
        name,
        checksum,
      ]);
      done++;
    }
    return done;
  });
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
