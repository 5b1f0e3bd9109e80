/** Mixtures of Gaussians, whose denoiser is known in closed form: a diffusion model without any error of training. */
import type { DistributionName } from '../data/distributions.ts';

/** Equal shares, each with the same standard deviation in both directions. */
export interface Mixture {
  /** Centres, x and y in turn. */
  centres: Float64Array;
  sd: number;
}

/**
 * D(x̄; σ) = E[x₀ | x̄ = x₀ + σz], exact: a mean over components of (σ² m + s² x̄) / (s² + σ²), each weighted with its
 * posterior probability (Bayes' rule on Gaussians; Karras et al. 2022, appendix B.3, for s = 0).
 * @param only one component's number for each point: the denoiser of its own class. Null for all.
 */
export function denoiseMixture(
  { centres, sd }: Mixture,
  x: Float64Array,
  sigma: number,
  only: ArrayLike<number> | null = null,
): Float64Array {
  const out = new Float64Array(x.length);
  const components = centres.length / 2;
  const variance = sd * sd + sigma * sigma;
  const towards = (sigma * sigma) / variance;
  const stay = (sd * sd) / variance;
  const squares = new Float64Array(components);
  for (let at = 0; at < x.length; at += 2) {
    const px = x[at] as number;
    const py = x[at + 1] as number;
    let mx = 0;
    let my = 0;
    if (only) {
      const k = only[at / 2] as number;
      mx = centres[2 * k] as number;
      my = centres[2 * k + 1] as number;
    } else {
      let least = Number.POSITIVE_INFINITY;
      for (let k = 0; k < components; k++) {
        const square = (px - (centres[2 * k] as number)) ** 2 + (py - (centres[2 * k + 1] as number)) ** 2;
        squares[k] = square;
        if (square < least) least = square;
      }
      let total = 0;
      for (let k = 0; k < components; k++) {
        const weight = Math.exp((least - (squares[k] as number)) / (2 * variance));
        total += weight;
        mx += weight * (centres[2 * k] as number);
        my += weight * (centres[2 * k + 1] as number);
      }
      mx /= total;
      my /= total;
    }
    out[at] = towards * mx + stay * px;
    out[at + 1] = towards * my + stay * py;
  }
  return out;
}

/**
 * Where the probability-flow equation takes a point of one Gaussian, in closed form: its distance from the mean shrinks
 * as the standard deviation does.
 */
export const flowOfGaussian = (x: number, mean: number, sd: number, from: number, to: number): number =>
  mean + (x - mean) * Math.sqrt((sd * sd + to * to) / (sd * sd + from * from));

const curve = (n: number, at: (share: number) => readonly [number, number]): Float64Array =>
  Float64Array.from(
    { length: 2 * n },
    (_, index) => at((Math.floor(index / 2) + 0.5) / n)[(index % 2) as 0 | 1],
  );

/**
 * A lab's distribution as a mixture, data units. Ring, grid and drawn points are mixtures; a curve with Gaussian
 * noise is one of as many components as points along it, taken close enough (0.7 standard deviations apart) that
 * the ripple between them is below 1e-8 of the density.
 */
export function mixtureOf(
  name: DistributionName,
  modes: Float32Array | null,
  sd: number,
  points: readonly number[],
): Mixture {
  if (modes) return { centres: Float64Array.from(modes), sd };
  if (name === 'drawn') return { centres: Float64Array.from(points.length > 1 ? points : [0, 0]), sd };
  if (name === 'spiral')
    return {
      centres: curve(256, (share) => {
        const t = Math.sqrt(share);
        return [2.3 * t * Math.cos(3 * Math.PI * t), 2.3 * t * Math.sin(3 * Math.PI * t)];
      }),
      sd,
    };
  const half = 64;
  const upper = curve(half, (share) => [
    1.4 * (Math.cos(Math.PI * share) - 0.5),
    1.4 * (Math.sin(Math.PI * share) - 0.25),
  ]);
  const lower = curve(half, (share) => [
    1.4 * (0.5 - Math.cos(Math.PI * share)),
    1.4 * (0.25 - Math.sin(Math.PI * share)),
  ]);
  return { centres: Float64Array.from([...upper, ...lower]), sd };
}
