/** Fits a many-facet Rasch model to a table of ratings and says what the result is worth. */
import { OptionError } from '../errors.ts';
import type { RatingsTable } from '../table/ratings-table.ts';
import { assembleFit, unusableFit } from './assemble.ts';
import { type Connectivity, findConnectivity } from './connectivity.ts';
import { buildDesign, type Design, type RaschModel } from './design.ts';
import { estimateExtremes } from './extreme.ts';
import { fitStatistics, modelAgreement } from './fit-statistics.ts';
import type { FitMethod, RatingsFit } from './fit-types.ts';
import { type Estimation, estimateJoint } from './jml.ts';
import { estimateMarginal, type PopulationOptions } from './mml.ts';
import type { Anchors } from './parameters.ts';

/** Measures in logits to hold fixed, by name; steps by the score that they lead up to. */
export interface AnchorOptions {
  persons?: Readonly<Record<string, number>>;
  raters?: Readonly<Record<string, number>>;
  items?: Readonly<Record<string, number>>;
  steps?: Readonly<Record<number, number>>;
}

export interface FitOptions {
  /** `rsm`: all items share the steps (Andrich 1978). `pcm`: each item has its own (Masters 1982). Default `rsm`. */
  model?: RaschModel;
  /** `jml`: joint, fast, as FACETS. `mml`: normal population, unstretched, the better intervals. Default `jml`. */
  method?: FitMethod;
  anchors?: AnchorOptions;
  /** Marginal fits only: fixed mean or standard deviation, or a number of nodes. */
  population?: PopulationOptions;
  /** The scale as it was given to raters, so that scores nobody used can be named. */
  scale?: { min: number; max: number };
  /** Default 100. */
  maxIterations?: number;
  /** Largest change of any parameter at which to stop, logits. Default 1e-6. */
  tolerance?: number;
}

/** More different scores than this are not a rating scale. */
export const MOST_SCORES = 25;

/** What bias analysis and lists of unexpected ratings need of a fit; never part of its JSON. */
export interface FitInternals {
  design: Design;
  estimation: Estimation;
  statistics: ReturnType<typeof fitStatistics>;
}

const internals = new WeakMap<RatingsFit, FitInternals>();

/**
 * What a fit was made from.
 * @throws OptionError `fit-not-live` for a fit that was copied, parsed from JSON, or could not be estimated
 */
export function internalsOf(fit: RatingsFit): FitInternals {
  const found = internals.get(fit);
  if (!found)
    throw new OptionError(
      'fit-not-live',
      'This needs the object that fitRatings returned, of a usable fit, in the same thread: copies and JSON do not carry the ratings.',
    );
  return found;
}

/**
 * Many-facet Rasch measures: log P(x=k)/P(x=k−1) = θ_person − severity_rater − difficulty_item − τ_k (Linacre 1989).
 * Raters, items and steps sum to zero; persons are free. Missing ratings are normal. Data that cannot be estimated give
 * a fit whose `trust.usable` is false and whose measures are null or marked, never a NaN and never an exception.
 * @throws OptionError for an anchor of somebody who is not in the table, or an unknown model or method
 * @throws TooLargeError for a marginal fit with more than 1,500 raters, items and steps
 */
export function fitRatings(table: RatingsTable, options: FitOptions = {}): RatingsFit {
  const { model = 'rsm', method = 'jml' } = options;
  if (model !== 'rsm' && model !== 'pcm')
    throw new OptionError('bad-model', `Model must be rsm or pcm, not ${model}.`);
  if (method !== 'jml' && method !== 'mml')
    throw new OptionError('bad-method', `Method must be jml or mml, not ${method}.`);
  const reason = hopeless(table);
  if (reason) return unusableFit(table, { model, method }, reason);

  const marginal = method === 'mml';
  const named = namedAnchors(table, options.anchors);
  const design = buildDesign(table, {
    model,
    dropExtremePersons: !marginal,
    anchored: {
      persons: new Set(named.persons.keys()),
      raters: new Set(named.raters.keys()),
      items: new Set(named.items.keys()),
    },
  });
  if (design.rows.length === 0)
    return unusableFit(table, { model, method }, { code: 'nothing-left', params: {} });
  const connectivity = findConnectivity(table, design.rows);
  const anchors = { ...named, steps: stepAnchors(design, options.anchors?.steps) };
  const estimate = {
    maxIterations: options.maxIterations ?? 100,
    tolerance: options.tolerance ?? 1e-6,
    anchors,
    flat: !connectivity.connected,
  };
  const estimation = marginal
    ? estimateMarginal(design, estimate, options.population)
    : estimateJoint(design, estimate);
  const extremes = estimateExtremes(design, estimation.parameters, !marginal);
  const statistics = fitStatistics(design, estimation.parameters);
  const fit = assembleFit({
    design,
    method,
    anchors,
    connectivity: subsetsOfAll(table, design, connectivity),
    estimation,
    extremes,
    statistics,
    agreement: modelAgreement(design, estimation.parameters),
    scale: options.scale,
  });
  internals.set(fit, { design, estimation, statistics });
  return fit;
}

function hopeless(table: RatingsTable): { code: string; params: Record<string, number> } | null {
  if (table.size === 0) return { code: 'no-ratings', params: {} };
  const scores = new Set<number>();
  for (const score of table.score) {
    scores.add(score);
    if (scores.size > 10_000) break;
  }
  if (scores.size === 1) return { code: 'no-variation', params: { score: table.score[0] as number } };
  if (scores.size > MOST_SCORES)
    return { code: 'too-many-scores', params: { count: scores.size, most: MOST_SCORES } };
  return null;
}

/** Those set aside as extreme are told apart over the whole table where they can be. */
function subsetsOfAll(table: RatingsTable, design: Design, connectivity: Connectivity): Connectivity {
  if (design.rounds === 0 || !connectivity.connected) return connectivity;
  const one = (labels: Int32Array): Int32Array => labels.map((label) => (label === -1 ? 0 : label));
  return {
    ...connectivity,
    person: one(connectivity.person),
    rater: one(connectivity.rater),
    item: one(connectivity.item),
    subsets: Math.min(1, table.persons.length),
  };
}

function namedAnchors(table: RatingsTable, anchors: AnchorOptions = {}): Omit<Anchors, 'steps'> {
  const lookUp = (what: string, names: readonly string[], values: Readonly<Record<string, number>> = {}) => {
    const codes = new Map(names.map((name, code) => [name, code]));
    const out = new Map<number, number>();
    for (const [name, value] of Object.entries(values)) {
      const code = codes.get(name);
      if (code === undefined)
        throw new OptionError('unknown-anchor', `The ${what} “${name}” is anchored but has no ratings.`);
      if (!Number.isFinite(value))
        throw new OptionError(
          'bad-anchor',
          `The anchor of ${what} “${name}” must be a finite number of logits.`,
        );
      out.set(code, value);
    }
    return out;
  };
  return {
    persons: lookUp('person', table.persons, anchors.persons),
    raters: lookUp('rater', table.raters, anchors.raters),
    items: lookUp('item', table.items, anchors.items),
  };
}

function stepAnchors(design: Design, steps: Readonly<Record<number, number>> = {}): Map<number, number> {
  const out = new Map<number, number>();
  for (const [score, value] of Object.entries(steps)) {
    let at = -1;
    for (let k = 1; k <= design.steps; k++) if (design.value[k] === Number(score)) at = k;
    if (at === -1)
      throw new OptionError(
        'unknown-anchor',
        `The step up to ${score} is anchored but nobody used that score.`,
      );
    out.set(at, value);
  }
  return out;
}
