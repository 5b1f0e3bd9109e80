/**
 * Lets somebody back in who is locked out, the owner above all: from the machine that the server runs on, by whoever can
 * read its data folder. Every step lands in the audit log.
 */
import { randomInt } from 'node:crypto';
import { userInfo } from 'node:os';
import { asc, eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { readSecret } from '../secret.ts';
import { openDatabase } from '../store/open.ts';
import * as t from '../store/schema.ts';
import { openStore } from '../store/store.ts';
import { clearFailures } from './attempts.ts';
import { createAuth } from './auth.ts';
import { recordAs } from './record.ts';

export const RECOVERIES = ['password', 'second-factor', 'passkeys', 'unlock', 'sessions'] as const;
export type Recovery = (typeof RECOVERIES)[number];

export class RecoveryError extends Error {
  override readonly name = 'RecoveryError';
  readonly code: 'no-such-account' | 'not-joined';
  constructor(code: RecoveryError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface AccountLine {
  email: string;
  name: string;
  role: string;
  state: 'invited' | 'active' | 'disabled';
  secondFactor: boolean;
  passkeys: number;
}

interface Place {
  data: string;
  databaseUrl?: string | undefined;
}

type Bare = Pick<Context, 'store' | 'auth'>;

/** @throws LockError where a server is running on the embedded database: stop it first */
async function within<T>({ data, databaseUrl }: Place, work: (context: Bare) => Promise<T>): Promise<T> {
  const secret = await readSecret(data);
  const store = await openStore({ driver: await openDatabase({ url: databaseUrl, folder: data }) });
  try {
    return await work({ store, auth: createAuth({ store, secret, baseUrl: 'http://localhost' }) });
  } finally {
    await store.close();
  }
}

export const listAccounts = (place: Place): Promise<AccountLine[]> =>
  within(place, ({ store }) =>
    store.asAuth(async (tables) => {
      const rows = await tables
        .select({ person: t.person, enrolled: t.accountUser.twoFactorEnabled })
        .from(t.person)
        .leftJoin(t.accountUser, eq(t.accountUser.id, t.person.userId))
        .orderBy(asc(t.person.createdAt));
      const keys = await tables.select({ userId: t.passkey.userId }).from(t.passkey);
      return rows.map(({ person, enrolled }) => ({
        email: person.email,
        name: person.name,
        role: person.role,
        state: person.disabledAt ? 'disabled' : person.userId ? 'active' : 'invited',
        secondFactor: enrolled ?? false,
        passkeys: keys.filter(({ userId }) => userId === person.userId).length,
      }));
    }),
  );

/** Letters and digits that cannot be taken for one another; 100 bits. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const newPassword = (): string =>
  Array.from({ length: 4 }, () =>
    Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
  ).join('-');

/**
 * Takes these steps for one account. Whatever changes how one signs in ends the account's sessions too.
 * @returns the new password, where one was asked for
 * @throws RecoveryError, LockError
 */
export const recoverAccount = (
  place: Place,
  email: string,
  steps: readonly Recovery[],
): Promise<{ password: string | null }> =>
  within(place, async (context) => {
    const { store, auth } = context;
    const address = email.toLowerCase();
    const [person] = await store.asAuth((tables) =>
      tables.select().from(t.person).where(eq(t.person.email, address)),
    );
    if (!person)
      throw new RecoveryError(
        'no-such-account',
        `There is no account ${address}. viva account list shows them.`,
      );
    const { userId } = person;
    if (!userId)
      throw new RecoveryError('not-joined', `${address} has not joined yet: send the invitation link again.`);
    const password = steps.includes('password') ? newPassword() : null;
    const { internalAdapter, password: hasher } = await auth.$context;
    if (password) await internalAdapter.updatePassword(userId, await hasher.hash(password));
    if (password || steps.includes('unlock')) await clearFailures(context, address);
    await store.asAuth(async (tables) => {
      if (steps.includes('second-factor')) {
        await tables.delete(t.twoFactor).where(eq(t.twoFactor.userId, userId));
        await tables
          .update(t.accountUser)
          .set({ twoFactorEnabled: false })
          .where(eq(t.accountUser.id, userId));
      }
      if (steps.includes('passkeys')) await tables.delete(t.passkey).where(eq(t.passkey.userId, userId));
      if (steps.includes('unlock'))
        await tables
          .update(t.twoFactor)
          .set({ failedVerificationCount: 0, lockedUntil: null })
          .where(eq(t.twoFactor.userId, userId));
      if (steps.some((step) => step !== 'unlock'))
        await tables.delete(t.authSession).where(eq(t.authSession.userId, userId));
      await recordAs(context, tables, null, {
        action: 'account.recovered',
        subject: `person/${person.id}`,
        detail: { steps: [...steps], from: 'command line', by: userInfo().username },
      });
    });
    return { password };
  });
