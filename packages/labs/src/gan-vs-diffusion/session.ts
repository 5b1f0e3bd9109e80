/** Both models on the same data under the same budget, and what a page draws of them. */
import { type Distribution, distribution } from '../data/distributions.ts';
import { type Random, streamOf } from '../engine/random.ts';
import type { Measures, Session } from '../lab.ts';
import { mmd, slicedWasserstein } from '../measures/distances.ts';
import { countModes } from '../measures/modes.ts';
import { Diffusion } from './diffusion.ts';
import { Gan } from './gan.ts';
import type { GanVsDiffusionParams } from './params.ts';

/** Samples that measures are taken from, as in Srivastava et al. (2017); the quadratic one takes fewer. */
const MEASURED = 2500;
const FOR_MMD = 500;
/** Samples on the screen, and evaluations that they are drawn with while training. */
const SHOWN = 400;
const PREVIEW = 20;
const HEAT = 32;
const ARROWS = 15;

export interface View {
  /** Where on the way from data to noise the score field is drawn, 0 to 1; null for none. */
  scoreAt: number | null;
}

export interface Frame {
  data: Float32Array;
  modes: Float32Array | null;
  reach: number;
  gan: {
    samples: Float32Array;
    /** Probability of real on a square grid, row by row from below. */
    heat: Float32Array;
    heatSize: number;
  };
  diffusion: {
    samples: Float32Array;
    score: { at: Float32Array; by: Float32Array } | null;
    /** Positions of the samples from noise (first) to data (last), each n points, data units. */
    places: Float32Array[];
  };
  curves: {
    step: Float32Array;
    discriminator: Float32Array;
    generator: Float32Array;
    diffusion: Float32Array;
  };
  /** Of the samples on the screen. */
  now: {
    ganModes: number | null;
    ganQuality: number | null;
    diffusionModes: number | null;
    diffusionQuality: number | null;
  };
  diffusionSteps: number;
}

const grid = (side: number, reach: number): Float32Array => {
  const out = new Float32Array(2 * side * side);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      out[2 * (row * side + column)] = (((column + 0.5) / side) * 2 - 1) * reach;
      out[2 * (row * side + column) + 1] = (((row + 0.5) / side) * 2 - 1) * reach;
    }
  return out;
};

/** Root mean square of the coordinates: what the diffusion model divides by. */
function spreadOf(points: Float32Array): number {
  let sum = 0;
  for (const value of points) sum += value * value;
  return Math.sqrt(sum / points.length) || 1;
}

class Losses {
  readonly step: number[] = [];
  readonly discriminator: number[] = [];
  readonly generator: number[] = [];
  readonly diffusion: number[] = [];
  add(step: number, discriminator: number, generator: number, diffusion: number): void {
    this.step.push(step);
    this.discriminator.push(discriminator);
    this.generator.push(generator);
    this.diffusion.push(diffusion);
    // A long run keeps every second entry from time to time: memory and frames stay small.
    if (this.step.length >= 4000)
      for (const list of [this.step, this.discriminator, this.generator, this.diffusion]) {
        const thinned = list.filter((_, at) => at % 2 === 0);
        list.length = 0;
        list.push(...thinned);
      }
  }
}

export class GanVsDiffusionSession implements Session {
  readonly steps: number;
  at = 0;
  private readonly params: GanVsDiffusionParams;
  private readonly seed: number;
  private readonly data: Distribution;
  private readonly scale: number;
  private readonly gan: Gan;
  private readonly diffusion: Diffusion;
  private readonly forGan: Random;
  private readonly forDiffusion: Random;
  private readonly losses = new Losses();
  private readonly latents: Float32Array;
  private readonly starts: Float32Array;
  private readonly shownData: Float32Array;
  private diffusionSteps = 0;
  private spent = { gan: 0, diffusion: 0 };

  constructor(params: GanVsDiffusionParams, seed: number) {
    this.params = params;
    this.seed = seed;
    this.steps = params.steps;
    this.data = distribution(params.data, params.points);
    this.forGan = streamOf(seed, 'data of the GAN');
    this.forDiffusion = streamOf(seed, 'data of the diffusion model');
    const { loss, r1, pack, latent, hidden, batch, ganRate, discriminatorSteps } = params;
    this.gan = new Gan(
      { loss, r1, pack, latent, hidden, batch, rate: ganRate, discriminatorSteps },
      streamOf(seed, 'GAN'),
    );
    this.scale = spreadOf(this.data.draw(4096, streamOf(seed, 'scale')));
    const { schedule, prediction, noiseSteps, diffusionRate } = params;
    this.diffusion = new Diffusion(
      { schedule, prediction, noiseSteps, hidden, batch, rate: diffusionRate, average: 0.995 },
      this.scale,
      this.data.reach,
      streamOf(seed, 'diffusion'),
    );
    const shown = streamOf(seed, 'shown');
    this.latents = shown.normals(SHOWN * latent);
    this.starts = shown.normals(SHOWN * 2);
    this.shownData = this.data.draw(1000, shown);
  }

