/**
 * Chance-corrected agreement of any number of raters with missing ratings: Fleiss' kappa, Gwet's AC1 and AC2, Brennan
 * and Prediger's coefficient; with variances by linearisation (Gwet 2014, Handbook of Inter-Rater Reliability, ch. 5).
 */
import { TableShapeError } from '../errors.ts';
import { normalP, studentP, studentQuantile } from '../numeric/distributions.ts';
import { checkMatrix, type RatingMatrix } from './matrix.ts';
import { type AgreementWeights, weightMatrix } from './weights.ts';

export interface AgreementEstimate {
  /** Subjects with a rating, and those with two or more. */
  subjects: number;
  pairable: number;
  /** Null when chance agreement is certain, or no subject has two ratings. */
  value: number | null;
  se: number | null;
  lower: number | null;
  upper: number | null;
  p: number | null;
  observed: number | null;
  expected: number | null;
}

export interface AgreementOptions {
  weights?: AgreementWeights;
  /** The scale, ascending; the categories in use when left out. Gwet's and Brennan's depend on how many there are. */
  categories?: readonly number[];
  level?: number;
}

type Kind = 'fleiss' | 'gwet' | 'brennan-prediger';

function coefficient(kind: Kind, matrix: RatingMatrix, options: AgreementOptions): AgreementEstimate {
  const { weights = 'none', level = 0.95 } = options;
  checkMatrix(matrix);
  const rated = matrix.filter((row) => row.some((value) => value !== null));
  const n = rated.length;
  const categories =
    options.categories ?? [...new Set(rated.flat().filter((value) => value !== null))].sort((a, b) => a - b);
  const q = categories.length;
  const code = new Map(categories.map((value, k) => [value, k]));
  const w = weightMatrix(weights, categories);
  const counts = rated.map((row) => {
    const out = new Float64Array(q);
    for (const value of row) {
      if (value === null) continue;
      const k = code.get(value);
      if (k === undefined)
        throw new TableShapeError('unknown-category', `${value} is not one of the categories.`);
      out[k] = (out[k] as number) + 1;
    }
    return out;
  });
  const totals = counts.map((row) => row.reduce((a, b) => a + b, 0));
  const pairable = totals.filter((total) => total >= 2).length;
  const none = { subjects: n, pairable, value: null, se: null, lower: null, upper: null, p: null };
  if (pairable === 0 || q === 0) return { ...none, observed: null, expected: null };

  const share = new Float64Array(q);
  for (const [i, row] of counts.entries())
    for (let k = 0; k < q; k++)
      share[k] = (share[k] as number) + (row[k] as number) / (totals[i] as number) / n;
  const agreement = counts.map((row, i) => {
    const r = totals[i] as number;
    if (r < 2) return 0;
    let sum = 0;
    for (let k = 0; k < q; k++) {
      if (row[k] === 0) continue;
      let weighted = 0;
      for (let l = 0; l < q; l++) weighted += (w[k * q + l] as number) * (row[l] as number);
      sum += (row[k] as number) * (weighted - 1);
    }
    return sum / (r * (r - 1));
  });
  const observed = agreement.reduce((a, b) => a + b, 0) / pairable;
  const weightSum = w.reduce((a, b) => a + b, 0);

  /** What category k adds to chance agreement, per unit of its share; null for a constant chance. */
  let expected: number;
  let perCategory: Float64Array | null = null;
  if (kind === 'fleiss') {
    perCategory = new Float64Array(q);
    expected = 0;
    for (let k = 0; k < q; k++) {
      let sum = 0;
      for (let l = 0; l < q; l++) sum += (w[k * q + l] as number) * (share[l] as number);
      perCategory[k] = sum;
      expected += (share[k] as number) * sum;
    }
  } else if (kind === 'gwet') {
    const scale = q > 1 ? weightSum / (q * (q - 1)) : 0;
    perCategory = share.map((value) => scale * (1 - value));
    expected = scale * share.reduce((sum, value) => sum + value * (1 - value), 0);
  } else expected = weightSum / (q * q);
  if (1 - expected < 1e-12) return { ...none, observed, expected };

  const value = (observed - expected) / (1 - expected);
  let variance = 0;
  if (n > 1)
    for (const [i, row] of counts.entries()) {
      const r = totals[i] as number;
      const chance = perCategory
        ? row.reduce((sum, count, k) => sum + (count / r) * ((perCategory as Float64Array)[k] as number), 0)
        : expected;
      const own = ((n / pairable) * ((agreement[i] as number) - (r >= 2 ? expected : 0))) / (1 - expected);
      const linear = own - (2 * (1 - value) * (chance - expected)) / (1 - expected);
      variance += (linear - value) ** 2 / (n * (n - 1));
    }
  const se = n > 1 ? Math.sqrt(variance) : null;
  const half = se === null ? 0 : studentQuantile(1 - (1 - level) / 2, n - 1) * se;
  return {
    subjects: n,
    pairable,
    value,
    se,
    lower: se === null ? null : Math.max(-1, value - half),
    upper: se === null ? null : Math.min(1, value + half),
    p: se === null ? null : se > 0 ? studentP(value / se, n - 1) : value === 0 ? 1 : normalP(40),
    observed,
    expected,
  };
}

/** Fleiss' kappa (1971), with weights and missing ratings as Gwet (2014). Rows are subjects. */
export const fleissKappa = (matrix: RatingMatrix, options: AgreementOptions = {}): AgreementEstimate =>
  coefficient('fleiss', matrix, options);

/** Gwet's AC1 (2008); with weights, AC2. It keeps its sense where one category dominates and kappa does not. */
export const gwetAc = (matrix: RatingMatrix, options: AgreementOptions = {}): AgreementEstimate =>
  coefficient('gwet', matrix, options);

/** Brennan & Prediger (1981): chance as if all categories were equally likely. */
export const brennanPrediger = (matrix: RatingMatrix, options: AgreementOptions = {}): AgreementEstimate =>
  coefficient('brennan-prediger', matrix, options);
