/** Both models on our WebAssembly kernels: every step is a few calls over one memory, nothing is copied in between. */
import { Arena } from '../kernels/arena.ts';
import { KernelNet } from '../kernels/kernel-net.ts';
import type {
  DenoiserCompute,
  DenoiserSetting,
  GanCompute,
  GanSetting,
  LossAndGradients,
} from './compute.ts';
import { PENALTY } from './compute.ts';
import { packSamples, unpackSamples } from './networks.ts';

const softplus = (s: number): number => Math.log1p(Math.exp(-Math.abs(s))) + Math.max(0, s);
const sigmoid = (s: number): number => 1 / (1 + Math.exp(-s));

/** Rows that samples are drawn in at a time, at least. */
const PORTION = 64;

export class KernelGan implements GanCompute {
  private readonly setting: GanSetting;
  private readonly arena = new Arena();
  private readonly generator: KernelNet;
  private readonly discriminator: KernelNet;
  /** Rows of the discriminator that one batch makes. */
  private readonly half: number;
  /** Numbers in a sample. */
  private readonly width: number;

  constructor(setting: GanSetting) {
    this.setting = setting;
    const { batch, pack, loss, r1, generator, discriminator } = setting;
    this.half = batch / pack;
    this.generator = new KernelNet(this.arena, generator, setting.generatorWeights, {
      rows: Math.max(batch, PORTION),
    });
    this.discriminator = new KernelNet(this.arena, discriminator, setting.discriminatorWeights, {
      rows: 2 * this.half,
      penalised: loss === 'wgan-gp' || r1 > 0,
    });
    this.width = this.generator.after;
  }

  /** Makes fakes of the latents and puts them, packed, into the discriminator's input from `row` on. */
  private fake(latents: Float32Array, row: number): void {
    const { arena, generator, discriminator, half } = this;
    const { batch, pack } = this.setting;
    arena.view(generator.input, latents.length).set(latents);
    const made = arena.view(generator.forward(batch), batch * this.width);
    const to = arena.view(discriminator.input + 4 * row * discriminator.before, half * discriminator.before);
    packSamples(made, pack, this.width, to);
  }

  /** Loss and gradients of the discriminator on what stands in its input: real rows, then fake ones. */
  private judgeBatch(mix: Float32Array): number {
    const { arena, discriminator: net, half } = this;
    const { loss, r1 } = this.setting;
    net.zeroGradients();
    const scores = arena.view(net.forward(2 * half), 2 * half);
    const slope = arena.view(net.slope, 2 * half);
    let value = 0;
    for (let row = 0; row < half; row++) {
      const onReal = scores[row] as number;
      const onFake = scores[half + row] as number;
      if (loss === 'wgan-gp') {
        value += onFake - onReal;
        slope[row] = -1 / half;
        slope[half + row] = 1 / half;
      } else {
        value += softplus(-onReal) + softplus(onFake);
        slope[row] = -sigmoid(-onReal) / half;
        slope[half + row] = sigmoid(onFake) / half;
      }
    }
    net.backward(2 * half, { parameters: true });
    // The first half of what the pass has left behind is that of the real rows: R1 needs no pass of its own.
    if (r1 > 0) value += this.penalise((square) => [(r1 / 2) * square, r1]);
    if (loss === 'wgan-gp') {
      const size = net.before;
      const real = arena.view(net.input, half * size);
      const fake = arena.view(net.input + 4 * half * size, half * size);
      for (let row = 0; row < half; row++)
        for (let at = row * size; at < (row + 1) * size; at++) {
          const share = mix[row] as number;
          real[at] = (real[at] as number) * share + (fake[at] as number) * (1 - share);
        }
      net.forward(half);
      value += this.penalise((square) => {
        const length = Math.sqrt(square + 1e-12);
        return [PENALTY * (length - 1) ** 2, (2 * PENALTY * (length - 1)) / length];
      });
    }
    return value / half;
  }

  /**
   * Adds a penalty on the slope |∇ₓD|² in the first rows of the last pass.
   * @param of its value for one row, and by what the slope is scaled to be its derivative in the slope
   * @returns the sum over rows
   */
  private penalise(of: (square: number) => readonly [value: number, scale: number]): number {
    const { arena, discriminator: net, half } = this;
    arena.view(net.slope, half).fill(1);
    const size = net.before;
    const found = arena.view(net.backward(half, { signals: true, input: true }), half * size);
    const tangent = arena.view(net.tangent, half * size);
    let sum = 0;
    for (let row = 0; row < half; row++) {
      let square = 0;
      for (let at = row * size; at < (row + 1) * size; at++) square += (found[at] as number) ** 2;
      const [value, scale] = of(square);
      sum += value;
      for (let at = row * size; at < (row + 1) * size; at++)
        tangent[at] = ((found[at] as number) * scale) / half;
    }
    net.addTangent(half);
    return sum;
  }

  async discriminatorStep(real: Float32Array, latents: Float32Array, mix: Float32Array): Promise<number> {
    const { arena, discriminator, half } = this;
    packSamples(
      real,
      this.setting.pack,
      this.width,
      arena.view(discriminator.input, half * discriminator.before),
    );
    this.fake(latents, half);
    const loss = this.judgeBatch(mix);
    discriminator.descend({ ...this.setting, rate: this.setting.discriminatorRate });
    return loss;
  }

