/**
 * Variance components of random effects from unbalanced data by Henderson's first method (1953): every effect's sum of
 * squared totals over counts is set equal to its expectation (the “analogous ANOVA” of Brennan 2001, chapter 7). With
 * complete data the estimates are those of the analysis of variance; with missing cells they stay unbiased.
 */
import { solveGeneral } from '../numeric/dense.ts';

export interface Effect {
  name: string;
  /** Level of every observation; levels count from 0 without gaps. */
  code: Int32Array;
  levels: number;
}

/** Numbers the distinct combinations of codes. */
export function combine(
  codes: readonly Int32Array[],
  sizes: readonly number[],
): { code: Int32Array; levels: number } {
  const n = codes[0]?.length ?? 0;
  const out = new Int32Array(n);
  const seen = new Map<number, number>();
  for (let at = 0; at < n; at++) {
    let key = 0;
    for (const [f, code] of codes.entries()) key = key * (sizes[f] as number) + (code[at] as number);
    let level = seen.get(key);
    if (level === undefined) {
      level = seen.size;
      seen.set(key, level);
    }
    out[at] = level;
  }
  return { code: out, levels: seen.size };
}

/**
 * @param effects without the residual; each observation is its own level of that
 * @returns components in the order of `effects`, the residual last; null where the equations have no single solution
 */
export function hendersonOne(score: Float64Array, effects: readonly Effect[]): Float64Array | null {
  const n = score.length;
  const all: Effect[] = [
    ...effects,
    { name: 'residual', code: Int32Array.from({ length: n }, (_, at) => at), levels: n },
    { name: 'mean', code: new Int32Array(n), levels: 1 },
  ];
  const m = all.length;
  // Unknowns: the components of all but the mean, and then the squared mean.
  const A = new Float64Array(m * m);
  const b = new Float64Array(m);
  // Away from the mean the sums lose fewer digits; the components do not depend on it.
  const centre = score.reduce((a, x) => a + x, 0) / n;
  for (const [row, { code: a, levels }] of all.entries()) {
    const total = new Float64Array(levels);
    const count = new Float64Array(levels);
    for (let at = 0; at < n; at++) {
      const level = a[at] as number;
      total[level] = (total[level] as number) + (score[at] as number) - centre;
      count[level] = (count[level] as number) + 1;
    }
    for (let level = 0; level < levels; level++)
      b[row] = (b[row] as number) + (total[level] as number) ** 2 / (count[level] as number);
    for (let column = 0; column < m - 1; column++) {
      const { code: c, levels: size } = all[column] as Effect;
      // Σ over levels of a of Σ over levels of c within it of n_ac² / n_a.
      const both = new Map<number, number>();
      for (let at = 0; at < n; at++) {
        const key = (a[at] as number) * size + (c[at] as number);
        both.set(key, (both.get(key) ?? 0) + 1);
      }
      let sum = 0;
      for (const [key, times] of both) sum += (times * times) / (count[Math.floor(key / size)] as number);
      A[row * m + column] = sum;
    }
    A[row * m + m - 1] = n;
  }
  // Less the row of the mean, which takes the squared mean out of all others.
  const last = m - 1;
  const size = m - 1;
  const reduced = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++)
      reduced[row * size + column] = (A[row * m + column] as number) - (A[last * m + column] as number);
    right[row] = (b[row] as number) - (b[last] as number);
  }
  // Scaled by rows, so that a vanishing pivot means a confounded effect and not a small one.
  for (let row = 0; row < size; row++) {
    let most = 0;
    for (let column = 0; column < size; column++)
      most = Math.max(most, Math.abs(reduced[row * size + column] as number));
    if (most === 0) return null;
    for (let column = 0; column < size; column++)
      reduced[row * size + column] = (reduced[row * size + column] as number) / most;
    right[row] = (right[row] as number) / most;
  }
  return solveGeneral(reduced, size, right) ? right : null;
}
