/** Sessions as a browser holds them, for people of a test world, without a password. */
import { eq } from 'drizzle-orm';
import { serializeSigned } from 'hono/utils/cookie';
import type { Actor } from '../context.ts';
import * as t from '../store/schema.ts';
import type { World } from './world.ts';

/** @returns the `Cookie` header, and what ends the session. */
export async function startSession({ context }: World, person: Actor) {
  const { internalAdapter, secret, authCookies } = await context.auth.$context;
  const email = `${person.id}@viva.test`;
  const user =
    (await internalAdapter.findUserByEmail(email))?.user ??
    (await internalAdapter.createUser(
      { email, name: person.name, emailVerified: true },
      { method: 'email' },
    ));
  await context.store.asAuth((tables) =>
    tables.update(t.person).set({ userId: user.id }).where(eq(t.person.id, person.id)),
  );
  const { id, token } = await internalAdapter.createSession(user.id);
  const [cookie = ''] = (await serializeSigned(authCookies.sessionToken.name, token, secret)).split(';');
  return { id, cookie, token, revoke: () => internalAdapter.deleteSession(token) };
}