  async advance(rounds: number): Promise<void> {
    const { budget } = this.params;
    for (let turn = 0; turn < rounds && this.at < this.steps; turn++) {
      const began = performance.now();
      const { discriminator, generator } = await this.gan.step((n) => this.data.draw(n, this.forGan));
      this.spent.gan +=
        budget === 'steps' ? 1 : budget === 'seconds' ? performance.now() - began : this.gan.cost;
      let loss = Number.NaN;
      while (this.spent.diffusion < this.spent.gan) {
        const start = performance.now();
        loss = await this.diffusion.step((n) => this.data.draw(n, this.forDiffusion));
        this.diffusionSteps++;
        this.spent.diffusion +=
          budget === 'steps' ? 1 : budget === 'seconds' ? performance.now() - start : this.diffusion.cost;
      }
      this.at++;
      this.losses.add(this.at, discriminator, generator, loss);
    }
  }

  async frame({ scoreAt }: View): Promise<Frame> {
    const { reach, modes, sd } = this.data;
    const samples = await this.gan.sample(this.latents);
    const heat = await this.gan.probability(grid(HEAT, reach));
    const places: Float32Array[] = [];
    const { scale } = this;
    const points = await this.diffusion.sample(this.starts, PREVIEW, 0, streamOf(this.seed, 'unused'), (x) =>
      places.push(x.map((value) => value * scale)),
    );
    const at = grid(ARROWS, reach);
    const score = scoreAt === null ? null : { at, by: await this.diffusion.score(at, scoreAt) };
    const gan = modes ? countModes(samples, modes, sd) : null;
    const diffusion = modes ? countModes(points, modes, sd) : null;
    return {
      data: this.shownData.slice(),
      modes: modes?.slice() ?? null,
      reach,
      gan: { samples, heat, heatSize: HEAT },
      diffusion: { samples: points, score, places },
      curves: {
        step: Float32Array.from(this.losses.step),
        discriminator: Float32Array.from(this.losses.discriminator),
        generator: Float32Array.from(this.losses.generator),
        diffusion: Float32Array.from(this.losses.diffusion),
      },
      now: {
        ganModes: gan?.captured ?? null,
        ganQuality: gan?.highQuality ?? null,
        diffusionModes: diffusion?.captured ?? null,
        diffusionQuality: diffusion?.highQuality ?? null,
      },
      diffusionSteps: this.diffusionSteps,
    };
  }

  async measure(): Promise<Measures> {
    const random = streamOf(this.seed, 'measure');
    const { modes, sd } = this.data;
    const truth = this.data.draw(MEASURED, random);
    const latents = random.normals(MEASURED * this.params.latent);
    const starts = random.normals(MEASURED * 2);
    // Once to compile and warm up, once to time.
    await this.gan.sample(latents);
    let began = performance.now();
    const ganSamples = await this.gan.sample(latents);
    const ganTime = (performance.now() - began) / MEASURED;
    const { noiseSteps } = this.params;
    await this.diffusion.sample(starts, 1, 1, random);
    began = performance.now();
    const diffusionSamples = await this.diffusion.sample(starts, noiseSteps, 1, random);
    const diffusionTime = (performance.now() - began) / MEASURED;
    const out: Record<string, number | null> = {};
    for (const [name, samples] of [
      ['gan', ganSamples],
      ['diffusion', diffusionSamples],
    ] as const) {
      const count = modes ? countModes(samples, modes, sd) : null;
      out[`${name}.modes`] = count?.captured ?? null;
      out[`${name}.highQuality`] = count?.highQuality ?? null;
      out[`${name}.modeKl`] = count?.kl ?? null;
      out[`${name}.slicedWasserstein`] = slicedWasserstein(samples, truth, streamOf(this.seed, 'directions'));
      out[`${name}.mmd`] = mmd(samples.subarray(0, 2 * FOR_MMD), truth.subarray(0, 2 * FOR_MMD));
    }
    const total = modes ? modes.length / 2 : null;
    const captured = out['gan.modes'] ?? null;
    const other = out['diffusion.modes'] ?? null;
    // Half of the modes gone is a collapse.
    out['gan.collapsed'] = total === null || captured === null ? null : captured <= total / 2 ? 1 : 0;
    out['diffusion.collapsed'] = total === null || other === null ? null : other <= total / 2 ? 1 : 0;
    out['gan.lossSwing'] = swing(this.losses.generator);
    out['diffusion.lossSwing'] = swing(this.losses.diffusion.filter((value) => !Number.isNaN(value)));
    out['gan.evaluations'] = 1;
    out['diffusion.evaluations'] = noiseSteps;
    out['gan.msPerSample'] = ganTime;
    out['diffusion.msPerSample'] = diffusionTime;
    out['diffusion.steps'] = this.diffusionSteps;
    for (const [key, value] of Object.entries(out))
      if (value !== null && !Number.isFinite(value)) out[key] = null;
    return out;
  }

  dispose(): void {
    this.gan.dispose();
    this.diffusion.dispose();
  }
}

/** Standard deviation over mean of the last half of a loss, smoothed over twenty steps: how much it swings. */
function swing(losses: readonly number[]): number | null {
  const late = losses.slice(Math.floor(losses.length / 2));
  const smooth: number[] = [];
  for (let at = 0; at + 20 <= late.length; at += 20)
    smooth.push(late.slice(at, at + 20).reduce((a, b) => a + b, 0) / 20);
  if (smooth.length < 5) return null;
  const mean = smooth.reduce((a, b) => a + b, 0) / smooth.length;
  const sd = Math.sqrt(smooth.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (smooth.length - 1));
  return Math.abs(mean) > 1e-9 ? sd / Math.abs(mean) : null;
}
