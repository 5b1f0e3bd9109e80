/**
 * Parameters of a many-facet Rasch model: log P(x=k)/P(x=k−1) = θ − α_rater − δ_item − τ_k (Linacre 1989; the rating
 * scale of Andrich 1978, the partial credit of Masters 1982).
 */
import type { Design } from './design.ts';

export interface Parameters {
  /** Logits, one a person. */
  theta: Float64Array;
  /** Raters, then items, then steps (set s, step k at raters + items + s × steps + k − 1), all subtracted from θ. */
  facets: Float64Array;
}

export const facetCount = (d: Design): number => d.raters + d.items + d.sets * d.steps;

/** Measures held fixed, in logits; maps from codes. Steps are fixed for all sets together, by number from 1. */
export interface Anchors {
  persons: ReadonlyMap<number, number>;
  raters: ReadonlyMap<number, number>;
  items: ReadonlyMap<number, number>;
  steps: ReadonlyMap<number, number>;
}

export const NO_ANCHORS: Anchors = {
  persons: new Map(),
  raters: new Map(),
  items: new Map(),
  steps: new Map(),
};

/** Which facet parameters may move: 1 free, 0 anchored, set aside, or a step that its set does not have. */
export function freeFacets(d: Design, anchors: Anchors): Uint8Array {
  const free = new Uint8Array(facetCount(d)).fill(1);
  for (let r = 0; r < d.raters; r++) if (d.raterRound[r] !== -1 || anchors.raters.has(r)) free[r] = 0;
  for (let i = 0; i < d.items; i++) if (d.itemRound[i] !== -1 || anchors.items.has(i)) free[d.raters + i] = 0;
  for (let s = 0; s < d.sets; s++)
    for (let k = 0; k < d.steps; k++)
      if (k >= (d.stepCount[s] as number) || anchors.steps.has(k + 1))
        free[d.raters + d.items + s * d.steps + k] = 0;
  return free;
}

/**
 * Groups of facet parameters that sum to zero, each a list of indices. An anchored element gives its facet an origin of
 * its own; anchored persons leave the raters to float.
 */
export function centredGroups(d: Design, anchors: Anchors, free: Uint8Array): Int32Array[] {
  const groups: Int32Array[] = [];
  const range = (from: number, to: number): Int32Array => {
    const out: number[] = [];
    for (let at = from; at < to; at++) if (free[at]) out.push(at);
    return Int32Array.from(out);
  };
  if (anchors.raters.size === 0 && anchors.persons.size === 0) groups.push(range(0, d.raters));
  if (anchors.items.size === 0) groups.push(range(d.raters, d.raters + d.items));
  const base = d.raters + d.items;
  if (anchors.steps.size === 0)
    for (let s = 0; s < d.sets; s++) groups.push(range(base + s * d.steps, base + (s + 1) * d.steps));
  return groups.filter((group) => group.length > 0);
}

/**
 * Starting values from log odds of mean scores, the first step of PROX (Wright & Masters 1982, chapter 4); anchored
 * elements start, and stay, at their values.
 */
