import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import { MOST_AMENDMENTS } from '../contract/limits.ts';
import type { AmendRating, Rating } from '../contract/ratings.ts';
import { conflict, forbidden, notFound } from '../errors.ts';
import { holdLimit } from '../interview/hold-limit.ts';
import { requireTeam } from '../interview/permissions.ts';
import { findOpening } from '../interview/view-opening.ts';
import { application, place } from '../keys/sealed-columns.ts';
import * as t from '../store/schema.ts';
import { readRatings } from './list-ratings.ts';

/** Puts a dated, reasoned amendment beside one's own sealed rating. The first stays, and statistics use the first. */
export async function amendRating(
  { store }: Context,
  actor: Actor,
  ratingId: string,
  { score, evidence, reason }: z.output<typeof AmendRating>,
): Promise<z.infer<typeof Rating>> {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    const [rating] = await tables.select().from(t.rating).where(eq(t.rating.id, ratingId));
    if (!rating) throw notFound('rating');
    if (rating.raterId !== actor.id) throw forbidden('the person who gave the rating');
    if (rating.kind !== 'first')
      throw conflict(
        'not-first',
        'Amend the first rating; amendments stand beside it, each with its own date.',
      );
    const opening = await findOpening(tables, rating.openingId);
    if (opening.status !== 'open') throw conflict('not-open', 'The opening is closed: its record is final.');
    await holdLimit(tables, {
      table: t.rating,
      where: and(
        eq(t.rating.candidateId, rating.candidateId),
        eq(t.rating.raterId, actor.id),
        eq(t.rating.amends, ratingId),
      ),
      most: MOST_AMENDMENTS,
      code: 'too-many-amendments',
      detail: `A rating takes at most ${MOST_AMENDMENTS} amendments. Say more in a comment.`,
    });
    const id = store.newId();
    const seal = (column: string, text: string) =>
      store.vault.seal(application(rating.candidateId), place('rating', column, id), text);
    await tables.insert(t.rating).values({
      id,
      openingId: rating.openingId,
      candidateId: rating.candidateId,
      raterId: actor.id,
      questionId: rating.questionId,
      score,
      notAsked: null,
      evidence: await seal('evidence', evidence),
      kind: 'amendment',
      amends: ratingId,
      reason: await seal('reason', reason),
      createdAt: store.clock(),
    });
    const [sealed] = (await tables.execute(
      sql`SELECT viva.rating_digest(r) AS digest FROM viva.rating r WHERE r.id = ${id}::uuid`,
    )) as unknown as { digest: string }[];
    await appendAudit(store, tables, {
      action: 'rating.amended',
      subject: `candidate/${rating.candidateId}`,
      openingId: rating.openingId,
      candidateId: rating.candidateId,
      sealed: true,
      detail: { rating: id, digest: sealed?.digest ?? '' },
    });
    const [amendment] = await readRatings(
      store.vault,
      tables,
      and(eq(t.rating.id, id), eq(t.rating.raterId, actor.id)),
    );
    if (!amendment) throw notFound('rating');
    return amendment;
  });
}
