/** How far quantised values are from the originals. */

export interface QuantError {
  /** Mean of the absolute errors. */
  readonly meanAbs: number;
  readonly maxAbs: number;
  /** Signal to quantisation noise, 10 log10(Σx² / Σ(x − x̂)²), in decibels; infinite without error. */
  readonly sqnrDb: number;
}

/** Sums that can be added over pieces of a tensor. */
export interface ErrorSums {
  count: number;
  abs: number;
  max: number;
  signal: number;
  noise: number;
}

export const noError = (): ErrorSums => ({ count: 0, abs: 0, max: 0, signal: 0, noise: 0 });

export function addError(sums: ErrorSums, original: Float32Array, back: Float32Array): void {
  let { abs, max, signal, noise } = sums;
  for (let i = 0; i < original.length; i++) {
    const x = original[i] as number;
    const error = Math.abs(x - (back[i] as number));
    abs += error;
    if (error > max) max = error;
    signal += x * x;
    noise += error * error;
  }
  Object.assign(sums, { count: sums.count + original.length, abs, max, signal, noise });
}

export function mergeErrors(into: ErrorSums, from: ErrorSums): void {
  into.count += from.count;
  into.abs += from.abs;
  into.max = Math.max(into.max, from.max);
  into.signal += from.signal;
  into.noise += from.noise;
}

export const summarizeError = ({ count, abs, max, signal, noise }: ErrorSums): QuantError => ({
  meanAbs: count === 0 ? 0 : abs / count,
  maxAbs: max,
  sqnrDb: noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise),
});
