/** Both models on @jax-js/jax: losses as functions, gradients by the engine, Adam on plain arrays. */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { Adam } from '../nets/adam.ts';
import { applyLayers, layerArrays, layersSlope } from '../nets/engine-layers.ts';
import type { Weights } from '../nets/mlp.ts';
import {
  type DenoiserCompute,
  type DenoiserSetting,
  type GanCompute,
  type GanSetting,
  type LossAndGradients,
  PENALTY,
} from './compute.ts';
import { inputOf, packSamples, unpackSamples } from './networks.ts';

const refs = (parameters: readonly np.Array[]): np.Array[] => parameters.map((one) => one.ref);
const release = (parameters: readonly np.Array[]): void => {
  for (const one of parameters) one.dispose();
};
const arrayOf = (values: Float32Array, rows: number): np.Array =>
  np.array(values as Float32Array<ArrayBuffer>).reshape([rows, values.length / rows]);

/** Awaits them, which also keeps the engine's queue short. */
async function read(value: np.Array, slopes: readonly np.Array[]): Promise<LossAndGradients> {
  const gradients: Weights = [];
  for (const slope of slopes) gradients.push((await slope.data()) as Float32Array);
  const [loss = Number.NaN] = (await value.data()) as Float32Array;
  return { loss, gradients };
}

export class EngineGan implements GanCompute {
  private readonly setting: GanSetting;
  private readonly generator: Weights;
  private readonly discriminator: Weights;
  private readonly generatorAdam: Adam;
  private readonly discriminatorAdam: Adam;
  private readonly discriminate;
  private readonly generate;
  private readonly forward;
  private readonly score;
  private readonly pullRows;

  constructor(setting: GanSetting) {
    this.setting = setting;
    const { loss, r1, pack, generator, discriminator } = setting;
    this.generator = setting.generatorWeights.map((values) => values.slice());
    this.discriminator = setting.discriminatorWeights.map((values) => values.slice());
    this.generatorAdam = new Adam(this.generator, setting);
    this.discriminatorAdam = new Adam(this.discriminator, { ...setting, rate: setting.discriminatorRate });
    const judge = (parameters: np.Array[], x: np.Array): np.Array =>
      applyLayers(parameters, x, discriminator);
    // log(1 − σ(s)) = −softplus(s), minimised as Goodfellow et al. (2014) wrote it; −log σ(s) as they trained it.
    const onFakes = (score: np.Array): np.Array =>
      loss === 'wgan-gp'
        ? score.mean().neg()
        : loss === 'minimax'
          ? nn.softplus(score).mean().neg()
          : nn.softplus(score.neg()).mean();
    this.discriminate = jit(
      valueAndGrad((parameters: np.Array[], real: np.Array, fake: np.Array, mix: np.Array) => {
        const onReal = judge(refs(parameters), real.ref);
        const onFake = judge(refs(parameters), fake.ref);
        const square = (x: np.Array): np.Array =>
          np.square(layersSlope(refs(parameters), x, discriminator)).sum(1);
        let value: np.Array;
        if (loss === 'wgan-gp') {
          const between = real.ref.mul(mix.ref).add(fake.ref.mul(np.subtract(1, mix.ref)));
          const length = np.sqrt(square(between).add(1e-12));
          value = onFake
            .mean()
            .sub(onReal.mean())
            .add(np.square(length.sub(1)).mean().mul(PENALTY));
        } else value = nn.softplus(onReal.neg()).mean().add(nn.softplus(onFake).mean());
        if (r1 > 0)
          value = value.add(
            square(real.ref)
              .mean()
              .mul(r1 / 2),
          );
        release([...parameters, real, fake, mix]);
        return value;
      }),
    );
    this.generate = jit(
      valueAndGrad((parameters: np.Array[], judges: np.Array[], noise: np.Array) => {
        const made = applyLayers(parameters, noise, generator);
        const width = (made.shape[1] as number) * pack;
        // Points stand one after another, images as channels of one picture: as `packSamples` does it.
        const rows =
          width === 2 * pack || pack === 1
            ? made.reshape([-1, width])
            : np.transpose(made.reshape([-1, pack, width / pack]), [0, 2, 1]).reshape([-1, width]);
        return onFakes(judge(judges, rows));
      }),
    );
    this.forward = jit((parameters: np.Array[], noise: np.Array) =>
      applyLayers(parameters, noise, generator),
    );
    this.score = jit(judge);
    this.pullRows = jit(
      valueAndGrad((rows: np.Array, judges: np.Array[]) =>
        onFakes(judge(judges, rows.ref)).add(rows.sum().mul(0)),
      ),
    );
  }

  private arrays(which: 'generator' | 'discriminator'): np.Array[] {
    return layerArrays(this[which], this.setting[which]);
  }

