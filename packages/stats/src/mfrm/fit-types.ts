/** The result of fitting ratings: first whether it may be trusted, then the numbers, then what to do next. */
import type { Advice, Statement } from '../statements/statement.ts';
import type { RaschModel } from './design.ts';
import type { ModelAgreement } from './fit-statistics.ts';
import type { Separation } from './separation.ts';

export type FitMethod = 'jml' | 'mml';

export interface Trust {
  /** May the measures be used at all? False with any fatal statement. */
  usable: boolean;
  converged: boolean;
  /** All persons, raters and items stand on one scale. */
  connected: boolean;
  /** Sets of persons that cannot be compared with each other; 1 when all can. */
  subsets: number;
  extreme: { persons: number; raters: number; items: number };
  statements: Statement[];
}

export interface Element {
  id: string;
  /** Logits: ability of a person, severity of a rater, difficulty of an item; null where nothing can be known. */
  measure: number | null;
  /** From the whole information matrix under the constraints (joint), or the posterior (marginal persons). */
  se: number | null;
  /** All other parameters held: what FACETS and mfrmr's joint fit print. */
  seConditional: number | null;
  /** Mean squares (1 is as the model expects) and their standard normal versions. */
  infit: number | null;
  infitZ: number | null;
  outfit: number | null;
  outfitZ: number | null;
  /** All ratings at one end of the scale: the measure is then an adjusted, finite one. */
  extreme: false | 'high' | 'low';
  anchored: boolean;
  /** Ratings of it, and their plain mean on the original scale. */
  count: number;
  observedAverage: number | null;
  /** Expected score on the original scale with all other facets at their means: severity taken out. */
  fairAverage: number | null;
  /** Elements with different numbers cannot be compared. */
  subset: number;
}

export interface Step {
  /** Item of the step under partial credit; null when all items share the steps. */
  item: string | null;
  /** Original score that the step leads up to. */
  category: number;
  /** τ, logits; the steps of a set sum to zero unless anchored. */
  measure: number;
  se: number | null;
}

export interface RatingsFit {
  trust: Trust;
  model: RaschModel;
  method: FitMethod;
  converged: boolean;
  iterations: number;
  /** Joint log-likelihood of the ratings in the fit, or the marginal one. */
  logLik: number | null;
  size: { ratings: number; used: number; persons: number; raters: number; items: number; scores: number[] };
  persons: Element[];
  raters: Element[];
  items: Element[];
  steps: Step[];
  reliability: { persons: Separation; raters: Separation; items: Separation };
  agreement: ModelAgreement;
  /** The fitted normal population of a marginal fit. */
  population: { mean: number; sd: number; meanSe: number; sdSe: number; nodes: number } | null;
  advice: Advice[];
}
