/** Denoising diffusion on points (Ho et al. 2020): one network that takes the noise out again, step by step. */
import { jit, numpy as np, valueAndGrad } from '@jax-js/jax';
import type { Random } from '../engine/random.ts';
import { Adam } from '../nets/adam.ts';
import { applyMlp, forwardCost, initMlp, toArrays, type Weights } from '../nets/mlp.ts';
import { update } from './gan.ts';
import { posteriorVariance, type Schedule, type ScheduleName, schedule, spacedSteps } from './schedule.ts';

export type Prediction = 'epsilon' | 'v';

export interface DiffusionOptions {
  schedule: ScheduleName;
  prediction: Prediction;
  /** T. */
  noiseSteps: number;
  hidden: number;
  batch: number;
  rate: number;
  /** Decay of the averaged weights that samples are drawn with; 0 for none. */
  average: number;
}

/** Sines and cosines of the time, as wide as this. */
const TIME = 16;

export class Diffusion {
  readonly sizes: readonly number[];
  readonly weights: Weights;
  readonly averaged: Weights;
  readonly schedule: Schedule;
  /** Multiply-adds of one step. */
  readonly cost: number;
  /** Data are divided by this before they are noised, so that their spread is about one. */
  private readonly scale: number;
  /** Largest coordinate, scaled, that data can have. */
  private readonly bound: number;
  private readonly options: DiffusionOptions;
  private readonly random: Random;
  private readonly adam: Adam;
  private readonly learn;
  private readonly forward;
  private steps = 0;

  /**
   * @param scale spread of the data
   * @param reach half the width of the square that holds them
   */
  constructor(options: DiffusionOptions, scale: number, reach: number, random: Random) {
    this.bound = reach / scale;
    const { hidden, batch, rate, noiseSteps } = options;
    this.options = options;
    this.scale = scale;
    this.random = random;
    this.schedule = schedule(options.schedule, noiseSteps);
    this.sizes = [2 + TIME, hidden, hidden, 2];
    this.weights = initMlp(this.sizes, random);
    this.averaged = this.weights.map((values) => values.slice());
    this.adam = new Adam(this.weights, { rate });
    this.cost = 3 * batch * forwardCost(this.sizes);
    this.learn = jit(
      valueAndGrad((parameters: np.Array[], input: np.Array, target: np.Array) =>
        np.square(applyMlp(parameters, input, 'silu').sub(target)).mean(),
      ),
    );
    this.forward = jit((parameters: np.Array[], input: np.Array) => applyMlp(parameters, input, 'silu'));
  }

  /** One step on a fresh batch. @returns the loss: mean squared error of ε, or of v */
  async step(draw: (n: number) => Float32Array): Promise<number> {
    const { batch, noiseSteps, prediction, average } = this.options;
    const data = draw(batch);
    const input = new Float32Array(batch * (2 + TIME));
    const target = new Float32Array(batch * 2);
    for (let row = 0; row < batch; row++) {
      const t = 1 + this.random.below(noiseSteps);
      const kept = Math.sqrt(this.schedule.alphaBar[t] as number);
      const noised = Math.sqrt(1 - (this.schedule.alphaBar[t] as number));
      for (let axis = 0; axis < 2; axis++) {
        const x = (data[2 * row + axis] as number) / this.scale;
        const noise = this.random.normal();
        input[row * (2 + TIME) + axis] = kept * x + noised * noise;
        target[2 * row + axis] = prediction === 'epsilon' ? noise : kept * noise - noised * x;
      }
      this.writeTime(input, row, t);
    }
    const [value, slopes] = this.learn(
      toArrays(this.weights, this.sizes),
      np.array(input).reshape([batch, 2 + TIME]),
      np.array(target).reshape([batch, 2]),
    );
    const loss = await update(this.adam, this.weights, value, slopes);
    this.steps++;
    // The average forgets the start faster than its decay alone would.
    const decay = Math.min(average, (1 + this.steps) / (10 + this.steps));
    for (const [layer, values] of this.weights.entries()) {
      const mean = this.averaged[layer] as Float32Array;
      for (let at = 0; at < values.length; at++)
        mean[at] = decay * (mean[at] as number) + (1 - decay) * (values[at] as number);
    }
    return loss;
  }

  private writeTime(input: Float32Array, row: number, t: number): void {
    const time = (1000 * t) / this.options.noiseSteps;
    const at = row * (2 + TIME) + 2;
    for (let k = 0; k < TIME / 2; k++) {
      const angle = time * 10_000 ** (-k / (TIME / 2));
      input[at + 2 * k] = Math.sin(angle);
      input[at + 2 * k + 1] = Math.cos(angle);
    }
  }

