/**
 * How often something may be tried, counted in the database, so that all processes share the counts. What is counted is
 * stored under a keyed digest: the table tells neither addresses nor e-mails, nor who has an account.
 */
import { createHmac } from 'node:crypto';
import { eq, lt, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { Refusal } from '../errors.ts';
import * as t from '../store/schema.ts';

interface Limit {
  most: number;
  minutes: number;
}

/** Per address or per account, as the callers choose. */
export const LIMITS = {
  /** Signing in and joining, wrong or right, from one address: each costs a password's hash. An office may share one. */
  'sign-in-address': { most: 300, minutes: 5 },
  /** Failed ones, from one address. */
  'failed-address': { most: 100, minutes: 15 },
  /** Proving one's password while signed in. */
  password: { most: 10, minutes: 15 },
  invite: { most: 300, minutes: 60 },
  export: { most: 60, minutes: 10 },
  setup: { most: 20, minutes: 15 },
  /** One code of one authenticator app: longer than it is valid. */
  code: { most: 1, minutes: 3 },
} as const satisfies Record<string, Limit>;
export type LimitName = keyof typeof LIMITS;

/** Failures of one account before it locks, and how long: doubled with each further failure, up to an hour. */
export const FREE_FAILURES = 5;
export const FIRST_LOCK_SECONDS = 30;
const LONGEST_LOCK_SECONDS = 3_600;
/** Failures that are this old no longer count. */
const FORGET_HOURS = 24;
/** Processes' clocks differ by less. What lies further ahead was written while a clock was wrong, and binds nobody. */
const AHEAD_MS = 60_000;

/** Seconds for which the account stays locked after so many failures in a row. */
export const lockSeconds = (failures: number): number =>
  failures < FREE_FAILURES
    ? 0
    : Math.min(LONGEST_LOCK_SECONDS, FIRST_LOCK_SECONDS * 2 ** Math.min(20, failures - FREE_FAILURES));

/** The same for everybody, known or not. */
const tooMany = (seconds: number): Refusal =>
  new Refusal(
    429,
    'too-many-attempts',
    `Too many attempts. Try again in ${seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`}.`,
    { retryAfter: seconds },
  );

async function keyOf({ auth }: Pick<Context, 'auth'>, kind: string, subject: string): Promise<string> {
  const { secret } = await auth.$context;
  return createHmac('sha256', secret).update(`${kind}\n${subject.toLowerCase()}`).digest('base64url');
}

/** Counts one. @throws Refusal 429, with the seconds to wait */
export async function takeAttempt(
  context: Pick<Context, 'auth' | 'store'>,
  limit: LimitName,
  subject: string | undefined,
): Promise<void> {
  // Without a connection there is no address: requests from within the process.
  if (subject === undefined) return;
  const { store } = context;
  const { most, minutes } = LIMITS[limit];
  const key = await keyOf(context, limit, subject);
  const now = store.clock();
  const start = new Date(now.getTime() - minutes * 60_000).toISOString();
  const ahead = new Date(now.getTime() + AHEAD_MS).toISOString();
  const over = sql`a.since <= ${start}::timestamptz OR a.since > ${ahead}::timestamptz`;
  const { count, since } = await store.asAuth(async (tables) => {
    const [row] = (await tables.execute(sql`
      INSERT INTO viva_auth.attempt AS a (key, count, since) VALUES (${key}, 1, ${now.toISOString()}::timestamptz)
      ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN ${over} THEN 1 ELSE least(a.count + 1, 1000000) END,
        since = CASE WHEN ${over} THEN excluded.since ELSE a.since END
      RETURNING count, since`)) as unknown as { count: number; since: string }[];
    if (row?.count === 1)
      await tables.delete(t.attempt).where(lt(t.attempt.since, new Date(now.getTime() - 86_400_000)));
    return { count: row?.count ?? 0, since: new Date(row?.since ?? now) };
  });
  if (count > most)
    throw tooMany(Math.max(1, Math.ceil((since.getTime() - now.getTime()) / 1000) + minutes * 60));
}

/** Gives one back, where only failures are to count. */
export async function giveBackAttempt(
  context: Pick<Context, 'auth' | 'store'>,
  limit: LimitName,
  subject: string | undefined,
): Promise<void> {
  if (subject === undefined) return;
  const key = await keyOf(context, limit, subject);
  await context.store.asAuth((tables) =>
    tables
      .update(t.attempt)
      .set({ count: sql`greatest(${t.attempt.count} - 1, 0)` })
      .where(eq(t.attempt.key, key)),
  );
}

/**
 * Counts a failure of signing in beforehand, so that a thousand tries at once are a thousand and not one;
 * `clearFailures` takes it back once the password was right. Works the same whether or not there is such an account.
 * @returns whether this one locks the account, should it fail
 * @throws Refusal 429 while it is locked, whatever the password
 */
export async function countFailure(
  context: Pick<Context, 'auth' | 'store'>,
  email: string,
): Promise<{ locks: boolean; failures: number }> {
  const { store } = context;
  const key = await keyOf(context, 'account', email);
  const now = store.clock();
  const at = now.toISOString();
  const forget = new Date(now.getTime() - FORGET_HOURS * 3_600_000).toISOString();
  const longest = new Date(now.getTime() + LONGEST_LOCK_SECONDS * 1_000 + AHEAD_MS).toISOString();
  const failures = sql`CASE WHEN l.last < ${forget}::timestamptz THEN 1 ELSE least(l.failures + 1, 1000) END`;
  return store.asAuth(async (tables) => {
    const [row] = (await tables.execute(sql`
      INSERT INTO viva_auth.lockout AS l (key, failures, last) VALUES (${key}, 1, ${at}::timestamptz)
      ON CONFLICT (key) DO UPDATE SET failures = ${failures}, last = excluded.last,
        locked_until = CASE WHEN (${failures}) < ${FREE_FAILURES} THEN NULL
          ELSE ${at}::timestamptz + make_interval(secs => least(${LONGEST_LOCK_SECONDS}::float8,
            ${FIRST_LOCK_SECONDS}::float8 * power(2, least(20, (${failures}) - ${FREE_FAILURES})))) END
      WHERE l.locked_until IS NULL OR l.locked_until <= ${at}::timestamptz OR l.locked_until > ${longest}::timestamptz
      RETURNING failures`)) as unknown as { failures: number }[];
    if (row) {
      if (row.failures === 1)
        await tables.delete(t.lockout).where(lt(t.lockout.last, new Date(now.getTime() - 7 * 86_400_000)));
      return { locks: row.failures >= FREE_FAILURES, failures: row.failures };
    }
    const [held] = await tables.select().from(t.lockout).where(eq(t.lockout.key, key));
    const left = (held?.lockedUntil?.getTime() ?? now.getTime()) - now.getTime();
    throw tooMany(Math.max(1, Math.ceil(left / 1000)));
  });
}

export async function clearFailures(context: Pick<Context, 'auth' | 'store'>, email: string): Promise<void> {
  const key = await keyOf(context, 'account', email);
  await context.store.asAuth((tables) => tables.delete(t.lockout).where(eq(t.lockout.key, key)));
}
