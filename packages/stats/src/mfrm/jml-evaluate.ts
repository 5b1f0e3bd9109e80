/** Log-likelihood, gradient and information of the joint likelihood in one pass over the ratings. */
import type { Design } from './design.ts';
import { boundEta, facetCount, type Parameters, stepTable } from './parameters.ts';
import type { Structure } from './structure.ts';

/**
 * What one pass leaves. With facets subtracted from θ, the information has blocks D (persons, diagonal), −B (persons ×
 * facets, sparse) and C (facets), C kept as sums over rater × item cells and step sets.
 */
export interface Evaluation {
  logLik: number;
  /** Σ (x − E) a person. */
  personGradient: Float64Array;
  /** Derivatives with respect to the facets. */
  facetGradient: Float64Array;
  /** D: Σ variance a person. */
  personInfo: Float64Array;
  /** B, aligned with `structure.column`. */
  cross: Float64Array;
  /** Σ variance a cell. */
  cellInfo: Float64Array;
  /** Σ cov(x, 1[x ≥ k]) at cell × steps + k − 1. */
  cellStep: Float64Array;
  /** Σ cov(1[x ≥ k], 1[x ≥ l]) at (set × steps + k − 1) × steps + l − 1, k ≤ l. */
  stepInfo: Float64Array;
}

export function emptyEvaluation(d: Design, structure: Structure): Evaluation {
  return {
    logLik: 0,
    personGradient: new Float64Array(d.persons),
    facetGradient: new Float64Array(facetCount(d)),
    personInfo: new Float64Array(d.persons),
    cross: new Float64Array(structure.column.length),
    cellInfo: new Float64Array(d.cells),
    cellStep: new Float64Array(d.cells * d.steps),
    stepInfo: new Float64Array(d.sets * d.steps * d.steps),
  };
}

/** Observed scores of every facet parameter: Σx of raters and items, Σ1[x ≥ k] of steps. */
export function observedScores(d: Design): Float64Array {
  const out = new Float64Array(facetCount(d));
  const base = d.raters + d.items;
  for (let at = 0; at < d.rows.length; at++) {
    const row = d.rows[at] as number;
    const x = d.category[row] as number;
    const c = d.cell[at] as number;
    const r = d.cellRater[c] as number;
    const i = d.cellItem[c] as number;
    out[r] = (out[r] as number) + x;
    out[d.raters + i] = (out[d.raters + i] as number) + x;
    const s = base + (d.model === 'rsm' ? 0 : i) * d.steps;
    for (let k = 0; k < x; k++) out[s + k] = (out[s + k] as number) + 1;
  }
  return out;
}

/** Categories of `design.rows` in their order: read once, since rows of a table may lie anywhere. */
export function sortedCategories(d: Design): Uint8Array {
  return Uint8Array.from(d.rows, (row) => d.category[row] as number);
}

export function evaluateJoint(
  d: Design,
  structure: Structure,
  observed: Float64Array,
  category: Uint8Array,
  { theta, facets }: Parameters,
  out: Evaluation,
): Evaluation {
  const K = d.steps;
  const rsm = d.model === 'rsm';
  const { cell, cellRater, cellItem } = d;
  const { atRater, atItem, atStep } = structure;
  const { personGradient, personInfo, cross, cellInfo, cellStep, stepInfo, facetGradient } = out;
  cross.fill(0);
  cellInfo.fill(0);
  cellStep.fill(0);
  stepInfo.fill(0);
  const cellMean = new Float64Array(d.cells);
  const cellOffset = new Float64Array(d.cells);
  for (let c = 0; c < d.cells; c++)
    cellOffset[c] =
      (facets[cellRater[c] as number] as number) + (facets[d.raters + (cellItem[c] as number)] as number);
  const tailSum = new Float64Array(d.sets * K);
  const steps = stepTable(d, facets);
  const p = new Float64Array(K + 1);
  const tail = new Float64Array(K + 1);
  const base = d.raters + d.items;
  let logZ = 0;
  let product = 1;
  let linear = 0;

  for (let n = 0; n < d.persons; n++) {
    const from = d.start[n] as number;
    const to = d.start[n + 1] as number;
    const th = theta[n] as number;
    let gradient = 0;
    let info = 0;
    let score = 0;
    for (let at = from; at < to; at++) {
      const c = cell[at] as number;
      const s = rsm ? 0 : (cellItem[c] as number);
      const e = Math.exp(boundEta(th - (cellOffset[c] as number), K));
      const table = s * (K + 1);
      let power = 1;
      let z = 0;
      for (let k = 0; k <= K; k++) {
        const value = power * (steps[table + k] as number);
        p[k] = value;
        z += value;
        power *= e;
      }
      const inverse = 1 / z;
      let mean = 0;
      let square = 0;
      let above = 0;
      for (let k = K; k > 0; k--) {
        above += (p[k] as number) * inverse;
        tail[k] = above;
        mean += above;
        square += (2 * k - 1) * above;
      }
      const variance = square - mean * mean;
      // cov(x, 1[x ≥ k]) = Σ_{j ≥ k} Pr(x ≥ j) + (k − 1 − E) Pr(x ≥ k)
      let sumAbove = 0;
      const cs = c * K - 1;
      const ps = (atStep[at] as number) - 1;
      const ss = s * K - 1;
      for (let k = K; k > 0; k--) {
        const t = tail[k] as number;
        sumAbove += t;
        const cov = sumAbove + (k - 1 - mean) * t;
        cellStep[cs + k] = (cellStep[cs + k] as number) + cov;
        cross[ps + k] = (cross[ps + k] as number) + cov;
        tailSum[ss + k] = (tailSum[ss + k] as number) + t;
        const row = (ss + k) * K - 1;
        for (let l = k; l <= K; l++)
          stepInfo[row + l] = (stepInfo[row + l] as number) + (tail[l] as number) * (1 - t);
      }
      const x = category[at] as number;
      score += x;
      gradient += x - mean;
      info += variance;
      cellMean[c] = (cellMean[c] as number) + mean;
      cellInfo[c] = (cellInfo[c] as number) + variance;
      const ar = atRater[at] as number;
      const ai = atItem[at] as number;
      cross[ar] = (cross[ar] as number) + variance;
      cross[ai] = (cross[ai] as number) + variance;
      product *= z;
      if (product > 1e250 || product < 1e-250) {
        logZ += Math.log(product);
        product = 1;
      }
    }
    personGradient[n] = gradient;
    personInfo[n] = info;
    linear += th * score;
  }
  logZ += Math.log(product);

  for (let at = 0; at < facets.length; at++) {
    linear -= (facets[at] as number) * (observed[at] as number);
    facetGradient[at] = -(observed[at] as number);
  }
  for (let c = 0; c < d.cells; c++) {
    const r = cellRater[c] as number;
    const i = d.raters + (cellItem[c] as number);
    facetGradient[r] = (facetGradient[r] as number) + (cellMean[c] as number);
    facetGradient[i] = (facetGradient[i] as number) + (cellMean[c] as number);
  }
  for (let at = 0; at < tailSum.length; at++)
    facetGradient[base + at] = (facetGradient[base + at] as number) + (tailSum[at] as number);
  out.logLik = linear - logZ;
  return out;
}
