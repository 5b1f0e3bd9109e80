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

/**
 * The upper U with Uᵀ U = a⁻¹, without forming the inverse: with indices reversed a = L Lᵀ, hence a = R Rᵀ with R upper,
 * and U = R⁻¹. All inner loops walk along rows.
 */
export function inverseFactor(a: Float64Array, n: number): Float64Array {
  const l = cholesky(reversed(a, n), n);
  const m = new Float64Array(n * n);
  const row = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    row.fill(0);
    row[i] = 1;
    for (let k = 0; k < i; k++) {
      const factor = l[i * n + k] as number;
      if (factor === 0) continue;
      const start = k * n;
      for (let j = 0; j <= k; j++) row[j] = (row[j] as number) - factor * (m[start + j] as number);
    }
    const diagonal = l[i * n + i] as number;
    for (let j = 0; j <= i; j++) m[i * n + j] = (row[j] as number) / diagonal;
  }
  return reversed(m, n);
}

/** Both indices turned round. */
const reversed = (a: Float64Array, n: number): Float64Array =>
  Float64Array.from(a, (_, i) => a[n * n - 1 - i] as number);

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
