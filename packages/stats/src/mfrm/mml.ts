/**
 * Marginal maximum likelihood with a normal population: persons integrated out by Gauss–Hermite quadrature, the rest by
 * Newton's method on the exact observed information (Louis 1982), with Fisher steps of the complete data where the
 * surface is not concave. Persons are then expected a posteriori (Bock & Mislevy 1982).
 */
import { TooLargeError } from '../errors.ts';
import { cholesky, choleskyInverse, choleskySolve } from '../numeric/dense.ts';
import { gaussHermite } from '../numeric/gauss-hermite.ts';
import type { Design } from './design.ts';
import { type Estimation, type EstimationOptions, facetDiagonal } from './jml.ts';
import { sortedCategories } from './jml-evaluate.ts';
import { type Accumulator, accumulate, emptyAccumulator } from './mml-accumulate.ts';
import { centredGroups, facetCount, freeFacets, moments, startingValues, stepTable } from './parameters.ts';
import { centre, constrain, denseFacetInfo } from './reduced-system.ts';
import { buildStructure } from './structure.ts';

export interface PopulationOptions {
  /** Fixed values; left out, they are estimated. */
  mean?: number | undefined;
  sd?: number | undefined;
  /** Quadrature nodes; left out, as many as the sharpest person needs (see `nodesNeeded`). */
  nodes?: number | undefined;
}

/** Facet parameters that a marginal fit takes: its information matrix is dense. */
export const MARGINAL_LIMIT = 1500;

const SD_FLOOR = 0.01;

/**
 * Nodes so that their spacing, π√2/√(2n+1) near the middle, stays below 1.5 posterior standard deviations (in units of
 * the population's): the error of the rule then is about exp(−2π²/1.5²) < 0.02 %.
 */
export function nodesNeeded(posteriorSd: number): number {
  const spacing = 1.5 * Math.min(1, posteriorSd);
  const n = Math.ceil((2 * (Math.PI / spacing) ** 2 - 1) / 2);
  return Math.min(241, Math.max(21, n | 1));
}

/** Nodes that carry weight; the far tail of a fine rule is below rounding. */
function usefulNodes(count: number) {
  const { nodes, weights } = gaussHermite(count);
  const keep = Array.from(weights.keys()).filter((q) => (weights[q] as number) > 1e-16);
  return {
    z: Float64Array.from(keep, (q) => nodes[q] as number),
    logWeight: Float64Array.from(keep, (q) => Math.log(weights[q] as number)),
  };
}

interface Point {
  facets: Float64Array;
  mean: number;
  sd: number;
}

/**
 * @param d a design built without dropping extreme persons: the population bounds them
 * @throws TooLargeError beyond 1,500 facet parameters; the joint fit takes any number
 */
