import { and, eq } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import { conflict, forbidden, type Refusal } from '../errors.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import { findOpening } from '../interview/view-opening.ts';
import { DatabaseError } from '../store/driver.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

/**
 * Why the actor may not score this candidate now. Tells only what is the actor's own or open to the whole panel,
 * so that no refusal speaks of another's ratings.
 */
export async function refuseScoring(tables: Tables, actor: Actor, candidateId: string): Promise<Refusal> {
  const candidate = await findCandidate(tables, candidateId);
  const [own] = await tables
    .select({ seatId: t.submission.seatId })
    .from(t.submission)
    .where(and(eq(t.submission.candidateId, candidateId), eq(t.submission.raterId, actor.id)));
  if (own)
    return conflict(
      'scorecard-locked',
      'Your scorecard is submitted and frozen. A change is an amendment, with its reason.',
    );
  const [seated] = await tables
    .select({ seatId: t.currentSeat.seatId })
    .from(t.currentSeat)
    .where(and(eq(t.currentSeat.openingId, candidate.openingId), eq(t.currentSeat.personId, actor.id)));
  if (!seated) return forbidden('a member of this opening’s panel');
  const opening = await findOpening(tables, candidate.openingId);
  if (opening.status !== 'open')
    return conflict(
      'not-open',
      `The opening is ${opening.status === 'draft' ? 'still a draft' : 'closed'}: nothing can be scored.`,
    );
  if (candidate.withdrawnAt)
    return conflict('withdrawn', 'The candidate is withdrawn: nothing can be scored.');
  const [reveal] = await tables.select().from(t.reveal).where(eq(t.reveal.candidateId, candidateId));
  if (reveal)
    return conflict(
      'revealed',
      'The panel is closed for this candidate and the ratings are open: no new rating would be independent.',
    );
  return conflict(
    'seat-locked',
    'The former holder of your seat has submitted for this candidate; your rating is not needed.',
  );
}

/** Runs `work`; where row-level security refuses, says why in the product's words. */
export async function scoring<T>(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof DatabaseError ? error.cause : error;
    if (!(cause instanceof DatabaseError) || cause.code !== '42501') throw error;
    throw await store.as(actor.id, (tables) => refuseScoring(tables, actor, candidateId));
  }
}
