/** The bank and the calibration exercises, as the API shows them. */
import { z } from '@hono/zod-openapi';
import { Id, Instant, Localised, Score } from './common.ts';

export const QuestionText = z.object({
  title: z.string(),
  /** Markdown, with LaTeX between dollar signs. */
  prompt: z.string(),
  answer: z.string(),
  /** Behaviours for scale points 1 to 5, in that order. */
  anchors: z.array(z.string()).length(5),
  probes: z.array(z.string()),
  /** Wrong answers that are often heard, and what not to mark down. */
  mistakes: z.array(z.string()),
  fair: z.array(z.string()),
  /** Another prompt scored on the same anchors. */
  parallel: z.string().optional(),
});

export const QuestionSummary = z
  .object({
    id: z.string(),
    area: z.string(),
    kind: z.string(),
    competency: z.string(),
    difficulty: z.int(),
    minutes: z.number(),
    tags: z.array(z.string()),
    title: Localised,
    hash: z.string(),
    /** In a search: the passage that matched, plain text. */
    snippet: z.string().optional(),
  })
  .openapi('QuestionSummary');

export const Source = z.object({
  id: z.string(),
  title: z.string(),
  authors: z.string(),
  year: z.int(),
  venue: z.string().optional(),
  url: z.string().optional(),
  doi: z.string().optional(),
  /** Of a law or a standard. */
  number: z.string().optional(),
});

export const Question = QuestionSummary.extend({
  lab: z.object({ id: z.string(), params: z.record(z.string(), z.unknown()) }).nullable(),
  sources: z.array(Source),
  claims: z.array(
    z.object({
      id: z.string(),
      text: Localised,
      source: z.string().optional(),
      /** Where in the source. */
      at: z.string().optional(),
      /** The experiment that tests it. */
      check: z
        .object({
          lab: z.string(),
          params: z.record(z.string(), z.unknown()),
          /** Runs to hold against each other: what each changes of the parameters. */
          vary: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
          seeds: z.array(z.int()),
          assert: z.array(z.string()),
        })
        .nullable(),
    }),
  ),
  text: z.object({ 'zh-CN': QuestionText, en: QuestionText }),
}).openapi('Question');

export const Competency = z.object({
  id: z.string(),
  weight: z.number(),
  title: Localised,
  description: Localised,
});

export const Kit = z
  .object({
    id: z.string(),
    title: Localised,
    summary: Localised,
    scaleFamily: z.string(),
    competencies: z.array(Competency),
    items: z.array(
      z.object({
        question: z.string(),
        weight: z.number(),
        competency: z.string(),
        minutes: z.number(),
        title: Localised,
      }),
    ),
    hash: z.string(),
  })
  .openapi('Kit');

/** Statements of the source document that are wrong, dated, imprecise or unsupported, with the evidence. */
export const Errata = z
  .object({
    title: Localised,
    intro: Localised,
    sources: z.array(Source),
    entries: z.array(
      z.object({
        id: z.string(),
        verdict: z.enum(['wrong', 'dated', 'imprecise', 'unsupported']),
        says: Localised,
        finding: Localised,
        /** Ids of sources. */
        evidence: z.array(z.string()),
        /** The question that says it right. */
        question: z.object({ id: z.string(), title: Localised }).nullable(),
      }),
    ),
  })
  .openapi('Errata');

/** What a file would change in the bank. Nothing is changed by asking. */
export const ImportPreview = z.object({
  format: z.enum(['folder', 'xlsx', 'csv', 'qti']),
  questions: z.array(
    z.object({
      id: z.string(),
      title: Localised,
      hash: z.string(),
      file: z.string(),
      change: z.enum(['new', 'changed', 'same']),
      fields: z.array(z.object({ field: z.string(), before: z.string(), after: z.string() })),
    }),
  ),
  kits: z.array(z.string()),
  findings: z.array(
    z.object({
      severity: z.enum(['error', 'warning']),
      code: z.string(),
      file: z.string(),
      line: z.int().optional(),
      message: z.string(),
    }),
  ),
});
export type ImportPreview = z.infer<typeof ImportPreview>;

