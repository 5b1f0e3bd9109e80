/**
 * The information on the facets once the persons are eliminated, S = C − BᵀD⁻¹B (a Schur complement), and its solution:
 * dense by Cholesky where it is small, by conjugate gradients where it is not.
 */
import { cholesky, choleskyInverse, choleskySolve } from '../numeric/dense.ts';
import type { Design } from './design.ts';
import type { Evaluation } from './jml-evaluate.ts';
import { facetCount } from './parameters.ts';
import type { Structure } from './structure.ts';

/** Facet parameters up to which S is held densely. */
export const DENSE_LIMIT = 1000;

export interface Constraints {
  free: Uint8Array;
  personFree: Uint8Array;
  /** Index lists that sum to zero. */
  centred: readonly Int32Array[];
  /** Added to the diagonal of the facets, and of the persons. */
  ridge: number;
  personRidge: number;
}

export interface ReducedSystem {
  /** Solves S x = b in place; false when S is singular. */
  solve(b: Float64Array): boolean;
  /** S⁻¹, dense, when S is; null otherwise. */
  inverse(): Float64Array | null;
}

/** C alone into a dense p × p matrix (upper and lower). */
export function denseFacetInfo(
  d: Design,
  ev: Pick<Evaluation, 'cellInfo' | 'cellStep' | 'stepInfo'>,
  p: number,
): Float64Array {
  const K = d.steps;
  const base = d.raters + d.items;
  const S = new Float64Array(p * p);
  const add = (a: number, b: number, value: number): void => {
    S[a * p + b] = (S[a * p + b] as number) + value;
    if (a !== b) S[b * p + a] = (S[b * p + a] as number) + value;
  };
  for (let c = 0; c < d.cells; c++) {
    const r = d.cellRater[c] as number;
    const i = d.raters + (d.cellItem[c] as number);
    const v = ev.cellInfo[c] as number;
    add(r, r, v);
    add(i, i, v);
    add(r, i, v);
    const s = base + (d.model === 'rsm' ? 0 : (d.cellItem[c] as number)) * K;
    for (let k = 0; k < K; k++) {
      const cov = ev.cellStep[c * K + k] as number;
      add(r, s + k, cov);
      add(i, s + k, cov);
    }
  }
  for (let s = 0; s < d.sets; s++)
    for (let k = 0; k < K; k++)
      for (let l = k; l < K; l++)
        add(base + s * K + k, base + s * K + l, ev.stepInfo[(s * K + k) * K + l] as number);
  return S;
}

/** Holds what is not free, ties what sums to zero, and adds the ridge; returns the weight of the ties. */
export function constrain(S: Float64Array, p: number, { free, centred, ridge }: Constraints): void {
  let most = 0;
  for (let a = 0; a < p; a++) {
    if (!free[a]) {
      for (let b = 0; b < p; b++) S[a * p + b] = S[b * p + a] = 0;
      S[a * p + a] = 1;
    } else {
      S[a * p + a] = (S[a * p + a] as number) + ridge;
      most = Math.max(most, S[a * p + a] as number);
    }
  }
  // The likelihood is flat along a common shift, so this weight fixes the origin without moving anything else.
  const weight = 1e4 * Math.max(most, 1e-6);
  for (const group of centred)
    for (const a of group) for (const b of group) S[a * p + b] = (S[a * p + b] as number) + weight;
}

/**
 * Takes each group's mean off, in place. A no-op where the origin is free; a true constraint where it is not, as with a
 * population or persons held fixed.
 */
export function centre(v: Float64Array, centred: readonly Int32Array[]): void {
  for (const group of centred) {
    let sum = 0;
    for (const a of group) sum += v[a] as number;
    for (const a of group) v[a] = (v[a] as number) - sum / group.length;
  }
}

export function reduce(
  d: Design,
  structure: Structure,
  ev: Evaluation,
  constraints: Constraints,
): ReducedSystem {
  const p = facetCount(d);
  return p <= DENSE_LIMIT
    ? denseSystem(d, structure, ev, constraints, p)
    : iterativeSystem(d, structure, ev, constraints, p);
}

const personWeight = (ev: Evaluation, { personFree, personRidge }: Constraints, n: number): number => {
  const info = (ev.personInfo[n] as number) + personRidge;
  return personFree[n] && info > 0 ? 1 / info : 0;
};

function denseSystem(
  d: Design,
  structure: Structure,
  ev: Evaluation,
  constraints: Constraints,
  p: number,
): ReducedSystem {
  const S = denseFacetInfo(d, ev, p);
  const { start, column } = structure;
  for (let n = 0; n < d.persons; n++) {
    const weight = personWeight(ev, constraints, n);
    if (weight === 0) continue;
    const from = start[n] as number;
    const to = start[n + 1] as number;
    // Lower triangle only: columns ascend by kind, not within one, so order each pair.
    for (let a = from; a < to; a++) {
      const left = (ev.cross[a] as number) * weight;
      const ca = column[a] as number;
      for (let b = from; b <= a; b++) {
        const cb = column[b] as number;
        const at = ca > cb ? ca * p + cb : cb * p + ca;
        S[at] = (S[at] as number) - left * (ev.cross[b] as number);
      }
    }
  }
  for (let a = 0; a < p; a++) for (let b = 0; b < a; b++) S[b * p + a] = S[a * p + b] as number;
  constrain(S, p, constraints);
  const ok = cholesky(S, p);
  return {
    solve(b) {
      if (ok) choleskySolve(S, p, b);
      return ok;
    },
    inverse: () => (ok ? choleskyInverse(S, p) : null),
  };
}