  /**
   * What the network takes for the noise in each point.
   * @param x scaled points, x and y in turn
   * @param t a step; for solvers that stop between steps also a time there, with its own `alphaBar`
   */
  async noiseIn(
    x: Float32Array,
    t: number,
    alphaBar = this.schedule.alphaBar[t] as number,
  ): Promise<Float32Array> {
    const n = x.length / 2;
    const width = 2 + TIME;
    const input = new Float32Array(n * width);
    this.writeTime(input, 0, t);
    for (let row = 0; row < n; row++) {
      // One time for all: its sines and cosines are worked out once.
      if (row > 0) input.copyWithin(row * width + 2, 2, width);
      input[row * width] = x[2 * row] as number;
      input[row * width + 1] = x[2 * row + 1] as number;
    }
    const out = (await this.forward(
      toArrays(this.averaged, this.sizes),
      np.array(input).reshape([n, width]),
    ).data()) as Float32Array;
    if (this.options.prediction === 'epsilon') return out;
    // v = √ᾱ ε − √(1 − ᾱ) x₀, so ε = √ᾱ v + √(1 − ᾱ) x_t (Salimans & Ho 2022).
    const kept = Math.sqrt(alphaBar);
    const noised = Math.sqrt(1 - alphaBar);
    return out.map((v, at) => kept * v + noised * (x[at] as number));
  }

  /**
   * Samples by DDIM (Song et al. 2021, equation 12): η = 0 deterministic, η = 1 with the variance of ancestral sampling.
   * @param start scaled noise, x and y in turn
   * @param evaluations steps used, of T; T with η = 1 is ancestral DDPM sampling
   * @param onPlace called with the scaled points after each step, and before the first
   * @returns points in data units
   */
  async sample(
    start: Float32Array,
    evaluations: number,
    eta: number,
    random: Random,
    onPlace?: (points: Float32Array) => void,
  ): Promise<Float32Array> {
    const { alphaBar } = this.schedule;
    let x = start.slice();
    onPlace?.(x);
    const times = spacedSteps(this.options.noiseSteps, Math.min(evaluations, this.options.noiseSteps));
    for (const [at, t] of times.entries()) {
      const before = times[at + 1] ?? 0;
      const noise = await this.noiseIn(x, t);
      const now = alphaBar[t] as number;
      const next = alphaBar[before] as number;
      const variance = eta * eta * ((1 - next) / (1 - now)) * (1 - now / next);
      const direction = Math.sqrt(Math.max(0, 1 - next - variance));
      const spread = Math.sqrt(variance);
      const moved = new Float32Array(x.length);
      for (let n = 0; n < x.length; n++) {
        const here = x[n] as number;
        let e = noise[n] as number;
        let clean = (here - Math.sqrt(1 - now) * e) / Math.sqrt(now);
        // Near pure noise a small error of ε is a huge one of the data: the estimate is kept where data can be.
        if (Math.abs(clean) > this.bound) {
          clean = Math.sign(clean) * this.bound;
          e = (here - Math.sqrt(now) * clean) / Math.sqrt(1 - now);
        }
        moved[n] =
          Math.sqrt(next) * clean + direction * e + (spread > 0 && before > 0 ? spread * random.normal() : 0);
      }
      x = moved;
      onPlace?.(x);
    }
    return x.map((value) => value * this.scale);
  }

  /** ∇ log p_t at points of the plane: −ε / √(1 − ᾱ_t), in data units. @param share of the way from data to noise */
  async score(points: Float32Array, share: number): Promise<Float32Array> {
    const t = Math.max(1, Math.min(this.options.noiseSteps, Math.round(share * this.options.noiseSteps)));
    const kept = Math.sqrt(this.schedule.alphaBar[t] as number);
    // Seen in data units: a point of the plane stands for its noised self.
    const noise = await this.noiseIn(
      points.map((value) => (kept * value) / this.scale),
      t,
    );
    const noised = Math.sqrt(1 - (this.schedule.alphaBar[t] as number));
    return noise.map((value) => -value / noised);
  }

  /** β̃_t, for tests against ancestral sampling. */
  posterior(t: number): number {
    return posteriorVariance(this.schedule, t);
  }

  dispose(): void {
    this.learn.dispose();
    this.forward.dispose();
  }
}
