/** Scorecards: private drafts, sealed ratings, dated amendments. */
import { z } from '@hono/zod-openapi';
import { EVIDENCE_MAX, EVIDENCE_MIN, Id, Instant, Reason, Revision, Score } from './common.ts';
import { PinnedQuestion } from './interview.ts';
import { MOST_ITEMS, MOST_OWN_RATINGS } from './limits.ts';

const Evidence = z.string().max(EVIDENCE_MAX, `evidence has at most ${EVIDENCE_MAX} characters`);

/** What a rater has so far; incomplete is fine, it is nobody else's business until it is submitted. */
export const Draft = z
  .object({
    question: z.string(),
    score: Score.nullable(),
    evidence: z.string(),
    notAsked: z.string().nullable(),
    /** Goes up by one with every save; send the last one you saw. 0 means nothing is saved yet. */
    revision: z.int(),
    savedAt: Instant.nullable(),
  })
  .openapi('Draft');

export const SaveDraft = z
  .object({
    score: Score.nullable(),
    evidence: Evidence,
    /** Why the question was not asked; a draft has a score or this, not both. */
    notAsked: z.string().max(1_000).nullable(),
    baseRevision: Revision,
  })
  .refine((draft) => draft.score === null || draft.notAsked === null, {
    path: ['notAsked'],
    message: 'a question is either scored or not asked, not both',
  })
  .openapi('SaveDraft');

export const Note = z
  .object({ body: z.string(), revision: z.int(), savedAt: Instant.nullable() })
  .openapi('Note');
export const SaveNote = z
  .object({ body: z.string().max(50_000), baseRevision: Revision })
  .openapi('SaveNote');

export const SharedNote = z
  .object({ candidateId: Id, raterId: Id, raterName: z.string(), body: z.string() })
  .openapi('SharedNote');

export const Rating = z
  .object({
    id: Id,
    candidateId: Id,
    raterId: Id,
    raterName: z.string(),
    question: z.string(),
    /** null where the question was not asked. */
    score: Score.nullable(),
    notAsked: z.string().nullable(),
    evidence: z.string(),
    kind: z.enum(['first', 'amendment']),
    amends: Id.nullable(),
    reason: z.string().nullable(),
    createdAt: Instant,
  })
  .openapi('Rating');

export const AmendRating = z
  .object({
    score: Score,
    evidence: Evidence.refine(
      (text) => text.trim().length >= EVIDENCE_MIN,
      `evidence has at least ${EVIDENCE_MIN} characters`,
    ),
    reason: Reason,
  })
  .openapi('AmendRating');

/** A rater's own page for one candidate. */
export const Scorecard = z
  .object({
    candidateId: Id,
    candidateName: z.string(),
    openingId: Id,
    openingTitle: z.string(),
    status: z.enum(['open', 'locked', 'closed']),
    evidenceMin: z.int(),
    questions: z.array(PinnedQuestion).max(MOST_ITEMS),
    drafts: z.array(Draft).max(MOST_ITEMS),
    note: Note,
    /** Own sealed ratings, first and amended, once submitted. */
    ratings: z.array(Rating).max(MOST_OWN_RATINGS),
  })
  .openapi('Scorecard');

/** What still stands between a scorecard and its submission: HTTP 422, in `errors`, one entry a question. */
export const SubmitResult = z
  .object({ locked: z.literal(true), revealed: z.boolean() })
  .openapi('SubmitResult');
