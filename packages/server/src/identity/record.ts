/** Audit entries of signing in and accounts, written by the role of signing in and naming who did it. */
import { sql } from 'drizzle-orm';
import { type AuditRecord, appendAudit } from '../audit/append.ts';
import type { Context } from '../context.ts';
import type { Tables } from '../store/store.ts';

/** Within a transaction of that role. @param actorId null where nobody is signed in: a failure, or the command line */
export async function recordAs(
  { store }: Pick<Context, 'store'>,
  tables: Tables,
  actorId: string | null,
  entry: AuditRecord,
): Promise<void> {
  await tables.execute(sql`SELECT set_config('viva.actor', ${actorId ?? ''}, true)`);
  await appendAudit(store, tables, entry);
}

/** In a transaction of its own. */
export const appendAs = (
  context: Pick<Context, 'store'>,
  actorId: string | null,
  entry: AuditRecord,
): Promise<void> => context.store.asAuth((tables) => recordAs(context, tables, actorId, entry));
