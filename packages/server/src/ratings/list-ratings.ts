/** Ratings and notes that one may read: row-level security decides, not a WHERE. */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, ne, or, type SQL } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { Rating, SharedNote } from '../contract/ratings.ts';
import { requireTeam } from '../interview/permissions.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

/** In the order of submission: by time, rater, question. */
export async function readRatings(tables: Tables, where: SQL | undefined): Promise<z.infer<typeof Rating>[]> {
  const rows = await tables
    .select({ rating: t.rating, raterName: t.person.name })
    .from(t.rating)
    .innerJoin(t.person, eq(t.person.id, t.rating.raterId))
    .where(where)
    .orderBy(asc(t.rating.createdAt), asc(t.rating.raterId), asc(t.rating.questionId), asc(t.rating.id));
  return rows.map(({ rating: { questionId, openingId: _, createdAt, ...rating }, raterName }) => ({
    ...rating,
    raterName,
    question: questionId,
    createdAt: createdAt.toISOString(),
  }));
}

export async function listRatings({ store }: Context, actor: Actor, candidateId: string) {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    await findCandidate(tables, candidateId);
    return readRatings(tables, eq(t.rating.candidateId, candidateId));
  });
}

export async function listNotes(
  { store }: Context,
  actor: Actor,
  candidateId: string,
): Promise<z.infer<typeof SharedNote>[]> {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    await findCandidate(tables, candidateId);
    return tables
      .select({
        candidateId: t.note.candidateId,
        raterId: t.note.raterId,
        raterName: t.person.name,
        body: t.note.body,
      })
      .from(t.note)
      .innerJoin(t.person, eq(t.person.id, t.note.raterId))
      .where(and(eq(t.note.candidateId, candidateId), or(eq(t.note.raterId, actor.id), ne(t.note.body, ''))))
      .orderBy(asc(t.person.name), asc(t.note.raterId));
  });
}
