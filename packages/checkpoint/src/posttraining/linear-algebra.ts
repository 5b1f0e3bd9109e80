/** The dense double-precision algebra that GPTQ needs. Square matrices are row-major. */

import { CheckpointError } from '../errors.ts';

/** H = 2/n Σ x xᵀ over n samples (rows) of `columns` inputs. */
export function hessian(samples: Float32Array, columns: number): Float64Array {
  const rows = samples.length / columns;
  const h = new Float64Array(columns * columns);
  for (let r = 0; r < rows; r++) {
    const x = samples.subarray(r * columns, (r + 1) * columns);
    for (let i = 0; i < columns; i++) {
      const xi = ((x[i] as number) * 2) / rows;
      if (xi === 0) continue;
      const row = i * columns;
      for (let j = 0; j <= i; j++) h[row + j] = (h[row + j] as number) + xi * (x[j] as number);
    }
  }
  for (let i = 0; i < columns; i++)
    for (let j = 0; j < i; j++) h[j * columns + i] = h[i * columns + j] as number;
  return h;
}

/** Lower L with L Lᵀ = a. @throws CheckpointError (`NOT_POSITIVE_DEFINITE`). */
export function cholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] as number) * (l[j * n + k] as number);
      if (i === j) {
        if (!(sum > 0))
          throw new CheckpointError(
            'NOT_POSITIVE_DEFINITE',
            `The Hessian is not positive definite at input ${i}. Use more calibration samples or a larger damping.`,
          );
        l[i * n + i] = Math.sqrt(sum);
      } else l[i * n + j] = sum / (l[j * n + j] as number);
    }
  return l;
}

/** The inverse of a symmetric positive definite matrix. */
export function inverse(a: Float64Array, n: number): Float64Array {
  const l = cholesky(a, n);
  const m = new Float64Array(n * n);
  // The inverse of L, column by column; then its transpose times itself.
  for (let j = 0; j < n; j++) {
    m[j * n + j] = 1 / (l[j * n + j] as number);
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= (l[i * n + k] as number) * (m[k * n + j] as number);
      m[i * n + j] = sum / (l[i * n + i] as number);
    }
  }
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += (m[k * n + i] as number) * (m[k * n + j] as number);
      out[i * n + j] = sum;
      out[j * n + i] = sum;
    }
  return out;
}

/** tr(Δ H Δᵀ) / 2 = mean over samples of ‖Δ x‖²: what a change of the weight does to the layer's output. */
export function outputError(
  original: Float32Array,
  changed: Float32Array,
  h: Float64Array,
  columns: number,
): number {
  let total = 0;
  const delta = new Float64Array(columns);
  for (let start = 0; start < original.length; start += columns) {
    for (let i = 0; i < columns; i++)
      delta[i] = (original[start + i] as number) - (changed[start + i] as number);
    for (let i = 0; i < columns; i++) {
      const di = delta[i] as number;
      if (di === 0) continue;
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += (h[i * columns + j] as number) * (delta[j] as number);
      total += di * sum;
    }
  }
  return total / 2;
}
