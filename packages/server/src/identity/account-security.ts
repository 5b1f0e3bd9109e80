/** What a person does about the security of the own account. */

import type { z } from '@hono/zod-openapi';
import { APIError } from 'better-auth/api';
import { and, desc, eq, gt, ne } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import { MOST_SIGNED_IN } from '../contract/limits.ts';
import type * as contract from '../contract/security.ts';
import { conflict, notFound, Refusal } from '../errors.ts';
import * as t from '../store/schema.ts';
import { takeAttempt } from './attempts.ts';
import type { Caller } from './caller.ts';
import { listPasskeys } from './passkeys.ts';
import { userIdOf } from './person-account.ts';
import { appendAs, recordAs } from './record.ts';
import { readSecurityPolicy, requiresSecondFactor } from './security-policy.ts';
import { authHeaders, readSigned } from './sign-in.ts';

type View = z.infer<typeof contract.AccountSecurity>;

const wrongPassword = () =>
  new Refusal(422, 'wrong-password', 'The password is wrong.', {
    errors: [{ field: '/password', message: 'is wrong' }],
  });

/** Passes better-auth's refusals on in our words. */
async function asking(work: Promise<Response>, refusal: () => Refusal): Promise<Response> {
  let response: Response;
  try {
    response = await work;
  } catch (error) {
    if (error instanceof APIError && error.statusCode < 500) throw refusal();
    throw error;
  }
  if (response.status >= 500) throw new Error(`better-auth answered ${response.status}`);
  if (!response.ok) throw refusal();
  return response;
}

export async function viewSecurity(context: Context, actor: Actor): Promise<View> {
  const { store, auth } = context;
  const userId = await userIdOf(context, actor);
  const now = store.clock();
  const { sessions, enabled } = await store.asAuth(async (tables) => ({
    sessions: await tables
      .select()
      .from(t.authSession)
      .where(and(eq(t.authSession.userId, userId), gt(t.authSession.expiresAt, now)))
      .orderBy(desc(t.authSession.updatedAt))
      .limit(MOST_SIGNED_IN),
    enabled: (
      await tables
        .select({ enabled: t.accountUser.twoFactorEnabled })
        .from(t.accountUser)
        .where(eq(t.accountUser.id, userId))
    )[0]?.enabled,
  }));
  const codes = enabled ? (await auth.api.viewBackupCodes({ body: { userId } })).backupCodes.length : 0;
  const { secondFactor } = await readSecurityPolicy(context);
  return {
    sessions: sessions.map(({ id, createdAt, updatedAt, expiresAt, userAgent, ipAddress }) => ({
      id,
      current: id === actor.session,
      startedAt: createdAt.toISOString(),
      usedAt: updatedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      userAgent: userAgent ?? '',
      address: ipAddress ?? '',
    })),
    secondFactor: { enabled: enabled ?? false, backupCodes: codes },
    required: requiresSecondFactor(secondFactor, actor.role),
    passkeys: (await listPasskeys(context, userId)).map(({ id, name, synced, createdAt, usedAt }) => ({
      id,
      name,
      synced,
      createdAt: createdAt.toISOString(),
      usedAt: usedAt?.toISOString() ?? null,
    })),
  };
}

/** Ends one session, or all but the one that asks. */
export async function endSessions(context: Context, actor: Actor, session?: string): Promise<void> {
  const userId = await userIdOf(context, actor);
  const own = eq(t.authSession.userId, userId);
  await context.store.asAuth(async (tables) => {
    const gone = await tables
      .delete(t.authSession)
      .where(
        and(
          own,
          session === undefined ? ne(t.authSession.id, actor.session ?? '') : eq(t.authSession.id, session),
        ),
      )
      .returning({ id: t.authSession.id });
    if (session !== undefined && gone.length === 0) throw notFound('session');
    if (gone.length > 0)
      await recordAs(context, tables, actor.id, {
        action: 'session.revoked',
        subject: `person/${actor.id}`,
        detail: { sessions: gone.length },
      });
  });
}

/** Proves the password of the person who is signed in. @throws Refusal 422 `wrong-password`, 429 */
export async function provePassword(context: Context, actor: Actor, password: string): Promise<void> {
  await takeAttempt(context, 'password', actor.id);
  const userId = await userIdOf(context, actor);
  const { internalAdapter, password: hasher } = await context.auth.$context;
  const accounts = await internalAdapter.findAccounts(userId);
  const hash = accounts.find(({ providerId }) => providerId === 'credential')?.password;
  if (!hash || !(await hasher.verify({ hash, password }))) throw wrongPassword();
}

export async function changePassword(
  context: Context,
  caller: Caller,
  actor: Actor,
  { current, next }: z.output<typeof contract.ChangePassword>,
): Promise<void> {
  await takeAttempt(context, 'password', actor.id);
  const response = await asking(
    context.auth.api.changePassword({
      body: { currentPassword: current, newPassword: next, revokeOtherSessions: true },
      headers: authHeaders(caller),
      asResponse: true,
    }),
    () =>
      new Refusal(422, 'wrong-password', 'The present password is wrong.', {
        errors: [{ field: '/current', message: 'is wrong' }],
      }),
  );
  caller.cookies.push(...response.headers.getSetCookie());
  await appendAs(context, actor.id, { action: 'password.changed', subject: `person/${actor.id}` });
}

