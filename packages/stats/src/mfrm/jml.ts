/**
 * Joint maximum likelihood by Newton's method on all parameters together. The likelihood is concave in them
 * (an exponential family), so full steps with halving converge, quadratically, wherever the maximum exists.
 */
import type { Design } from './design.ts';
import {
  type Evaluation,
  emptyEvaluation,
  evaluateJoint,
  observedScores,
  sortedCategories,
} from './jml-evaluate.ts';
import { type Anchors, centredGroups, freeFacets, type Parameters, startingValues } from './parameters.ts';
import { type Constraints, centre, reduce } from './reduced-system.ts';
import { buildStructure } from './structure.ts';

export interface Estimation {
  parameters: Parameters;
  /** Standard errors from the whole information matrix under the constraints, logits. */
  personSe: Float64Array;
  facetSe: Float64Array;
  /** Σ of model variances for each person and facet parameter, all else held: 1/√ of it is what FACETS prints. */
  personInfo: Float64Array;
  facetInfo: Float64Array;
  logLik: number;
  iterations: number;
  converged: boolean;
  /** The maximum does not exist or is not unique, and a ridge held it; see `trust`. */
  ridged: 'no' | 'flat' | 'separated';
  /** True when standard errors are the conditional ones because the system was too large to invert. */
  conditionalSe: boolean;
  population?: { mean: number; sd: number; meanSe: number; sdSe: number; nodes: number };
}

export interface EstimationOptions {
  maxIterations: number;
  /** Largest change of a parameter, logits, at which one stops. */
  tolerance: number;
  anchors: Anchors;
  /** The design leaves something undetermined: hold the flat directions with a very small ridge. */
  flat: boolean;
}

/** No measure on a sensible scale lies farther out; beyond, the maximum is at infinity. */
const FAR = 20;

/** @param d a design built with `dropExtremePersons` */
export function estimateJoint(d: Design, options: EstimationOptions): Estimation {
  const free = freeFacets(d, options.anchors);
  const personFree = new Uint8Array(d.persons);
  for (let n = 0; n < d.persons; n++)
    personFree[n] = d.personRound[n] === -1 && !options.anchors.persons.has(n) ? 1 : 0;
  const centred = centredGroups(d, options.anchors, free);
  const base = { free, personFree, centred, ridge: 0, personRidge: 0 };
  const first = options.flat ? newton(d, options, { ...base, ridge: 1e-5 }) : newton(d, options, base);
  if (first.outcome === 'done') return { ...first.result, ridged: options.flat ? 'flat' : 'no' };
  if (first.outcome === 'singular') {
    const again = newton(d, options, { ...base, ridge: 1e-5 });
    if (again.outcome === 'done') return { ...again.result, ridged: 'flat' };
  }
  const held = newton(d, { ...options, maxIterations: 200 }, { ...base, ridge: 0.1, personRidge: 0.1 });
  return { ...held.result, ridged: 'separated' };
}

interface Run {
  outcome: 'done' | 'singular' | 'far' | 'slow';
  result: Estimation;
}

function newton(d: Design, options: EstimationOptions, constraints: Constraints): Run {
  const structure = buildStructure(d);
  const observed = observedScores(d);
  const category = sortedCategories(d);
  let at = startingValues(d, options.anchors);
  let next: Parameters = { theta: at.theta.slice(), facets: at.facets.slice() };
  let here = evaluateJoint(d, structure, observed, category, at, emptyEvaluation(d, structure));
  let there = emptyEvaluation(d, structure);
  const { free, personFree, ridge, personRidge } = constraints;
  const penalty = (x: Parameters): number => {
    let sum = 0;
    if (ridge > 0)
      for (let a = 0; a < x.facets.length; a++) if (free[a]) sum += ridge * (x.facets[a] as number) ** 2;
    if (personRidge > 0)
      for (let n = 0; n < d.persons; n++) if (personFree[n]) sum += personRidge * (x.theta[n] as number) ** 2;
    return sum / 2;
  };
  const p = at.facets.length;
  const step = { theta: new Float64Array(d.persons), facets: new Float64Array(p) };
  let value = here.logLik - penalty(at);
  let outcome: Run['outcome'] = 'slow';
  let iterations = 0;

  while (iterations < options.maxIterations) {
    iterations++;
    const system = reduce(d, structure, here, constraints);
    const g = step.facets;
    for (let a = 0; a < p; a++)
      g[a] = free[a] ? (here.facetGradient[a] as number) - ridge * (at.facets[a] as number) : 0;
    const gradient = (n: number): number =>
      (here.personGradient[n] as number) - personRidge * (at.theta[n] as number);
    const weight = (n: number): number => {
      const info = (here.personInfo[n] as number) + personRidge;
      return personFree[n] && info > 0 ? 1 / info : 0;
    };
    for (let n = 0; n < d.persons; n++) {
      const scaled = gradient(n) * weight(n);
      if (scaled === 0) continue;
      for (let b = structure.start[n] as number; b < (structure.start[n + 1] as number); b++) {
        const c = structure.column[b] as number;
        if (free[c]) g[c] = (g[c] as number) + (here.cross[b] as number) * scaled;
      }
    }
    if (!system.solve(g)) {
      outcome = 'singular';
      break;
    }
    centre(g, constraints.centred);
    let largest = 0;
    for (let a = 0; a < p; a++) largest = Math.max(largest, Math.abs(g[a] as number));
    for (let n = 0; n < d.persons; n++) {
      let sum = gradient(n);
      for (let b = structure.start[n] as number; b < (structure.start[n + 1] as number); b++)
        sum += (here.cross[b] as number) * (g[structure.column[b] as number] as number);
      step.theta[n] = sum * weight(n);
      largest = Math.max(largest, Math.abs(step.theta[n] as number));
    }
    if (!Number.isFinite(largest)) {
      outcome = 'singular';
      break;
    }
    let scale = largest > 3 ? 3 / largest : 1;
    let better = false;
    for (let halving = 0; halving < 25; halving++) {
      for (let a = 0; a < p; a++) next.facets[a] = (at.facets[a] as number) + scale * (g[a] as number);
      for (let n = 0; n < d.persons; n++)
        next.theta[n] = (at.theta[n] as number) + scale * (step.theta[n] as number);
      there = evaluateJoint(d, structure, observed, category, next, there);
      const nextValue = there.logLik - penalty(next);
      if (nextValue >= value - 1e-10 * Math.abs(value)) {
        value = nextValue;
        better = true;
        break;
      }
      scale /= 2;
    }
    if (better) {
      [at, next] = [next, at];
      [here, there] = [there, here];
    }
    if (scale * largest < options.tolerance || !better) {
      outcome = largest < 1e-4 ? 'done' : 'slow';
      break;
    }
    if (furthest(at, d, free) > FAR) {
      outcome = 'far';
      break;
    }
  }
  return { outcome, result: finish(d, structure, here, at, constraints, iterations, outcome === 'done') };
}

