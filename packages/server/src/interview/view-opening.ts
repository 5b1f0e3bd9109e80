/** An opening as the API shows it: pinned items, seats with their history. */

import type { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, inArray, lt, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Actor } from '../context.ts';
import type { Opening, OpeningItem, OpeningSummary, Seat } from '../contract/interview.ts';
import { notFound } from '../errors.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { readCursor, toPage } from './paging.ts';

type Row = typeof t.opening.$inferSelect;

/** @throws Refusal 404 where there is none, or row-level security hides it. */
export async function findOpening(tables: Tables, id: string): Promise<Row> {
  const [row] = await tables.select().from(t.opening).where(eq(t.opening.id, id));
  if (!row) throw notFound('opening');
  return row;
}

/** Keeps changes of one opening's panel and scorecards in turn, until the transaction ends. */
export const lockOpening = (tables: Tables, id: string) =>
  tables.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`opening/${id}`}, 0))`);

export async function listSeats(tables: Tables, openingId: string): Promise<z.infer<typeof Seat>[]> {
  const by = alias(t.person, 'appointer');
  const rows = await tables
    .select({
      id: t.seat.id,
      ordinal: t.seat.ordinal,
      personId: t.seatHolder.personId,
      name: t.person.name,
      since: t.seatHolder.since,
      appointedBy: by.name,
      reason: t.seatHolder.reason,
      calibration: t.seatHolder.calibration,
      waiverReason: t.seatHolder.waiverReason,
    })
    .from(t.seat)
    .innerJoin(t.seatHolder, eq(t.seatHolder.seatId, t.seat.id))
    .innerJoin(t.person, eq(t.person.id, t.seatHolder.personId))
    .innerJoin(by, eq(by.id, t.seatHolder.appointedBy))
    .where(eq(t.seat.openingId, openingId))
    .orderBy(asc(t.seat.ordinal), asc(t.seatHolder.ordinal));
  const seats = new Map<string, z.infer<typeof Seat>>();
  for (const { id, ordinal, since, ...holder } of rows) {
    const seat = seats.get(id) ?? {
      id,
      ordinal,
      holder: { personId: holder.personId, name: holder.name },
      history: [],
    };
    seat.holder = { personId: holder.personId, name: holder.name };
    seat.history.push({ ...holder, since: since.toISOString() });
    seats.set(id, seat);
  }
  return [...seats.values()];
}

export async function listItems(tables: Tables, openingId: string) {
  return tables
    .select()
    .from(t.openingItem)
    .where(eq(t.openingItem.openingId, openingId))
    .orderBy(asc(t.openingItem.ordinal));
}

export function toItem({
  question,
  ...item
}: Awaited<ReturnType<typeof listItems>>[number]): z.infer<typeof OpeningItem> {
  return {
    question: item.questionId,
    ordinal: item.ordinal,
    competency: item.competency,
    weight: item.weight,
    minutes: question.minutes,
    kind: question.kind,
    title: { 'zh-CN': question.text['zh-CN'].title, en: question.text.en.title },
    hash: item.questionHash,
  };
}

async function summarise(
  tables: Tables,
  rows: Row[],
  actor: Actor,
): Promise<z.infer<typeof OpeningSummary>[]> {
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  const count = sql<number>`count(*)::int`;
  const tally = async (table: typeof t.candidate | typeof t.reveal | typeof t.seat) =>
    new Map(
      (
        await tables
          .select({ id: table.openingId, count })
          .from(table)
          .where(inArray(table.openingId, ids))
          .groupBy(table.openingId)
      ).map((row) => [row.id, row.count]),
    );
  const candidates = await tally(t.candidate);
  const revealed = await tally(t.reveal);
  const seats = await tally(t.seat);
  const mine = new Set(
    (
      await tables
        .select({ id: t.currentSeat.openingId })
        .from(t.currentSeat)
        .where(and(inArray(t.currentSeat.openingId, ids), eq(t.currentSeat.personId, actor.id)))
    ).map(({ id }) => id),
  );
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    status: row.status,
    demo: row.demo,
    kit: { id: row.kitId, title: row.kit.title },
    candidates: candidates.get(row.id) ?? 0,
    revealed: revealed.get(row.id) ?? 0,
    panel: seats.get(row.id) ?? 0,
    createdAt: row.createdAt.toISOString(),
    onPanel: mine.has(row.id),
  }));
}

export async function viewOpening(
  tables: Tables,
  id: string,
  actor: Actor,
): Promise<z.infer<typeof Opening>> {
  const row = await findOpening(tables, id);
  const [summary] = await summarise(tables, [row], actor);
  if (!summary) throw notFound('opening');
  const items = await listItems(tables, id);
  return {
    ...summary,
    description: row.description,
    askGroups: row.askGroups,
    kitHash: row.kitHash,
    scaleFamily: row.scaleFamily,
    competencies: row.competencies,
    items: items.map(toItem),
    seats: await listSeats(tables, id),
    openedAt: row.openedAt?.toISOString() ?? null,
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}

export async function listOpenings(
  tables: Tables,
  actor: Actor,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
) {
  const after = readCursor(cursor);
  const rows = await tables
    .select()
    .from(t.opening)
    .where(
      after
        ? or(
            lt(t.opening.createdAt, new Date(after[0])),
            and(eq(t.opening.createdAt, new Date(after[0])), lt(t.opening.id, after[1])),
          )
        : undefined,
    )
    .orderBy(desc(t.opening.createdAt), desc(t.opening.id))
    .limit(limit + 1);
  const { items, nextCursor } = toPage(rows, limit, (row) => [row.createdAt.toISOString(), row.id]);
  return { items: await summarise(tables, items, actor), nextCursor };
}
