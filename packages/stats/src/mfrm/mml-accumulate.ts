/** One pass of the marginal likelihood: posteriors, gradient, expected complete information and what is missing from it. */
import type { Design } from './design.ts';
import { type CellTables, emptyTables, fillTables } from './mml-tables.ts';
import { facetCount } from './parameters.ts';
import type { Structure } from './structure.ts';

export interface PopulationNodes {
  mean: number;
  sd: number;
  /** Standard normal nodes and the logarithms of their weights. */
  z: Float64Array;
  logWeight: Float64Array;
}

/** The last two of every vector over parameters are the population's mean and standard deviation. */
export interface Accumulator {
  logLik: number;
  gradient: Float64Array;
  /** Σ_n Var(complete-data score | data), lower triangle of (facets + 2)². */
  missing: Float64Array;
  /** Expected complete-data information, as in the joint fit. */
  cellInfo: Float64Array;
  cellStep: Float64Array;
  stepInfo: Float64Array;
  /** Between facets and mean or sd (without their minus sign), and within mean and sd: mm, ms, ss. */
  meanCross: Float64Array;
  sdCross: Float64Array;
  populationInfo: Float64Array;
  /** Persons' posterior means and standard deviations, logits. */
  eap: Float64Array;
  posteriorSd: Float64Array;
  tables: CellTables;
  /** Σ_n posterior weight, cell × nodes + q. */
  cellWeight: Float64Array;
}

export function emptyAccumulator(d: Design, nodes: number): Accumulator {
  const p = facetCount(d);
  return {
    logLik: 0,
    gradient: new Float64Array(p + 2),
    missing: new Float64Array((p + 2) * (p + 2)),
    cellInfo: new Float64Array(d.cells),
    cellStep: new Float64Array(d.cells * d.steps),
    stepInfo: new Float64Array(d.sets * d.steps * d.steps),
    meanCross: new Float64Array(p),
    sdCross: new Float64Array(p),
    populationInfo: new Float64Array(3),
    eap: new Float64Array(d.persons),
    posteriorSd: new Float64Array(d.persons),
    tables: emptyTables(d, nodes),
    cellWeight: new Float64Array(d.cells * nodes),
  };
}

/** Posterior weights below this are left out: their nodes change nothing in the first dozen digits. */
const NEGLIGIBLE = 1e-13;

export function accumulate(
  d: Design,
  structure: Structure,
  category: Uint8Array,
  facets: Float64Array,
  { mean, sd, z, logWeight }: PopulationNodes,
  out: Accumulator,
): Accumulator {
  const Q = z.length;
  const K = d.steps;
  const p = facets.length;
  const m = p + 2;
  const theta = z.map((value) => mean + sd * value);
  fillTables(d, facets, theta, out.tables);
  const { logP, mean: expected, tail } = out.tables;
  out.gradient.fill(0);
  out.missing.fill(0);
  out.cellWeight.fill(0);
  const post = new Float64Array(Q);
  const inUse = new Int32Array(Q);
  let widest = 0;
  for (let n = 0; n < d.persons; n++)
    widest = Math.max(widest, (structure.start[n + 1] as number) - (structure.start[n] as number));
  const score = new Float64Array((widest + 2) * Q);
  const average = new Float64Array(widest + 2);
  const columns = new Int32Array(widest + 2);
  let logLik = 0;

  for (let n = 0; n < d.persons; n++) {
    const from = d.start[n] as number;
    const to = d.start[n + 1] as number;
    if (from === to) {
      out.eap[n] = mean;
      out.posteriorSd[n] = sd;
      continue;
    }
    post.set(logWeight);
    for (let at = from; at < to; at++) {
      const base = ((d.cell[at] as number) * (K + 1) + (category[at] as number)) * Q;
      for (let q = 0; q < Q; q++) post[q] = (post[q] as number) + (logP[base + q] as number);
    }
    let most = Number.NEGATIVE_INFINITY;
    for (let q = 0; q < Q; q++) if ((post[q] as number) > most) most = post[q] as number;
    let sum = 0;
    for (let q = 0; q < Q; q++) {
      const value = Math.exp((post[q] as number) - most);
      post[q] = value;
      sum += value;
    }
    logLik += most + Math.log(sum);
    let used = 0;
    let first = 0;
    let second = 0;
    for (let q = 0; q < Q; q++) {
      const weight = (post[q] as number) / sum;
      if (weight < NEGLIGIBLE) continue;
      inUse[used] = q;
      post[used++] = weight;
      first += weight * (z[q] as number);
      second += weight * (z[q] as number) ** 2;
    }
    out.eap[n] = mean + sd * first;
    out.posteriorSd[n] = sd * Math.sqrt(Math.max(0, second - first * first));

    // Complete-data scores at the nodes in use, one row a touched parameter.
    const begin = structure.start[n] as number;
    const width = (structure.start[n + 1] as number) - begin;
    score.fill(0, 0, (width + 2) * used);
    for (let a = 0; a < width; a++) columns[a] = structure.column[begin + a] as number;
    columns[width] = p;
    columns[width + 1] = p + 1;
    for (let at = from; at < to; at++) {
      const c = d.cell[at] as number;
      const x = category[at] as number;
      const rowR = ((structure.atRater[at] as number) - begin) * used;
      const rowI = ((structure.atItem[at] as number) - begin) * used;
      const rowM = width * used;
      const means = c * Q;
      for (let u = 0; u < used; u++) {
        const q = inUse[u] as number;
        const residual = x - (expected[means + q] as number);
        score[rowR + u] = (score[rowR + u] as number) - residual;
        score[rowI + u] = (score[rowI + u] as number) - residual;
        score[rowM + u] = (score[rowM + u] as number) + residual;
        const w = means + q;
        out.cellWeight[w] = (out.cellWeight[w] as number) + (post[u] as number);
      }
      const steps = (structure.atStep[at] as number) - begin;
      for (let k = 0; k < K; k++) {
        const rowS = (steps + k) * used;
        const tails = (c * K + k) * Q;
        const passed = x > k ? 1 : 0;
        for (let u = 0; u < used; u++)
          score[rowS + u] =
            (score[rowS + u] as number) - passed + (tail[tails + (inUse[u] as number)] as number);
      }
    }
    for (let u = 0; u < used; u++)
      score[(width + 1) * used + u] = (score[width * used + u] as number) * (z[inUse[u] as number] as number);

    for (let a = 0; a < width + 2; a++) {
      let total = 0;
      const row = a * used;
      for (let u = 0; u < used; u++) total += (post[u] as number) * (score[row + u] as number);
      average[a] = total;
      const column = columns[a] as number;
      out.gradient[column] = (out.gradient[column] as number) + total;
      // Centre and weigh, so that the products below are covariances.
      for (let u = 0; u < used; u++)
        score[row + u] = ((score[row + u] as number) - total) * Math.sqrt(post[u] as number);
    }
    for (let a = 0; a < width + 2; a++) {
      const rowA = a * used;
      const ca = columns[a] as number;
      for (let b = 0; b <= a; b++) {
        const rowB = b * used;
        let total = 0;
        for (let u = 0; u < used; u++) total += (score[rowA + u] as number) * (score[rowB + u] as number);
        const cb = columns[b] as number;
        const at = ca > cb ? ca * m + cb : cb * m + ca;
        out.missing[at] = (out.missing[at] as number) + total;
      }
    }
  }
  out.logLik = logLik;
  completeInformation(d, out, z);
  return out;
}

