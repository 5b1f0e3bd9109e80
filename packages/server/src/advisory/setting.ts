/** Whether and how an opening uses an advisory rater. The database refuses a change once interviews have begun. */

import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type { AdvisorySetting, SetAdvisory } from '../contract/advisory.ts';
import { conflict } from '../errors.ts';
import { requireLead, requireTeam } from '../interview/permissions.ts';
import { findOpening, lockOpening } from '../interview/view-opening.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

export type Setting = typeof t.advisorySetting.$inferSelect;

/** Null where nobody has said anything: then none is used. */
export async function findSetting(tables: Tables, openingId: string): Promise<Setting | null> {
  const [row] = await tables
    .select()
    .from(t.advisorySetting)
    .where(eq(t.advisorySetting.openingId, openingId));
  return row ?? null;
}

export async function viewModel(
  { models }: Context,
  tables: Tables,
): Promise<z.infer<typeof AdvisorySetting>['model']> {
  const { state, model, host } = await models.status(tables);
  return { state, name: model, host };
}

async function view(
  context: Context,
  tables: Tables,
  openingId: string,
): Promise<z.infer<typeof AdvisorySetting>> {
  const row = await findSetting(tables, openingId);
  const [begun] = (await tables.execute(
    sql`SELECT viva.advisory_begun(${openingId}::uuid) AS begun`,
  )) as unknown as { begun: boolean }[];
  return {
    used: row?.used ?? false,
    counted: row?.counted ?? false,
    strategy: row?.strategy ?? 'direct',
    samples: row?.samples ?? 1,
    temperature: row?.temperature ?? 0,
    seed: row?.seed ?? 1,
    tokenBudget: row?.tokenBudget ?? 60_000,
    fixed: Boolean(begun?.begun),
    model: await viewModel(context, tables),
  };
}

export async function viewSetting(context: Context, actor: Actor, openingId: string) {
  requireTeam(actor);
  return context.store.as(actor.id, async (tables) => {
    await findOpening(tables, openingId);
    return view(context, tables, openingId);
  });
}

/** Within the transaction that makes or changes the opening. @throws Refusal 409 `advisory-fixed`, `closed` */
export async function writeSetting(
  { store }: Pick<Context, 'store'>,
  tables: Tables,
  actor: Actor,
  openingId: string,
  { used, counted, strategy, samples, temperature, seed, tokenBudget }: z.output<typeof SetAdvisory>,
): Promise<void> {
  const [begun] = (await tables.execute(
    sql`SELECT viva.advisory_begun(${openingId}::uuid) AS begun`,
  )) as unknown as { begun: boolean }[];
  if (begun?.begun)
    throw conflict(
      'advisory-fixed',
      'Interviews have begun: whether and how an advisory rater is used can no longer be changed, so that nobody can decide it by what it says.',
    );
  const many = strategy === 'self-consistency';
  const row = {
    used,
    counted,
    strategy,
    samples: many ? samples : 1,
    temperature: temperature ?? (many ? 0.7 : 0),
    seed,
    tokenBudget,
    setBy: actor.id,
    setAt: store.clock(),
  };
  await tables
    .insert(t.advisorySetting)
    .values({ openingId, ...row })
    .onConflictDoUpdate({ target: t.advisorySetting.openingId, set: row });
  const { setBy: _, setAt: __, ...detail } = row;
  await appendAudit(store, tables, {
    action: 'advisory.set',
    subject: `opening/${openingId}`,
    openingId,
    detail,
  });
}

export async function setAdvisory(
  context: Context,
  actor: Actor,
  openingId: string,
  wanted: z.output<typeof SetAdvisory>,
) {
  requireLead(actor);
  return context.store.as(actor.id, async (tables) => {
    await lockOpening(tables, openingId);
    const opening = await findOpening(tables, openingId);
    if (opening.status === 'closed') throw conflict('closed', 'The opening is closed.');
    await writeSetting(context, tables, actor, openingId, wanted);
    return view(context, tables, openingId);
  });
}
