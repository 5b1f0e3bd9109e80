/** Tells a database that is away or full from a fault of ours. */
import { DatabaseError } from '../store/driver.ts';
import { problem } from './problems.ts';

/**
 * SQLSTATEs that pass by themselves or by an administrator's hand, and that say nothing of the request: the connection
 * is gone (08), the server is full, out of connections or of memory (53), shuts down or recovers (57P), cannot read or
 * write its files (58).
 */
const PASSING = /^(08|53|57P|58)/;
/** What node-postgres reports where no server answers. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

const SOON = 2;
const LATER = 30;

/** Drizzle wraps what the driver throws. */
function find(error: unknown): DatabaseError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof DatabaseError) return cause;
  return undefined;
}

/** 503 with `Retry-After` where the database cannot answer now; undefined where the error is another one. */
export function fromUnavailable(error: unknown): Response | undefined {
  const failure = find(error);
  if (!failure || !(PASSING.test(failure.code) || UNREACHABLE.has(failure.code))) return undefined;
  const full = failure.code === '53100';
  const response = problem(
    503,
    full ? 'disk-full' : 'database-unavailable',
    full
      ? 'The server’s disk is full. Nothing of this request was kept. It goes on by itself once there is room: tell your administrator.'
      : 'The database cannot be reached at the moment. Whether this request was kept is not certain: repeat it, saving twice is safe.',
  );
  response.headers.set('retry-after', String(full ? LATER : SOON));
  return response;
}
