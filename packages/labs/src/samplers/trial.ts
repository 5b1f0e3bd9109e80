/** One sampler at one number of steps, advanced an evaluation at a time and then measured. */
import type { Distribution } from '../data/distributions.ts';
import type { Random } from '../engine/random.ts';
import { mmd, slicedWasserstein } from '../measures/distances.ts';
import { countModes } from '../measures/modes.ts';
import type { Denoiser } from './denoiser.ts';
import type { SamplerName, Sampling } from './samplers.ts';

/** What came of it. */
export interface TrialResult {
  sampler: SamplerName;
  steps: number;
  /** Of the model, a sample. */
  evaluations: number;
  msPerSample: number;
  slicedWasserstein: number;
  mmd: number;
  modes: number | null;
  highQuality: number | null;
  modeKl: number | null;
  /** Standard deviation about the mean of those nearest the same mode, over the data's; null without modes. */
  spread: number | null;
  /** Largest coordinate over the largest of real samples. */
  outermost: number;
  /** Of the deterministic samplers. */
  referenceError: number | null;
}

export class Trial {
  /** Questions answered so far. */
  asked = 0;
  /** Milliseconds so far. */
  spent = 0;
  /** x̄ at the end; null until then. */
  end: Float64Array | null = null;
  private readonly sampling: Sampling;
  private turn: ReturnType<Sampling['next']> | null = null;

  constructor(sampling: Sampling) {
    this.sampling = sampling;
  }

  /** Answers one question. @returns whether it is done */
  async advance(denoiser: Denoiser): Promise<boolean> {
    const began = performance.now();
    this.turn ??= this.sampling.next();
    if (!this.turn.done) {
      const { x, level } = this.turn.value;
      this.turn = this.sampling.next(await denoiser.denoise(x, level));
      this.asked++;
    }
    this.spent += performance.now() - began;
    if (!this.turn.done) return false;
    this.end = this.turn.value;
    return true;
  }
}

/** Points that the quadratic measure takes. */
const FOR_MMD = 500;

/**
 * @param points and `truth` data units, the same number
 * @param directions a stream of its own each time, the same for every trial, so that trials differ by their samples alone
 */
export function judge(
  points: Float32Array,
  truth: Float32Array,
  { modes, sd }: Pick<Distribution, 'modes' | 'sd'>,
  directions: Random,
): Pick<
  TrialResult,
  'slicedWasserstein' | 'mmd' | 'modes' | 'highQuality' | 'modeKl' | 'spread' | 'outermost'
> {
  const count = modes ? countModes(points, modes, sd) : null;
  return {
    slicedWasserstein: slicedWasserstein(points, truth, directions),
    mmd: mmd(points.subarray(0, 2 * FOR_MMD), truth.subarray(0, 2 * FOR_MMD)),
    modes: count?.captured ?? null,
    highQuality: count?.highQuality ?? null,
    modeKl: count?.kl ?? null,
    spread: modes ? spreadWithin(points, modes) / sd : null,
    outermost: farthest(points) / farthest(truth),
  };
}

const farthest = (points: Float32Array): number => {
  let most = 0;
  for (const value of points) most = Math.max(most, Math.abs(value));
  return most;
};

/** Standard deviation, of one coordinate, about the mean of all points that are nearest the same mode. */
export function spreadWithin(points: Float32Array, modes: Float32Array): number {
  const m = modes.length / 2;
  const counts = new Float64Array(m);
  const sums = new Float64Array(2 * m);
  let squares = 0;
  for (let at = 0; at < points.length; at += 2) {
    const x = points[at] as number;
    const y = points[at + 1] as number;
    let nearest = 0;
    let best = Number.POSITIVE_INFINITY;
    for (let k = 0; k < m; k++) {
      const square = (x - (modes[2 * k] as number)) ** 2 + (y - (modes[2 * k + 1] as number)) ** 2;
      if (square < best) {
        best = square;
        nearest = k;
      }
    }
    counts[nearest] = (counts[nearest] as number) + 1;
    sums[2 * nearest] = (sums[2 * nearest] as number) + x;
    sums[2 * nearest + 1] = (sums[2 * nearest + 1] as number) + y;
    squares += x * x + y * y;
  }
  let between = 0;
  for (let k = 0; k < m; k++)
    if ((counts[k] as number) > 0)
      between += ((sums[2 * k] as number) ** 2 + (sums[2 * k + 1] as number) ** 2) / (counts[k] as number);
  return Math.sqrt(Math.max(0, squares - between) / points.length);
}

/** Root mean square distance of paired points. @param scale of the result's unit */
export function distance(a: Float64Array, b: Float64Array, scale: number): number {
  const n = Math.min(a.length, b.length) / 2;
  let sum = 0;
  for (let at = 0; at < 2 * n; at++) sum += ((a[at] as number) - (b[at] as number)) ** 2;
  return scale * Math.sqrt(sum / n);
}
