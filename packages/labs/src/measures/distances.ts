/** How far two clouds of points are apart. */
import type { Random } from '../engine/random.ts';

/**
 * Sliced 2-Wasserstein distance (Rabin et al. 2011; Bonneel et al. 2015): the root mean square over directions of the
 * distance between sorted projections. Both clouds need the same number of points.
 * @returns data units
 */
export function slicedWasserstein(a: Float32Array, b: Float32Array, random: Random, directions = 64): number {
  const n = Math.min(a.length, b.length) / 2;
  const first = new Float64Array(n);
  const second = new Float64Array(n);
  let sum = 0;
  for (let turn = 0; turn < directions; turn++) {
    const angle = Math.PI * random.next();
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    for (let at = 0; at < n; at++) {
      first[at] = cos * (a[2 * at] as number) + sin * (a[2 * at + 1] as number);
      second[at] = cos * (b[2 * at] as number) + sin * (b[2 * at + 1] as number);
    }
    first.sort();
    second.sort();
    for (let at = 0; at < n; at++) sum += ((first[at] as number) - (second[at] as number)) ** 2;
  }
  return Math.sqrt(sum / (directions * n));
}

/**
 * Squared maximum mean discrepancy, unbiased (Gretton et al. 2012, equation 3), with a sum of Gaussian kernels of the
 * given bandwidths. May come out slightly below zero for equal distributions. Quadratic in the number of points.
 */
export function mmd(a: Float32Array, b: Float32Array, bandwidths: readonly number[] = [0.1, 0.3, 1]): number {
  const n = a.length / 2;
  const m = b.length / 2;
  const kernel = (p: Float32Array, i: number, q: Float32Array, j: number): number => {
    const square =
      ((p[2 * i] as number) - (q[2 * j] as number)) ** 2 +
      ((p[2 * i + 1] as number) - (q[2 * j + 1] as number)) ** 2;
    let sum = 0;
    for (const width of bandwidths) sum += Math.exp(-square / (2 * width * width));
    return sum / bandwidths.length;
  };
  let aa = 0;
  let bb = 0;
  let ab = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) aa += kernel(a, i, a, j);
  for (let i = 0; i < m; i++) for (let j = 0; j < i; j++) bb += kernel(b, i, b, j);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) ab += kernel(a, i, b, j);
  return (2 * aa) / (n * (n - 1)) + (2 * bb) / (m * (m - 1)) - (2 * ab) / (n * m);
}
