import { and, eq, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import { EVIDENCE_MIN } from '../contract/common.ts';
import { type FieldError, Refusal } from '../errors.ts';
import { lockCandidate } from '../interview/change-candidate.ts';
import { requireTeam } from '../interview/permissions.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import { listItems, lockOpening } from '../interview/view-opening.ts';
import { application, place } from '../keys/sealed-columns.ts';
import * as t from '../store/schema.ts';
import { refuseScoring } from './refuse-scoring.ts';
import { openDraft } from './sealed-drafts.ts';

interface DraftLike {
  score: number | null;
  evidence: string;
  notAsked: string | null;
}

/** What a draft still lacks to become a rating; undefined where it lacks nothing. */
export function lacking(draft: DraftLike | undefined): string | undefined {
  if (!draft || (draft.score === null && draft.notAsked === null))
    return 'choose a scale point, or say why the question was not asked';
  // A digit alone is no reason; and a seal could not tell it from a score.
  if (draft.notAsked !== null)
    return /^[1-5]?$/.test(draft.notAsked.trim()) ? 'say why the question was not asked' : undefined;
  // The database counts code points; so do we.
  const length = [...draft.evidence.trim()].length;
  return length < EVIDENCE_MIN
    ? `write down what was said or done: at least ${EVIDENCE_MIN} characters, ${length} so far`
    : undefined;
}

/**
 * Freezes the whole scorecard: drafts become ratings that nobody can change, and a digest goes to the audit log.
 * The last of the panel reveals the candidate.
 * @throws Refusal 422 `incomplete-scorecard` with one entry a question, or why this person may not score now
 */
export async function submitScorecard(
  { store }: Context,
  actor: Actor,
  candidateId: string,
): Promise<{ locked: true; revealed: boolean }> {
  requireTeam(actor);
  const revealed = await store.as(actor.id, async (tables) => {
    const { openingId } = await findCandidate(tables, candidateId);
    await lockOpening(tables, openingId);
    await lockCandidate(tables, candidateId);
    const [own] = (await tables.execute(
      sql`SELECT viva.scoring_seat(${candidateId}::uuid) AS seat`,
    )) as unknown as { seat: string | null }[];
    const seatId = own?.seat;
    if (!seatId) throw await refuseScoring(tables, actor, candidateId);
    const mine = and(eq(t.draft.candidateId, candidateId), eq(t.draft.raterId, actor.id));
    const subject = application(candidateId);
    const keys = await store.vault.load([subject]);
    const drafts = new Map(
      (await tables.select().from(t.draft).where(mine)).map((draft) => [
        draft.questionId,
        openDraft(keys, draft),
      ]),
    );
    const items = await listItems(tables, openingId);
    const errors = items.flatMap(({ questionId }): FieldError[] => {
      const message = lacking(drafts.get(questionId));
      return message ? [{ field: `/drafts/${questionId}`, message }] : [];
    });
    if (errors.length > 0)
      throw new Refusal(
        422,
        'incomplete-scorecard',
        `${errors.length} of ${items.length} questions are not complete yet.`,
        { errors },
      );
    const createdAt = store.clock();
    const ratings = items.map(async ({ questionId }) => {
      const draft = drafts.get(questionId);
      const id = store.newId();
      const seal = (column: string, text: string) =>
        store.vault.seal(subject, place('rating', column, id), text);
      const notAsked = draft?.notAsked?.trim() ?? null;
      return {
        id,
        openingId,
        candidateId,
        raterId: actor.id,
        questionId,
        score: draft?.score ?? null,
        notAsked: notAsked === null ? null : await seal('not_asked', notAsked),
        evidence: await seal('evidence', draft?.evidence ?? ''),
        kind: 'first' as const,
        createdAt,
      };
    });
    await tables.insert(t.rating).values(await Promise.all(ratings));
    const [sealed] = (await tables.execute(
      sql`SELECT viva.scorecard_digest(${candidateId}::uuid, ${actor.id}::uuid) AS digest`,
    )) as unknown as { digest: string }[];
    const digest = sealed?.digest ?? '';
    await tables
      .insert(t.submission)
      .values({ candidateId, seatId, raterId: actor.id, openingId, submittedAt: createdAt, digest });
    await tables.delete(t.draft).where(mine);
    await appendAudit(store, tables, {
      action: 'scorecard.submitted',
      subject: `candidate/${candidateId}`,
      openingId,
      candidateId,
      sealed: true,
      detail: { seat: seatId, digest },
    });
    const [last] = (await tables.execute(
      sql`SELECT viva.try_reveal(${candidateId}::uuid, ${createdAt.toISOString()}::timestamptz) AS revealed`,
    )) as unknown as { revealed: boolean }[];
    if (last?.revealed)
      await appendAudit(store, tables, {
        action: 'candidate.revealed',
        subject: `candidate/${candidateId}`,
        openingId,
        candidateId,
      });
    return Boolean(last?.revealed);
  });
  return { locked: true, revealed };
}
