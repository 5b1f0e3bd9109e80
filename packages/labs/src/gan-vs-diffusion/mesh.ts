/** Grids: of the plane, for heat maps and arrows; of latents, for a picture of what the generator does to them. */

/** Centres of `side` × `side` cells of the square, row by row from below. */
export function planeGrid(side: number, reach: number): Float32Array {
  const out = new Float32Array(2 * side * side);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      out[2 * (row * side + column)] = (((column + 0.5) / side) * 2 - 1) * reach;
      out[2 * (row * side + column) + 1] = (((row + 0.5) / side) * 2 - 1) * reach;
    }
  return out;
}

/** The standard normal's quantile (Acklam's rational approximation, relative error below 1.2e-9). */
export function normalQuantile(p: number): number {
  const a = [
    -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
    2.506628277459239,
  ];
  const b = [
    -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1,
    -1.328068155288572e1, 1,
  ];
  const c = [
    -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ];
  const d = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];
  const horner = (terms: readonly number[], x: number): number =>
    terms.reduce((sum, term) => sum * x + term, 0);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return horner(c, q) / horner(d, q);
  }
  if (p > 1 - 0.02425) return -normalQuantile(1 - p);
  const q = p - 0.5;
  return (horner(a, q * q) * q) / horner(b, q * q);
}

/** Lines of a mesh along a side, and points of a line where there is one dimension only. */
const LINES = 17;
const ALONG = 200;

/**
 * Latents on a grid of equal probability in the first two dimensions, zero in the others: between two neighbouring lines
 * lies the same share of all samples, so that a mesh is tight where the generator puts many.
 */
export function latentMesh(latent: number): { rows: number; columns: number; latents: Float32Array } {
  const rows = latent === 1 ? 1 : LINES;
  const columns = latent === 1 ? ALONG : LINES;
  const quantile = (at: number, of: number): number => normalQuantile((at + 0.5) / of);
  const latents = new Float32Array(rows * columns * latent);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const at = (row * columns + column) * latent;
      latents[at] = quantile(column, columns);
      if (latent > 1) latents[at + 1] = quantile(row, rows);
    }
  return { rows, columns, latents };
}
