/** A generative adversarial network on points: generator and discriminator, trained in turns. */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import type { Random } from '../engine/random.ts';
import { Adam } from '../nets/adam.ts';
import { applyMlp, forwardCost, initMlp, inputSlope, toArrays, type Weights } from '../nets/mlp.ts';

export type GanLoss = 'minimax' | 'non-saturating' | 'wgan-gp';

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
  /** Discriminator steps before each generator step. */
  discriminatorSteps: number;
}

/** λ of the gradient penalty (Gulrajani et al. 2017). */
const PENALTY = 10;

const refs = (parameters: readonly np.Array[]): np.Array[] => parameters.map((one) => one.ref);
const release = (parameters: readonly np.Array[]): void => {
  for (const one of parameters) one.dispose();
};

export class Gan {
  readonly generatorSizes: readonly number[];
  readonly discriminatorSizes: readonly number[];
  readonly generator: Weights;
  readonly discriminator: Weights;
  /** Multiply-adds of one round: forward counted once, backward twice (Kaplan et al. 2020). */
  readonly cost: number;
  private readonly options: GanOptions;
  private readonly random: Random;
  private readonly generatorAdam: Adam;
  private readonly discriminatorAdam: Adam;
  private readonly discriminate;
  private readonly generate;
  private readonly forward;
  private readonly judge;

  constructor(options: GanOptions, random: Random) {
    const { hidden, latent, pack, loss, rate, batch, r1, discriminatorSteps } = options;
    this.options = options;
    this.random = random;
    this.generatorSizes = [latent, hidden, hidden, 2];
    this.discriminatorSizes = [2 * pack, hidden, hidden, 1];
    this.generator = initMlp(this.generatorSizes, random);
    this.discriminator = initMlp(this.discriminatorSizes, random);
    const beta1 = loss === 'wgan-gp' ? 0 : 0.5;
    this.generatorAdam = new Adam(this.generator, { rate, beta1, beta2: 0.99 });
    this.discriminatorAdam = new Adam(this.discriminator, { rate, beta1, beta2: 0.99 });
    const g = forwardCost(this.generatorSizes) * batch;
    const d = (forwardCost(this.discriminatorSizes) * batch) / pack;
    const penalties = (loss === 'wgan-gp' ? 3 : 0) + (r1 > 0 ? 3 : 0);
    this.cost = discriminatorSteps * (g + (6 + penalties) * d) + 3 * g + 3 * d;

    this.discriminate = jit(
      valueAndGrad((parameters: np.Array[], real: np.Array, fake: np.Array, mix: np.Array) => {
        const onReal = applyMlp(refs(parameters), real.ref, 'leaky-relu');
        const onFake = applyMlp(refs(parameters), fake.ref, 'leaky-relu');
        let value: np.Array;
        if (loss === 'wgan-gp') {
          const between = real.ref.mul(mix.ref).add(fake.ref.mul(np.subtract(1, mix.ref)));
          const length = np.sqrt(
            np
              .square(inputSlope(refs(parameters), between))
              .sum(1)
              .add(1e-12),
          );
          value = onFake
            .mean()
            .sub(onReal.mean())
            .add(np.square(length.sub(1)).mean().mul(PENALTY));
        } else value = nn.softplus(onReal.neg()).mean().add(nn.softplus(onFake).mean());
        if (r1 > 0) {
          const square = np
            .square(inputSlope(refs(parameters), real.ref))
            .sum(1)
            .mean();
          value = value.add(square.mul(r1 / 2));
        }
        release([...parameters, real, fake, mix]);
        return value;
      }),
    );
    this.generate = jit(
      valueAndGrad((parameters: np.Array[], judges: np.Array[], noise: np.Array) => {
        const fake = applyMlp(parameters, noise, 'relu').reshape([batch / pack, 2 * pack]);
        const score = applyMlp(judges, fake, 'leaky-relu');
        if (loss === 'wgan-gp') return score.mean().neg();
        // log(1 − σ(s)) = −softplus(s), minimised as Goodfellow et al. (2014) wrote it; −log σ(s) as they trained it.
        return loss === 'minimax' ? nn.softplus(score).mean().neg() : nn.softplus(score.neg()).mean();
      }),
    );
    this.forward = jit((parameters: np.Array[], noise: np.Array) => applyMlp(parameters, noise, 'relu'));
    this.judge = jit((parameters: np.Array[], x: np.Array) => applyMlp(parameters, x, 'leaky-relu'));
  }

