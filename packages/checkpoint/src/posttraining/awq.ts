/** AWQ (Lin et al. 2024): inputs of large activations get larger weights before rounding, and are divided back after. */

import { OptionError } from '../errors.ts';
import { type GridOptions, type GroupedWeight, roundToNearest } from './integer-grid.ts';
import { hessian, outputError } from './linear-algebra.ts';

export interface AwqSearch {
  /** Weights (rows × columns) that read the same inputs. */
  readonly weights: readonly Float32Array[];
  readonly columns: number;
  /** Mean absolute value of each input; see `meanSizes`. */
  readonly sizes: Float64Array;
  /** What a weight becomes by rounding. */
  readonly roundTrip: (weight: Float32Array, columns: number) => Float32Array | Promise<Float32Array>;
  /** Mean square error of the outputs when the weight `index` becomes `values`. */
  readonly errorOf: (values: Float32Array, index: number) => number | Promise<number>;
  /** Exponents tried beside 0; 20 unless told. */
  readonly steps?: number;
}

export interface AwqScales {
  /** One a column: weights are multiplied by it, the inputs divided (folded into what comes before). */
  readonly inputScales: Float32Array;
  /** The exponent that was best; 0 is plain rounding. */
  readonly alpha: number;
  /** Mean square of the outputs' error, all weights together. */
  readonly error: number;
  /** The same without scales. */
  readonly plainError: number;
}

/** Searches s = mean|x|^α over a grid of α from 0 to 1 (paper, eq. 5) for the least error of the outputs. */
export async function awqScales(search: AwqSearch): Promise<AwqScales> {
  const { weights, columns, sizes, roundTrip, errorOf, steps = 20 } = search;
  const tried: Tried[] = [];
  for (const { alpha, inputScales } of candidates(sizes, steps)) {
    let error = 0;
    for (const [index, weight] of weights.entries()) {
      const rounded = await roundTrip(scaleColumns(weight, inputScales), columns);
      error += await errorOf(unscaleColumns(rounded, inputScales), index);
    }
    tried.push({ alpha, inputScales, error });
  }
  return leastOf(tried);
}

interface Tried {
  readonly alpha: number;
  readonly inputScales: Float32Array;
  readonly error: number;
}

/** Exponents in rising order, and their scales; the first is plain rounding. */
function* candidates(sizes: Float64Array, steps: number): Generator<Omit<Tried, 'error'>> {
  for (let step = 0; step <= steps; step++) {
    const alpha = step / steps;
    yield { alpha, inputScales: scalesOf(sizes, alpha) };
  }
}

/** Of equal ones the smallest exponent. */
function leastOf(tried: readonly Tried[]): AwqScales {
  const [first] = tried as readonly [Tried, ...Tried[]];
  const best = tried.reduce((a, b) => (b.error < a.error ? b : a));
  return { ...best, plainError: first.error };
}

export interface AwqResult extends GroupedWeight, AwqScales {}

/**
 * AWQ of one weight on the grid of whole numbers. `values` are in terms of the original inputs: rounded, then divided by
 * the scales.
 * @param samples rows × columns of the layer's inputs.
 */
export function awq(
  weight: Float32Array,
  columns: number,
  samples: Float32Array,
  options: GridOptions & { steps?: number } = {},
): AwqResult {
  if (samples.length === 0 || samples.length % columns !== 0 || weight.length % columns !== 0)
    throw new OptionError('BAD_SHAPE', `${samples.length} numbers are no samples of ${columns} inputs.`);
  const h = hessian(samples, columns);
  const round = (inputScales: Float32Array) => {
    const rounded = roundToNearest(scaleColumns(weight, inputScales), columns, options);
    return { ...rounded, values: unscaleColumns(rounded.values, inputScales) };
  };
  const tried = [...candidates(meanSizes(samples, columns), options.steps ?? 20)].map((candidate) => ({
    ...candidate,
    error: outputError(weight, round(candidate.inputScales).values, h, columns),
  }));
  const best = leastOf(tried);
  return { ...round(best.inputScales), ...best };
}

/** Mean absolute value of each column. */
export function meanSizes(samples: Float32Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  const rows = samples.length / columns;
  for (let start = 0; start < samples.length; start += columns)
    for (let i = 0; i < columns; i++)
      sums[i] = (sums[i] as number) + Math.abs(samples[start + i] as number) / rows;
  return sums;
}

export const scaleColumns = (weight: Float32Array, scales: Float32Array): Float32Array<ArrayBuffer> =>
  overColumns(weight, scales.length, (value, column) => value * (scales[column] as number));

const unscaleColumns = (weight: Float32Array, scales: Float32Array): Float32Array<ArrayBuffer> =>
  overColumns(weight, scales.length, (value, column) => value / (scales[column] as number));

function overColumns(
  weight: Float32Array,
  columns: number,
  change: (value: number, column: number) => number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(weight.length);
  for (let start = 0; start < weight.length; start += columns)
    for (let i = 0; i < columns; i++) out[start + i] = change(weight[start + i] as number, i);
  return out;
}

/** Scaled so that the least and the largest have the geometric mean 1, as the authors' code does. */
function scalesOf(size: Float64Array, alpha: number): Float32Array {
  const raw = Float64Array.from(size, (value) => Math.max(value, 1e-4) ** alpha);
  const centre = Math.sqrt(Math.max(...raw) * Math.min(...raw));
  return Float32Array.from(raw, (value) => value / centre);
}
