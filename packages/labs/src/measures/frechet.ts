/** The Fréchet distance of two clouds, each taken for a Gaussian: the measure that FID is made of. */

export interface Gaussian {
  mean: Float64Array;
  /** d × d, row by row. */
  covariance: Float64Array;
}

/** Mean and covariance (divided by n − 1) of rows of `d` numbers. */
export function gaussianOf(rows: ArrayLike<number>, d: number): Gaussian {
  const n = rows.length / d;
  const mean = new Float64Array(d);
  for (let row = 0; row < n; row++)
    for (let at = 0; at < d; at++) mean[at] = (mean[at] as number) + (rows[row * d + at] as number) / n;
  const covariance = new Float64Array(d * d);
  for (let row = 0; row < n; row++)
    for (let i = 0; i < d; i++) {
      const off = (rows[row * d + i] as number) - (mean[i] as number);
      for (let j = 0; j <= i; j++)
        covariance[i * d + j] =
          (covariance[i * d + j] as number) + off * ((rows[row * d + j] as number) - (mean[j] as number));
    }
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) {
      const value = (covariance[i * d + j] as number) / Math.max(1, n - 1);
      covariance[i * d + j] = value;
      covariance[j * d + i] = value;
    }
  return { mean, covariance };
}

/** Eigenvalues and vectors (columns) of a symmetric matrix, by cyclic Jacobi rotations (Golub & Van Loan, 8.5). */
export function symmetricEigen(
  matrix: Float64Array,
  d: number,
): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const v = new Float64Array(d * d);
  for (let i = 0; i < d; i++) v[i * d + i] = 1;
  let size = 0;
  for (const value of a) size += value * value;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) off += (a[i * d + j] as number) ** 2;
    if (off <= 1e-24 * size) break;
    for (let p = 0; p < d; p++)
      for (let q = p + 1; q < d; q++) {
        const apq = a[p * d + q] as number;
        if (apq === 0) continue;
        const theta = ((a[q * d + q] as number) - (a[p * d + p] as number)) / (2 * apq);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < d; k++) {
          const [kp, kq] = [a[k * d + p] as number, a[k * d + q] as number];
          a[k * d + p] = c * kp - s * kq;
          a[k * d + q] = s * kp + c * kq;
        }
        for (let k = 0; k < d; k++) {
          const [pk, qk] = [a[p * d + k] as number, a[q * d + k] as number];
          a[p * d + k] = c * pk - s * qk;
          a[q * d + k] = s * pk + c * qk;
        }
        for (let k = 0; k < d; k++) {
          const [kp, kq] = [v[k * d + p] as number, v[k * d + q] as number];
          v[k * d + p] = c * kp - s * kq;
          v[k * d + q] = s * kp + c * kq;
        }
      }
  }
  return { values: Float64Array.from({ length: d }, (_, i) => a[i * d + i] as number), vectors: v };
}

function multiply(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++)
    for (let k = 0; k < d; k++) {
      const value = a[i * d + k] as number;
      if (value !== 0)
        for (let j = 0; j < d; j++)
          out[i * d + j] = (out[i * d + j] as number) + value * (b[k * d + j] as number);
    }
  return out;
}

/** The symmetric square root; eigenvalues that rounding made negative count as zero. */
export function squareRoot(matrix: Float64Array, d: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, d);
  const out = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    const root = Math.sqrt(Math.max(0, values[k] as number));
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++)
        out[i * d + j] =
          (out[i * d + j] as number) + root * (vectors[i * d + k] as number) * (vectors[j * d + k] as number);
  }
  return out;
}

/** |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂ Σ₁^½)^½) (Dowson & Landau 1982; Heusel et al. 2017). */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  const d = a.mean.length;
  let sum = 0;
  for (let i = 0; i < d; i++)
    sum +=
      ((a.mean[i] as number) - (b.mean[i] as number)) ** 2 +
      (a.covariance[i * d + i] as number) +
      (b.covariance[i * d + i] as number);
  const root = squareRoot(a.covariance, d);
  const { values } = symmetricEigen(multiply(multiply(root, b.covariance, d), root, d), d);
  for (const value of values) sum -= 2 * Math.sqrt(Math.max(0, value));
  return Math.max(0, sum);
}
