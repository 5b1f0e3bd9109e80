/** Signing in: password, then, where one is enrolled, a second factor; or a passkey, which is both. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { and, eq, gt, isNull, lt } from 'drizzle-orm';
import { parse, serializeSigned } from 'hono/utils/cookie';
import type { Actor, Context } from '../context.ts';
import { Refusal } from '../errors.ts';
import * as t from '../store/schema.ts';
import { clearFailures, countFailure, giveBackAttempt, lockSeconds, takeAttempt } from './attempts.ts';
import type { Caller } from './caller.ts';
import { appendAs } from './record.ts';
import { requiresSecondFactor } from './security-policy.ts';

type Person = typeof t.person.$inferSelect;

/** How old the note of a session's last use may be. */
const NOTE_USE_MS = 15 * 60_000;

const refused = () => new Refusal(401, 'wrong-credentials', 'E-mail or password is wrong.');

/**
 * The value of a signed cookie, as better-auth and Hono sign it; undefined where there is none or it was made up. In this
 * thread: with every request, Web Crypto would go through its pool twice for one short hash.
 */
export function readSigned(cookie: string, secret: string, name: string): string | undefined {
  const { [name]: signed = '' } = parse(cookie, name);
  const at = signed.lastIndexOf('.');
  if (at < 1) return undefined;
  const value = signed.slice(0, at);
  const given = Buffer.from(signed.slice(at + 1));
  const right = Buffer.from(createHmac('sha256', secret).update(value).digest('base64'));
  return given.length === right.length && timingSafeEqual(given, right) ? value : undefined;
}

/**
 * The person behind a session cookie; undefined where there is none, it is past its date, or the account is disabled.
 * One query, asked with every request, so that signing out, revoking and disabling work at once. The cookie is
 * better-auth's: the session's token, signed with HMAC-SHA-256. While a second factor is awaited there is no session, so
 * nothing here could mistake it for one.
 */
export async function whoAsks({ auth, store }: Context, headers: Headers): Promise<Actor | undefined> {
  const cookie = headers.get('cookie');
  if (!cookie?.includes('viva.session_token=')) return undefined;
  const { secret, authCookies } = await auth.$context;
  const { name } = authCookies.sessionToken;
  const token = readSigned(cookie, secret, name);
  if (!token) return undefined;
  const now = store.clock();
  return store.asAuth(async (tables) => {
    const [row] = await tables
      .select({
        id: t.person.id,
        name: t.person.name,
        role: t.person.role,
        session: t.authSession.id,
        usedAt: t.authSession.updatedAt,
        enrolled: t.accountUser.twoFactorEnabled,
        policy: t.setting.value,
      })
      .from(t.authSession)
      .innerJoin(t.person, eq(t.person.userId, t.authSession.userId))
      .innerJoin(t.accountUser, eq(t.accountUser.id, t.authSession.userId))
      .leftJoin(t.setting, eq(t.setting.key, 'second-factor'))
      .where(
        and(eq(t.authSession.token, token), gt(t.authSession.expiresAt, now), isNull(t.person.disabledAt)),
      );
    if (!row) return undefined;
    const { usedAt, enrolled, policy, ...actor } = row;
    if (usedAt.getTime() < now.getTime() - NOTE_USE_MS)
      await tables
        .update(t.authSession)
        .set({ updatedAt: now })
        .where(and(eq(t.authSession.id, actor.session), lt(t.authSession.updatedAt, now)));
    const mustEnrol = !enrolled && requiresSecondFactor(policy, actor.role);
    return mustEnrol ? { ...actor, mustEnrol } : actor;
  });
}

/** What a request to better-auth carries: cookies of its own, what the browser calls itself, and the address. */
export function authHeaders(caller: Caller, cookies?: readonly string[]): Headers {
  const headers = new Headers();
  const cookie = caller.headers.get('cookie') ?? '';
  const kept = cookies
    ? cookie
        .split(/;\s*/)
        .filter((pair) => cookies.some((name) => pair.startsWith(`${name}=`)))
        .join('; ')
    : cookie;
  if (kept) headers.set('cookie', kept);
  const agent = caller.headers.get('user-agent');
  if (agent) headers.set('user-agent', agent.slice(0, 300));
  if (caller.address) headers.set('x-viva-address', caller.address);
  return headers;
}

async function findByEmail({ store }: Context, email: string): Promise<Person | undefined> {
  const [row] = await store.asAuth((tables) =>
    tables.select().from(t.person).where(eq(t.person.email, email)),
  );
  return row;
}

/**
 * With a password.
 * @throws Refusal 401 `wrong-credentials`, or `second-factor-needed` (with a cookie that lets the code be sent); 429
 */
export async function signInWithPassword(
  context: Context,
  caller: Caller,
  email: string,
  password: string,
): Promise<Person> {
  await takeAttempt(context, 'sign-in-address', caller.address);
  await takeAttempt(context, 'failed-address', caller.address);
  const { locks, failures } = await countFailure(context, email);
  const response = await context.auth.api.signInEmail({
    body: { email, password },
    headers: authHeaders(caller, []),
    asResponse: true,
  });
  const row = await findByEmail(context, email);
  if (!response.ok || !row || row.disabledAt) {
    if (locks && row)
      await appendAs(context, null, {
        action: 'account.locked',
        subject: `person/${row.id}`,
        detail: { failures, seconds: lockSeconds(failures) },
      });
    throw refused();
  }
  await clearFailures(context, email);
  await giveBackAttempt(context, 'failed-address', caller.address);
  caller.cookies.push(...response.headers.getSetCookie());
  const answer = (await response.json()) as { twoFactorRedirect?: boolean };
  if (answer.twoFactorRedirect)
    throw new Refusal(
      401,
      'second-factor-needed',
      'Enter the code of your authenticator app, or one of your backup codes.',
    );
  return row;
}

/** Makes a session without a password: after a passkey has proven who it is. */
export async function openSession(context: Context, caller: Caller, userId: string): Promise<void> {
  const { internalAdapter, secret, authCookies } = await context.auth.$context;
  const { token } = await internalAdapter.createSession(userId, false, {
    ipAddress: caller.address ?? '',
    userAgent: caller.headers.get('user-agent')?.slice(0, 300) ?? '',
  });
  const { name, attributes } = authCookies.sessionToken;
  const { maxAge, secure, path } = attributes;
  caller.cookies.push(
    await serializeSigned(name, token, secret, {
      httpOnly: true,
      sameSite: 'Lax',
      path: path ?? '/',
      secure: secure ?? false,
      ...(maxAge === undefined ? {} : { maxAge }),
    }),
  );
}
