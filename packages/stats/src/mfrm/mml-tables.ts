/** Model tables of the marginal likelihood: for every rater × item cell, node and category, computed once an iteration. */
import type { Design } from './design.ts';
import { boundEta, stepTable } from './parameters.ts';

export interface CellTables {
  /** log P(x) at (cell × (steps + 1) + x) × nodes + q. */
  logP: Float64Array;
  /** E(x) at cell × nodes + q, and its variance. */
  mean: Float64Array;
  variance: Float64Array;
  /** P(x ≥ k) at (cell × steps + k − 1) × nodes + q. */
  tail: Float64Array;
}

export const emptyTables = (d: Design, nodes: number): CellTables => ({
  logP: new Float64Array(d.cells * (d.steps + 1) * nodes),
  mean: new Float64Array(d.cells * nodes),
  variance: new Float64Array(d.cells * nodes),
  tail: new Float64Array(d.cells * d.steps * nodes),
});

/** @param theta ability at each node, logits */
export function fillTables(d: Design, facets: Float64Array, theta: Float64Array, out: CellTables): void {
  const Q = theta.length;
  const K = d.steps;
  const steps = stepTable(d, facets);
  const p = new Float64Array(K + 1);
  for (let c = 0; c < d.cells; c++) {
    const i = d.cellItem[c] as number;
    const offset = (facets[d.cellRater[c] as number] as number) + (facets[d.raters + i] as number);
    const table = (d.model === 'rsm' ? 0 : i) * (K + 1);
    for (let q = 0; q < Q; q++) {
      const e = Math.exp(boundEta((theta[q] as number) - offset, K));
      let power = 1;
      let z = 0;
      for (let k = 0; k <= K; k++) {
        p[k] = power * (steps[table + k] as number);
        z += p[k] as number;
        power *= e;
      }
      let mean = 0;
      let square = 0;
      let above = 0;
      for (let k = K; k >= 0; k--) {
        const probability = (p[k] as number) / z;
        out.logP[(c * (K + 1) + k) * Q + q] = Math.log(Math.max(probability, 1e-300));
        if (k === 0) break;
        above += probability;
        out.tail[(c * K + k - 1) * Q + q] = above;
        mean += above;
        square += (2 * k - 1) * above;
      }
      out.mean[c * Q + q] = mean;
      out.variance[c * Q + q] = Math.max(0, square - mean * mean);
    }
  }
}
