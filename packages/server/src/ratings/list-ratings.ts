/** Ratings and notes that one may read: row-level security decides, not a WHERE. */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { PageQuery } from '../contract/common.ts';
import type { Rating, SharedNote } from '../contract/ratings.ts';
import { after, BY_NAME, toPage } from '../interview/paging.ts';
import { requireTeam } from '../interview/permissions.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import { application, place } from '../keys/sealed-columns.ts';
import type { Vault } from '../keys/vault.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

const AS_SUBMITTED = {
  columns: [t.rating.createdAt, t.rating.raterId, t.rating.questionId, t.rating.id],
  from: sql`${t.rating}`,
  id: t.rating.id,
};

/** In the order of submission: by time, rater, question. @param most how many at most; all, unless told */
export async function readRatings(
  vault: Vault,
  tables: Tables,
  where: SQL | undefined,
  most?: number,
): Promise<z.infer<typeof Rating>[]> {
  const found = tables
    .select({ rating: t.rating, raterName: t.person.name })
    .from(t.rating)
    .innerJoin(t.person, eq(t.person.id, t.rating.raterId))
    .where(where)
    .orderBy(asc(t.rating.createdAt), asc(t.rating.raterId), asc(t.rating.questionId), asc(t.rating.id));
  const rows = await (most === undefined ? found : found.limit(most));
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

export async function listRatings(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  { limit, cursor }: z.output<typeof PageQuery>,
) {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    await findCandidate(tables, candidateId);
    const rows = await readRatings(
      store.vault,
      tables,
      and(eq(t.rating.candidateId, candidateId), after(cursor, AS_SUBMITTED)),
      limit + 1,
    );
    return toPage(rows, limit, ({ id }) => [id]);
  });
}

export async function listNotes(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  { limit, cursor }: z.output<typeof PageQuery>,
): Promise<{ items: z.infer<typeof SharedNote>[]; nextCursor: string | null }> {
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
      .where(and(eq(t.note.candidateId, candidateId), after(cursor, BY_NAME)))
      .orderBy(asc(t.person.name), asc(t.person.id))
      .limit(limit + 1);
    const keys = await store.vault.load([application(candidateId)]);
    const { items, nextCursor } = toPage(rows, limit, ({ raterId }) => [raterId]);
    return {
      items: items
        .map((row) => ({
          ...row,
          body: keys.open(
            application(candidateId),
            place('note', 'body', candidateId, row.raterId),
            row.body,
          ),
        }))
        .filter(({ raterId, body }) => raterId === actor.id || body !== ''),
      nextCursor,
    };
  });
}