/** A composed transcript and what to score it against. */
const Transcript = z.object({
  id: z.string(),
  question: z.string(),
  /** The question's prompt and anchors. */
  title: Localised,
  prompt: Localised,
  anchors: z.object({ 'zh-CN': z.array(z.string()), en: z.array(z.string()) }),
  transcript: Localised,
});

export const CalibrationSet = z
  .object({
    family: z.string(),
    title: Localised,
    intro: Localised,
    pass: z.object({ withinOne: z.number(), exact: z.number() }),
    validMonths: z.int(),
    hash: z.string(),
    transcripts: z.array(Transcript),
    /** How many further transcripts there are for practice. */
    practice: z.int(),
    /** The signed-in person's standing on this family. */
    standing: z.object({ passed: z.boolean(), expiresAt: Instant.nullable() }),
  })
  .openapi('CalibrationSet');

export const CalibrationSummary = CalibrationSet.omit({ transcripts: true })
  .extend({ size: z.int() })
  .openapi('CalibrationSummary');

export const SubmitCalibration = z
  .object({
    answers: z
      .array(z.object({ transcript: z.string(), score: Score }))
      .min(1)
      .max(100),
  })
  .openapi('SubmitCalibration');

const Estimate = z.object({
  value: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
});
export const CalibrationAttempt = z
  .object({
    id: Id,
    family: z.string(),
    passed: z.boolean(),
    exact: z.number(),
    withinOne: z.number(),
    /** Mean of own score minus expert score: positive is lenient. */
    bias: z.number(),
    finishedAt: Instant,
    expiresAt: Instant.nullable(),
    feedback: z.array(z.object({ transcript: z.string(), score: Score, expert: Score, reason: Localised })),
    /** With 95 % intervals; null where the set has changed since. */
    agreement: z
      .object({ transcripts: z.int(), exact: Estimate, withinOne: Estimate, kappa: Estimate })
      .nullable(),
  })
  .openapi('CalibrationAttempt');

/** Transcripts for practice, none of which is counted. */
export const CalibrationPractice = z
  .object({
    family: z.string(),
    title: Localised,
    /** Changes with the transcripts and the experts' scores. */
    hash: z.string(),
    transcripts: z.array(Transcript),
  })
  .openapi('CalibrationPractice');

/** How own scores lie to the experts', over what has been scored so far. */
export const RatingTendency = z
  .object({
    transcripts: z.int(),
    exact: Estimate,
    withinOne: Estimate,
    kappa: Estimate,
    /** Mean of own score minus expert score. */
    bias: z.number(),
    leaning: z.enum(['early', 'lenient', 'severe', 'even']),
    /** Standard deviation of own scores over that of the experts'; null where they do not vary. */
    spread: z.number().nullable(),
    range: z.enum(['early', 'central', 'narrow', 'extreme', 'alike']),
  })
  .openapi('RatingTendency');

export const PractisedCalibration = z
  .object({
    /** In the order of the answers. */
    feedback: z.array(
      z.object({
        transcript: z.string(),
        score: Score,
        expert: Score,
        reason: Localised,
        /** What the reason quotes of the transcript. */
        quotes: z.object({ 'zh-CN': z.array(z.string()), en: z.array(z.string()) }),
      }),
    ),
    tendency: RatingTendency,
  })
  .openapi('PractisedCalibration');

/** What a passed attempt certifies. `recorded`: the audit log holds this hash for this person. */
export const Certificate = z
  .object({
    id: Id,
    name: z.string(),
    family: z.string(),
    title: Localised,
    exact: z.number(),
    withinOne: z.number(),
    bias: z.number(),
    transcripts: z.int(),
    finishedAt: Instant,
    expiresAt: Instant,
    expired: z.boolean(),
    setHash: z.string(),
    hash: z.string(),
    recorded: z.boolean(),
  })
  .openapi('Certificate');
