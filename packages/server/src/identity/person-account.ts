import { eq } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import { notFound } from '../errors.ts';
import * as t from '../store/schema.ts';

/** The account by which this person signs in. @throws Refusal 404 where there is none */
export async function userIdOf({ store }: Context, actor: Actor): Promise<string> {
  const [row] = await store.asAuth((tables) =>
    tables.select({ userId: t.person.userId }).from(t.person).where(eq(t.person.id, actor.id)),
  );
  if (!row?.userId) throw notFound('account');
  return row.userId;
}