export function startingValues(d: Design, anchors: Anchors): Parameters {
  const { table, rows } = d;
  const theta = new Float64Array(d.persons);
  const facets = new Float64Array(facetCount(d));
  const sum = { p: new Float64Array(d.persons), r: new Float64Array(d.raters), i: new Float64Array(d.items) };
  const top = { p: new Float64Array(d.persons), r: new Float64Array(d.raters), i: new Float64Array(d.items) };
  const used = new Float64Array(d.sets * (d.steps + 1));
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const i = table.item[row] as number;
    const s = d.model === 'rsm' ? 0 : i;
    const x = d.category[row] as number;
    const most = d.stepCount[s] as number;
    const p = table.person[row] as number;
    const r = table.rater[row] as number;
    sum.p[p] = (sum.p[p] as number) + x;
    top.p[p] = (top.p[p] as number) + most;
    sum.r[r] = (sum.r[r] as number) + x;
    top.r[r] = (top.r[r] as number) + most;
    sum.i[i] = (sum.i[i] as number) + x;
    top.i[i] = (top.i[i] as number) + most;
    const cell = s * (d.steps + 1) + x;
    used[cell] = (used[cell] as number) + 1;
  }
  const odds = (got: number, most: number): number =>
    most > 0 ? Math.log((got + 0.25) / (most - got + 0.25)) : 0;
  const centre = (from: number, to: number, got: Float64Array, most: Float64Array): void => {
    let mean = 0;
    let count = 0;
    for (let at = from; at < to; at++) {
      if (!((most[at - from] as number) > 0)) continue;
      facets[at] = -odds(got[at - from] as number, most[at - from] as number);
      mean += facets[at] as number;
      count++;
    }
    for (let at = from; at < to; at++)
      if ((most[at - from] as number) > 0) facets[at] = (facets[at] as number) - mean / count;
  };
  centre(0, d.raters, sum.r, top.r);
  centre(d.raters, d.raters + d.items, sum.i, top.i);
  const base = d.raters + d.items;
  for (let s = 0; s < d.sets; s++) {
    const count = d.stepCount[s] as number;
    let mean = 0;
    for (let k = 1; k <= count; k++) {
      const cell = s * (d.steps + 1) + k;
      const value = Math.log(((used[cell - 1] as number) + 0.5) / ((used[cell] as number) + 0.5));
      facets[base + s * d.steps + k - 1] = value;
      mean += value / count;
    }
    for (let k = 0; k < count; k++) {
      const at = base + s * d.steps + k;
      facets[at] = (facets[at] as number) - mean;
    }
  }
  for (let p = 0; p < d.persons; p++) theta[p] = odds(sum.p[p] as number, top.p[p] as number);
  for (const [p, value] of anchors.persons) theta[p] = value;
  for (const [r, value] of anchors.raters) facets[r] = value;
  for (const [i, value] of anchors.items) facets[d.raters + i] = value;
  for (const [k, value] of anchors.steps)
    for (let s = 0; s < d.sets; s++)
      if (k <= (d.stepCount[s] as number)) facets[base + s * d.steps + k - 1] = value;
  return { theta, facets };
}

/** exp(−Σ_{j≤k} τ_j) at s × (steps + 1) + k; 0 beyond a set's last step. */
export function stepTable(
  d: Design,
  facets: Float64Array,
  out = new Float64Array(d.sets * (d.steps + 1)),
): Float64Array {
  const base = d.raters + d.items;
  for (let s = 0; s < d.sets; s++) {
    let sum = 0;
    for (let k = 0; k <= d.steps; k++) {
      if (k > 0) sum += facets[base + s * d.steps + k - 1] as number;
      out[s * (d.steps + 1) + k] = k <= (d.stepCount[s] as number) ? Math.exp(-sum) : 0;
    }
  }
  return out;
}

/** Keeps exp(k η) finite for every k. */
export const boundEta = (eta: number, steps: number): number => {
  const most = 600 / steps;
  return eta > most ? most : eta < -most ? -most : eta;
};

/** Category probabilities at η = θ − α − δ, written to out[0..steps]. */
export function probabilities(
  d: Design,
  table: Float64Array,
  s: number,
  eta: number,
  out: Float64Array,
): void {
  const e = Math.exp(boundEta(eta, d.steps));
  const base = s * (d.steps + 1);
  let power = 1;
  let z = 0;
  for (let k = 0; k <= d.steps; k++) {
    const p = power * (table[base + k] as number);
    out[k] = p;
    z += p;
    power *= e;
  }
  for (let k = 0; k <= d.steps; k++) out[k] = (out[k] as number) / z;
}

/** Mean and variance of the category at η. */
export function moments(
  d: Design,
  table: Float64Array,
  s: number,
  eta: number,
): { mean: number; variance: number } {
  const e = Math.exp(boundEta(eta, d.steps));
  const base = s * (d.steps + 1);
  let power = 1;
  let z = 0;
  let first = 0;
  let second = 0;
  for (let k = 0; k <= d.steps; k++) {
    const p = power * (table[base + k] as number);
    z += p;
    first += k * p;
    second += k * k * p;
    power *= e;
  }
  const mean = first / z;
  return { mean, variance: Math.max(0, second / z - mean * mean) };
}
