/**
 * Passkeys (W3C Web Authentication 3), by `@simplewebauthn/server`. Every ceremony has a challenge that works once within
 * five minutes, and requires user verification, so that a passkey stands for both factors.
 */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type VerifiedAuthenticationResponse,
  type VerifiedRegistrationResponse,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { and, count, eq } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import { MOST_PASSKEYS } from '../contract/limits.ts';
import { conflict, notFound, Refusal } from '../errors.ts';
import * as t from '../store/schema.ts';
import { takeAttempt } from './attempts.ts';
import type { Caller } from './caller.ts';
import { userIdOf } from './person-account.ts';
import { recordAs } from './record.ts';
import { openSession } from './sign-in.ts';

const MINUTES = 5;
type Row = typeof t.passkey.$inferSelect;
type Transports = NonNullable<Parameters<typeof verifyAuthenticationResponse>[0]['credential']['transports']>;

/** What a passkey is bound to: the host that the browser sees. @throws Refusal 409 where that cannot be known */
function siteOf({ origin }: Caller): { origin: string; id: string } {
  if (!origin)
    throw conflict('no-origin', 'This server does not know its own address. Start it with --public-url.');
  const { hostname } = new URL(origin);
  if (/^[\d.]+$|^\[/.test(hostname))
    throw conflict('no-origin', 'Passkeys need a name: open this page by its host name, not by a number.');
  return { origin, id: hostname };
}

interface Challenge {
  challenge: string;
  userId: string | null;
}

/** Keeps a challenge for one use. @returns the name under which it is asked for */
async function keepChallenge({ auth, store }: Context, kept: Challenge): Promise<string> {
  const { internalAdapter } = await auth.$context;
  const ceremony = `passkey-${crypto.randomUUID()}`;
  await internalAdapter.createVerificationValue({
    identifier: ceremony,
    value: JSON.stringify(kept),
    expiresAt: new Date(store.clock().getTime() + MINUTES * 60_000),
  });
  return ceremony;
}

async function useChallenge({ auth, store }: Context, ceremony: string): Promise<Challenge | undefined> {
  if (!ceremony.startsWith('passkey-')) return undefined;
  const { internalAdapter } = await auth.$context;
  const kept = await internalAdapter.consumeVerificationValue(ceremony);
  return kept && kept.expiresAt > store.clock() ? (JSON.parse(kept.value) as Challenge) : undefined;
}

/** The person has proven the password before. @throws Refusal 409 */
export async function beginPasskey(context: Context, caller: Caller, actor: Actor) {
  const site = siteOf(caller);
  const userId = await userIdOf(context, actor);
  const [person, held] = await context.store.asAuth(async (tables) => [
    (await tables.select({ email: t.person.email }).from(t.person).where(eq(t.person.id, actor.id)))[0],
    await tables.select().from(t.passkey).where(eq(t.passkey.userId, userId)),
  ]);
  if (held.length >= MOST_PASSKEYS)
    throw conflict('too-many-passkeys', `An account holds at most ${MOST_PASSKEYS} passkeys.`);
  const options = await generateRegistrationOptions({
    rpName: 'Viva',
    rpID: site.id,
    userName: person?.email ?? actor.name,
    userDisplayName: actor.name,
    // Says nothing of the person to whoever finds the authenticator.
    userID: new TextEncoder().encode(userId),
    attestationType: 'none',
    excludeCredentials: held.map(({ credentialId: id }) => ({ id })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  const ceremony = await keepChallenge(context, { challenge: options.challenge, userId });
  return { ceremony, options: { ...options } as Record<string, unknown> };
}

/** @throws Refusal 422 `passkey-refused`, 409 `passkey-known` */
export async function addPasskey(
  context: Context,
  caller: Caller,
  actor: Actor,
  { ceremony, name, response }: { ceremony: string; name: string; response: object },
): Promise<void> {
  const site = siteOf(caller);
  const userId = await userIdOf(context, actor);
  const refused = () => new Refusal(422, 'passkey-refused', 'The passkey could not be checked. Begin again.');
  const kept = await useChallenge(context, ceremony);
  if (!kept || kept.userId !== userId) throw refused();
  let verified: VerifiedRegistrationResponse;
  try {
    verified = await verifyRegistrationResponse({
      response: response as Parameters<typeof verifyRegistrationResponse>[0]['response'],
      expectedChallenge: kept.challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.id,
      requireUserVerification: true,
    });
  } catch {
    // The library throws for everything that is not as it must be, malformed input included.
    throw refused();
  }
  if (!verified.verified) throw refused();
  const { credential, credentialBackedUp } = verified.registrationInfo;
  const { store } = context;
  await store.asAuth(async (tables) => {
    const [known] = await tables
      .select({ id: t.passkey.id })
      .from(t.passkey)
      .where(eq(t.passkey.credentialId, credential.id));
    if (known) throw conflict('passkey-known', 'This passkey is kept already.');
    const id = store.newId();
    await tables.insert(t.passkey).values({
      id,
      userId,
      name,
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: (credential.transports ?? []).join(','),
      synced: credentialBackedUp,
      createdAt: store.clock(),
      usedAt: null,
    });
    await recordAs(context, tables, actor.id, {
      action: 'passkey.added',
      subject: `person/${actor.id}`,
      detail: { passkey: id },
    });
  });
}

export async function removePasskey(context: Context, actor: Actor, id: string): Promise<void> {
  const userId = await userIdOf(context, actor);
  await context.store.asAuth(async (tables) => {
    const gone = await tables
      .delete(t.passkey)
      .where(and(eq(t.passkey.id, id), eq(t.passkey.userId, userId)))
      .returning({ id: t.passkey.id });
    if (gone.length === 0) throw notFound('passkey');
    await recordAs(context, tables, actor.id, {
      action: 'passkey.removed',
      subject: `person/${actor.id}`,
      detail: { passkey: id },
    });
  });
}

export async function listPasskeys({ store }: Context, userId: string): Promise<Row[]> {
  return store.asAuth((tables) =>
    tables.select().from(t.passkey).where(eq(t.passkey.userId, userId)).orderBy(t.passkey.createdAt),
  );
}

export const countPasskeys = async ({ store }: Context, userId: string): Promise<number> => {
  const [row] = await store.asAuth((tables) =>
    tables.select({ n: count() }).from(t.passkey).where(eq(t.passkey.userId, userId)),
  );
  return row?.n ?? 0;
};

/** Names no account: the browser offers the passkeys that it has for this host. */
export async function beginPasskeySignIn(context: Context, caller: Caller) {
  await takeAttempt(context, 'sign-in-address', caller.address);
  const options = await generateAuthenticationOptions({
    rpID: siteOf(caller).id,
    userVerification: 'required',
  });
  const ceremony = await keepChallenge(context, { challenge: options.challenge, userId: null });
  return { ceremony, options: { ...options } as Record<string, unknown> };
}

/** @throws Refusal 401 `passkey-refused`, the same whatever was wrong */
export async function signInWithPasskey(
  context: Context,
  caller: Caller,
  { ceremony, response }: { ceremony: string; response: object },
): Promise<typeof t.person.$inferSelect> {
  await takeAttempt(context, 'sign-in-address', caller.address);
  const site = siteOf(caller);
  const { store } = context;
  const refused = () =>
    new Refusal(401, 'passkey-refused', 'This passkey is not one of this server’s, or was not confirmed.');
  const kept = await useChallenge(context, ceremony);
  const credentialId = (response as { id?: unknown }).id;
  if (!kept || kept.userId !== null || typeof credentialId !== 'string') throw refused();
  const [found] = await store.asAuth((tables) =>
    tables
      .select({ passkey: t.passkey, person: t.person })
      .from(t.passkey)
      .innerJoin(t.person, eq(t.person.userId, t.passkey.userId))
      .where(eq(t.passkey.credentialId, credentialId)),
  );
  if (!found || found.person.disabledAt) throw refused();
  const { passkey, person } = found;
  let verified: VerifiedAuthenticationResponse;
  try {
    verified = await verifyAuthenticationResponse({
      response: response as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
      expectedChallenge: kept.challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.id,
      requireUserVerification: true,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: passkey.counter,
        transports: passkey.transports.split(',').filter(Boolean) as Transports,
      },
    });
  } catch {
    // A counter that went back, a wrong signature, malformed input: all the same to the caller.
    throw refused();
  }
  if (!verified.verified) throw refused();
  const { newCounter, credentialBackedUp } = verified.authenticationInfo;
  await store.asAuth((tables) =>
    tables
      .update(t.passkey)
      .set({ counter: newCounter, synced: credentialBackedUp, usedAt: store.clock() })
      .where(eq(t.passkey.id, passkey.id)),
  );
  await openSession(context, caller, passkey.userId);
  return person;
}
