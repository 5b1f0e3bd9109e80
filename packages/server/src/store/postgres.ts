/** PostgreSQL by `DATABASE_URL`. */
import pg from 'pg';
import { between, type Driver, type RunQuery, toDatabaseError } from './driver.ts';
import { listenPostgres } from './listen-postgres.ts';

// Dates and times stay text: the store's one mapping of them is Drizzle's.
const TEXT_TYPES = new Set([1082, 1083, 1114, 1184, 1186]);
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    TEXT_TYPES.has(oid)
      ? (value: string) => value
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/** Statements that are kept planned, for each connection: those that come again and again. */
const MOST_NAMED = 200;
const OFTEN = 5;
/** Lists of parameters make new texts without end; their counts are dropped now and then. */
const MOST_COUNTED = 2_000;

/**
 * Names for statements that recur, by which a connection parses and plans them once: rewriting a statement under row
 * security costs more than running most of them. Texts come from our own code, so there are few of them.
 */
function createNames(): (text: string) => string | undefined {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  return (text) => {
    const known = names.get(text);
    if (known || names.size >= MOST_NAMED) return known;
    const count = (counts.get(text) ?? 0) + 1;
    if (count < OFTEN) {
      if (counts.size >= MOST_COUNTED) counts.clear();
      counts.set(text, count);
      return undefined;
    }
    counts.delete(text);
    const name = `viva_${names.size + 1}`;
    names.set(text, name);
    return name;
  };
}

const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Longest wait for a connection, new or free. */
const CONNECT_MS = 20_000;

export interface PostgresOptions {
  url: string;
  /** Most connections at once. */
  connections?: number;
}

/** Opens a pool. @throws DatabaseError where the server cannot be reached or refuses the account. */
export async function openPostgres({ url, connections = 10 }: PostgresOptions): Promise<Driver> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    // A server that has vanished answers nothing, not even with a refusal.
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  // The pool listens to idle connections only. One that is cut between two statements, or while it is given back,
  // would end the process as well.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const nameOf = createNames();
  const onClient = async <T>(
    work: (run: RunQuery, script: (sql: string) => Promise<unknown>) => Promise<T>,
  ): Promise<T> => {
    const client = await pool.connect().catch((cause) => {
      throw toDatabaseError(cause);
    });
    let broken: Error | undefined;
    const lost = (error: Error): void => {
      broken = error;
    };
    client.on('error', lost);
    const asked = async <R>(query: Promise<R>): Promise<R> => {
      try {
        return await query;
      } catch (cause) {
        const error = toDatabaseError(cause);
        // A connection of which that is known is not used again.
        if (!SQLSTATE.test(error.code) || /^(08|57P)/.test(error.code)) broken = error;
        throw error;
      }
    };
    const run: RunQuery = async (text, values = []) => {
      // Without parameters it may be several statements, which have no plan to keep.
      const name = values.length > 0 ? nameOf(text) : undefined;
      const result = await asked(
        client.query({ text, values, rowMode: 'array', types, ...(name ? { name } : {}) }),
      );
      return { rows: result.rows as unknown[][], fields: result.fields?.map((field) => field.name) ?? [] };
    };
    try {
      // Without parameters `pg` speaks the simple protocol, which takes several statements at once.
      return await work(run, (sql) => asked(client.query(sql)));
    } finally {
      client.off('error', lost);
      client.release(broken);
    }
  };
  try {
    await onClient((run) => run('SELECT 1'));
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    kind: 'postgres',
    transaction: (work, begin = 'BEGIN') =>
      onClient((run, script) => between(run, () => script(begin), work)),
    script: (sql) =>
      onClient(async (run) => {
        await run(sql);
      }),
    listen: (channel, options) => listenPostgres({ url, channel, ...options }),
    connections: () => ({
      idle: pool.idleCount,
      used: pool.totalCount - pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close: () => pool.end(),
  };
}