/** Conjugate gradients with a diagonal preconditioner; S is never formed, memory stays linear. */
function iterativeSystem(
  d: Design,
  structure: Structure,
  ev: Evaluation,
  constraints: Constraints,
  p: number,
): ReducedSystem {
  const K = d.steps;
  const base = d.raters + d.items;
  const { start, column } = structure;
  const { free, centred, ridge } = constraints;
  const diagonal = new Float64Array(p).fill(ridge);
  for (let c = 0; c < d.cells; c++) {
    const r = d.cellRater[c] as number;
    const i = d.raters + (d.cellItem[c] as number);
    diagonal[r] = (diagonal[r] as number) + (ev.cellInfo[c] as number);
    diagonal[i] = (diagonal[i] as number) + (ev.cellInfo[c] as number);
  }
  for (let at = 0; at < d.sets * K; at++)
    diagonal[base + at] = (diagonal[base + at] as number) + (ev.stepInfo[at * K + (at % K)] as number);
  for (let n = 0; n < d.persons; n++) {
    const weight = personWeight(ev, constraints, n);
    for (let a = start[n] as number; a < (start[n + 1] as number); a++) {
      const at = column[a] as number;
      diagonal[at] = (diagonal[at] as number) - (ev.cross[a] as number) ** 2 * weight;
    }
  }
  const project = (v: Float64Array): void => {
    for (let a = 0; a < p; a++) if (!free[a]) v[a] = 0;
    centre(v, centred);
  };
  const multiply = (v: Float64Array, out: Float64Array): void => {
    for (let a = 0; a < p; a++) out[a] = ridge * (v[a] as number);
    for (let c = 0; c < d.cells; c++) {
      const r = d.cellRater[c] as number;
      const i = d.raters + (d.cellItem[c] as number);
      const s = base + (d.model === 'rsm' ? 0 : (d.cellItem[c] as number)) * K;
      const both = (v[r] as number) + (v[i] as number);
      let sum = (ev.cellInfo[c] as number) * both;
      for (let k = 0; k < K; k++) {
        const cov = ev.cellStep[c * K + k] as number;
        sum += cov * (v[s + k] as number);
        out[s + k] = (out[s + k] as number) + cov * both;
      }
      out[r] = (out[r] as number) + sum;
      out[i] = (out[i] as number) + sum;
    }
    for (let s = 0; s < d.sets; s++)
      for (let k = 0; k < K; k++)
        for (let l = k; l < K; l++) {
          const value = ev.stepInfo[(s * K + k) * K + l] as number;
          const a = base + s * K + k;
          const b = base + s * K + l;
          out[a] = (out[a] as number) + value * (v[b] as number);
          if (a !== b) out[b] = (out[b] as number) + value * (v[a] as number);
        }
    for (let n = 0; n < d.persons; n++) {
      const weight = personWeight(ev, constraints, n);
      if (weight === 0) continue;
      const from = start[n] as number;
      const to = start[n + 1] as number;
      let dot = 0;
      for (let a = from; a < to; a++) dot += (ev.cross[a] as number) * (v[column[a] as number] as number);
      dot *= weight;
      for (let a = from; a < to; a++) {
        const at = column[a] as number;
        out[at] = (out[at] as number) - (ev.cross[a] as number) * dot;
      }
    }
    project(out);
  };
  return {
    solve(b) {
      project(b);
      const x = new Float64Array(p);
      const r = b.slice();
      const z = new Float64Array(p);
      const q = new Float64Array(p);
      const precondition = (): void => {
        for (let a = 0; a < p; a++)
          z[a] =
            (diagonal[a] as number) > 1e-9 ? (r[a] as number) / (diagonal[a] as number) : (r[a] as number);
        project(z);
      };
      const dot = (u: Float64Array, v: Float64Array): number => {
        let sum = 0;
        for (let a = 0; a < p; a++) sum += (u[a] as number) * (v[a] as number);
        return sum;
      };
      precondition();
      const direction = z.slice();
      let rz = dot(r, z);
      const first = rz;
      for (let n = 0; n < 500 && rz > 1e-18 * first && rz > 0; n++) {
        multiply(direction, q);
        const curvature = dot(direction, q);
        if (!(curvature > 0)) break;
        const step = rz / curvature;
        for (let a = 0; a < p; a++) {
          x[a] = (x[a] as number) + step * (direction[a] as number);
          r[a] = (r[a] as number) - step * (q[a] as number);
        }
        precondition();
        const next = dot(r, z);
        const ratio = next / rz;
        rz = next;
        for (let a = 0; a < p; a++) direction[a] = (z[a] as number) + ratio * (direction[a] as number);
      }
      b.set(x);
      return true;
    },
    inverse: () => null,
  };
}
