/** Small dense symmetric systems, row by row in one Float64Array of n × n. */

/**
 * Cholesky factor L (lower, in place; the upper triangle is left as it was). A pivot below `floor` times its own
 * diagonal counts as zero: the factor is refused.
 * @returns false when the matrix is not positive definite
 */
export function cholesky(a: Float64Array, n: number, floor = 1e-13): boolean {
  for (let j = 0; j < n; j++) {
    const rowJ = j * n;
    const original = a[rowJ + j] as number;
    let pivot = original;
    for (let k = 0; k < j; k++) pivot -= (a[rowJ + k] as number) ** 2;
    if (!(pivot > floor * Math.abs(original)) || !(pivot > 0)) return false;
    const root = Math.sqrt(pivot);
    a[rowJ + j] = root;
    const inverse = 1 / root;
    for (let i = j + 1; i < n; i++) {
      const rowI = i * n;
      let sum = a[rowI + j] as number;
      for (let k = 0; k < j; k++) sum -= (a[rowI + k] as number) * (a[rowJ + k] as number);
      a[rowI + j] = sum * inverse;
    }
  }
  return true;
}

/** Solves L Lᵀ x = b in place. */
export function choleskySolve(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i] as number;
    const row = i * n;
    for (let k = 0; k < i; k++) sum -= (l[row + k] as number) * (b[k] as number);
    b[i] = sum / (l[row + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] as number;
    for (let k = i + 1; k < n; k++) sum -= (l[k * n + i] as number) * (b[k] as number);
    b[i] = sum / (l[i * n + i] as number);
  }
}

/** (L Lᵀ)⁻¹, full and symmetric. */
export function choleskyInverse(l: Float64Array, n: number): Float64Array {
  // Rows of L⁻¹ first, then their cross products.
  const m = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    m[j * n + j] = 1 / (l[j * n + j] as number);
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= (l[i * n + k] as number) * (m[k * n + j] as number);
      m[i * n + j] = sum / (l[i * n + i] as number);
    }
  }
  const out = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const row = k * n;
    for (let i = 0; i <= k; i++) {
      const left = m[row + i] as number;
      if (left === 0) continue;
      for (let j = 0; j <= i; j++)
        out[i * n + j] = (out[i * n + j] as number) + left * (m[row + j] as number);
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j] as number;
  return out;
}

/**
 * Solves a general square system by Gaussian elimination with partial pivoting, in place.
 * @returns false when a pivot vanishes
 */
export function solveGeneral(a: Float64Array, n: number, b: Float64Array): boolean {
  let scale = 0;
  for (let index = 0; index < n * n; index++) scale = Math.max(scale, Math.abs(a[index] as number));
  for (let column = 0; column < n; column++) {
    let best = column;
    for (let row = column + 1; row < n; row++)
      if (Math.abs(a[row * n + column] as number) > Math.abs(a[best * n + column] as number)) best = row;
    const pivot = a[best * n + column] as number;
    if (!(Math.abs(pivot) > 1e-13 * scale)) return false;
    if (best !== column) {
      for (let k = column; k < n; k++) {
        const kept = a[column * n + k] as number;
        a[column * n + k] = a[best * n + k] as number;
        a[best * n + k] = kept;
      }
      const kept = b[column] as number;
      b[column] = b[best] as number;
      b[best] = kept;
    }
    for (let row = column + 1; row < n; row++) {
      const factor = (a[row * n + column] as number) / pivot;
      if (factor === 0) continue;
      for (let k = column; k < n; k++)
        a[row * n + k] = (a[row * n + k] as number) - factor * (a[column * n + k] as number);
      b[row] = (b[row] as number) - factor * (b[column] as number);
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    let sum = b[row] as number;
    for (let k = row + 1; k < n; k++) sum -= (a[row * n + k] as number) * (b[k] as number);
    b[row] = sum / (a[row * n + row] as number);
  }
  return true;
}
