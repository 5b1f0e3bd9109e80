import { eq, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import { conflict } from '../errors.ts';
import * as t from '../store/schema.ts';
import { requireLead } from './permissions.ts';
import { findOpening, listItems, listSeats, lockOpening, viewOpening } from './view-opening.ts';

/** Opens for interviews: from here on kit, weights and panel are fixed. */
export async function openOpening({ store }: Context, actor: Actor, id: string) {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    await lockOpening(tables, id);
    const opening = await findOpening(tables, id);
    if (opening.status !== 'draft') throw conflict('not-a-draft', 'Only a draft can be opened.');
    const seats = await listSeats(tables, id);
    if (seats.length === 0)
      throw conflict(
        'no-panel',
        'Appoint at least one interviewer before opening: the panel is fixed from then on.',
      );
    await tables
      .update(t.opening)
      .set({ status: 'open', openedAt: store.clock() })
      .where(eq(t.opening.id, id));
    const items = await listItems(tables, id);
    await appendAudit(store, tables, {
      action: 'opening.opened',
      subject: `opening/${id}`,
      openingId: id,
      detail: {
        panel: seats.map(({ holder }) => holder.personId),
        competencies: opening.competencies.map((competency) => [competency.id, competency.weight]),
        items: items.map((item) => [item.questionId, item.questionHash, item.weight]),
      },
    });
    return viewOpening(tables, id, actor);
  });
}

/** Closes for good. Candidates that are not revealed stay sealed unless a lead closes their panel first. */
export async function closeOpening({ store }: Context, actor: Actor, id: string, reason: string) {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    await lockOpening(tables, id);
    const opening = await findOpening(tables, id);
    if (opening.status === 'closed') throw conflict('closed', 'The opening is closed already.');
    await tables
      .update(t.opening)
      .set({ status: 'closed', closedAt: store.clock() })
      .where(eq(t.opening.id, id));
    if (opening.askGroups.length > 0) await tables.execute(sql`SELECT viva.count_groups(${id}::uuid)`);
    await appendAudit(store, tables, {
      action: 'opening.closed',
      subject: `opening/${id}`,
      openingId: id,
      detail: { reason },
    });
    return viewOpening(tables, id, actor);
  });
}