  /** The generator's loss on rows in the discriminator's input; its gradient there. */
  private pullRows(rows: number): { loss: number; slope: Float32Array } {
    const { arena, discriminator: net } = this;
    const { loss } = this.setting;
    const scores = arena.view(net.forward(rows), rows);
    const slope = arena.view(net.slope, rows);
    let value = 0;
    for (let row = 0; row < rows; row++) {
      const s = scores[row] as number;
      // log(1 − σ(s)) = −softplus(s), minimised as Goodfellow et al. (2014) wrote it; −log σ(s) as they trained it.
      if (loss === 'wgan-gp') value -= s;
      else value += loss === 'minimax' ? -softplus(s) : softplus(-s);
      const back = loss === 'wgan-gp' ? -1 : loss === 'minimax' ? -sigmoid(s) : -sigmoid(-s);
      slope[row] = back / rows;
    }
    const at = net.backward(rows, { input: true });
    return { loss: value / rows, slope: arena.view(at, rows * net.before) };
  }

  private generatorLoss(latents: Float32Array): number {
    const { arena, generator, half } = this;
    const { batch, pack } = this.setting;
    generator.zeroGradients();
    this.fake(latents, 0);
    const { loss, slope } = this.pullRows(half);
    unpackSamples(slope, pack, this.width, arena.view(generator.slope, batch * this.width));
    generator.backward(batch, { parameters: true });
    return loss;
  }

  async generatorStep(latents: Float32Array): Promise<number> {
    const loss = this.generatorLoss(latents);
    this.generator.descend(this.setting);
    return loss;
  }

  async sample(latents: Float32Array): Promise<Float32Array> {
    return this.generator.apply(latents);
  }

  async judge(samples: Float32Array): Promise<Float32Array> {
    const rows = new Float32Array(samples.length);
    packSamples(samples, this.setting.pack, this.width, rows);
    return this.discriminator.apply(rows);
  }

  async pull(samples: Float32Array): Promise<Float32Array> {
    const { arena, discriminator: net, width } = this;
    const { pack } = this.setting;
    const out = new Float32Array(samples.length);
    const rows = samples.length / (width * pack);
    for (let from = 0; from < rows; from += net.rows) {
      const count = Math.min(net.rows, rows - from);
      const part = samples.subarray(from * width * pack, (from + count) * width * pack);
      packSamples(part, pack, width, arena.view(net.input, count * net.before));
      const { slope } = this.pullRows(count);
      unpackSamples(
        slope.map((value) => -value * count),
        pack,
        width,
        out.subarray(from * width * pack, (from + count) * width * pack),
      );
    }
    return out;
  }

  async discriminatorGradients(
    real: Float32Array,
    fake: Float32Array,
    mix: Float32Array,
  ): Promise<LossAndGradients> {
    const { arena, discriminator: net, half } = this;
    const { pack } = this.setting;
    packSamples(real, pack, this.width, arena.view(net.input, half * net.before));
    packSamples(fake, pack, this.width, arena.view(net.input + 4 * half * net.before, half * net.before));
    const loss = this.judgeBatch(mix);
    return { loss, gradients: net.list(net.gradients) };
  }

  async generatorGradients(latents: Float32Array): Promise<LossAndGradients> {
    const loss = this.generatorLoss(latents);
    return { loss, gradients: this.generator.list(this.generator.gradients) };
  }

  weights() {
    const { generator, discriminator } = this;
    return {
      generator: generator.list(generator.parameters),
      discriminator: discriminator.list(discriminator.parameters),
    };
  }

  dispose(): void {
    this.arena.dispose();
  }
}

export class KernelDenoiser implements DenoiserCompute {
  private readonly setting: DenoiserSetting;
  private readonly arena = new Arena();
  private readonly net: KernelNet;

  constructor(setting: DenoiserSetting) {
    this.setting = setting;
    this.net = new KernelNet(this.arena, setting.layers, setting.weights, {
      rows: Math.max(setting.batch, PORTION),
      averaged: true,
    });
  }

  private learn(input: Float32Array, time: Float32Array | null, target: Float32Array): number {
    const { arena, net } = this;
    const rows = input.length / net.before;
    net.zeroGradients();
    arena.view(net.input, input.length).set(input);
    if (time) arena.view(net.time, time.length).set(time);
    const found = arena.view(net.forward(rows), target.length);
    const slope = arena.view(net.slope, target.length);
    let sum = 0;
    for (let at = 0; at < target.length; at++) {
      const off = (found[at] as number) - (target[at] as number);
      sum += off * off;
      slope[at] = (2 * off) / target.length;
    }
    net.backward(rows, { parameters: true });
    return sum / target.length;
  }

  async step(
    input: Float32Array,
    time: Float32Array | null,
    target: Float32Array,
    decay: number,
  ): Promise<number> {
    const loss = this.learn(input, time, target);
    this.net.descend({ rate: this.setting.rate });
    this.net.average(decay);
    return loss;
  }

  async predict(input: Float32Array, time: Float32Array | null): Promise<Float32Array> {
    return this.net.apply(input, time, this.net.averages);
  }

  async gradients(
    input: Float32Array,
    time: Float32Array | null,
    target: Float32Array,
  ): Promise<LossAndGradients> {
    const loss = this.learn(input, time, target);
    return { loss, gradients: this.net.list(this.net.gradients) };
  }

  weights() {
    return this.net.list(this.net.parameters);
  }

  dispose(): void {
    this.arena.dispose();
  }
}
