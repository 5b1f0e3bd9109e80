/** Who answers a sampler's questions: a trained network, or the exact denoiser of a mixture. */
import type { Diffusion } from '../gan-vs-diffusion/diffusion.ts';
import type { Level } from './levels.ts';
import { denoiseMixture, type Mixture } from './mixture.ts';
import type { Sampling } from './samplers.ts';

export interface Denoiser {
  /** Evaluations of the model that one question takes. */
  readonly cost: number;
  /** D(x̄; σ) = E[x₀ | x̄]. @param x x̄, x and y in turn, in the model's units */
  denoise(x: Float64Array, level: Level): Promise<Float64Array>;
}

/**
 * @param bound largest coordinate that an estimate may have, as Ho et al. (2020) clip theirs to the data's range: near pure
 *   noise a small error of ε is a huge one of the data. Null for estimates as they come.
 */
export const trainedDenoiser = (diffusion: Diffusion, bound: number | null): Denoiser => ({
  cost: 1,
  async denoise(x, { time, sigma }) {
    const alphaBar = 1 / (1 + sigma * sigma);
    const noise = await diffusion.noiseIn(
      Float32Array.from(x, (value) => value * Math.sqrt(alphaBar)),
      time,
      alphaBar,
    );
    // x = √ᾱ x₀ + √(1 − ᾱ) ε, so x̄ = x₀ + σ ε.
    return x.map((value, at) => {
      const clean = value - sigma * (noise[at] as number);
      return bound === null ? clean : Math.max(-bound, Math.min(bound, clean));
    });
  },
});

/**
 * @param guidance scale s of classifier-free guidance, D + s (D_class − D) (Ho & Salimans 2022, whose w is s − 1): two
 *   evaluations a question; 0 for none. Each component is a class, and points take them in turn.
 */
export function exactDenoiser(mixture: Mixture, guidance = 0): Denoiser {
  const components = mixture.centres.length / 2;
  return {
    cost: guidance > 0 ? 2 : 1,
    async denoise(x, { sigma }) {
      const all = denoiseMixture(mixture, x, sigma);
      if (guidance === 0) return all;
      const classes = Uint32Array.from({ length: x.length / 2 }, (_, at) => at % components);
      const own = denoiseMixture(mixture, x, sigma, classes);
      return all.map((value, at) => value + guidance * ((own[at] as number) - value));
    },
  };
}

/** Answers a sampler until it is done. @param onPlace called with x̄ at each place on the way; not with the end */
export async function drain(
  sampling: Sampling,
  denoiser: Denoiser,
  onPlace?: (x: Float64Array, level: Level) => void,
): Promise<Float64Array> {
  let turn = sampling.next();
  while (!turn.done) {
    const { x, level, place } = turn.value;
    if (place) onPlace?.(x, level);
    turn = sampling.next(await denoiser.denoise(x, level));
  }
  return turn.value;
}
