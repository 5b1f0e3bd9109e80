/** Seats of a panel: appointing, removing while a draft, substituting with a reason. */

import type { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import { standings } from '../calibration/standing.ts';
import type { Actor, Context } from '../context.ts';
import type { PageQuery } from '../contract/common.ts';
import type { Appoint, Eligible, Substitute } from '../contract/interview.ts';
import { MOST_HOLDERS, MOST_SEATS } from '../contract/limits.ts';
import { conflict, notFound, Refusal } from '../errors.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { holdLimit } from './hold-limit.ts';
import { after, BY_NAME, toPage } from './paging.ts';
import { requireLead } from './permissions.ts';
import { findOpening, lockOpening, viewOpening } from './view-opening.ts';

/** Who could sit on the panel: everybody of the team with an account, by name. */
export async function listEligible(
  { store }: Context,
  actor: Actor,
  openingId: string,
  { limit, cursor }: z.output<typeof PageQuery>,
): Promise<{ items: z.infer<typeof Eligible>[]; nextCursor: string | null }> {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    const opening = await findOpening(tables, openingId);
    const people = await tables
      .select({ id: t.person.id, name: t.person.name, role: t.person.role })
      .from(t.person)
      .where(
        and(
          inArray(t.person.role, ['owner', 'lead', 'interviewer']),
          isNull(t.person.disabledAt),
          after(cursor, BY_NAME),
        ),
      )
      .orderBy(asc(t.person.name), asc(t.person.id))
      .limit(limit + 1);
    const passed = await standings(tables, opening.scaleFamily, store.clock());
    const { items, nextCursor } = toPage(people, limit, ({ id }) => [id]);
    return {
      items: items.map(({ id, ...person }) => ({
        personId: id,
        ...person,
        calibrated: passed.has(id),
        expiresAt: passed.get(id)?.toISOString() ?? null,
      })),
      nextCursor,
    };
  });
}

/** Checks that the person may take a seat, and how. @throws Refusal */
async function qualify(
  { store }: Context,
  tables: Tables,
  opening: typeof t.opening.$inferSelect,
  personId: string,
  waiver: string | undefined,
): Promise<{ calibration: 'passed' | 'waived'; waiverReason: string | null }> {
  const [person] = await tables.select().from(t.person).where(eq(t.person.id, personId));
  if (!person || person.role === 'candidate' || person.disabledAt)
    throw new Refusal(422, 'not-eligible', 'This person cannot sit on a panel.', {
      errors: [{ field: '/personId', message: 'choose an active member of the team' }],
    });
  const [seated] = await tables
    .select({ id: t.currentSeat.seatId })
    .from(t.currentSeat)
    .where(and(eq(t.currentSeat.openingId, opening.id), eq(t.currentSeat.personId, personId)));
  if (seated) throw conflict('seated-already', `${person.name} has a seat on this panel already.`);
  if ((await standings(tables, opening.scaleFamily, store.clock())).has(personId))
    return { calibration: 'passed', waiverReason: null };
  if (!waiver)
    throw new Refusal(
      422,
      'not-calibrated',
      `${person.name} has not passed the calibration "${opening.scaleFamily}". Let them pass it, or waive it with a reason, which the report shows.`,
      { errors: [{ field: '/waiver', message: 'a reason is needed to waive the calibration' }] },
    );
  return { calibration: 'waived', waiverReason: waiver };
}

export async function appoint(
  context: Context,
  actor: Actor,
  openingId: string,
  { personId, waiver }: z.output<typeof Appoint>,
) {
  requireLead(actor);
  const { store } = context;
  return store.as(actor.id, async (tables) => {
    await lockOpening(tables, openingId);
    const opening = await findOpening(tables, openingId);
    if (opening.status !== 'draft')
      throw conflict(
        'panel-fixed',
        'The panel is fixed once the opening is open. Put another person into a seat with a substitution.',
      );
    const qualified = await qualify(context, tables, opening, personId, waiver);
    await holdLimit(tables, {
      table: t.seat,
      where: eq(t.seat.openingId, openingId),
      most: MOST_SEATS,
      code: 'too-many-seats',
      detail: `A panel has at most ${MOST_SEATS} seats.`,
    });
    const [last] = await tables
      .select({ ordinal: sql<number>`coalesce(max(${t.seat.ordinal}), 0)::int` })
      .from(t.seat)
      .where(eq(t.seat.openingId, openingId));
    const seatId = store.newId();
    await tables.insert(t.seat).values({ id: seatId, openingId, ordinal: (last?.ordinal ?? 0) + 1 });
    await tables.insert(t.seatHolder).values({
      seatId,
      ordinal: 1,
      openingId,
      personId,
      since: store.clock(),
      appointedBy: actor.id,
      reason: null,
      ...qualified,
    });
    await appendAudit(store, tables, {
      action: 'panel.appointed',
      subject: `seat/${seatId}`,
      openingId,
      detail: { person: personId, ...qualified },
    });
    return viewOpening(tables, openingId, actor);
  });
}

export async function removeSeat({ store }: Context, actor: Actor, openingId: string, seatId: string) {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    await lockOpening(tables, openingId);
    const opening = await findOpening(tables, openingId);
    if (opening.status !== 'draft')
      throw conflict(
        'panel-fixed',
        'The panel is fixed once the opening is open. Put another person into the seat with a substitution.',
      );
    await tables
      .delete(t.seatHolder)
      .where(and(eq(t.seatHolder.seatId, seatId), eq(t.seatHolder.openingId, openingId)));
    const gone = await tables
      .delete(t.seat)
      .where(and(eq(t.seat.id, seatId), eq(t.seat.openingId, openingId)))
      .returning({ id: t.seat.id });
    if (gone.length === 0) throw notFound('seat');
    await appendAudit(store, tables, { action: 'panel.seat-removed', subject: `seat/${seatId}`, openingId });
    return viewOpening(tables, openingId, actor);
  });
}

/** Puts another person into a seat. Candidates for whom the former holder has submitted stay with that person. */
export async function substitute(
  context: Context,
  actor: Actor,
  openingId: string,
  seatId: string,
  { personId, reason, waiver }: z.output<typeof Substitute>,
) {
  requireLead(actor);
  const { store } = context;
  return store.as(actor.id, async (tables) => {
    await lockOpening(tables, openingId);
    const row = await findOpening(tables, openingId);
    if (row.status !== 'open')
      throw conflict('not-open', 'Substitutions are for open openings; a draft’s panel is simply edited.');
    const [current] = await tables
      .select()
      .from(t.seatHolder)
      .where(and(eq(t.seatHolder.seatId, seatId), eq(t.seatHolder.openingId, openingId)))
      .orderBy(desc(t.seatHolder.ordinal))
      .limit(1);
    if (!current) throw notFound('seat');
    const qualified = await qualify(context, tables, row, personId, waiver);
    if (current.ordinal >= MOST_HOLDERS)
      throw conflict('too-many-holders', `A seat changes hands at most ${MOST_HOLDERS - 1} times.`);
    await tables.insert(t.seatHolder).values({
      seatId,
      ordinal: current.ordinal + 1,
      openingId,
      personId,
      since: store.clock(),
      appointedBy: actor.id,
      reason,
      ...qualified,
    });
    await appendAudit(store, tables, {
      action: 'panel.substituted',
      subject: `seat/${seatId}`,
      openingId,
      detail: { from: current.personId, to: personId, reason, ...qualified },
    });
    return viewOpening(tables, openingId, actor);
  });
}
