/** Settings of the whole server: read by all, changed by the owner, each change in the audit log. */
import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type * as contract from '../contract/settings.ts';
import { forbidden } from '../errors.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

export type Settings = z.infer<typeof contract.Settings>;

const PUBLIC_BANK = 'public-bank';

async function read(tables: Tables): Promise<Settings> {
  const [row] = await tables.select().from(t.setting).where(eq(t.setting.key, PUBLIC_BANK));
  return { publicBank: row?.value === 'on' };
}

/** Also for visitors who have not signed in. */
export const readSettings = ({ store }: Pick<Context, 'store'>): Promise<Settings> => store.asAuth(read);

/** @throws Refusal 403 for anybody but the owner */
export async function updateSettings(
  { store }: Pick<Context, 'store'>,
  actor: Actor,
  { publicBank }: Settings,
): Promise<Settings> {
  if (actor.role !== 'owner') throw forbidden('the owner');
  return store.asAuth(async (tables) => {
    // The role that may write settings has no person of its own; the log has to name who did it.
    await tables.execute(sql`SELECT set_config('viva.actor', ${actor.id}, true)`);
    const before = await read(tables);
    if (before.publicBank === publicBank) return before;
    const value = publicBank ? 'on' : 'off';
    await tables
      .insert(t.setting)
      .values({ key: PUBLIC_BANK, value })
      .onConflictDoUpdate({ target: t.setting.key, set: { value } });
    await appendAudit(store, tables, {
      action: 'setting.changed',
      subject: `setting/${PUBLIC_BANK}`,
      detail: { value },
    });
    return { publicBank };
  });
}
