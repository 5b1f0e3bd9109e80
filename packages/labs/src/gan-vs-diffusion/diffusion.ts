/** Denoising diffusion (Ho et al. 2020): one network that takes the noise out again, step by step. */
import type { Random } from '../engine/random.ts';
import { initLayers, type Layer, layersCost } from '../nets/layers.ts';
import type { DenoiserCompute } from './compute.ts';
import { EngineDenoiser } from './engine-compute.ts';
import { type On, usually } from './gan.ts';
import { KernelDenoiser } from './kernel-compute.ts';
import { denoiserLayers, hasTime, POINTS, type Space, TIME, widthOf } from './networks.ts';
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

/** Sines and cosines of a time. @param share of the way from data to noise */
function timeFeatures(share: number): Float32Array {
  const out = new Float32Array(TIME);
  for (let k = 0; k < TIME / 2; k++) {
    const angle = 1000 * share * 10_000 ** (-k / (TIME / 2));
    out[2 * k] = Math.sin(angle);
    out[2 * k + 1] = Math.cos(angle);
  }
  return out;
}

export class Diffusion {
  readonly layers: readonly Layer[];
  readonly schedule: Schedule;
  /** Multiply-adds of one step. */
  readonly cost: number;
  readonly compute: DenoiserCompute;
  /** Data are divided by this before they are noised, so that their spread is about one. */
  readonly scale: number;
  /** Largest coordinate, scaled, that data can have. */
  private readonly bound: number;
  private readonly options: DiffusionOptions;
  private readonly random: Random;
  private readonly width: number;
  private readonly timed: boolean;
  /** The time's sines and cosines, for each t. */
  private readonly times: Float32Array;
  private steps = 0;

  /**
   * @param scale spread of the data
   * @param reach largest absolute value in the data
   */
  constructor(
    options: DiffusionOptions,
    scale: number,
    reach: number,
    random: Random,
    space: Space = POINTS,
    on: On = usually(),
  ) {
    this.bound = reach / scale;
    const { hidden, batch, rate, noiseSteps } = options;
    this.options = options;
    this.scale = scale;
    this.random = random;
    this.width = widthOf(space);
    this.schedule = schedule(options.schedule, noiseSteps);
    this.layers = denoiserLayers(space, hidden);
    this.timed = hasTime(this.layers);
    const setting = { layers: this.layers, weights: initLayers(this.layers, random), batch, rate };
    this.compute = on === 'kernels' ? new KernelDenoiser(setting) : new EngineDenoiser(setting);
    this.cost = 3 * batch * layersCost(this.layers);
    this.times = new Float32Array((noiseSteps + 1) * TIME);
    for (let t = 0; t <= noiseSteps; t++) this.times.set(timeFeatures(t / noiseSteps), t * TIME);
  }

  /** Room for rows of input, with the time beside the coordinates or on its own. */
  private room(rows: number): { input: Float32Array; time: Float32Array | null; row: number } {
    const row = this.timed ? this.width : this.width + TIME;
    return {
      row,
      input: new Float32Array(rows * row),
      time: this.timed ? new Float32Array(rows * TIME) : null,
    };
  }

  private writeTime(input: Float32Array, time: Float32Array | null, row: number, t: number): void {
    const values = Number.isInteger(t)
      ? this.times.subarray(t * TIME, (t + 1) * TIME)
      : timeFeatures(t / this.options.noiseSteps);
    if (time) time.set(values, row * TIME);
    else input.set(values, row * (this.width + TIME) + this.width);
  }

  /** One step on a fresh batch. @returns the loss: mean squared error of ε, or of v */
  async step(draw: (n: number) => Float32Array): Promise<number> {
    const { batch, noiseSteps, prediction, average } = this.options;
    const { width } = this;
    const data = draw(batch);
    const { input, time, row: wide } = this.room(batch);
    const target = new Float32Array(batch * width);
    for (let row = 0; row < batch; row++) {
      const t = 1 + this.random.below(noiseSteps);
      const kept = Math.sqrt(this.schedule.alphaBar[t] as number);
      const noised = Math.sqrt(1 - (this.schedule.alphaBar[t] as number));
      for (let axis = 0; axis < width; axis++) {
        const x = (data[width * row + axis] as number) / this.scale;
        const noise = this.random.normal();
        input[row * wide + axis] = kept * x + noised * noise;
        target[width * row + axis] = prediction === 'epsilon' ? noise : kept * noise - noised * x;
      }
      this.writeTime(input, time, row, t);
    }
    this.steps++;
    // The average forgets the start faster than its decay alone would.
    const decay = Math.min(average, (1 + this.steps) / (10 + this.steps));
    return this.compute.step(input, time, target, decay);
  }

  /**
   * What the network takes for the noise in each sample.
   * @param x scaled samples
   * @param t a step; for solvers that stop between steps also a time there, with its own `alphaBar`
   */
  async noiseIn(
    x: Float32Array,
    t: number,
    alphaBar = this.schedule.alphaBar[t] as number,
  ): Promise<Float32Array> {
    const { width } = this;
    const n = x.length / width;
    const { input, time, row: wide } = this.room(n);
    for (let row = 0; row < n; row++) {
      input.set(x.subarray(row * width, (row + 1) * width), row * wide);
      this.writeTime(input, time, row, t);
    }
    const out = await this.compute.predict(input, time);
    if (this.options.prediction === 'epsilon') return out;
    // v = √ᾱ ε − √(1 − ᾱ) x₀, so ε = √ᾱ v + √(1 − ᾱ) x_t (Salimans & Ho 2022).
    const kept = Math.sqrt(alphaBar);
    const noised = Math.sqrt(1 - alphaBar);
    return out.map((v, at) => kept * v + noised * (x[at] as number));
  }

  /**
   * Samples by DDIM (Song et al. 2021, equation 12): η = 0 deterministic, η = 1 with the variance of ancestral sampling.
   * @param start scaled noise, one sample after another
   * @param evaluations steps used, of T; T with η = 1 is ancestral DDPM sampling
   * @param onPlace called with the scaled samples after each step, and before the first
   * @returns samples in data units
   */
  async sample(
    start: Float32Array,
    evaluations: number,
    eta: number,
    random: Random,
    onPlace?: (samples: Float32Array) => void,
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
    this.compute.dispose();
  }
}
