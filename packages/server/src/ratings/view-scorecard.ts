import type { z } from '@hono/zod-openapi';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import { EVIDENCE_MIN } from '../contract/common.ts';
import type { Scorecard } from '../contract/ratings.ts';
import { requireTeam } from '../interview/permissions.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import { findOpening, listItems, toItem } from '../interview/view-opening.ts';
import { application } from '../keys/sealed-columns.ts';
import * as t from '../store/schema.ts';
import { readRatings } from './list-ratings.ts';
import { refuseScoring } from './refuse-scoring.ts';
import { toDraft } from './save-draft.ts';
import { openDraft, openNote } from './sealed-drafts.ts';

/** A rater's own page for one candidate: nothing on it comes from another rater. */
export async function viewScorecard(
  { store }: Context,
  actor: Actor,
  candidateId: string,
): Promise<z.infer<typeof Scorecard>> {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    const candidate = await findCandidate(tables, candidateId);
    const opening = await findOpening(tables, candidate.openingId);
    const [own] = (await tables.execute(
      sql`SELECT viva.scoring_seat(${candidateId}::uuid) AS seat`,
    )) as unknown as { seat: string | null }[];
    const open = Boolean(own?.seat);
    const refusal = open ? undefined : await refuseScoring(tables, actor, candidateId);
    if (refusal?.status === 403) throw refusal;
    const ratings = await readRatings(
      store.vault,
      tables,
      and(eq(t.rating.candidateId, candidateId), eq(t.rating.raterId, actor.id)),
    );
    // In an order of their own: the order that rows lie in depends on what others write.
    const drafts = await tables
      .select()
      .from(t.draft)
      .where(and(eq(t.draft.candidateId, candidateId), eq(t.draft.raterId, actor.id)))
      .orderBy(asc(t.draft.questionId));
    const [note] = await tables
      .select()
      .from(t.note)
      .where(and(eq(t.note.candidateId, candidateId), eq(t.note.raterId, actor.id)));
    const keys = await store.vault.load([application(candidateId)]);
    return {
      candidateId,
      candidateName: candidate.name,
      openingId: opening.id,
      openingTitle: opening.title,
      status: open ? 'open' : refusal?.code === 'scorecard-locked' ? 'locked' : 'closed',
      evidenceMin: EVIDENCE_MIN,
      questions: (await listItems(tables, opening.id)).map((item) => ({
        ...toItem(item),
        text: item.question.text,
      })),
      drafts: drafts.map((row) => toDraft(openDraft(keys, row))),
      note: note
        ? {
            body: openNote(keys, note),
            revision: note.revision,
            savedAt: note.savedAt.toISOString(),
          }
        : { body: '', revision: 0, savedAt: null },
      ratings,
    };
  });
}
