/**
 * What an opening's scores are worth, as far as it hangs on nobody's name and not on how many are to be chosen: it is the
 * dear part, and is kept. Pure.
 */
import {
  type AdjustedScore,
  type AdjustedScores,
  adjustedScores,
  agreementReport,
  compareRaters,
  fitRatings,
  gStudyReport,
  pairwiseProbabilities,
  type RatingsFit,
  type RatingsTable,
  ratingsTable,
  readRaters,
  unexpectedRatings,
} from '@viva/stats';
import type { Analysis } from '../contract/analysis.ts';
import { findDisagreements } from './disagreements.ts';
import { nameLater } from './name-people.ts';
import { type Named, type Say, speaker } from './say.ts';
import { type ScoredRating, summarise, type Weighted, type WeightedItem } from './summarise.ts';

export interface FitInput {
  items: readonly (WeightedItem & { title: Named })[];
  competencies: readonly Weighted[];
  /** First ratings of revealed candidates. */
  ratings: readonly (ScoredRating & { candidateId: string })[];
  candidates: readonly { id: string; withdrawn: boolean }[];
  raters: readonly { id: string }[];
}

/** JSON. Marks stand in its texts where names go (`name-people.ts`). */
export interface OpeningFit {
  analysis: Omit<Analysis, 'top' | 'candidates' | 'sameTop' | 'stableWeights' | 'without'> & {
    candidates: Omit<Analysis['candidates'][number], 'rank' | 'weights'>[];
  };
  /** Those who can be chosen: the overall score, adjusted where there is a model, and the scores by competency. */
  ranked: { id: string; score: number; se: number | null; competencies: (number | null)[] }[];
  /** Of the competencies, in that order. */
  weights: number[];
  /** The order that there would be without each rater, best first. */
  without: { raterId: string; order: string[] }[];
}

/** Raise it whenever the figures change: fits are kept in the database, and one of another version is made anew. */
export const FIT_VERSION = 1;

/** The scale that every question has. */
const SCALE = { min: 1, max: 5 };
/** Pairs of candidates are compared one by one up to this many. */
const MOST_PAIRED = 30;
/** Leaving raters out one by one refits the model; with more ratings than this no single rater decides. */
const MOST_REFITTED = 6000;
const DISAGREEMENTS = 12;
/** Statements about estimates, of no use where none is shown. */
const ABOUT_ESTIMATES = new Set([
  'small',
  'separated',
  'not-converged',
  'category-rare',
  'steps-disordered',
  'no-person-variance',
  'conditional-se',
  'joint-bias',
]);

interface Standing {
  id: string;
  overall: AdjustedScore;
  competencies: (AdjustedScore & { id: string })[];
}

const bare = (value: number | null): AdjustedScore => ({
  value,
  se: null,
  lower: null,
  upper: null,
  ratings: 0,
});

export function fitOpening(input: FitInput): OpeningFit {
  const { candidates, ratings } = input;
  const say = speaker({
    items: input.items,
    candidates: candidates.map(({ id }) => ({ id, name: nameLater(id) })),
    raters: input.raters.map(({ id }) => ({ id, name: nameLater(id) })),
  });
  const table = tableOf(ratings);
  const agreement = agreementReport(table, { draws: 500 });
  const fit = fitRatings(table, { model: 'rsm', method: 'mml', scale: SCALE });
  const basis = table.size === 0 ? 'none' : fit.trust.usable && fit.trust.connected ? 'model' : 'plain';
  const live = basis === 'model' ? fit : null;
  const adjusted = live ? adjustedScores(live, planOf(input)) : null;
  const standings = stand(input, adjusted);
  const choosable = new Set(candidates.filter(({ withdrawn }) => !withdrawn).map(({ id }) => id));
  const ranked = standings.flatMap(({ id, overall: { value, se }, competencies }) =>
    choosable.has(id) && value !== null
      ? [{ id, score: value, se, competencies: competencies.map((one) => one.value) }]
      : [],
  );
  const scored = ranked.flatMap(({ id, score, se }) => (se === null ? [] : [{ id, score, se }]));
  const study = live ? gStudyReport(table) : null;

  return {
    ranked,
    weights: input.competencies.filter(({ id }) => asked(input, id)).map(({ weight }) => weight),
    without: ranked.length === 0 ? [] : leaveOut(input, choosable),
    analysis: {
      basis,
      method: say.method(fit, basis),
      statements: [
        ...(basis === 'none'
          ? []
          : fit.trust.statements.filter(({ code }) => basis === 'model' || !ABOUT_ESTIMATES.has(code))),
        ...(study?.statements ?? []).filter(({ code }) => code === 'interaction-dominates'),
      ].map(({ code, level, params }) => ({ code, level, text: say.statement(code, params) })),
      advice: [...(basis === 'none' ? [] : fit.advice), ...(study?.advice ?? [])].map(({ code, params }) => ({
        code,
        text: say.statement(code, params),
      })),
      candidates: standings.map(({ id, overall, competencies }) => ({
        candidateId: id,
        overall: plain(live ? overall : bare(null)),
        competencies: competencies.map((one) => ({ id: one.id, ...plain(live ? one : bare(null)) })),
      })),
      pairwise:
        live && scored.length > 1 && scored.length <= MOST_PAIRED
          ? { ids: scored.map(({ id }) => id), above: pairwiseProbabilities(scored) }
          : null,
      raters: readPanel(input, table, live, say),
      scale: live && scaleOf(live),
      agreement: {
        pairs: agreement.plain.pairs,
        exact: agreement.plain.exact,
        adjacent: agreement.plain.adjacent,
        expected: live?.agreement.expected ?? null,
        alpha: agreement.alpha && {
          value: agreement.alpha.value,
          lower: agreement.alpha.lower,
          upper: agreement.alpha.upper,
        },
      },
      reliability: {
        value: live ? reliabilityOf(scored) : null,
        inflation: adjusted?.inflation.overall ?? null,
      },
      study:
        study?.usable && study.current
          ? {
              components: study.components.map(({ source, variance, share }) => ({
                source,
                name: say.source(source),
                variance,
                share,
              })),
              raters: study.current.raters,
              questions: study.current.items,
              now: study.current.generalizability,
              grid: study.grid.map(({ raters: r, items, generalizability }) => ({
                raters: r,
                questions: items,
                value: generalizability,
              })),
              needed: study.needed,
            }
          : null,
      disagreements: findDisagreements(ratings, live ? unexpectedRatings(live, { limit: 500 }) : []).slice(
        0,
        DISAGREEMENTS,
      ),
    },
  };
}

