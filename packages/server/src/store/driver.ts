/** What the store needs of a database, met by PGlite and by PostgreSQL alike. */

/** Rows as arrays of column values, in the order of the select list; timestamps as text. */
export interface Result {
  rows: unknown[][];
  /** Rows as objects, keyed by column name. */
  fields: string[];
}

export type RunQuery = (sql: string, params?: unknown[]) => Promise<Result>;

export interface ListenOptions {
  onNotification: (payload: string) => void;
  onGap: () => void;
}

export interface Driver {
  readonly kind: 'pglite' | 'postgres';
  /**
   * Runs `work` between BEGIN and COMMIT on one connection; rolls back if it throws.
   * @param begin what to begin with, in one go: BEGIN, and settings of this transaction
   */
  transaction<T>(work: (run: RunQuery) => Promise<T>, begin?: string): Promise<T>;
  /** Runs a script of several statements, without parameters, on one connection. */
  script(sql: string): Promise<void>;
  /**
   * Hears what the database notifies on a channel, from whichever process. Comes back by itself where the connection
   * is cut; `onGap` then says that notifications may have been missed.
   * @returns a function that stops
   */
  listen(channel: string, options: ListenOptions): Promise<() => Promise<void>>;
  /** Whether it could take a write now, as far as can be told without one. @throws DatabaseError `53100` where the disk is full */
  checkRoom?(): Promise<void>;
  /** How many connections of a pool are idle and in use, and how many callers wait for one. */
  connections?(): { idle: number; used: number; waiting: number };
  close(): Promise<void>;
}

/** The database refused or is unreachable. `code` is PostgreSQL's SQLSTATE, or `08000` where there is none. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: string;
  readonly constraint: string | undefined;
  constructor(message: string, code: string, constraint?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.constraint = constraint;
  }
}

/** Wraps whatever a driver throws, so that callers see one class. */
export function toDatabaseError(cause: unknown): DatabaseError {
  if (cause instanceof DatabaseError) return cause;
  const error = cause as { message?: string; code?: string; constraint?: string };
  return new DatabaseError(error.message ?? String(cause), error.code ?? '08000', error.constraint, {
    cause,
  });
}

/** BEGIN … COMMIT around `work`, over a connection that runs one query at a time. */
export async function between<T>(
  run: RunQuery,
  begin: () => Promise<unknown>,
  work: (run: RunQuery) => Promise<T>,
): Promise<T> {
  try {
    await begin();
    const value = await work(run);
    await run('COMMIT');
    return value;
  } catch (error) {
    try {
      await run('ROLLBACK');
    } catch {
      // The connection is gone; the server rolls back by itself, and the first error is the one to tell.
    }
    throw error;
  }
}
