/** Sessions: when and where the panel meets a candidate. */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, gt, inArray, or } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type { ScheduleSession, Session, UpdateSession } from '../contract/interview.ts';
import { MOST_SESSIONS } from '../contract/limits.ts';
import { conflict, forbidden, notFound } from '../errors.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { holdLimit } from './hold-limit.ts';
import { readCursor, toPage } from './paging.ts';
import { leads, requireLead, requireTeam } from './permissions.ts';
import { findCandidate, listLocks, owed } from './view-candidate.ts';
import { findOpening } from './view-opening.ts';

type Row = typeof t.interviewSession.$inferSelect;

async function toSessions(
  tables: Tables,
  rows: readonly Row[],
  actor: Actor,
): Promise<z.infer<typeof Session>[]> {
  if (rows.length === 0) return [];
  const ids = [...new Set(rows.map(({ candidateId }) => candidateId))];
  const people = new Map(
    (
      await tables
        .select({
          id: t.candidate.id,
          name: t.candidate.name,
          withdrawn: t.candidate.withdrawnAt,
          title: t.opening.title,
          status: t.opening.status,
        })
        .from(t.candidate)
        .innerJoin(t.opening, eq(t.opening.id, t.candidate.openingId))
        .where(inArray(t.candidate.id, ids))
    ).map((row) => [row.id, row]),
  );
  const revealed = new Set(
    (
      await tables
        .select({ id: t.reveal.candidateId })
        .from(t.reveal)
        .where(inArray(t.reveal.candidateId, ids))
    ).map(({ id }) => id),
  );
  const locks = await listLocks(tables, ids);
  return rows.map((row) => {
    const candidate = people.get(row.candidateId);
    const scorable = candidate?.status === 'open' && !candidate.withdrawn && !revealed.has(row.candidateId);
    return {
      id: row.id,
      candidateId: row.candidateId,
      candidateName: candidate?.name ?? '',
      openingId: row.openingId,
      openingTitle: candidate?.title ?? '',
      scheduledAt: row.scheduledAt.toISOString(),
      minutes: row.minutes,
      place: row.place,
      status: row.status,
      startedAt: row.startedAt?.toISOString() ?? null,
      endedAt: row.endedAt?.toISOString() ?? null,
      mine: owed(locks.get(row.candidateId) ?? [], actor, scorable),
    };
  });
}

interface SessionQuery {
  limit: number;
  cursor?: string | undefined;
  opening?: string | undefined;
  candidate?: string | undefined;
}

/** In the order of time. */
export async function listSessions(
  { store }: Context,
  actor: Actor,
  { limit, cursor, opening, candidate }: SessionQuery,
) {
  requireTeam(actor);
  const s = t.interviewSession;
  return store.as(actor.id, async (tables) => {
    const after = readCursor(cursor);
    const rows = await tables
      .select()
      .from(s)
      .where(
        and(
          opening ? eq(s.openingId, opening) : undefined,
          candidate ? eq(s.candidateId, candidate) : undefined,
          after
            ? or(
                gt(s.scheduledAt, new Date(after[0])),
                and(eq(s.scheduledAt, new Date(after[0])), gt(s.id, after[1])),
              )
            : undefined,
        ),
      )
      .orderBy(asc(s.scheduledAt), asc(s.id))
      .limit(limit + 1);
    const page = toPage(rows, limit, (row) => [row.scheduledAt.toISOString(), row.id]);
    return { items: await toSessions(tables, page.items, actor), nextCursor: page.nextCursor };
  });
}

export async function scheduleSession(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  plan: z.output<typeof ScheduleSession>,
) {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    const candidate = await findCandidate(tables, candidateId);
    if (candidate.withdrawnAt)
      throw conflict('withdrawn', 'The candidate is withdrawn: there is nobody to meet.');
    const opening = await findOpening(tables, candidate.openingId);
    if (opening.status === 'closed') throw conflict('closed', 'The opening is closed.');
    await holdLimit(tables, {
      table: t.interviewSession,
      where: eq(t.interviewSession.candidateId, candidateId),
      most: MOST_SESSIONS,
      code: 'too-many-sessions',
      detail: `A candidate has at most ${MOST_SESSIONS} sessions, cancelled ones included. Move one that is there.`,
    });
    const row: Row = {
      id: store.newId(),
      openingId: candidate.openingId,
      candidateId,
      scheduledAt: new Date(plan.scheduledAt),
      minutes: plan.minutes,
      place: plan.place,
      status: 'scheduled',
      startedAt: null,
      endedAt: null,
    };
    await tables.insert(t.interviewSession).values(row);
    await appendAudit(store, tables, {
      action: 'session.scheduled',
      subject: `session/${row.id}`,
      openingId: row.openingId,
      candidateId,
      detail: told(plan),
    });
    const [session] = await toSessions(tables, [row], actor);
    if (!session) throw notFound('session');
    return session;
  });
}

/** The log outlives the candidate, and a place may tell who it was: that it changed is enough there. */
function told({ place, ...rest }: { place?: string | undefined }): Record<string, unknown> {
  return { ...rest, ...(place === undefined ? {} : { placeChanged: true }) };
}

const NEXT: Record<Row['status'], readonly Row['status'][]> = {
  scheduled: ['running', 'cancelled'],
  running: ['ended'],
  ended: [],
  cancelled: [],
};

/** Leads move and cancel; the panel starts and ends. */
export async function updateSession(
  { store }: Context,
  actor: Actor,
  id: string,
  change: z.output<typeof UpdateSession>,
) {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    const [row] = await tables.select().from(t.interviewSession).where(eq(t.interviewSession.id, id));
    if (!row) throw notFound('session');
    const moves =
      change.scheduledAt !== undefined || change.minutes !== undefined || change.place !== undefined;
    if (!leads(actor) && (moves || change.status === 'cancelled')) throw forbidden('the owner or a lead');
    if (moves && row.status !== 'scheduled')
      throw conflict('session-begun', `The session is ${row.status}: it can no longer be moved.`);
    if (change.status && change.status !== row.status && !NEXT[row.status].includes(change.status))
      throw conflict('session-state', `A session that is ${row.status} cannot become ${change.status}.`);
    const status = change.status ?? row.status;
    const next: Row = {
      ...row,
      status,
      scheduledAt: change.scheduledAt ? new Date(change.scheduledAt) : row.scheduledAt,
      minutes: change.minutes ?? row.minutes,
      place: change.place ?? row.place,
      startedAt: row.startedAt ?? (status === 'running' ? store.clock() : null),
      endedAt: row.endedAt ?? (status === 'ended' ? store.clock() : null),
    };
    await tables.update(t.interviewSession).set(next).where(eq(t.interviewSession.id, id));
    await appendAudit(store, tables, {
      action: 'session.changed',
      subject: `session/${id}`,
      openingId: row.openingId,
      candidateId: row.candidateId,
      detail: told(change),
    });
    const [session] = await toSessions(tables, [next], actor);
    if (!session) throw notFound('session');
    return session;
  });
}
