/** Ratings and notes that one may read: row-level security decides, not a WHERE. */

import type { z } from '@hono/zod-openapi';
import { asc, eq, type SQL } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { Rating, SharedNote } from '../contract/ratings.ts';
import { requireTeam } from '../interview/permissions.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import { application, place } from '../keys/sealed-columns.ts';
import type { Vault } from '../keys/vault.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

/** In the order of submission: by time, rater, question. */
export async function readRatings(
  vault: Vault,
  tables: Tables,
  where: SQL | undefined,
): Promise<z.infer<typeof Rating>[]> {
  const rows = await tables
    .select({ rating: t.rating, raterName: t.person.name })
    .from(t.rating)
    .innerJoin(t.person, eq(t.person.id, t.rating.raterId))
    .where(where)
    .orderBy(asc(t.rating.createdAt), asc(t.rating.raterId), asc(t.rating.questionId), asc(t.rating.id));
  const keys = await vault.load(rows.map(({ rating }) => application(rating.candidateId)));
  return rows.map(({ rating: { questionId, openingId: _, createdAt, ...rating }, raterName }) => {
    const open = (column: string, text: string): string =>
      keys.open(application(rating.candidateId), place('rating', column, rating.id), text);
    return {
      ...rating,
      evidence: open('evidence', rating.evidence),
      notAsked: rating.notAsked === null ? null : open('not_asked', rating.notAsked),
      reason: rating.reason === null ? null : open('reason', rating.reason),
      raterName,
      question: questionId,
      createdAt: createdAt.toISOString(),
    };
  });
}

export async function listRatings({ store }: Context, actor: Actor, candidateId: string) {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    await findCandidate(tables, candidateId);
    return readRatings(store.vault, tables, eq(t.rating.candidateId, candidateId));
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
    const rows = await tables
      .select({
        candidateId: t.note.candidateId,
        raterId: t.note.raterId,
        raterName: t.person.name,
        body: t.note.body,
      })
      .from(t.note)
      .innerJoin(t.person, eq(t.person.id, t.note.raterId))
      .where(eq(t.note.candidateId, candidateId))
      .orderBy(asc(t.person.name), asc(t.note.raterId));
    const keys = await store.vault.load([application(candidateId)]);
    return rows
      .map((row) => ({
        ...row,
        body: keys.open(application(candidateId), place('note', 'body', candidateId, row.raterId), row.body),
      }))
      .filter(({ raterId, body }) => raterId === actor.id || body !== '');
  });
}
