/** Divergences of two clouds of points counted on a grid, as GAN Lab shows them. */

export interface GridDivergence {
  /** KL(first ‖ second), nats. */
  kl: number;
  /** Jensen–Shannon divergence, nats: 0 for equal, ln 2 for disjoint. */
  js: number;
}

/**
 * Counts points in `side` × `side` cells over the square; those beyond it go to the nearest cell of its edge. Half a
 * point is added to every cell for the KL divergence, which has no value otherwise; none for Jensen–Shannon.
 */
export function gridDivergence(a: Float32Array, b: Float32Array, reach: number, side = 24): GridDivergence {
  const cells = side * side;
  const count = (points: Float32Array): Float64Array => {
    const out = new Float64Array(cells);
    const cell = (value: number): number =>
      Math.max(0, Math.min(side - 1, Math.floor(((value / reach + 1) / 2) * side)));
    for (let at = 0; at + 1 < points.length; at += 2) {
      const place = cell(points[at + 1] as number) * side + cell(points[at] as number);
      out[place] = (out[place] as number) + 1;
    }
    return out;
  };
  const [first, second] = [count(a), count(b)];
  const [n, m] = [a.length / 2, b.length / 2];
  let kl = 0;
  let js = 0;
  for (let at = 0; at < cells; at++) {
    const [x, y] = [first[at] as number, second[at] as number];
    const p = (x + 0.5) / (n + cells / 2);
    const q = (y + 0.5) / (m + cells / 2);
    kl += p * Math.log(p / q);
    const [u, v] = [x / n, y / m];
    const middle = (u + v) / 2;
    if (u > 0) js += (u / 2) * Math.log(u / middle);
    if (v > 0) js += (v / 2) * Math.log(v / middle);
  }
  return { kl, js };
}
