import type { z } from '@hono/zod-openapi';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { PageQuery } from '../contract/common.ts';
import type { Application } from '../contract/interview.ts';
import * as t from '../store/schema.ts';
import { after, toPage } from './paging.ts';

const OLDEST_FIRST = {
  columns: [t.candidate.createdAt, t.candidate.id],
  from: sql`${t.candidate}`,
  id: t.candidate.id,
};

/** A candidate's own applications: when, where, with whom and on what. Never a question, a score or a note. */
export async function listApplications(
  { store }: Context,
  actor: Actor,
  { limit, cursor }: z.output<typeof PageQuery>,
): Promise<{ items: z.infer<typeof Application>[]; nextCursor: string | null }> {
  return store.as(actor.id, async (tables) => {
    const found = await tables
      .select({ candidate: t.candidate, title: t.opening.title, competencies: t.opening.competencies })
      .from(t.candidate)
      .innerJoin(t.opening, eq(t.opening.id, t.candidate.openingId))
      .where(and(eq(t.candidate.personId, actor.id), after(cursor, OLDEST_FIRST)))
      .orderBy(asc(t.candidate.createdAt), asc(t.candidate.id))
      .limit(limit + 1);
    const { items: rows, nextCursor } = toPage(found, limit, ({ candidate }) => [candidate.id]);
    if (rows.length === 0) return { items: [], nextCursor };
    const sessions = await tables
      .select()
      .from(t.interviewSession)
      .where(
        inArray(
          t.interviewSession.candidateId,
          rows.map(({ candidate }) => candidate.id),
        ),
      )
      .orderBy(asc(t.interviewSession.scheduledAt));
    const panels = await tables
      .select({ openingId: t.currentSeat.openingId, name: t.person.name })
      .from(t.currentSeat)
      .innerJoin(t.person, eq(t.person.id, t.currentSeat.personId))
      .where(
        inArray(
          t.currentSeat.openingId,
          rows.map(({ candidate }) => candidate.openingId),
        ),
      )
      .orderBy(asc(t.person.name));
    const items = rows.map(({ candidate, title, competencies }) => ({
      candidateId: candidate.id,
      openingTitle: title,
      status: candidate.withdrawnAt ? ('withdrawn' as const) : ('active' as const),
      sessions: sessions
        .filter(({ candidateId }) => candidateId === candidate.id)
        .map(({ scheduledAt, minutes, place, status }) => ({
          scheduledAt: scheduledAt.toISOString(),
          minutes,
          place,
          status,
        })),
      interviewers: panels
        .filter(({ openingId }) => openingId === candidate.openingId)
        .map(({ name }) => name),
      competencies: competencies.map((competency) => ({
        title: competency.title,
        description: competency.description,
      })),
    }));
    return { items, nextCursor };
  });
}
