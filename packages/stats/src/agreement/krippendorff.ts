/** Krippendorff's alpha for any number of raters, missing ratings and four levels of measurement. */
import { OptionError } from '../errors.ts';
import { createRandom } from '../numeric/random.ts';
import { checkMatrix, type RatingMatrix } from './matrix.ts';

export type AlphaMetric = 'nominal' | 'ordinal' | 'interval' | 'ratio';

export interface AlphaEstimate {
  metric: AlphaMetric;
  /** Units with two ratings or more, and the ratings in them. */
  units: number;
  values: number;
  /** Null without two pairable units' worth of variation: nothing could have disagreed. */
  value: number | null;
  lower: number | null;
  upper: number | null;
  draws: number;
}

interface Units {
  categories: number[];
  /** Category counts of each pairable unit. */
  counts: Float64Array[];
}

function pairableUnits(matrix: RatingMatrix): Units {
  const rows = matrix
    .map((row) => row.filter((value): value is number => value !== null))
    .filter((row) => row.length > 1);
  const categories = [...new Set(rows.flat())].sort((a, b) => a - b);
  const code = new Map(categories.map((value, k) => [value, k]));
  const counts = rows.map((row) => {
    const out = new Float64Array(categories.length);
    for (const value of row) {
      const k = code.get(value) as number;
      out[k] = (out[k] as number) + 1;
    }
    return out;
  });
  return { categories, counts };
}

/** δ² between categories; the ordinal one depends on how often each value occurs. */
function distances(metric: AlphaMetric, categories: readonly number[], totals: Float64Array): Float64Array {
  const q = categories.length;
  const out = new Float64Array(q * q);
  const cumulative = new Float64Array(q + 1);
  for (let k = 0; k < q; k++) cumulative[k + 1] = (cumulative[k] as number) + (totals[k] as number);
  for (let k = 0; k < q; k++)
    for (let l = k + 1; l < q; l++) {
      const a = categories[k] as number;
      const b = categories[l] as number;
      let d: number;
      if (metric === 'nominal') d = 1;
      else if (metric === 'interval') d = a - b;
      else if (metric === 'ratio') d = a + b === 0 ? 0 : (a - b) / (a + b);
      else
        d =
          (cumulative[l + 1] as number) -
          (cumulative[k] as number) -
          ((totals[k] as number) + (totals[l] as number)) / 2;
      out[k * q + l] = out[l * q + k] = d * d;
    }
  return out;
}

/** @param times how often each unit counts; once where left out */
function alphaOf(
  metric: AlphaMetric,
  categories: readonly number[],
  counts: readonly Float64Array[],
  times?: Float64Array,
): number | null {
  const q = categories.length;
  const totals = new Float64Array(q);
  let n = 0;
  for (let u = 0; u < counts.length; u++) {
    const unit = counts[u] as Float64Array;
    const weight = times ? (times[u] as number) : 1;
    for (let k = 0; k < q; k++) {
      totals[k] = (totals[k] as number) + weight * (unit[k] as number);
      n += weight * (unit[k] as number);
    }
  }
  const d = distances(metric, categories, totals);
  let observed = 0;
  for (let u = 0; u < counts.length; u++) {
    const unit = counts[u] as Float64Array;
    let m = 0;
    let sum = 0;
    for (let k = 0; k < q; k++) {
      const here = unit[k] as number;
      if (here === 0) continue;
      m += here;
      for (let l = k + 1; l < q; l++) sum += here * (unit[l] as number) * (d[k * q + l] as number);
    }
    observed += ((times ? (times[u] as number) : 1) * sum) / (m - 1);
  }
  let expected = 0;
  for (let k = 0; k < q; k++)
    for (let l = k + 1; l < q; l++)
      expected += (totals[k] as number) * (totals[l] as number) * (d[k * q + l] as number);
  // Both sums run over unordered pairs: the factor two cancels.
  return expected > 0 ? 1 - ((n - 1) * observed) / expected : null;
}

/** More units than this are drawn by their kind: units with the same counts are interchangeable. */
const MANY_UNITS = 500;

/** Alphas of units drawn with replacement. A draw without any variation has nothing to disagree about: 1. */
function resample(metric: AlphaMetric, { categories, counts }: Units, draws: number, seed: number): number[] {
  const random = createRandom(seed);
  const n = counts.length;
  const kinds = new Map<string, { unit: Float64Array; times: number }>();
  if (n > MANY_UNITS)
    for (const unit of counts) {
      const key = unit.join(' ');
      const kind = kinds.get(key);
      if (kind) kind.times++;
      else kinds.set(key, { unit, times: 1 });
    }
  if (n <= MANY_UNITS || kinds.size * 4 > n)
    return Array.from({ length: draws }, () => {
      const sample = counts.map(() => counts[random.below(n)] as Float64Array);
      return alphaOf(metric, categories, sample) ?? 1;
    });
  const list = [...kinds.values()];
  const units = list.map(({ unit }) => unit);
  const times = new Float64Array(list.length);
  return Array.from({ length: draws }, () => {
    // A multinomial draw, kind by kind.
    let left = n;
    let rest = n;
    for (const [at, kind] of list.entries()) {
      const drawn = random.binomial(left, kind.times / rest);
      times[at] = drawn;
      left -= drawn;
      rest -= kind.times;
    }
    return alphaOf(metric, categories, units, times) ?? 1;
  });
}

/**
 * α = 1 − D_o / D_e over coincidences (Krippendorff 2011, "Computing Krippendorff's alpha-reliability"). The interval
 * draws units with replacement and takes percentiles.
 * @param matrix rows are units, columns raters
 * @param options.draws default 2,000; 0 for no interval
 * @throws OptionError for ratio data below zero
 */
export function krippendorffAlpha(
  matrix: RatingMatrix,
  options: { metric?: AlphaMetric; draws?: number; level?: number; seed?: number } = {},
): AlphaEstimate {
  const { metric = 'ordinal', draws = 2000, level = 0.95, seed = 1 } = options;
  checkMatrix(matrix);
  if (!['nominal', 'ordinal', 'interval', 'ratio'].includes(metric))
    throw new OptionError(
      'bad-metric',
      `The metric must be nominal, ordinal, interval or ratio, not ${metric}.`,
    );
  const { categories, counts } = pairableUnits(matrix);
  if (metric === 'ratio' && (categories[0] ?? 0) < 0)
    throw new OptionError('negative-ratio', `Ratio data have no values below zero; ${categories[0]} is.`);
  const value = counts.length === 0 ? null : alphaOf(metric, categories, counts);
  const values = counts.reduce((sum, unit) => sum + unit.reduce((a, b) => a + b, 0), 0);
  const out = { metric, units: counts.length, values, value, draws };
  if (value === null || draws === 0 || counts.length < 2) return { ...out, lower: null, upper: null };
  const found = resample(metric, { categories, counts }, draws, seed);
  found.sort((a, b) => a - b);
  const at = (share: number): number =>
    found[Math.min(draws - 1, Math.max(0, Math.round(share * (draws - 1))))] as number;
  return { ...out, lower: at((1 - level) / 2), upper: at(1 - (1 - level) / 2) };
}
