/**
 * Samplers of diffusion models, each a generator that asks for denoised estimates and never calls a network itself: so one
 * evaluation is one question, counted where it is answered.
 *
 * All of them work on x̄ = x / √ᾱ, where the noise is σ = √((1 − ᾱ) / ᾱ) and the probability-flow equation is
 * dx̄/dσ = (x̄ − D(x̄; σ)) / σ with D = E[x₀ | x̄] (Karras et al. 2022, equation 3; Song et al. 2021, equation 14).
 */
import type { Random } from '../engine/random.ts';
import type { Level } from './levels.ts';

/** A question: what is D at these points? */
export interface Ask {
  /** x̄: x and y in turn. */
  x: Float64Array;
  level: Level;
  /** Whether these points are a place on the samples' way; false for a look ahead within a step. */
  place: boolean;
}

/** Answers go in by `next`; the samples come back at the end. */
export type Sampling = Generator<Ask, Float64Array, Float64Array>;

export type SamplerName = 'ddpm' | 'sigmaHat' | 'ddim' | 'ddimEta' | 'dpmpp2m' | 'heun';
export const SAMPLERS: readonly SamplerName[] = ['ddpm', 'sigmaHat', 'ddim', 'ddimEta', 'dpmpp2m', 'heun'];

/**
 * Standard deviation of the fresh noise of a step from σ to σ′, on x̄: η times that of the posterior q(x′ | x, x₀)
 * (Song et al. 2021, equation 16). For η = 1 its square, times ᾱ′, is β̃ of Ho et al. (2020, equation 7).
 */
export const freshNoise = (eta: number, from: number, to: number): number =>
  eta * (to / from) * Math.sqrt(Math.max(0, from * from - to * to));

/** The larger choice, σ̂ of Song et al. (2021, appendix D.3), on x̄: its square, times ᾱ′, is β = 1 − ᾱ/ᾱ′. */
export const freshNoiseLarge = (from: number, to: number): number =>
  Math.sqrt(((from * from - to * to) * (1 + to * to)) / (1 + from * from));

/** Points at the first level, from standard normal deviates: x_T = z, so x̄ = z √(1 + σ²). */
export const begin = (noise: ArrayLike<number>, { sigma }: Level): Float64Array =>
  Float64Array.from(noise, (z) => z * Math.sqrt(1 + sigma * sigma));

/** DDIM and ancestral sampling (Song et al. 2021, equation 12): what is kept of the noise, and what is put in afresh. */
function* withNoise(
  start: Float64Array,
  levels: readonly Level[],
  random: Random,
  noise: (from: number, to: number) => { kept: number; fresh: number },
): Sampling {
  let x = start;
  for (let at = 0; at + 1 < levels.length; at++) {
    const level = levels[at] as Level;
    const to = (levels[at + 1] as Level).sigma;
    const clean = yield { x, level, place: true };
    const { kept, fresh } = noise(level.sigma, to);
    const moved = new Float64Array(x.length);
    for (let n = 0; n < x.length; n++) {
      const d = clean[n] as number;
      const direction = ((x[n] as number) - d) / level.sigma;
      moved[n] = d + kept * direction + (fresh > 0 && to > 0 ? fresh * random.normal() : 0);
    }
    x = moved;
  }
  return x;
}

/** DPM-Solver++(2M), Lu et al. (2022, algorithm 2): second order from two estimates of the data, one new a step. */
function* multistep(start: Float64Array, levels: readonly Level[]): Sampling {
  let x = start;
  let before: Float64Array | null = null;
  for (let at = 0; at + 1 < levels.length; at++) {
    const level = levels[at] as Level;
    const to = (levels[at + 1] as Level).sigma;
    const clean = yield { x, level, place: true };
    // e^(−h), h the step in log-SNR. The step to no noise has infinite h and is first order.
    const ratio = to / level.sigma;
    let carry = 0;
    if (before && to > 0) {
      const h = Math.log(level.sigma / to);
      carry = h / (2 * Math.log((levels[at - 1] as Level).sigma / level.sigma));
    }
    const moved = new Float64Array(x.length);
    for (let n = 0; n < x.length; n++) {
      const d = clean[n] as number;
      const estimate = carry === 0 ? d : d + carry * (d - ((before as Float64Array)[n] as number));
      moved[n] = ratio * (x[n] as number) + (1 - ratio) * estimate;
    }
    before = clean;
    x = moved;
  }
  return x;
}

/** Heun on the probability-flow equation (Karras et al. 2022, algorithm 1): two evaluations a step, one in the last. */
function* heun(start: Float64Array, levels: readonly Level[]): Sampling {
  let x = start;
  for (let at = 0; at + 1 < levels.length; at++) {
    const level = levels[at] as Level;
    const next = levels[at + 1] as Level;
    const step = next.sigma - level.sigma;
    const clean = yield { x, level, place: true };
    const ahead = new Float64Array(x.length);
    for (let n = 0; n < x.length; n++)
      ahead[n] = (x[n] as number) + (step * ((x[n] as number) - (clean[n] as number))) / level.sigma;
    if (next.sigma > 0) {
      const there = yield { x: ahead, level: next, place: false };
      const moved = new Float64Array(x.length);
      for (let n = 0; n < x.length; n++) {
        const first = ((x[n] as number) - (clean[n] as number)) / level.sigma;
        const second = ((ahead[n] as number) - (there[n] as number)) / next.sigma;
        moved[n] = (x[n] as number) + (step * (first + second)) / 2;
      }
      x = moved;
    } else x = ahead;
  }
  return x;
}

/**
 * @param start x̄ at the first level
 * @param levels from most noise to least; with `CLEAN` at the end, the samples are data
 * @param eta of `ddimEta`
 */
export function sampling(
  name: SamplerName,
  start: Float64Array,
  levels: readonly Level[],
  { random, eta }: { random: Random; eta: number },
): Sampling {
  if (name === 'dpmpp2m') return multistep(start, levels);
  if (name === 'heun') return heun(start, levels);
  const share = name === 'ddim' ? 0 : name === 'ddimEta' ? eta : 1;
  return withNoise(start, levels, random, (from, to) => {
    const own = freshNoise(share, from, to);
    return {
      kept: Math.sqrt(Math.max(0, to * to - own * own)),
      fresh: name === 'sigmaHat' ? freshNoiseLarge(from, to) : own,
    };
  });
}

/** How often a sampler asks in `steps` steps, the last of them to no noise. */
export const evaluationsOf = (name: SamplerName, steps: number): number =>
  name === 'heun' ? 2 * steps - 1 : steps;
