/** Outlying channels of activations, made without changing what the network computes, and what is done against them. */
import {
  awq,
  dequantizeInt8Rows,
  gptq,
  hessian,
  outlierColumns,
  quantizeInt8Rows,
} from '@viva/checkpoint/browser';
import type { Weights } from '../nets/mlp.ts';

/**
 * Multiplies the first `count` hidden units of every hidden layer by 2^shift and divides what follows by it. ReLU passes
 * a positive factor through, and a power of two rounds nothing, so the network computes the same, bit for bit. Large
 * models have such channels by nature (Dettmers et al. 2022).
 */
export function withOutliers(
  sizes: readonly number[],
  weights: Weights,
  count: number,
  shift: number,
): Weights {
  const out = weights.map((values) => values.slice());
  const factor = 2 ** shift;
  for (let layer = 0; layer + 2 < sizes.length; layer++) {
    const [from, to, next] = [sizes[layer], sizes[layer + 1], sizes[layer + 2]] as [number, number, number];
    const [weight, bias, after] = [out[2 * layer], out[2 * layer + 1], out[2 * layer + 2]] as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    for (let unit = 0; unit < Math.min(count, to); unit++) {
      for (let i = 0; i < from; i++) weight[unit * from + i] = (weight[unit * from + i] as number) * factor;
      bias[unit] = (bias[unit] as number) * factor;
      for (let o = 0; o < next; o++) after[o * to + unit] = (after[o * to + unit] as number) / factor;
    }
  }
  return out;
}

/**
 * SmoothQuant's factors, one an input: s = max|X|^α / max|W|^(1−α) (Xiao et al. 2023, eq. 4); inputs are divided by
 * them, columns of the weight multiplied.
 */
export function smoothingFactors(
  activations: Float32Array,
  weight: Float32Array,
  columns: number,
  alpha: number,
): Float32Array {
  const largest = (values: Float32Array): Float64Array => {
    const out = new Float64Array(columns);
    for (let at = 0; at < values.length; at++)
      out[at % columns] = Math.max(out[at % columns] as number, Math.abs(values[at] as number));
    return out;
  };
  const [x, w] = [largest(activations), largest(weight)];
  return Float32Array.from({ length: columns }, (_, at) => {
    const factor = (x[at] as number) ** alpha / (w[at] as number) ** (1 - alpha);
    // An input or a column of zeros has nothing to move.
    return Number.isFinite(factor) && factor > 0 ? factor : 1;
  });
}

export function scaleColumns(
  values: Float32Array,
  factors: Float32Array,
  way: 1 | -1,
): Float32Array<ArrayBuffer> {
  const columns = factors.length;
  return values.map((value, at) =>
    way === 1 ? value * (factors[at % columns] as number) : value / (factors[at % columns] as number),
  ) as Float32Array<ArrayBuffer>;
}

/** LLM.int8(): rows in 8 bits, but columns in which any value reaches the threshold stay as they are. */
export function keepOutliers(
  activations: Float32Array,
  columns: number,
  threshold: number,
): Float32Array<ArrayBuffer> {
  const outlying = outlierColumns(activations, columns, threshold);
  const regular = Float32Array.from(activations);
  for (let start = 0; start < regular.length; start += columns)
    for (const column of outlying) regular[start + column] = 0;
  const back = dequantizeInt8Rows(quantizeInt8Rows(regular, columns), columns);
  for (let start = 0; start < back.length; start += columns)
    for (const column of outlying) back[start + column] = activations[start + column] as number;
  return back;
}

export type Rounding = 'nearest' | 'gptq' | 'awq';

/** Weights rounded with an eye on the layer's inputs; groups within rows, zero points as in the papers. */
export async function roundByInputs(
  weight: Float32Array,
  columns: number,
  samples: Float32Array,
  rounding: Exclude<Rounding, 'nearest'>,
  options: { bits: number; groupSize: number; symmetric: boolean },
): Promise<Float32Array> {
  const { values } =
    rounding === 'gptq'
      ? gptq(weight, columns, hessian(samples, columns), options)
      : await awq(weight, columns, samples, options);
  return values;
}
