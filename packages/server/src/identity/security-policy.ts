/** Whether owner and leads must have a second factor: a setting of the owner's. */
import { eq } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { SecurityPolicy } from '../contract/security.ts';
import { conflict, forbidden } from '../errors.ts';
import * as t from '../store/schema.ts';
import { recordAs } from './record.ts';

const KEY = 'second-factor';

/** @param policy the setting's value, or null where it was never set */
export const requiresSecondFactor = (policy: string | null, role: Actor['role']): boolean =>
  policy === 'leads' && (role === 'owner' || role === 'lead');

export async function readSecurityPolicy({ store }: Pick<Context, 'store'>): Promise<SecurityPolicy> {
  const [row] = await store.asAuth((tables) => tables.select().from(t.setting).where(eq(t.setting.key, KEY)));
  return { secondFactor: row?.value === 'leads' ? 'leads' : 'nobody' };
}

/** @throws Refusal 403 for anybody but the owner; 409 where the owner would be the first to be locked out */
export async function setSecurityPolicy(
  { store }: Pick<Context, 'store'>,
  actor: Actor,
  { secondFactor }: SecurityPolicy,
): Promise<SecurityPolicy> {
  if (actor.role !== 'owner') throw forbidden('the owner');
  await store.asAuth(async (tables) => {
    const [own] = await tables
      .select({ enrolled: t.accountUser.twoFactorEnabled })
      .from(t.person)
      .innerJoin(t.accountUser, eq(t.accountUser.id, t.person.userId))
      .where(eq(t.person.id, actor.id));
    if (secondFactor === 'leads' && !own?.enrolled)
      throw conflict('enrol-first', 'Set up your own second factor first, then require it of others.');
    await tables
      .insert(t.setting)
      .values({ key: KEY, value: secondFactor })
      .onConflictDoUpdate({ target: t.setting.key, set: { value: secondFactor } });
    await recordAs({ store }, tables, actor.id, {
      action: 'setting.changed',
      subject: `setting/${KEY}`,
      detail: { value: secondFactor },
    });
  });
  return { secondFactor };
}