  /** One round: `discriminatorSteps` of the discriminator and one of the generator. @returns both losses */
  async step(draw: (n: number) => Float32Array): Promise<{ discriminator: number; generator: number }> {
    const { batch, pack, latent, discriminatorSteps } = this.options;
    const rows = batch / pack;
    let onDiscriminator = Number.NaN;
    for (let turn = 0; turn < discriminatorSteps; turn++) {
      const real = np.array(draw(batch) as Float32Array<ArrayBuffer>).reshape([rows, 2 * pack]);
      const fake = this.forward(toArrays(this.generator, this.generatorSizes), this.noise(batch)).reshape([
        rows,
        2 * pack,
      ]);
      const mix = np.array(Float32Array.from({ length: rows }, () => this.random.next())).reshape([rows, 1]);
      const [value, slopes] = this.discriminate(
        toArrays(this.discriminator, this.discriminatorSizes),
        real,
        fake,
        mix,
      );
      onDiscriminator = await update(this.discriminatorAdam, this.discriminator, value, slopes);
    }
    const [value, slopes] = this.generate(
      toArrays(this.generator, this.generatorSizes),
      toArrays(this.discriminator, this.discriminatorSizes),
      np.array(this.random.normals(batch * latent) as Float32Array<ArrayBuffer>).reshape([batch, latent]),
    );
    const onGenerator = await update(this.generatorAdam, this.generator, value, slopes);
    return { discriminator: onDiscriminator, generator: onGenerator };
  }

  /** Loss and gradients of the discriminator on given points, without moving anything: for checks and for teaching. */
  async discriminatorGradients(
    real: Float32Array,
    fake: Float32Array,
    mix: Float32Array,
  ): Promise<{ loss: number; gradients: Float32Array[] }> {
    const { pack } = this.options;
    const rows = mix.length;
    const [value, slopes] = this.discriminate(
      toArrays(this.discriminator, this.discriminatorSizes),
      np.array(real as Float32Array<ArrayBuffer>).reshape([rows, 2 * pack]),
      np.array(fake as Float32Array<ArrayBuffer>).reshape([rows, 2 * pack]),
      np.array(mix as Float32Array<ArrayBuffer>).reshape([rows, 1]),
    );
    const gradients: Float32Array[] = [];
    for (const slope of slopes) gradients.push((await slope.data()) as Float32Array);
    const [loss = Number.NaN] = (await value.data()) as Float32Array;
    return { loss, gradients };
  }

  private noise(n: number): np.Array {
    const { latent } = this.options;
    return np.array(this.random.normals(n * latent) as Float32Array<ArrayBuffer>).reshape([n, latent]);
  }

  /** @param latents n × latent. @returns points, x and y in turn */
  async sample(latents: Float32Array): Promise<Float32Array> {
    const n = latents.length / this.options.latent;
    const out = this.forward(
      toArrays(this.generator, this.generatorSizes),
      np.array(latents as Float32Array<ArrayBuffer>).reshape([n, this.options.latent]),
    );
    return (await out.data()) as Float32Array;
  }

  /** The discriminator's probability of real at points; with packing, of each point beside itself. */
  async probability(points: Float32Array): Promise<Float32Array> {
    const { pack, loss } = this.options;
    const n = points.length / 2;
    const rows = new Float32Array(n * 2 * pack);
    for (let at = 0; at < n; at++)
      for (let k = 0; k < pack; k++) rows.set(points.subarray(2 * at, 2 * at + 2), 2 * (at * pack + k));
    const scores = this.judge(
      toArrays(this.discriminator, this.discriminatorSizes),
      np.array(rows).reshape([n, 2 * pack]),
    );
    const values = (await scores.data()) as Float32Array;
    // A critic has no probabilities: its scores are centred and squashed for the picture.
    let centre = 0;
    if (loss === 'wgan-gp') for (const value of values) centre += value / values.length;
    return values.map((value) => 1 / (1 + Math.exp(-(value - centre))));
  }

  dispose(): void {
    for (const compiled of [this.discriminate, this.generate, this.forward, this.judge]) compiled.dispose();
  }
}

/** Awaits the gradients, which also keeps the engine's queue short, and moves the weights. @returns the loss */
export async function update(
  adam: Adam,
  weights: Weights,
  value: np.Array,
  slopes: readonly np.Array[],
): Promise<number> {
  const gradients: Float32Array[] = [];
  for (const slope of slopes) gradients.push((await slope.data()) as Float32Array);
  const [loss = Number.NaN] = (await value.data()) as Float32Array;
  adam.step(weights, gradients);
  return loss;
}
