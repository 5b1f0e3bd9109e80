/** Spearman's rank correlation, with ties. */
import { TableShapeError } from '../errors.ts';
import { normalQuantile, studentP } from '../numeric/distributions.ts';

export interface RankCorrelation {
  pairs: number;
  /** Null below three pairs, or where one side does not vary. */
  value: number | null;
  /** Fisher's z with the standard error of Bonett & Wright (2000), √((1 + r²/2)/(n − 3)); null below four pairs. */
  lower: number | null;
  upper: number | null;
  /** Two-sided, by t = r √((n − 2)/(1 − r²)) with n − 2 degrees of freedom. */
  p: number | null;
}

/** Ranks from 1; equal values share the mean of their ranks. */
export function meanRanks(values: readonly number[]): number[] {
  const order = values.map((_, at) => at).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] as number] === values[order[from] as number]) to++;
    for (let at = from; at <= to; at++) ranks[order[at] as number] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return ranks;
}

/** @throws TableShapeError for lists of different lengths */
export function rankCorrelation(
  first: readonly number[],
  second: readonly number[],
  level = 0.95,
): RankCorrelation {
  const n = first.length;
  if (second.length !== n)
    throw new TableShapeError('ragged', `One side has ${n} values, the other ${second.length}.`);
  const none = { pairs: n, value: null, lower: null, upper: null, p: null };
  if (n < 3) return none;
  const a = meanRanks(first);
  const b = meanRanks(second);
  const middle = (n + 1) / 2;
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let at = 0; at < n; at++) {
    const x = (a[at] as number) - middle;
    const y = (b[at] as number) - middle;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  if (aa === 0 || bb === 0) return none;
  const value = Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb)));
  const p = Math.abs(value) === 1 ? 0 : studentP(value * Math.sqrt((n - 2) / (1 - value * value)), n - 2);
  if (n < 4 || Math.abs(value) === 1) return { pairs: n, value, lower: null, upper: null, p };
  const z = Math.atanh(value);
  const half = normalQuantile(1 - (1 - level) / 2) * Math.sqrt((1 + (value * value) / 2) / (n - 3));
  return { pairs: n, value, lower: Math.tanh(z - half), upper: Math.tanh(z + half), p };
}
