/** AWQ (Lin et al. 2024): inputs of large activations get larger weights before rounding, and are divided back after. */

import { OptionError } from '../errors.ts';
import { type GridOptions, type GroupedWeight, roundToNearest } from './integer-grid.ts';
import { hessian, outputError } from './linear-algebra.ts';

export interface AwqResult extends GroupedWeight {
  /** One a column: the weight was multiplied by it; the layer's input is to be divided by it (folded into what is before). */
  readonly inputScales: Float32Array;
  /** The exponent that was best; 0 is plain rounding. */
  readonly alpha: number;
  /** Mean square of the output's error over the samples. */
  readonly error: number;
}

/**
 * Searches s = mean|x|^α over a grid of α from 0 to 1 (paper, eq. 5) for the least output error. `values` are in terms
 * of the original inputs: rounded, then divided by the scales.
 * @param samples rows × columns of the layer's inputs.
 */
export function awq(
  weight: Float32Array,
  columns: number,
  samples: Float32Array,
  options: GridOptions & { steps?: number } = {},
): AwqResult {
  const { steps = 20 } = options;
  if (samples.length === 0 || samples.length % columns !== 0 || weight.length % columns !== 0)
    throw new OptionError('BAD_SHAPE', `${samples.length} numbers are no samples of ${columns} inputs.`);
  const h = hessian(samples, columns);
  const size = meanSizes(samples, columns);
  let best: AwqResult | undefined;
  for (let step = 0; step <= steps; step++) {
    const alpha = step / steps;
    const inputScales = scalesOf(size, alpha);
    const scaled = weight.map((value, i) => value * (inputScales[i % columns] as number));
    const rounded = roundToNearest(scaled, columns, options);
    const values = rounded.values.map((value, i) => value / (inputScales[i % columns] as number));
    const error = outputError(weight, values, h, columns);
    if (!best || error < best.error) best = { ...rounded, values, inputScales, alpha, error };
  }
  return best as AwqResult;
}

function meanSizes(samples: Float32Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  for (let i = 0; i < samples.length; i++)
    sums[i % columns] =
      (sums[i % columns] as number) + Math.abs(samples[i] as number) / (samples.length / columns);
  return sums;
}

/** Scaled so that the least and the largest have the geometric mean 1, as the authors' code does. */
function scalesOf(size: Float64Array, alpha: number): Float32Array {
  const raw = Float64Array.from(size, (value) => Math.max(value, 1e-4) ** alpha);
  const centre = Math.sqrt(Math.max(...raw) * Math.min(...raw));
  return Float32Array.from(raw, (value) => value / centre);
}
