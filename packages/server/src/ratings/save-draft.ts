import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { Draft, Note, SaveDraft, SaveNote } from '../contract/ratings.ts';
import { conflict, notFound } from '../errors.ts';
import { requireTeam } from '../interview/permissions.ts';
import { application, place } from '../keys/sealed-columns.ts';
import { DatabaseError } from '../store/driver.ts';
import * as t from '../store/schema.ts';
import { refuseScoring, scoring } from './refuse-scoring.ts';
import { type DraftRow, needKey, openDraft, openNote } from './sealed-drafts.ts';

export const toDraft = ({
  questionId,
  score,
  evidence,
  notAsked,
  revision,
  savedAt,
}: DraftRow): z.infer<typeof Draft> => ({
  question: questionId,
  score,
  evidence,
  notAsked,
  revision,
  savedAt: savedAt.toISOString(),
});

/**
 * Saves a draft in one statement. A save made on an older revision is refused with what the server holds, unless it
 * says the same, so that a repeated save whose answer was lost is safe.
 * @throws Refusal 409 `draft-conflict`, or why this person may not score now
 */
export async function saveDraft(
  context: Context,
  actor: Actor,
  candidateId: string,
  questionId: string,
  { score, evidence, notAsked, baseRevision }: z.output<typeof SaveDraft>,
): Promise<z.infer<typeof Draft>> {
  requireTeam(actor);
  const { store } = context;
  const own = and(
    eq(t.draft.candidateId, candidateId),
    eq(t.draft.raterId, actor.id),
    eq(t.draft.questionId, questionId),
  );
  try {
    return await scoring(context, actor, candidateId, () =>
      store.as(actor.id, async (tables) => {
        const savedAt = store.clock();
        await needKey(store.vault, tables, candidateId);
        const seal = (column: string, text: string): Promise<string> =>
          store.vault.seal(
            application(candidateId),
            place('draft', column, candidateId, actor.id, questionId),
            text,
          );
        const sealedEvidence = await seal('evidence', evidence);
        const sealedNotAsked = notAsked === null ? null : await seal('not_asked', notAsked);
        const saved = (await tables.execute(sql`
          INSERT INTO viva.draft (candidate_id, rater_id, question_id, opening_id, score, evidence, not_asked, revision, saved_at)
          SELECT c.id, ${actor.id}::uuid, ${questionId}, c.opening_id, ${score}::smallint, ${sealedEvidence}, ${sealedNotAsked}::text,
            ${baseRevision + 1}::int, ${savedAt.toISOString()}::timestamptz
          FROM viva.candidate c WHERE c.id = ${candidateId}::uuid
          ON CONFLICT (candidate_id, rater_id, question_id) DO UPDATE SET score = excluded.score, evidence = excluded.evidence,
            not_asked = excluded.not_asked, revision = draft.revision + 1, saved_at = excluded.saved_at
            WHERE draft.revision = ${baseRevision}::int
          RETURNING revision`)) as unknown as { revision: number }[];
        const [row] = saved;
        if (row)
          return {
            question: questionId,
            score,
            evidence,
            notAsked,
            revision: row.revision,
            savedAt: savedAt.toISOString(),
          };
        const [stored] = await tables.select().from(t.draft).where(own);
        if (!stored) throw await refuseScoring(tables, actor, candidateId);
        const held = openDraft(await store.vault.load([application(candidateId)]), stored);
        if (held.score === score && held.evidence === evidence && held.notAsked === notAsked)
          return toDraft(held);
        throw conflict(
          'draft-conflict',
          'This draft was changed elsewhere since you last saw it. Choose which version to keep.',
          {
            current: toDraft(held),
          },
        );
      }),
    );
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof DatabaseError ? error.cause : error;
    if (cause instanceof DatabaseError && cause.code === '23503') throw notFound('question in this opening');
    throw error;
  }
}

/** Saves the private note, by the same rule. */
export async function saveNote(
  context: Context,
  actor: Actor,
  candidateId: string,
  { body, baseRevision }: z.output<typeof SaveNote>,
): Promise<z.infer<typeof Note>> {
  requireTeam(actor);
  const { store } = context;
  return scoring(context, actor, candidateId, () =>
    store.as(actor.id, async (tables) => {
      const savedAt = store.clock();
      await needKey(store.vault, tables, candidateId);
      const sealed = await store.vault.seal(
        application(candidateId),
        place('note', 'body', candidateId, actor.id),
        body,
      );
      const saved = (await tables.execute(sql`
        INSERT INTO viva.note (candidate_id, rater_id, opening_id, body, revision, saved_at)
        SELECT c.id, ${actor.id}::uuid, c.opening_id, ${sealed}, ${baseRevision + 1}::int, ${savedAt.toISOString()}::timestamptz
        FROM viva.candidate c WHERE c.id = ${candidateId}::uuid
        ON CONFLICT (candidate_id, rater_id) DO UPDATE SET body = excluded.body, revision = note.revision + 1, saved_at = excluded.saved_at
          WHERE note.revision = ${baseRevision}::int
        RETURNING revision`)) as unknown as { revision: number }[];
      const [row] = saved;
      if (row) return { body, revision: row.revision, savedAt: savedAt.toISOString() };
      const [held] = await tables
        .select()
        .from(t.note)
        .where(and(eq(t.note.candidateId, candidateId), eq(t.note.raterId, actor.id)));
      if (!held) throw await refuseScoring(tables, actor, candidateId);
      const current = {
        body: openNote(await store.vault.load([application(candidateId)]), held),
        revision: held.revision,
        savedAt: held.savedAt.toISOString(),
      };
      if (current.body === body) return current;
      throw conflict(
        'draft-conflict',
        'This note was changed elsewhere since you last saw it. Choose which version to keep.',
        { current },
      );
    }),
  );
}
