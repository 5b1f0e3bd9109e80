/** What a database says of itself, for the doctor: read by whoever can reach it, the running server included. */
import type { Driver } from '../store/driver.ts';
import { MigrationError, NEWEST, pendingSteps, readApplied } from '../store/migrate.ts';

export interface DatabaseFacts {
  kind: Driver['kind'];
  version: string;
  /** Versions applied; null where Viva was never started on it. */
  applied: number[] | null;
  newest: number;
  pending: number;
  /** Why this Viva will not open it. */
  refused: { code: string; message: string } | null;
  /** Roles that could read what is sealed. */
  unsafeRoles: string[];
  /** Tables of sealed things without row security that binds their owner too. */
  unguarded: string[];
  keyStore: string | null;
  audit: { rows: number; head: string; broken: boolean } | null;
  /** Milliseconds that the database's clock is ahead of ours. */
  clockAhead: number;
  /** Settings that give up what was acknowledged when the power goes. */
  undurable: string[];
}

const SEALED = ['rating', 'draft', 'note', 'submission', 'reveal', 'audit'];

/** Reads in one transaction and changes nothing. @throws DatabaseError */
export async function databaseFacts(driver: Driver): Promise<DatabaseFacts> {
  return driver.transaction(async (run) => {
    const one = async (sql: string, params?: unknown[]): Promise<unknown[]> =>
      (await run(sql, params)).rows[0] ?? [];
    const asked = Date.now();
    const [now, version] = await one(
      `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8, current_setting('server_version')`,
    );
    const answered = Date.now();
    const facts: DatabaseFacts = {
      kind: driver.kind,
      version: String(version),
      applied: null,
      newest: NEWEST,
      pending: 0,
      refused: null,
      unsafeRoles: [],
      unguarded: [],
      keyStore: null,
      audit: null,
      clockAhead: Math.round(Number(now) - (asked + answered) / 2),
      undurable: [],
    };
    for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
      const [value] = await one('SELECT current_setting($1)', [setting]);
      if (value === 'off') facts.undurable.push(`${setting} = off`);
    }
    const [known] = await one(`SELECT to_regclass('viva_meta.migration') IS NOT NULL`);
    if (known !== true) return facts;
    const applied = await readApplied(run);
    facts.applied = applied.map(({ version: step }) => step);
    try {
      facts.pending = pendingSteps(applied).length;
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      facts.refused = { code: error.code, message: error.message };
    }
    facts.unsafeRoles = (
      await run(`SELECT rolname FROM pg_roles WHERE rolname LIKE 'viva\\_%' AND (rolsuper OR rolbypassrls)`)
    ).rows.map(([role]) => String(role));
    facts.unguarded = (
      await run(
        `SELECT relname FROM pg_class WHERE relnamespace = 'viva'::regnamespace AND relname = ANY($1::text[])
           AND NOT (relrowsecurity AND relforcerowsecurity)`,
        [SEALED],
      )
    ).rows.map(([table]) => `viva.${table}`);
    const [bound] = await one(`SELECT to_regclass('viva.key_store') IS NOT NULL`);
    await run('SET LOCAL ROLE viva_owner');
    if (bound === true) {
      const [id] = await one('SELECT id::text FROM viva.key_store');
      facts.keyStore = typeof id === 'string' ? id : null;
    }
    const [seq, hash] = await one('SELECT seq::text, hash FROM viva.audit_head');
    const [last, lastHash] = await one(
      'SELECT seq::text, hash FROM viva.audit ORDER BY audit.seq DESC LIMIT 1',
    );
    facts.audit = {
      rows: Number(seq ?? 0),
      head: String(hash ?? ''),
      broken: Number(seq ?? 0) !== Number(last ?? 0) || (last !== undefined && hash !== lastHash),
    };
    return facts;
  }, 'BEGIN READ ONLY');
}
