/** Transcripts, the advisory rater, and the log of what a model was used for. */
import { z } from '@hono/zod-openapi';
import { Id, Instant, Locale, Localised } from './common.ts';
import { MOST_CANDIDATES, MOST_ITEMS, MOST_TRANSCRIPTS } from './limits.ts';

/** The advisory rater's place among raters: not a person, and never on a panel. */
export const ADVISOR_ID = '00000000-0000-4000-8000-0000000ad715';
export const TRANSCRIPT_MAX = 40_000;

const Strategy = z.enum(['direct', 'chain-of-thought', 'self-consistency']);

/** How an opening wants its advisory rater; fixed once interviews have begun. */
export const SetAdvisory = z
  .object({
    used: z.boolean(),
    /** Whether its scores enter the decision like everybody's. */
    counted: z.boolean().default(false),
    strategy: Strategy.default('direct'),
    /** Ratings that self-consistency draws. */
    samples: z.int().min(2).max(25).default(5),
    /** Left out: 0, and 0.7 for self-consistency. */
    temperature: z.number().min(0).max(2).optional(),
    seed: z.int().min(0).max(2_000_000_000).default(1),
    /** Tokens that one answer may take, in and out, repairs and retries included. */
    tokenBudget: z.int().min(1_000).max(2_000_000).default(60_000),
  })
  .refine(({ used, counted }) => used || !counted, {
    path: ['counted'],
    message: 'a rater that is not used cannot be counted',
  })
  .openapi('SetAdvisory');

export const AdvisorySetting = z
  .object({
    used: z.boolean(),
    counted: z.boolean(),
    strategy: Strategy,
    samples: z.int(),
    temperature: z.number(),
    seed: z.int(),
    tokenBudget: z.int(),
    /** Interviews have begun: nothing of this can be changed any more. */
    fixed: z.boolean(),
    /** Whether a model is there to do it. */
    model: z.object({
      state: z.enum(['none', 'ready', 'faulty']),
      name: z.string().nullable(),
      host: z.string().nullable(),
    }),
  })
  .openapi('AdvisorySetting');

export const Transcript = z
  .object({
    question: z.string(),
    authorId: Id,
    author: z.string(),
    locale: Locale,
    source: z.enum(['typed', 'file', 'dictated']),
    body: z.string(),
    revision: z.int(),
    savedAt: Instant,
    handedIn: z.boolean(),
  })
  .openapi('Transcript');
export const Transcripts = z
  .object({
    /** Whether the signed-in person may write one now. */
    open: z.boolean(),
    /** Own ones; after reveal all that were handed in. */
    items: z.array(Transcript).max(MOST_TRANSCRIPTS),
    /** Questions for which somebody has handed one in. */
    handedIn: z.array(z.string()).max(MOST_ITEMS),
  })
  .openapi('Transcripts');
export const SaveTranscript = z
  .object({
    body: z.string().max(TRANSCRIPT_MAX, `a transcript has at most ${TRANSCRIPT_MAX} characters`),
    locale: Locale,
    source: z.enum(['typed', 'file', 'dictated']).default('typed'),
    baseRevision: z.int().min(0),
  })
  .openapi('SaveTranscript');
export const HandInTranscript = z.object({ revision: z.int().min(1) }).openapi('HandInTranscript');

/** Reasons of the assistant's screen; listed, since pages get this contract without the assistant. A test holds them equal. */
export const SET_ASIDE = [
  'order',
  'overrules',
  'speaks-to-rater',
  'markup',
  'answer-shape',
  'claims-verdict',
  'claims-anchors',
  'claims-unrecorded',
  'pleads',
  'demonstration',
  'other-language',
  'disguised',
  'repeats-anchor',
  'speaks-of-rating',
  'off-subject',
  'beside',
] as const;

const Quote = z.object({ quote: z.string(), anchor: z.int(), stance: z.enum(['for', 'against']) });
export const AdvisoryRating = z
  .object({
    question: z.string(),
    /** Null: withheld, for none of its quotes is in what was said. */
    score: z.int().nullable(),
    given: z.int(),
    evidence: z.array(Quote).max(500),
    dropped: z.array(Quote).max(500),
    lacking: z.string(),
    /** What the model was not shown, since it speaks to the rater; of a quotation the quoted words alone. */
    setAside: z
      .array(z.object({ text: z.string(), reason: z.enum(SET_ASIDE), quoted: z.boolean() }))
      .max(TRANSCRIPT_MAX),
    locale: Locale,
    /** Of self-consistency: how many samples gave each score, and their standard deviation in points. */
    votes: z.array(z.object({ score: z.int(), count: z.int() })).max(5),
    samples: z.int(),
    spread: z.number().nullable(),
  })
  .openapi('AdvisoryRating');