  private rows(samples: Float32Array): np.Array {
    const { pack, discriminator } = this.setting;
    const width = inputOf(discriminator) / pack;
    const out = new Float32Array(samples.length);
    packSamples(samples, pack, width, out);
    return arrayOf(out, samples.length / (width * pack));
  }

  discriminatorGradients(real: Float32Array, fake: Float32Array, mix: Float32Array) {
    const [value, slopes] = this.discriminate(
      this.arrays('discriminator'),
      this.rows(real),
      this.rows(fake),
      arrayOf(mix, mix.length),
    );
    return read(value, slopes);
  }

  generatorGradients(latents: Float32Array) {
    const [value, slopes] = this.generate(
      this.arrays('generator'),
      this.arrays('discriminator'),
      arrayOf(latents, this.setting.batch),
    );
    return read(value, slopes);
  }

  async discriminatorStep(real: Float32Array, latents: Float32Array, mix: Float32Array): Promise<number> {
    const fake = await this.sample(latents);
    const { loss, gradients } = await this.discriminatorGradients(real, fake, mix);
    this.discriminatorAdam.step(this.discriminator, gradients);
    return loss;
  }

  async generatorStep(latents: Float32Array): Promise<number> {
    const { loss, gradients } = await this.generatorGradients(latents);
    this.generatorAdam.step(this.generator, gradients);
    return loss;
  }

  async sample(latents: Float32Array): Promise<Float32Array> {
    const noise = arrayOf(latents, latents.length / inputOf(this.setting.generator));
    return (await this.forward(this.arrays('generator'), noise).data()) as Float32Array;
  }

  async judge(samples: Float32Array): Promise<Float32Array> {
    return (await this.score(this.arrays('discriminator'), this.rows(samples)).data()) as Float32Array;
  }

  async pull(samples: Float32Array): Promise<Float32Array> {
    const { pack, discriminator } = this.setting;
    const rows = this.rows(samples);
    const count = rows.shape[0] as number;
    const [value, slope] = this.pullRows(rows, this.arrays('discriminator'));
    value.dispose();
    const found = (await slope.data()) as Float32Array;
    const out = new Float32Array(samples.length);
    unpackSamples(
      found.map((one) => -one * count),
      pack,
      inputOf(discriminator) / pack,
      out,
    );
    return out;
  }

  weights() {
    return { generator: this.generator, discriminator: this.discriminator };
  }

  dispose(): void {
    for (const compiled of [this.discriminate, this.generate, this.forward, this.score, this.pullRows])
      compiled.dispose();
  }
}

export class EngineDenoiser implements DenoiserCompute {
  private readonly setting: DenoiserSetting;
  private readonly own: Weights;
  private readonly averaged: Weights;
  private readonly adam: Adam;
  private readonly learn;
  private readonly forward;

  constructor(setting: DenoiserSetting) {
    this.setting = setting;
    const { layers } = setting;
    this.own = setting.weights.map((values) => values.slice());
    this.averaged = setting.weights.map((values) => values.slice());
    this.adam = new Adam(this.own, setting);
    const timed = layers.some(({ kind }) => kind === 'time');
    const run = (parameters: np.Array[], input: np.Array, time: np.Array): np.Array => {
      if (timed) return applyLayers(parameters, input, layers, time);
      time.dispose();
      return applyLayers(parameters, input, layers);
    };
    this.learn = jit(
      valueAndGrad((parameters: np.Array[], input: np.Array, time: np.Array, target: np.Array) =>
        np.square(run(parameters, input, time).sub(target)).mean(),
      ),
    );
    this.forward = jit(run);
  }

  gradients(input: Float32Array, time: Float32Array | null, target: Float32Array) {
    const rows = input.length / inputOf(this.setting.layers);
    const [value, slopes] = this.learn(
      layerArrays(this.own, this.setting.layers),
      arrayOf(input, rows),
      time ? arrayOf(time, rows) : np.zeros([1]),
      arrayOf(target, rows),
    );
    return read(value, slopes);
  }

  async step(
    input: Float32Array,
    time: Float32Array | null,
    target: Float32Array,
    decay: number,
  ): Promise<number> {
    const { loss, gradients } = await this.gradients(input, time, target);
    this.adam.step(this.own, gradients);
    for (const [layer, values] of this.own.entries()) {
      const mean = this.averaged[layer] as Float32Array;
      for (let at = 0; at < values.length; at++)
        mean[at] = decay * (mean[at] as number) + (1 - decay) * (values[at] as number);
    }
    return loss;
  }

  async predict(input: Float32Array, time: Float32Array | null): Promise<Float32Array> {
    const rows = input.length / inputOf(this.setting.layers);
    const out = this.forward(
      layerArrays(this.averaged, this.setting.layers),
      arrayOf(input, rows),
      time ? arrayOf(time, rows) : np.zeros([1]),
    );
    return (await out.data()) as Float32Array;
  }

  weights() {
    return this.own;
  }

  dispose(): void {
    this.learn.dispose();
    this.forward.dispose();
  }
}