function furthest(x: Parameters, d: Design, free: Uint8Array): number {
  let most = 0;
  for (let n = 0; n < d.persons; n++)
    if (d.personRound[n] === -1) most = Math.max(most, Math.abs(x.theta[n] as number));
  for (let a = 0; a < x.facets.length; a++)
    if (free[a]) most = Math.max(most, Math.abs(x.facets[a] as number));
  return most;
}

/** Diagonal information of every facet parameter, all else held. */
export function facetDiagonal(
  d: Design,
  ev: Pick<Evaluation, 'cellInfo' | 'stepInfo'>,
  p: number,
): Float64Array {
  const out = new Float64Array(p);
  const base = d.raters + d.items;
  for (let c = 0; c < d.cells; c++) {
    const r = d.cellRater[c] as number;
    const i = d.raters + (d.cellItem[c] as number);
    out[r] = (out[r] as number) + (ev.cellInfo[c] as number);
    out[i] = (out[i] as number) + (ev.cellInfo[c] as number);
  }
  for (let s = 0; s < d.sets; s++)
    for (let k = 0; k < d.steps; k++)
      out[base + s * d.steps + k] = ev.stepInfo[(s * d.steps + k) * d.steps + k] as number;
  return out;
}

function finish(
  d: Design,
  structure: ReturnType<typeof buildStructure>,
  ev: Evaluation,
  parameters: Parameters,
  constraints: Constraints,
  iterations: number,
  converged: boolean,
): Estimation {
  const p = parameters.facets.length;
  const facetInfo = facetDiagonal(d, ev, p);
  const personSe = new Float64Array(d.persons);
  const facetSe = new Float64Array(p);
  const inverse = reduce(d, structure, ev, constraints).inverse();
  const { free, personFree } = constraints;
  for (let a = 0; a < p; a++)
    if (free[a]) {
      const variance = inverse
        ? (inverse[a * p + a] as number)
        : 1 / ((facetInfo[a] as number) + constraints.ridge);
      facetSe[a] = Math.sqrt(Math.max(0, variance));
    }
  for (let n = 0; n < d.persons; n++) {
    if (!personFree[n]) continue;
    const w = 1 / ((ev.personInfo[n] as number) + constraints.personRidge);
    let variance = w;
    if (inverse) {
      let sum = 0;
      const to = structure.start[n + 1] as number;
      for (let a = structure.start[n] as number; a < to; a++) {
        const ca = structure.column[a] as number;
        if (!free[ca]) continue;
        const left = ev.cross[a] as number;
        for (let b = structure.start[n] as number; b < to; b++) {
          const cb = structure.column[b] as number;
          if (free[cb]) sum += left * (ev.cross[b] as number) * (inverse[ca * p + cb] as number);
        }
      }
      variance += w * w * Math.max(0, sum);
    }
    personSe[n] = Math.sqrt(variance);
  }
  return {
    parameters,
    personSe,
    facetSe,
    personInfo: ev.personInfo.slice(),
    facetInfo,
    logLik: ev.logLik,
    iterations,
    converged,
    ridged: 'no',
    conditionalSe: inverse === null,
  };
}
