/** How far two clouds of points are apart. */
import type { Random } from '../engine/random.ts';

/**
 * Sliced 2-Wasserstein distance (Rabin et al. 2011; Bonneel et al. 2015): the root mean square over directions of the
 * distance between sorted projections. Both clouds need the same number of points.
 * @param width numbers in a point
 * @returns data units
 */
export function slicedWasserstein(
  a: Float32Array,
  b: Float32Array,
  random: Random,
  directions = 64,
  width = 2,
): number {
  const n = Math.min(a.length, b.length) / width;
  const first = new Float64Array(n);
  const second = new Float64Array(n);
  let sum = 0;
  for (let turn = 0; turn < directions; turn++) {
    const direction = directionOf(width, random);
    for (let at = 0; at < n; at++) {
      let [x, y] = [0, 0];
      for (let axis = 0; axis < width; axis++) {
        x += (direction[axis] as number) * (a[width * at + axis] as number);
        y += (direction[axis] as number) * (b[width * at + axis] as number);
      }
      first[at] = x;
      second[at] = y;
    }
    first.sort();
    second.sort();
    for (let at = 0; at < n; at++) sum += ((first[at] as number) - (second[at] as number)) ** 2;
  }
  return Math.sqrt(sum / (directions * n));
}

/** A unit vector, uniform on the sphere. */
function directionOf(width: number, random: Random): Float64Array {
  if (width === 2) {
    const angle = Math.PI * random.next();
    return Float64Array.of(Math.cos(angle), Math.sin(angle));
  }
  const out = Float64Array.from(random.normals(width));
  const length = Math.hypot(...out);
  return out.map((value) => value / length);
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
