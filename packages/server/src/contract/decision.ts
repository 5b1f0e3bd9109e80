/** The decision page: computed from revealed ratings only, first ratings only. What was said comes apart, by the page. */
import { z } from '@hono/zod-openapi';
import { AdvisoryReport } from './advisory.ts';
import { Analysis } from './analysis.ts';
import { Id, Instant, Localised, PageQuery } from './common.ts';
import { Impact } from './fairness.ts';
import { Candidate, RecordDecision, Seat } from './interview.ts';
import { MOST_CANDIDATES, MOST_COMPETENCIES, MOST_ITEMS, MOST_RATERS, MOST_SEATS } from './limits.ts';

export const Spread = z.object({
  /** Mean of the scores; null where nobody scored. */
  mean: z.number().nullable(),
  /** Sample standard deviation; null below two scores. */
  sd: z.number().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  n: z.int(),
});

export const DecisionItem = z.object({
  question: z.string(),
  competency: z.string(),
  weight: z.number(),
  spread: Spread,
  scores: z
    .array(
      z.object({
        raterId: Id,
        score: z.int().nullable(),
        notAsked: z.string().nullable(),
        evidence: z.string(),
        amended: z.boolean(),
      }),
    )
    .max(MOST_RATERS),
});

export const DecisionCandidate = z
  .object({
    candidate: Candidate.pick({ id: true, name: true, status: true }).extend({
      /** `closed`: a lead closed the panel before every seat had submitted. */
      cause: z.enum(['complete', 'closed']),
      /** What was decided last. */
      outcome: RecordDecision.shape.outcome.nullable(),
    }),
    /** Weighted mean over competencies of weighted item means; null where nothing was scored. */
    overall: z.number().nullable(),
    /** Share of the kit's weight that was really scored, 0 to 1. */
    coverage: z.number(),
    competencies: z
      .array(z.object({ id: z.string(), score: z.number().nullable(), coverage: z.number(), spread: Spread }))
      .max(MOST_COMPETENCIES),
    /** The overall score as each rater alone would give it, to show agreement. */
    byRater: z.array(z.object({ raterId: Id, overall: z.number().nullable() })).max(MOST_RATERS),
  })
  .openapi('DecisionCandidate');

export const DecisionReport = z
  .object({
    openingId: Id,
    openingTitle: z.string(),
    demo: z.boolean(),
    computedAt: Instant,
    competencies: z
      .array(z.object({ id: z.string(), weight: z.number(), title: Localised }))
      .max(MOST_COMPETENCIES),
    questions: z
      .array(z.object({ id: z.string(), title: Localised, competency: z.string(), weight: z.number() }))
      .max(MOST_ITEMS),
    /** `advisory`: a model, counted because the opening said so before its first session. */
    raters: z.array(z.object({ id: Id, name: z.string(), advisory: z.boolean() })).max(MOST_RATERS),
    /** Panel history: substitutions and waivers show here. */
    seats: z.array(Seat).max(MOST_SEATS),
    /** Revealed candidates, highest first: by the adjusted score where there is one. */
    candidates: z.array(DecisionCandidate).max(MOST_CANDIDATES),
    /** Candidates whose panel has not locked: names only, nothing computed. */
    sealed: z.array(z.object({ id: Id, name: z.string() })).max(MOST_CANDIDATES),
    /** What these scores are worth. */
    analysis: Analysis,
    /** Whether decisions fall unevenly on groups; null for those who do not lead. */
    impact: Impact.nullable(),
    /** Beside the panel, and in nothing above unless it is counted; null where the opening uses none. */
    advisory: AdvisoryReport.nullable(),
  })
  .openapi('DecisionReport');

/** One revealed candidate's answers as every rater scored them, and the reasons beside. */
export const DecisionEvidence = z
  .object({
    candidateId: Id,
    reveal: Candidate.shape.reveal,
    decision: Candidate.shape.decision,
    items: z.array(DecisionItem).max(MOST_ITEMS),
  })
  .openapi('DecisionEvidence');

/** A page holds a few candidates: each brings every text of the panel. */
export const EvidenceQuery = PageQuery.extend({
  limit: z.coerce.number().int().min(1).max(50).default(20),
  candidate: Id.optional(),
});

/** How many are to be chosen: the page then says who is likely among them. */
export const DecisionQuery = z.object({ top: z.coerce.number().int().min(1).max(1000).default(1) });

export const AuditEntry = z
  .object({
    at: Instant,
    actor: z.string().nullable(),
    action: z.string(),
    subject: z.string(),
    detail: z.record(z.string(), z.unknown()),
  })
  .openapi('AuditEntry');

export const SearchHit = z
  .object({
    kind: z.enum(['question', 'opening', 'candidate', 'rating', 'note']),
    id: z.string(),
    title: z.string(),
    snippet: z.string(),
    /** The page to open, without origin. */
    href: z.string(),
  })
  .openapi('SearchHit');
