/** How well a facet's measures are told apart (Wright & Masters 1982, pp. 91–92, 105–106). */
import { chiSquareP } from '../numeric/distributions.ts';

export interface Separation {
  /** Measures that went in: finite ones, extreme ones too when `extremes` was set. */
  count: number;
  mean: number | null;
  /** Of the measures, n − 1 in the denominator. */
  sd: number | null;
  /** Root mean square standard error. */
  rmse: number | null;
  /** True standard deviation over RMSE. */
  separation: number | null;
  /** (4 G + 1) / 3 levels that differ by three standard errors. */
  strata: number | null;
  /** True variance over observed variance. Of raters: near 1 means that they differ reliably in severity. */
  reliability: number | null;
  /** Homogeneity: are all the measures one and the same? */
  chiSquare: number | null;
  df: number;
  p: number | null;
}

/** @param measures logits with standard errors, each > 0 */
export function separation(measures: readonly { measure: number; se: number }[]): Separation {
  const n = measures.length;
  const none = { sd: null, separation: null, strata: null, reliability: null, chiSquare: null, p: null };
  if (n === 0) return { count: 0, mean: null, rmse: null, df: 0, ...none };
  let mean = 0;
  let error = 0;
  for (const { measure, se } of measures) {
    mean += measure / n;
    error += (se * se) / n;
  }
  if (n === 1) return { count: 1, mean, rmse: Math.sqrt(error), df: 0, ...none };
  let variance = 0;
  let weight = 0;
  let weighted = 0;
  let square = 0;
  for (const { measure, se } of measures) {
    variance += (measure - mean) ** 2 / (n - 1);
    const w = 1 / Math.max(se * se, 1e-12);
    weight += w;
    weighted += w * measure;
    square += w * measure * measure;
  }
  const truth = Math.max(0, variance - error);
  const rmse = Math.sqrt(error);
  const g = rmse > 0 ? Math.sqrt(truth) / rmse : null;
  const chiSquare = Math.max(0, square - (weighted * weighted) / weight);
  return {
    count: n,
    mean,
    sd: Math.sqrt(variance),
    rmse,
    separation: g,
    strata: g === null ? null : (4 * g + 1) / 3,
    reliability: variance > 0 ? truth / variance : 0,
    chiSquare,
    df: n - 1,
    p: chiSquareP(chiSquare, n - 1),
  };
}
