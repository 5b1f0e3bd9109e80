/** What the scores are worth: the statistics of the decision page, in figures and in words of both languages. */
import { z } from '@hono/zod-openapi';
import { Id, Localised } from './common.ts';
import { MOST_CANDIDATES, MOST_COMPETENCIES, MOST_ITEMS, MOST_RATERS } from './limits.ts';

/** A score on the scale of 1 to 5 with the interval that the method gives it; nulls where nothing can be said. */
export const Adjusted = z.object({
  value: z.number().nullable(),
  se: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
});

const Said = z.object({ code: z.string(), text: Localised });

export const AnalysedCandidate = z.object({
  candidateId: Id,
  /** With raters' severity taken out; nulls where there are too few data for a model. */
  overall: Adjusted,
  competencies: z.array(Adjusted.extend({ id: z.string() })).max(MOST_COMPETENCIES),
  /** Ranks that hold 95 % of draws, and the chance of truly being among the top; null without a model. */
  rank: z.object({ rank: z.int(), lower: z.int(), upper: z.int(), top: z.number() }).nullable(),
  /** Over weightings near the kit's: share that put the candidate among the top, and where the score then lies. */
  weights: z.object({ top: z.number(), lower: z.number(), upper: z.number() }).nullable(),
});

export const AnalysedRater = z.object({
  raterId: Id,
  /** Logits, and the same in score points; null without a model. */
  severity: z.number().nullable(),
  se: z.number().nullable(),
  points: z.number().nullable(),
  /** Mean square: 1 is as the model expects. */
  infit: z.number().nullable(),
  outfit: z.number().nullable(),
  /** Own scores less the others' on the same answers, by plain averaging. */
  difference: z.number().nullable(),
  ratings: z.int(),
  reading: Localised,
});

export const Disagreement = z.object({
  candidateId: Id,
  question: z.string(),
  /** Highest score less lowest. */
  spread: z.number(),
  scores: z
    .array(z.object({ raterId: Id, score: z.number(), expected: z.number().nullable() }))
    .max(MOST_RATERS),
  /** The rating that surprises most, given how severe its rater is. */
  surprising: z.object({ raterId: Id, z: z.number() }).nullable(),
});

const Measure = z.object({ id: z.string(), measure: z.number(), se: z.number().nullable() });

export const Analysis = z
  .object({
    /** `model`: a many-facet Rasch model; `plain`: too few or unconnected data, averages only; `none`: nothing revealed. */
    basis: z.enum(['model', 'plain', 'none']),
    method: Localised,
    /** First whether it may be trusted. */
    statements: z.array(Said.extend({ level: z.enum(['fatal', 'limits', 'note']) })).max(100),
    /** Then, last on the page, what to do. */
    advice: z.array(Said).max(100),
    /** How many are to be chosen; what `rank.top`, `weights.top` and `without` are about. */
    top: z.int(),
    candidates: z.array(AnalysedCandidate).max(MOST_CANDIDATES),
    /** P(row's candidate is truly above column's); only for thirty candidates and fewer. */
    pairwise: z
      .object({
        ids: z.array(Id).max(MOST_CANDIDATES),
        above: z.array(z.array(z.number()).max(MOST_CANDIDATES)).max(MOST_CANDIDATES),
      })
      .nullable(),
    /** The chance that the top by score is the true top, as a set. */
    sameTop: z.number().nullable(),
    /** Share of weightings near the kit's that choose the same candidates. */
    stableWeights: z.number().nullable(),
    /** Who would be the top had one rater not sat. */
    without: z
      .array(z.object({ raterId: Id, top: z.array(Id).max(MOST_CANDIDATES), same: z.boolean() }))
      .max(MOST_RATERS),
    raters: z.array(AnalysedRater).max(MOST_RATERS),
    /** Everything on one scale of logits. */
    scale: z
      .object({
        candidates: z.array(Measure).max(MOST_CANDIDATES),
        raters: z.array(Measure).max(MOST_RATERS),
        questions: z.array(Measure).max(MOST_ITEMS),
        steps: z.array(z.object({ category: z.number(), measure: z.number() })).max(5),
      })
      .nullable(),
    agreement: z.object({
      /** Pairs of raters on one answer, and the shares that are equal, or one step apart at most. */
      pairs: z.int(),
      exact: z.number().nullable(),
      adjacent: z.number().nullable(),
      /** What the model expects of raters as severe as these. */
      expected: z.number().nullable(),
      alpha: z
        .object({ value: z.number().nullable(), lower: z.number().nullable(), upper: z.number().nullable() })
        .nullable(),
    }),
    /** Of the overall score over these candidates; `inflation` is how much halo enlarges the error variance. */
    reliability: z.object({ value: z.number().nullable(), inflation: z.number().nullable() }),
    /** Where the variance comes from, and what more raters or questions would bring. */
    study: z
      .object({
        components: z
          .array(z.object({ source: z.string(), name: Localised, variance: z.number(), share: z.number() }))
          .max(10),
        raters: z.number(),
        questions: z.number(),
        now: z.number().nullable(),
        grid: z
          .array(z.object({ raters: z.int(), questions: z.int(), value: z.number().nullable() }))
          .max(100),
        needed: z.array(z.object({ target: z.number(), raters: z.int().nullable() })).max(10),
      })
      .nullable(),
    /** Widest first. */
    disagreements: z.array(Disagreement).max(100),
  })
  .openapi('Analysis');
export type Analysis = z.infer<typeof Analysis>;