const plain = ({ value, se, lower, upper }: AdjustedScore) => ({ value, se, lower, upper });

function tableOf(ratings: FitInput['ratings']): RatingsTable {
  return ratingsTable(
    ratings.flatMap(({ candidateId, raterId, question, score }) =>
      score === null ? [] : [{ person: candidateId, rater: raterId, item: question, score }],
    ),
  );
}

const asked = ({ items }: FitInput, competency: string): boolean =>
  items.some((item) => item.competency === competency);

const planOf = (input: FitInput) => ({
  components: input.competencies
    .filter(({ id }) => asked(input, id))
    .map(({ id, weight }) => ({
      id,
      weight,
      items: input.items
        .filter(({ competency }) => competency === id)
        .map(({ question, weight: own }) => ({ id: question, weight: own })),
    })),
});

/** Adjusted where there is a model, else the plain weighted means; in the order of the candidates. */
function stand(input: FitInput, adjusted: AdjustedScores | null): Standing[] {
  const found = new Map(adjusted?.persons.map((person) => [person.id, person]));
  return input.candidates.map(({ id }): Standing => {
    const person = found.get(id);
    if (person) return { id, overall: person.overall, competencies: person.components };
    const summary = summarise(
      input.items,
      input.competencies,
      input.ratings.filter(({ candidateId }) => candidateId === id),
    );
    const raw = adjusted === null;
    return {
      id,
      overall: bare(raw ? summary.overall : null),
      competencies: summary.competencies.map((one) => ({ id: one.id, ...bare(raw ? one.score : null) })),
    };
  });
}

/** The order anew without each rater in turn: a decision that hangs on one person's ratings should say so. */
function leaveOut(input: FitInput, choosable: ReadonlySet<string>): OpeningFit['without'] {
  const sitting = [
    ...new Set(input.ratings.flatMap(({ raterId, score }) => (score === null ? [] : [raterId]))),
  ];
  if (sitting.length < 2 || input.ratings.length > MOST_REFITTED) return [];
  return sitting.map((raterId) => {
    const rest = { ...input, ratings: input.ratings.filter((rating) => rating.raterId !== raterId) };
    const fit = fitRatings(tableOf(rest.ratings), { method: 'mml', scale: SCALE });
    const usable = fit.trust.usable && fit.trust.connected;
    const order = stand(rest, usable ? adjustedScores(fit, planOf(rest)) : null)
      .filter(({ id, overall }) => overall.value !== null && choosable.has(id))
      .sort((a, b) => (b.overall.value ?? 0) - (a.overall.value ?? 0))
      .map(({ id }) => id);
    return { raterId, order };
  });
}

function readPanel(
  { raters }: FitInput,
  table: RatingsTable,
  fit: RatingsFit | null,
  say: Say,
): Analysis['raters'] {
  const compared = new Map(compareRaters(table).map((one) => [one.id, one]));
  const measures = new Map(fit?.raters.map((one) => [one.id, one]));
  const points = new Map(fit ? readRaters(fit).map((one) => [one.id, one.points]) : []);
  const reading = say.raters(table, fit);
  return raters.flatMap(({ id }) => {
    const own = compared.get(id);
    const text = reading.get(id);
    if (!own || !text) return [];
    const measure = measures.get(id);
    return [
      {
        raterId: id,
        severity: measure?.measure ?? null,
        se: measure?.se ?? null,
        points: points.get(id) ?? null,
        infit: measure?.infit ?? null,
        outfit: measure?.outfit ?? null,
        difference: own.difference,
        ratings: Array.from(table.rater).filter((code) => table.raters[code] === id).length,
        reading: text,
      },
    ];
  });
}

function scaleOf(fit: RatingsFit): NonNullable<Analysis['scale']> {
  const known = (elements: RatingsFit['persons']) =>
    elements.flatMap(({ id, measure, se }) => (measure === null ? [] : [{ id, measure, se }]));
  return {
    candidates: known(fit.persons),
    raters: known(fit.raters),
    questions: known(fit.items),
    steps: fit.steps.map(({ category, measure }) => ({ category, measure })),
  };
}

/** True variance of the overall scores over their observed variance; null below five candidates. */
function reliabilityOf(scored: readonly { score: number; se: number }[]): number | null {
  const n = scored.length;
  if (n < 5) return null;
  const mean = scored.reduce((sum, { score }) => sum + score, 0) / n;
  const variance = scored.reduce((sum, { score }) => sum + (score - mean) ** 2, 0) / (n - 1);
  const error = scored.reduce((sum, { se }) => sum + se * se, 0) / n;
  return variance > 0 ? Math.max(0, 1 - error / variance) : 0;
}
