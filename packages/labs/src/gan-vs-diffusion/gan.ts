/** A generative adversarial network: generator and discriminator, trained in turns. */
import { engineInUse } from '../engine/engine.ts';
import type { Random } from '../engine/random.ts';
import { initLayers, type Layer, layersCost } from '../nets/layers.ts';
import type { GanCompute, GanLoss } from './compute.ts';
import { EngineGan } from './engine-compute.ts';
import { KernelGan } from './kernel-compute.ts';
import { discriminatorLayers, generatorLayers, POINTS, type Space, widthOf } from './networks.ts';

export type { GanLoss } from './compute.ts';

export interface GanOptions {
  loss: GanLoss;
  /** Weight γ of the R1 penalty γ/2 · E|∇D(real)|² (Mescheder et al. 2018); 0 for none. */
  r1: number;
  /** Samples that the discriminator sees together (PacGAN, Lin et al. 2018). */
  pack: number;
  latent: number;
  hidden: number;
  batch: number;
  rate: number;
  /** The discriminator's learning rate over the generator's; 1 where it is not said. */
  discriminatorPace?: number;
  /** Discriminator steps before each generator step. */
  discriminatorSteps: number;
}

/** What computes: our kernels, or the engine. */
export type On = 'kernels' | 'engine';

/** Kernels on the processor, the engine on a graphics card. */
export const usually = (): On => (engineInUse() === 'webgpu' ? 'engine' : 'kernels');

export type Turn = 'both' | 'discriminator' | 'generator';

export class Gan {
  readonly generatorLayers: readonly Layer[];
  readonly discriminatorLayers: readonly Layer[];
  /** Multiply-adds of one round: forward counted once, backward twice (Kaplan et al. 2020). */
  readonly cost: number;
  readonly compute: GanCompute;
  private readonly options: GanOptions;
  private readonly random: Random;
  private readonly width: number;

  constructor(options: GanOptions, random: Random, space: Space = POINTS, on: On = usually()) {
    const { hidden, latent, pack, loss, rate, batch, r1, discriminatorSteps } = options;
    const { discriminatorPace = 1 } = options;
    this.options = options;
    this.random = random;
    this.width = widthOf(space);
    this.generatorLayers = generatorLayers(space, latent, hidden);
    this.discriminatorLayers = discriminatorLayers(space, pack, hidden);
    const setting = {
      generator: this.generatorLayers,
      discriminator: this.discriminatorLayers,
      generatorWeights: initLayers(this.generatorLayers, random),
      discriminatorWeights: initLayers(this.discriminatorLayers, random),
      loss,
      r1,
      pack,
      batch,
      rate,
      discriminatorRate: rate * discriminatorPace,
      beta1: loss === 'wgan-gp' ? 0 : 0.5,
      beta2: 0.99,
    };
    this.compute = on === 'kernels' ? new KernelGan(setting) : new EngineGan(setting);
    const g = layersCost(this.generatorLayers) * batch;
    const d = (layersCost(this.discriminatorLayers) * batch) / pack;
    const penalties = (loss === 'wgan-gp' ? 3 : 0) + (r1 > 0 ? 3 : 0);
    this.cost = discriminatorSteps * (g + (6 + penalties) * d) + 3 * g + 3 * d;
  }

  /**
   * One round: `discriminatorSteps` of the discriminator and one of the generator, or one side's part of it alone.
   * @returns both losses; NaN for a side that did not move
   */
  async step(
    draw: (n: number) => Float32Array,
    turn: Turn = 'both',
  ): Promise<{ discriminator: number; generator: number }> {
    const { batch, pack, latent, discriminatorSteps } = this.options;
    const { random, compute } = this;
    let discriminator = Number.NaN;
    let generator = Number.NaN;
    if (turn !== 'generator')
      for (let step = 0; step < discriminatorSteps; step++) {
        const real = draw(batch);
        const latents = random.normals(batch * latent);
        const mix = Float32Array.from({ length: batch / pack }, () => random.next());
        discriminator = await compute.discriminatorStep(real, latents, mix);
      }
    if (turn !== 'discriminator') generator = await compute.generatorStep(random.normals(batch * latent));
    return { discriminator, generator };
  }

  /** @param latents n × latent. @returns n samples */
  sample(latents: Float32Array): Promise<Float32Array> {
    return this.compute.sample(latents);
  }

  /** The discriminator's probability of real; with packing, of each sample beside itself. */
  async probability(samples: Float32Array): Promise<Float32Array> {
    const { pack, loss } = this.options;
    const { width } = this;
    const n = samples.length / width;
    const repeated = new Float32Array(n * width * pack);
    for (let at = 0; at < n; at++)
      for (let k = 0; k < pack; k++)
        repeated.set(samples.subarray(width * at, width * (at + 1)), width * (at * pack + k));
    const values = await this.compute.judge(repeated);
    // A critic has no probabilities: its scores are centred and squashed for the picture.
    let centre = 0;
    if (loss === 'wgan-gp') for (const value of values) centre += value / values.length;
    return values.map((value) => 1 / (1 + Math.exp(-(value - centre))));
  }

  /** Where the discriminator pulls each sample: against the gradient of the generator's loss in it. */
  pull(samples: Float32Array): Promise<Float32Array> {
    return this.compute.pull(samples);
  }

  dispose(): void {
    this.compute.dispose();
  }
}