/** @throws Refusal 409 `enrolled-already`, 422 `wrong-password` */
export async function beginEnrolment(
  context: Context,
  caller: Caller,
  actor: Actor,
  password: string,
): Promise<z.infer<typeof contract.Enrolment>> {
  await provePassword(context, actor, password);
  const response = await asking(
    context.auth.api.enableTwoFactor({
      body: { password, method: 'totp' },
      headers: authHeaders(caller),
      asResponse: true,
    }),
    () => conflict('enrolled-already', 'An authenticator app is set up already. Remove it first.'),
  );
  const { totpURI: uri, backupCodes } = (await response.json()) as {
    totpURI: string;
    backupCodes: string[];
  };
  return { uri, secret: new URL(uri).searchParams.get('secret') ?? '', backupCodes };
}

const wrongCode = () =>
  new Refusal(422, 'wrong-code', 'The code is wrong or past its time. Check the clock of the device.', {
    errors: [{ field: '/code', message: 'is wrong or past its time' }],
  });

export async function confirmEnrolment(
  context: Context,
  caller: Caller,
  actor: Actor,
  code: string,
): Promise<void> {
  await takeAttempt(context, 'password', actor.id);
  const response = await asking(
    context.auth.api.verifyTOTP({ body: { code }, headers: authHeaders(caller), asResponse: true }),
    wrongCode,
  );
  caller.cookies.push(...response.headers.getSetCookie());
  await appendAs(context, actor.id, { action: 'second-factor.enabled', subject: `person/${actor.id}` });
}

export async function renewBackupCodes(
  context: Context,
  caller: Caller,
  actor: Actor,
  password: string,
): Promise<z.infer<typeof contract.BackupCodes>> {
  await provePassword(context, actor, password);
  const response = await asking(
    context.auth.api.generateBackupCodes({
      body: { password },
      headers: authHeaders(caller),
      asResponse: true,
    }),
    () => conflict('not-enrolled', 'No authenticator app is set up.'),
  );
  const { backupCodes } = (await response.json()) as { backupCodes: string[] };
  await appendAs(context, actor.id, { action: 'backup-codes.renewed', subject: `person/${actor.id}` });
  return { backupCodes };
}

/** @throws Refusal 409 where the owner requires it of this person */
export async function removeSecondFactor(
  context: Context,
  caller: Caller,
  actor: Actor,
  password: string,
): Promise<void> {
  const { secondFactor } = await readSecurityPolicy(context);
  if (requiresSecondFactor(secondFactor, actor.role))
    throw conflict('second-factor-required', 'The owner requires a second factor of owner and leads.');
  await provePassword(context, actor, password);
  const response = await asking(
    context.auth.api.disableTwoFactor({ body: { password }, headers: authHeaders(caller), asResponse: true }),
    wrongPassword,
  );
  caller.cookies.push(...response.headers.getSetCookie());
  await appendAs(context, actor.id, { action: 'second-factor.removed', subject: `person/${actor.id}` });
}

/**
 * Finishes a sign-in whose password was right.
 * @throws Refusal 401 `wrong-code`, `sign-in-again`; 429 while the second factor is locked
 */
export async function signInWithSecondFactor(
  context: Context,
  caller: Caller,
  code: string,
): Promise<typeof t.person.$inferSelect> {
  await takeAttempt(context, 'sign-in-address', caller.address);
  const { store, auth } = context;
  const { secret, createAuthCookie, internalAdapter } = await auth.$context;
  const { name } = createAuthCookie('two_factor');
  const pending = readSigned(caller.headers.get('cookie') ?? '', secret, name);
  const waiting = pending ? await internalAdapter.findVerificationValue(pending) : undefined;
  const again = () =>
    new Refusal(401, 'sign-in-again', 'Signing in took too long, or too many codes were wrong. Begin again.');
  if (!waiting || waiting.expiresAt < store.clock()) throw again();
  const [person] = await store.asAuth((tables) =>
    tables.select().from(t.person).where(eq(t.person.userId, waiting.value)),
  );
  if (!person || person.disabledAt) throw again();
  const digits = code.replaceAll(/\s/g, '');
  // A code works once (RFC 6238, §5.2): seen a second time within its life, it is somebody reading along.
  if (/^\d{6}$/.test(digits)) await useOnce(context, waiting.value, digits);
  // The second factor alone: a session that the browser still has must not turn this into a check of somebody else.
  const headers = authHeaders(caller, [name]);
  const answer = await (/^\d{6}$/.test(digits)
    ? auth.api.verifyTOTP({ body: { code: digits }, headers, asResponse: true })
    : auth.api.verifyBackupCode({ body: { code: code.trim() }, headers, asResponse: true }));
  if (!answer.ok) {
    const { code: reason } = (await answer.json().catch(() => ({}))) as { code?: string };
    if (answer.status === 429)
      throw new Refusal(429, 'too-many-attempts', 'Too many wrong codes. Try again in 15 minutes.', {
        retryAfter: 15 * 60,
      });
    if (reason && /TOO_MANY|COOKIE/.test(reason)) throw again();
    if (answer.status >= 500) throw new Error(`better-auth answered ${answer.status}`);
    throw new Refusal(401, 'wrong-code', 'The code is wrong, used, or past its time.');
  }
  caller.cookies.push(...answer.headers.getSetCookie());
  if (!/^\d{6}$/.test(digits))
    await appendAs(context, person.id, { action: 'backup-code.used', subject: `person/${person.id}` });
  return person;
}

/** @throws Refusal 401 where this code was sent for this account before */
async function useOnce(context: Context, userId: string, code: string): Promise<void> {
  try {
    await takeAttempt(context, 'code', `${userId}/${code}`);
  } catch (error) {
    if (error instanceof Refusal && error.status === 429)
      throw new Refusal(401, 'wrong-code', 'The code is wrong, used, or past its time.');
    throw error;
  }
}
