/** Gauss–Hermite quadrature for a standard normal weight. */

export interface Quadrature {
  /** Ascending. */
  nodes: Float64Array;
  /** Sum to one. */
  weights: Float64Array;
}

/**
 * Nodes and weights with Σ w f(z) = E f(Z), Z ~ N(0, 1), exact for polynomials up to degree 2n − 1. Eigenvalues of the
 * Jacobi matrix (Golub & Welsch 1969), found by Sturm counts and polished by Newton on the orthonormal recurrence.
 * @param n 1 to 300
 */
export function gaussHermite(n: number): Quadrature {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  const half = Math.floor(n / 2);
  const bound = 2 * Math.sqrt(n) + 1;
  for (let index = 0; index < half; index++) {
    // The (index + 1)-th largest root: bisect on the number of eigenvalues below x.
    let low = 0;
    let high = bound;
    for (let turn = 0; turn < 60; turn++) {
      const middle = 0.5 * (low + high);
      if (below(middle, n) > n - 1 - index) high = middle;
      else low = middle;
    }
    let x = 0.5 * (low + high);
    for (let turn = 0; turn < 3; turn++) {
      const { last, derivative } = recurrence(x, n);
      x -= last / derivative;
    }
    nodes[n - 1 - index] = x;
    nodes[index] = -x;
    weights[index] = weights[n - 1 - index] = weightAt(x, n);
  }
  if (n % 2 === 1) weights[half] = weightAt(0, n);
  let sum = 0;
  for (const weight of weights) sum += weight;
  return { nodes, weights: weights.map((weight) => weight / sum) };
}

/** Eigenvalues of the Jacobi matrix (zero diagonal, off-diagonal √k) below x, by the signs of the LDLᵀ pivots. */
function below(x: number, n: number): number {
  let count = 0;
  let pivot = -x;
  if (pivot < 0) count++;
  for (let k = 1; k < n; k++) {
    pivot = -x - k / (pivot === 0 ? 1e-300 : pivot);
    if (pivot < 0) count++;
  }
  return count;
}

/** Orthonormal Hermite polynomial of degree n at x, up to a common positive factor, and its derivative. */
function recurrence(x: number, n: number): { last: number; derivative: number } {
  let previous = 0;
  let current = 1;
  for (let k = 0; k < n; k++) {
    const next = (x * current - Math.sqrt(k) * previous) / Math.sqrt(k + 1);
    previous = current;
    current = next;
    if (Math.abs(current) > 1e150) {
      current *= 1e-150;
      previous *= 1e-150;
    }
  }
  return { last: current, derivative: Math.sqrt(n) * previous };
}

/** 1 / Σ h_k(x)², the Christoffel number; logarithmic scaling keeps far nodes from overflow. */
function weightAt(x: number, n: number): number {
  let previous = 0;
  let current = 1;
  let sum = 1;
  let scale = 0;
  for (let k = 0; k < n - 1; k++) {
    const next = (x * current - Math.sqrt(k) * previous) / Math.sqrt(k + 1);
    previous = current;
    current = next;
    sum += current * current;
    if (sum > 1e200) {
      current *= 1e-100;
      previous *= 1e-100;
      sum *= 1e-200;
      scale += 200;
    }
  }
  return (1 / sum) * 10 ** -scale;
}