export function estimateMarginal(
  d: Design,
  options: EstimationOptions,
  population: PopulationOptions = {},
): Estimation {
  const p = facetCount(d);
  if (p > MARGINAL_LIMIT)
    throw new TooLargeError(
      'mml-too-large',
      `A marginal fit takes ${MARGINAL_LIMIT} rater, item and step parameters together, these data have ${p}; use method jml.`,
    );
  const free = freeFacets(d, options.anchors);
  const centred = centredGroups(d, options.anchors, free);
  const structure = buildStructure(d);
  const category = sortedCategories(d);
  const start = startingValues(d, options.anchors);
  let at = startPoint(d, start.theta, start.facets, population);
  const count = population.nodes ?? nodesNeeded(sharpest(d, at));
  const { z, logWeight } = usefulNodes(count);
  let ridge = options.flat ? 1e-5 : 0;
  const evaluate = (x: Point, acc: Accumulator): Accumulator =>
    accumulate(d, structure, category, x.facets, { mean: x.mean, sd: x.sd, z, logWeight }, acc);

  let here = evaluate(at, emptyAccumulator(d, z.length));
  let there = emptyAccumulator(d, z.length);
  const penalised = (acc: Accumulator, x: Point): number => {
    let sum = 0;
    for (let a = 0; a < p; a++) if (free[a]) sum += (x.facets[a] as number) ** 2;
    return acc.logLik - (ridge * sum) / 2;
  };
  let iterations = 0;
  let converged = false;
  let ridged: Estimation['ridged'] = options.flat ? 'flat' : 'no';
  while (iterations < options.maxIterations) {
    iterations++;
    const value = penalised(here, at);
    const moved = ['newton', 'fisher'].some((kind) => {
      const step = solveStep(d, here, at, {
        free,
        centred,
        ridge,
        population,
        kind: kind as 'newton' | 'fisher',
      });
      if (!step) return false;
      let largest = 0;
      for (const change of step) largest = Math.max(largest, Math.abs(change));
      if (!Number.isFinite(largest)) return false;
      let scale = largest > 2 ? 2 / largest : 1;
      for (let halving = 0; halving < 12; halving++, scale /= 2) {
        const next: Point = {
          facets: at.facets.map((facet, a) => facet + scale * (step[a] as number)),
          mean: at.mean + scale * (step[p] as number),
          sd: Math.max(SD_FLOOR, at.sd + scale * (step[p + 1] as number)),
        };
        there = evaluate(next, there);
        if (!(penalised(there, next) >= value - 1e-10 * Math.abs(value))) continue;
        at = next;
        [here, there] = [there, here];
        converged = kind === 'newton' && scale * largest < options.tolerance;
        return true;
      }
      return false;
    });
    if (converged) break;
    const far = at.facets.some((value_, a) => Boolean(free[a]) && Math.abs(value_) > 20);
    if ((!moved || far || iterations === options.maxIterations) && ridged !== 'separated') {
      if (!moved && smallGradient(here, { free, centred, ridge, population }, at)) {
        converged = true;
        break;
      }
      // The maximum lies at infinity or on a ridge: hold it, and let `trust` say so.
      ridge = 0.1;
      ridged = 'separated';
      iterations = 0;
      at = startPoint(d, start.theta, start.facets, population);
      here = evaluate(at, here);
    } else if (!moved) break;
  }
  return finish(d, here, at, { free, centred, ridge, population, z, iterations, converged, ridged });
}

function startPoint(
  d: Design,
  theta: Float64Array,
  facets: Float64Array,
  population: PopulationOptions,
): Point {
  let sum = 0;
  let square = 0;
  let n = 0;
  for (let person = 0; person < d.persons; person++) {
    if (d.start[person] === d.start[person + 1]) continue;
    sum += theta[person] as number;
    square += (theta[person] as number) ** 2;
    n++;
  }
  const mean = n > 0 ? sum / n : 0;
  const sd = n > 1 ? Math.sqrt(Math.max(0.09, square / n - mean * mean)) : 1;
  return { facets: facets.slice(), mean: population.mean ?? mean, sd: population.sd ?? sd };
}

/** Posterior standard deviation of the person with the most information, in population standard deviations. */
function sharpest(d: Design, at: Point): number {
  const steps = stepTable(d, at.facets);
  let most = 0;
  for (let n = 0; n < d.persons; n++) {
    let info = 0;
    for (let position = d.start[n] as number; position < (d.start[n + 1] as number); position++) {
      const c = d.cell[position] as number;
      const i = d.cellItem[c] as number;
      const eta =
        at.mean - (at.facets[d.cellRater[c] as number] as number) - (at.facets[d.raters + i] as number);
      info += moments(d, steps, d.model === 'rsm' ? 0 : i, eta).variance;
    }
    most = Math.max(most, info);
  }
  return 1 / Math.sqrt(1 + most * at.sd * at.sd);
}

function smallGradient(
  acc: Accumulator,
  { free, centred, ridge, population }: Omit<StepOptions, 'kind'>,
  at: Point,
): boolean {
  const p = free.length;
  const g = acc.gradient.map((value, a) =>
    a < p ? (free[a] ? value - ridge * (at.facets[a] as number) : 0) : value,
  );
  centre(g, centred);
  if (population.mean !== undefined) g[p] = 0;
  if (population.sd !== undefined || at.sd <= 2 * SD_FLOOR) g[p + 1] = 0;
  return g.every((value) => Math.abs(value) < 1e-3);
}

interface StepOptions {
  free: Uint8Array;
  centred: readonly Int32Array[];
  ridge: number;
  population: PopulationOptions;
  kind: 'newton' | 'fisher';
}