/** Why there is no rating of an answer. */
export const Missing = z.enum(['no-transcript', 'not-in-time', 'failed', 'cancelled']);

export const CandidateAdvisory = z
  .object({
    used: z.boolean(),
    counted: z.boolean(),
    model: AdvisorySetting.shape.model,
    tasks: z
      .array(
        z.object({
          question: z.string(),
          title: Localised,
          state: z.enum(['none', 'waiting', 'running', 'done', 'failed', 'cancelled']),
          /** A stable code of what went wrong. */
          problem: z.string().nullable(),
          /** After reveal, where there is no rating. */
          missing: Missing.nullable(),
        }),
      )
      .max(MOST_ITEMS),
    revealed: z.boolean(),
    /** Empty before reveal, to everybody. */
    ratings: z.array(AdvisoryRating).max(MOST_ITEMS),
  })
  .openapi('CandidateAdvisory');

export const AiUse = z
  .object({
    id: Id,
    at: Instant,
    openingId: Id,
    openingTitle: z.string(),
    candidateId: Id,
    candidateName: z.string(),
    question: z.string(),
    questionTitle: Localised,
    purpose: z.enum(['advisory-rating']),
    counted: z.boolean(),
    model: z.string(),
    /** Where the transcript was sent; null when it stayed in the server's process. */
    server: z.string().nullable(),
    prompt: z.string(),
    promptVersion: z.int(),
    promptHash: z.string(),
    questionHash: z.string(),
    locale: z.string(),
    strategy: Strategy,
    temperature: z.number(),
    samples: z.int(),
    seed: z.int().nullable(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    tokensEstimated: z.boolean(),
    durationMs: z.int(),
    outcome: z.enum(['rated', 'withheld', 'failed', 'cancelled', 'too-late']),
    problem: z.string().nullable(),
    quotesKept: z.int(),
    quotesDropped: z.int(),
  })
  .openapi('AiUse');

const Estimate = z.object({
  value: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
});

/** The advisory rater beside the panel: on the decision page, and never part of what is above it. */
export const AdvisoryReport = z
  .object({
    counted: z.boolean(),
    strategy: Strategy,
    samples: z.int(),
    /** Answers that could have been rated, those that were, and those withheld for want of evidence. */
    answers: z.int(),
    rated: z.int(),
    withheld: z.int(),
    quotesKept: z.int(),
    quotesDropped: z.int(),
    /** Passages that were not shown to the model. */
    setAside: z.int(),
    models: z.array(z.string()).max(100),
    /** Estimated with the panel, questions, steps and population held where the panel alone puts them; null without a model. */
    severity: z
      .object({
        measure: z.number(),
        se: z.number().nullable(),
        /** Points that it gives more (positive) or fewer than the panel's mean, all else equal. */
        points: z.number().nullable(),
        infit: z.number().nullable(),
        outfit: z.number().nullable(),
      })
      .nullable(),
    agreement: z.object({
      /** Answers with a score of both. */
      answers: z.int(),
      exact: z.number().nullable(),
      adjacent: z.number().nullable(),
      /** Mean of advisory − panel, points. */
      difference: z.number().nullable(),
      /** Quadratic weights, against the panel's rounded mean. */
      kappa: Estimate,
      /** ICC(2,1), absolute agreement with the panel's mean. */
      icc: Estimate,
      /** Mean weighted kappa of two panel members, for comparison; null below two. */
      amongPanel: z.number().nullable(),
    }),
    /** Whether its own spread tells where it errs; null where the strategy has no votes. */
    spread: z
      .object({
        /** Rank correlation of spread and distance from the panel's mean. */
        correlation: Estimate.extend({ p: z.number().nullable() }),
        groups: z
          .array(z.object({ unanimous: z.boolean(), answers: z.int(), meanError: z.number().nullable() }))
          .max(2),
      })
      .nullable(),
    ratings: z
      .array(AdvisoryRating.extend({ candidateId: Id, panel: z.number().nullable() }))
      .max(MOST_CANDIDATES * MOST_ITEMS),
    missing: z
      .array(z.object({ candidateId: Id, question: z.string(), reason: Missing }))
      .max(MOST_CANDIDATES * MOST_ITEMS),
  })
  .openapi('AdvisoryReport');
export type AdvisoryReport = z.infer<typeof AdvisoryReport>;
