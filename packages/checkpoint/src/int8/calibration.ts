/** Static quantisation: the range of activations, found from batches of calibration data in one pass. */

import { OptionError } from '../errors.ts';
import { codeRange, type Int8Options, type Range, scaleOf } from './int8.ts';

export type CalibrationMethod =
  | { readonly method: 'min-max' }
  /** Cuts off this share (in percent, 99.99 say) of the values at both ends together. */
  | { readonly method: 'percentile'; readonly percentile: number }
  /** The clipping with the least mean square error of rounding. */
  | { readonly method: 'mse' }
  /** The clipping whose rounded distribution has the least Kullback-Leibler divergence (Migacz 2017, TensorRT). */
  | { readonly method: 'entropy' };

export interface Calibrator {
  /** @throws OptionError (`NOT_FINITE`) for NaN and infinity. */
  add(batch: Float32Array): void;
  /** @throws OptionError (`NO_DATA`) before any value came. */
  range(method: CalibrationMethod, mode?: Int8Options['mode'], bits?: number): Range;
}

const BINS = 4096;

/** Collects a histogram of 4,096 bins around zero that doubles its width when a value lies outside. */
export function createCalibrator(): Calibrator {
  const half = BINS / 2;
  const bins = new Float64Array(BINS);
  let limit = 0;
  let [min, max, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  /** Two bins become one, towards the middle. */
  const widen = () => {
    limit *= 2;
    const old = bins.slice();
    bins.fill(0);
    for (let i = 0; i < BINS; i++) {
      const at = half + Math.floor((i - half) / 2);
      bins[at] = (bins[at] as number) + (old[i] as number);
    }
  };
  return {
    add(batch) {
      for (const value of batch) {
        if (!Number.isFinite(value)) throw new OptionError('NOT_FINITE', `A calibration value is ${value}.`);
        const size = Math.abs(value);
        if (limit === 0 && size > 0) {
          // What came before was zeros only.
          limit = size;
        }
        while (size > limit) widen();
        const at = limit === 0 ? half : Math.min(BINS - 1, half + Math.floor((value / limit) * half));
        bins[at] = (bins[at] as number) + 1;
        count++;
        if (value < min) min = value;
        if (value > max) max = value;
      }
    },
    range(method, mode = 'asymmetric', bits = 8) {
      if (count === 0) throw new OptionError('NO_DATA', 'Calibration has seen no values.');
      const full = { min, max };
      if (limit === 0 || method.method === 'min-max') return full;
      const width = limit / half;
      if (method.method === 'percentile') return percentileRange(bins, width, method.percentile, count, full);
      const candidates = clippings(full, mode, width);
      const cost =
        method.method === 'mse'
          ? (range: Range) => squareError(bins, width, range, mode, bits)
          : divergence(bins, width, 2 ** bits);
      return least(candidates, cost);
    },
  };
}

function percentileRange(
  bins: Float64Array,
  width: number,
  percentile: number,
  count: number,
  full: Range,
): Range {
  if (!(percentile > 50 && percentile <= 100))
    throw new OptionError('PERCENTILE', `The percentile ${percentile} does not lie between 50 and 100.`);
  const cut = ((100 - percentile) / 200) * count;
  let [low, high] = [0, bins.length - 1];
  for (let seen = bins[low] as number; seen <= cut && low < high; seen += bins[low] as number) low++;
  for (let seen = bins[high] as number; seen <= cut && high > low; seen += bins[high] as number) high--;
  const half = bins.length / 2;
  return {
    min: Math.max(full.min, (low - half) * width),
    max: Math.min(full.max, (high + 1 - half) * width),
  };
}

/** From a hundredth of the range to all of it. */
function clippings({ min, max }: Range, mode: Int8Options['mode'], width: number): Range[] {
  const size = Math.max(-min, max);
  return Array.from({ length: 128 }, (_, i) => {
    const limit = Math.max(width * 64, (size * (i + 1)) / 128);
    return mode === 'symmetric'
      ? { min: -limit, max: limit }
      : { min: Math.max(min, -limit), max: Math.min(max, limit) };
  });
}

function least(candidates: readonly Range[], cost: (range: Range) => number): Range {
  let best = candidates.at(-1) as Range;
  let lowest = Number.POSITIVE_INFINITY;
  // From wide to narrow: of equal ones the one that clips least.
  for (const range of candidates.toReversed()) {
    const value = cost(range);
    if (value < lowest) [best, lowest] = [range, value];
  }
  return best;
}

/** Sum over bins of what rounding and clipping of the bin's middle cost. */
function squareError(
  bins: Float64Array,
  width: number,
  range: Range,
  mode: Int8Options['mode'],
  bits: number,
): number {
  const { scale, zeroPoint } = scaleOf(range, mode, { bits });
  const { low, high } = codeRange(mode, bits);
  let sum = 0;
  for (let i = 0; i < bins.length; i++) {
    const weight = bins[i] as number;
    if (weight === 0) continue;
    const value = (i + 0.5 - bins.length / 2) * width;
    const code = Math.min(high, Math.max(low, Math.round(value / scale) + zeroPoint));
    // Rounding noise within a bin that is coarser than the steps is the same for all candidates.
    sum += weight * ((code - zeroPoint) * scale - value) ** 2;
  }
  return sum;
}

/** Divergence of the clipped histogram from itself merged into the levels; what is clipped counts at the edges. */
function divergence(bins: Float64Array, width: number, most: number): (range: Range) => number {
  const half = bins.length / 2;
  return ({ min, max }) => {
    const first = Math.max(0, half + Math.floor(min / width));
    const last = Math.min(bins.length, half + Math.ceil(max / width));
    const inside = bins.slice(first, last);
    const reference = inside.slice();
    for (let i = 0; i < first; i++) reference[0] = (reference[0] as number) + (bins[i] as number);
    for (let i = last; i < bins.length; i++)
      reference[reference.length - 1] = (reference.at(-1) as number) + (bins[i] as number);
    const merged = new Float64Array(inside.length);
    const levels = Math.min(most, inside.length);
    for (let level = 0; level < levels; level++) {
      const from = Math.floor((level * inside.length) / levels);
      const to = Math.floor(((level + 1) * inside.length) / levels);
      let [sum, filled] = [0, 0];
      for (let i = from; i < to; i++)
        if ((reference[i] as number) > 0) {
          sum += inside[i] as number;
          filled++;
        }
      for (let i = from; i < to; i++) if ((reference[i] as number) > 0) merged[i] = sum / filled;
    }
    return kullbackLeibler(reference, merged);
  };
}

function kullbackLeibler(p: Float64Array, q: Float64Array): number {
  const total = (x: Float64Array) => x.reduce((sum, value) => sum + value, 0);
  const [sumP, sumQ] = [total(p), total(q)];
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const share = (p[i] as number) / sumP;
    // An edge that only clipped values fill has no mass in q; a little keeps the divergence finite, as usual.
    if (share > 0) sum += share * Math.log(share / Math.max((q[i] as number) / sumQ, 1e-12));
  }
  return sum;
}