/** Expected complete-data information from the cells' posterior weights. */
function completeInformation(d: Design, out: Accumulator, z: Float64Array): void {
  const Q = z.length;
  const K = d.steps;
  const base = d.raters + d.items;
  const { mean: expected, variance, tail } = out.tables;
  out.cellStep.fill(0);
  out.stepInfo.fill(0);
  out.meanCross.fill(0);
  out.sdCross.fill(0);
  out.populationInfo.fill(0);
  for (let c = 0; c < d.cells; c++) {
    const r = d.cellRater[c] as number;
    const i = d.cellItem[c] as number;
    const s = d.model === 'rsm' ? 0 : i;
    let v0 = 0;
    let v1 = 0;
    let v2 = 0;
    for (let q = 0; q < Q; q++) {
      const weight = out.cellWeight[c * Q + q] as number;
      if (weight === 0) continue;
      const v = weight * (variance[c * Q + q] as number);
      const node = z[q] as number;
      v0 += v;
      v1 += v * node;
      v2 += v * node * node;
      const e = expected[c * Q + q] as number;
      let sumAbove = 0;
      for (let k = K; k > 0; k--) {
        const t = tail[(c * K + k - 1) * Q + q] as number;
        sumAbove += t;
        const cov = weight * (sumAbove + (k - 1 - e) * t);
        const at = c * K + k - 1;
        out.cellStep[at] = (out.cellStep[at] as number) + cov;
        const column = base + s * K + k - 1;
        out.meanCross[column] = (out.meanCross[column] as number) + cov;
        out.sdCross[column] = (out.sdCross[column] as number) + cov * node;
        for (let l = k; l <= K; l++) {
          const cell = (s * K + k - 1) * K + l - 1;
          const covariance = (tail[(c * K + l - 1) * Q + q] as number) * (1 - t);
          out.stepInfo[cell] = (out.stepInfo[cell] as number) + weight * covariance;
        }
      }
    }
    out.cellInfo[c] = v0;
    for (const column of [r, d.raters + i]) {
      out.meanCross[column] = (out.meanCross[column] as number) + v0;
      out.sdCross[column] = (out.sdCross[column] as number) + v1;
    }
    out.populationInfo[0] = (out.populationInfo[0] as number) + v0;
    out.populationInfo[1] = (out.populationInfo[1] as number) + v1;
    out.populationInfo[2] = (out.populationInfo[2] as number) + v2;
  }
}