/** Information of (facets, mean, sd): complete-data, less what is missing for Newton. */
function information(
  d: Design,
  acc: Accumulator,
  at: Point,
  { free, centred, ridge, population, kind }: StepOptions,
): Float64Array {
  const p = free.length;
  const m = p + 2;
  const C = denseFacetInfo(d, acc, p);
  const out = new Float64Array(m * m);
  for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) out[a * m + b] = C[a * p + b] as number;
  for (let a = 0; a < p; a++) {
    out[a * m + p] = out[p * m + a] = -(acc.meanCross[a] as number);
    out[a * m + p + 1] = out[(p + 1) * m + a] = -(acc.sdCross[a] as number);
  }
  out[p * m + p] = acc.populationInfo[0] as number;
  out[p * m + p + 1] = out[(p + 1) * m + p] = acc.populationInfo[1] as number;
  out[(p + 1) * m + p + 1] = acc.populationInfo[2] as number;
  if (kind === 'newton')
    for (let a = 0; a < m; a++)
      for (let b = 0; b <= a; b++) {
        const missing = acc.missing[a * m + b] as number;
        out[a * m + b] = (out[a * m + b] as number) - missing;
        if (a !== b) out[b * m + a] = (out[b * m + a] as number) - missing;
      }
  const all = new Uint8Array(m);
  all.set(free);
  all[p] = population.mean === undefined ? 1 : 0;
  // At the floor with the likelihood pushing below it, the standard deviation stays.
  all[p + 1] =
    population.sd === undefined && !(at.sd <= SD_FLOOR && (acc.gradient[p + 1] as number) <= 0) ? 1 : 0;
  constrain(out, m, { free: all, centred, ridge, personFree: all, personRidge: 0 });
  return out;
}

function solveStep(d: Design, acc: Accumulator, at: Point, options: StepOptions): Float64Array | null {
  const { free, ridge, population } = options;
  const p = free.length;
  const H = information(d, acc, at, options);
  if (!cholesky(H, p + 2)) return null;
  const g = new Float64Array(p + 2);
  for (let a = 0; a < p; a++)
    if (free[a]) g[a] = (acc.gradient[a] as number) - ridge * (at.facets[a] as number);
  if (population.mean === undefined) g[p] = acc.gradient[p] as number;
  if (population.sd === undefined && !(at.sd <= SD_FLOOR && (acc.gradient[p + 1] as number) <= 0))
    g[p + 1] = acc.gradient[p + 1] as number;
  choleskySolve(H, p + 2, g);
  centre(g, options.centred);
  return g;
}

function finish(
  d: Design,
  acc: Accumulator,
  at: Point,
  rest: Omit<StepOptions, 'kind'> & {
    z: Float64Array;
    iterations: number;
    converged: boolean;
    ridged: Estimation['ridged'];
  },
): Estimation {
  const { free } = rest;
  const p = free.length;
  const m = p + 2;
  const H = information(d, acc, at, { ...rest, kind: 'newton' });
  const facetInfo = facetDiagonal(d, acc, p);
  const ok = cholesky(H, m);
  const inverse = ok ? choleskyInverse(H, m) : null;
  const facetSe = new Float64Array(p);
  for (let a = 0; a < p; a++)
    if (free[a])
      facetSe[a] = Math.sqrt(
        Math.max(0, inverse ? (inverse[a * m + a] as number) : 1 / Math.max(1e-9, facetInfo[a] as number)),
      );
  const steps = stepTable(d, at.facets);
  const personInfo = new Float64Array(d.persons);
  for (let n = 0; n < d.persons; n++)
    for (let position = d.start[n] as number; position < (d.start[n + 1] as number); position++) {
      const c = d.cell[position] as number;
      const i = d.cellItem[c] as number;
      const eta =
        (acc.eap[n] as number) -
        (at.facets[d.cellRater[c] as number] as number) -
        (at.facets[d.raters + i] as number);
      personInfo[n] = (personInfo[n] as number) + moments(d, steps, d.model === 'rsm' ? 0 : i, eta).variance;
    }
  const spread = (index: number, fixed: number | undefined): number =>
    fixed === undefined && inverse ? Math.sqrt(Math.max(0, inverse[index * m + index] as number)) : 0;
  return {
    parameters: { theta: acc.eap.slice(), facets: at.facets },
    personSe: acc.posteriorSd.slice(),
    facetSe,
    personInfo,
    facetInfo,
    logLik: acc.logLik,
    iterations: rest.iterations,
    converged: rest.converged,
    ridged: rest.ridged,
    conditionalSe: inverse === null,
    population: {
      mean: at.mean,
      sd: at.sd,
      meanSe: spread(p, rest.population.mean),
      sdSe: spread(p + 1, rest.population.sd),
      nodes: rest.z.length,
    },
  };
}
