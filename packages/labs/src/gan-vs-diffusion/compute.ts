/** What an engine does for the two models. Two can: our kernels on WebAssembly, and @jax-js/jax (for WebGPU, and to check the first). */
import type { Layer } from '../nets/layers.ts';
import type { Weights } from '../nets/mlp.ts';

export type GanLoss = 'minimax' | 'non-saturating' | 'wgan-gp';

/** λ of the gradient penalty (Gulrajani et al. 2017). */
export const PENALTY = 10;

export interface GanSetting {
  generator: readonly Layer[];
  discriminator: readonly Layer[];
  generatorWeights: Weights;
  discriminatorWeights: Weights;
  loss: GanLoss;
  /** γ of R1; 0 for none. */
  r1: number;
  pack: number;
  batch: number;
  /** The generator's learning rate. */
  rate: number;
  discriminatorRate: number;
  beta1: number;
  beta2: number;
}

export interface LossAndGradients {
  loss: number;
  gradients: Weights;
}

/** Samples and latents stand one after another in flat arrays. */
export interface GanCompute {
  /** One step of the discriminator. @param mix of real and fake, one a row, for WGAN-GP. @returns its loss */
  discriminatorStep(real: Float32Array, latents: Float32Array, mix: Float32Array): Promise<number>;
  /** One step of the generator. @returns its loss */
  generatorStep(latents: Float32Array): Promise<number>;
  sample(latents: Float32Array): Promise<Float32Array>;
  /** The discriminator's scores, one for `pack` samples. */
  judge(samples: Float32Array): Promise<Float32Array>;
  /** Against the gradient of the generator's loss in each sample: where the discriminator pulls it. */
  pull(samples: Float32Array): Promise<Float32Array>;
  /** Without moving anything: for checks. */
  discriminatorGradients(
    real: Float32Array,
    fake: Float32Array,
    mix: Float32Array,
  ): Promise<LossAndGradients>;
  generatorGradients(latents: Float32Array): Promise<LossAndGradients>;
  weights(): { generator: Weights; discriminator: Weights };
  dispose(): void;
}

export interface DenoiserSetting {
  layers: readonly Layer[];
  weights: Weights;
  batch: number;
  rate: number;
}

export interface DenoiserCompute {
  /** One step towards the target. @param decay of the averaged weights. @returns the mean squared error before it */
  step(input: Float32Array, time: Float32Array | null, target: Float32Array, decay: number): Promise<number>;
  /** Of the averaged network. */
  predict(input: Float32Array, time: Float32Array | null): Promise<Float32Array>;
  gradients(input: Float32Array, time: Float32Array | null, target: Float32Array): Promise<LossAndGradients>;
  weights(): Weights;
  dispose(): void;
}
