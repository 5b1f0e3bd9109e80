/** Trains one diffusion model, or takes the exact one, and then samples from it in every way, an evaluation a round. */
import { type Distribution, distribution } from '../data/distributions.ts';
import { streamOf } from '../engine/random.ts';
import { Diffusion } from '../gan-vs-diffusion/diffusion.ts';
import { schedule } from '../gan-vs-diffusion/schedule.ts';
import type { DrawnSession, Measures } from '../lab.ts';
import { type Denoiser, drain, exactDenoiser, trainedDenoiser } from './denoiser.ts';
import { CLEAN, type Level, NoiseLevels, type Spacing, spaced } from './levels.ts';
import { mixtureOf } from './mixture.ts';
import { type SamplersParams, STEP_COUNTS } from './params.ts';
import { begin, evaluationsOf, SAMPLERS, type SamplerName, sampling } from './samplers.ts';
import { distance, judge, Trial, type TrialResult } from './trial.ts';

/** The converged solution: steps of Heun, and points that it is worked out for. */
const REFERENCE_STEPS = 200;
const REFERENCE_POINTS = 250;
/** Samples whose ways are drawn. */
const SHOWN = 200;
/** Training steps between two drawings of the ways. */
const REDRAW = 50;

/** The spacing of each sampler's paper. */
const OWN: Readonly<Record<SamplerName, Spacing>> = {
  ddpm: 'leading',
  sigmaHat: 'leading',
  ddim: 'leading',
  ddimEta: 'leading',
  dpmpp2m: 'log-snr',
  heun: 'karras',
};
const DETERMINISTIC: readonly SamplerName[] = ['ddim', 'dpmpp2m', 'heun'];

export interface View {
  /** Steps of the ways that are drawn. */
  steps: number;
}

export interface Frame {
  data: Float32Array;
  modes: Float32Array | null;
  reach: number;
  phase: 'training' | 'sampling' | 'done';
  /** Under each sampler, from the same noise: places from noise (first) to data (last), each `SHOWN` points, data units. */
  ways: { sampler: SamplerName; evaluations: number; places: Float32Array[] }[];
  /** Trials that are done. */
  results: TrialResult[];
  /** Distance between two sets of real samples. */
  floor: number;
  loss: { step: Float32Array; value: Float32Array };
}

interface Planned {
  sampler: SamplerName;
  steps: number;
  levels: readonly Level[];
}

export class SamplersSession implements DrawnSession<View, Frame> {
  readonly steps: number;
  at = 0;
  private readonly params: SamplersParams;
  private readonly seed: number;
  private readonly data: Distribution;
  private readonly scale: number;
  private readonly levels: NoiseLevels;
  /** Null with the exact score. */
  private readonly diffusion: Diffusion | null;
  private readonly denoiser: Denoiser;
  private readonly training: number;
  private readonly plan: Planned[];
  private readonly starts: Float32Array;
  private readonly truth: Float32Array;
  private readonly floor: { slicedWasserstein: number; highQuality: number | null };
  private readonly forTraining;
  /** Converged solutions by the σ that they begin from. */
  private readonly references = new Map<number, Float64Array>();
  private readonly results: TrialResult[] = [];
  private readonly losses: { step: number[]; value: number[] } = { step: [], value: [] };
  private running: { planned: Planned; trial: Trial; reference: boolean } | null = null;
  private warm = false;
  private ways: { at: number; steps: number; list: Frame['ways'] } | null = null;

  constructor(params: SamplersParams, seed: number) {
    this.params = params;
    this.seed = seed;
    this.data = distribution(params.data, params.points);
    const { modes, sd, reach } = this.data;
    let square = 0;
    const calibration = this.data.draw(4096, streamOf(seed, 'scale'));
    for (const value of calibration) square += value * value;
    this.scale = Math.sqrt(square / calibration.length) || 1;
    this.levels = new NoiseLevels(schedule(params.schedule, params.noiseSteps));
    const { prediction, noiseSteps, hidden, batch, rate, model, guidance, estimates } = params;
    if (model === 'trained') {
      this.diffusion = new Diffusion(
        { schedule: params.schedule, prediction, noiseSteps, hidden, batch, rate, average: 0.995 },
        this.scale,
        reach,
        streamOf(seed, 'diffusion'),
      );
      this.denoiser = trainedDenoiser(this.diffusion, estimates === 'bounded' ? reach / this.scale : null);
    } else {
      this.diffusion = null;
      const mixture = mixtureOf(params.data, modes, sd, params.points);
      const guided = modes !== null || params.data === 'drawn';
      this.denoiser = exactDenoiser(
        { centres: mixture.centres.map((value) => value / this.scale), sd: mixture.sd / this.scale },
        guided ? guidance : 0,
      );
    }
    this.forTraining = streamOf(seed, 'data');
    const { samples } = params;
    this.starts = streamOf(seed, 'starts').normals(2 * samples);
    this.truth = this.data.draw(samples, streamOf(seed, 'truth'));
    const other = this.data.draw(samples, streamOf(seed, 'other truth'));
    this.floor = judge(other, this.truth, this.data, streamOf(seed, 'directions'));
    this.training = this.diffusion ? params.steps : 0;
    this.plan = STEP_COUNTS.filter((steps) => steps <= Math.min(params.upTo, noiseSteps)).flatMap((steps) =>
      SAMPLERS.map((sampler) => ({ sampler, steps, levels: this.levelsOf(sampler, steps) })),
    );
    const begins = new Set(
      this.plan
        .filter(({ sampler }) => DETERMINISTIC.includes(sampler))
        .map(({ levels }) => levels[0]?.sigma),
    );
    this.steps =
      this.training +
      begins.size * evaluationsOf('heun', REFERENCE_STEPS) +
      this.plan.reduce((sum, { sampler, steps }) => sum + evaluationsOf(sampler, steps), 0);
  }

  private levelsOf(sampler: SamplerName, steps: number): Level[] {
    const { schedule: name, spacing } = this.params;
    return [...spaced(this.levels, name, spacing === 'own' ? OWN[sampler] : spacing, steps), CLEAN];
  }

  async advance(rounds: number): Promise<void> {
    for (let turn = 0; turn < rounds && this.at < this.steps; turn++) {
      if (this.diffusion && this.at < this.training) {
        const loss = await this.diffusion.step((n) => this.data.draw(n, this.forTraining));
        this.losses.step.push(this.at + 1);
        this.losses.value.push(loss);
      } else await this.evaluate();
      this.at++;
    }
  }

  /** One question of one sampler; its figures once it is done. */
  private async evaluate(): Promise<void> {
    if (!this.warm) {
      // Once to compile for this many points: no sampler pays for it.
      this.warm = true;
      await this.denoiser.denoise(new Float64Array(this.starts.length), this.levels.at(1));
    }
    this.running ??= this.next();
    if (!this.running) return;
    const { planned, trial, reference } = this.running;
    if (!(await trial.advance(this.denoiser)) || !trial.end) return;
    this.running = null;
    if (reference) this.references.set(planned.levels[0]?.sigma ?? 0, trial.end);
    else this.results.push(this.resultOf(planned, trial, trial.end));
  }

  /** The next trial, or the converged solution that it will be held against. */
  private next(): { planned: Planned; trial: Trial; reference: boolean } | null {
    const planned = this.plan[this.results.length];
    if (!planned) return null;
    const { sampler, steps, levels } = planned;
    const first = levels[0] as Level;
    if (DETERMINISTIC.includes(sampler) && !this.references.has(first.sigma)) {
      const fine = spaced(this.levels, this.params.schedule, 'log-snr', REFERENCE_STEPS);
      // From where the trial begins, should that be above where spacing in log-SNR does.
      fine[0] = first;
      const start = begin(this.starts.subarray(0, 2 * REFERENCE_POINTS), first);
      const way = sampling('heun', start, [...fine, CLEAN], { random: streamOf(0, ''), eta: 0 });
      return { planned, trial: new Trial(way), reference: true };
    }
    const way = sampling(sampler, begin(this.starts, first), levels, {
      random: streamOf(this.seed, `${sampler} ${steps}`),
      eta: this.params.eta,
    });
    return { planned, trial: new Trial(way), reference: false };
  }

  private resultOf(
    { sampler, steps, levels }: Planned,
    { asked, spent }: Trial,
    end: Float64Array,
  ): TrialResult {
    const points = Float32Array.from(end, (value) => value * this.scale);
    const reference = DETERMINISTIC.includes(sampler)
      ? this.references.get((levels[0] as Level).sigma)
      : undefined;
    return {
      sampler,
      steps,
      evaluations: asked * this.denoiser.cost,
      msPerSample: spent / this.params.samples,
      ...judge(points, this.truth, this.data, streamOf(this.seed, 'directions')),
      referenceError: reference ? distance(end, reference, this.scale) : null,
    };
  }

  async frame({ steps }: View): Promise<Frame> {
    const trained = Math.min(this.at, this.training);
    const stale =
      !this.ways ||
      this.ways.steps !== steps ||
      (trained !== this.ways.at &&
        (trained === this.training || trained - this.ways.at >= REDRAW || this.at < REDRAW));
    if (stale) this.ways = { at: trained, steps, list: await this.draw(steps) };
    const { modes, reach } = this.data;
    return {
      data: this.truth.slice(),
      modes: modes?.slice() ?? null,
      reach,
      phase: this.at < this.training ? 'training' : this.at < this.steps ? 'sampling' : 'done',
      ways: (this.ways?.list ?? []).map((way) => ({ ...way, places: way.places.map((one) => one.slice()) })),
      results: this.results.map((one) => ({ ...one })),
      floor: this.floor.slicedWasserstein,
      loss: { step: Float32Array.from(this.losses.step), value: Float32Array.from(this.losses.value) },
    };
  }

  /** The ways of the first samples under each sampler, by the model as it stands. */
  private async draw(asked: number): Promise<Frame['ways']> {
    const steps = Math.min(asked, this.params.noiseSteps);
    const list: Frame['ways'] = [];
    for (const sampler of SAMPLERS) {
      const levels = this.levelsOf(sampler, steps);
      const start = begin(this.starts.subarray(0, 2 * SHOWN), levels[0] as Level);
      const places: Float32Array[] = [];
      // Seen as x = √ᾱ x̄, whose spread stays the data's from noise to data.
      const seen = (x: Float64Array, { sigma }: Level): number =>
        places.push(Float32Array.from(x, (value) => (value * this.scale) / Math.sqrt(1 + sigma * sigma)));
      const way = sampling(sampler, start, levels, {
        random: streamOf(this.seed, `ways of ${sampler}`),
        eta: this.params.eta,
      });
      seen(await drain(way, this.denoiser, seen), CLEAN);
      list.push({ sampler, evaluations: evaluationsOf(sampler, steps) * this.denoiser.cost, places });
    }
    return list;
  }

  async measure(): Promise<Measures> {
    const out: Record<string, number | null> = {};
    for (const { sampler, steps, ...figures } of this.results)
      for (const [name, value] of Object.entries(figures))
        out[`${sampler}.${steps}.${name}`] = value !== null && Number.isFinite(value) ? value : null;
    out['floor.slicedWasserstein'] = this.floor.slicedWasserstein;
    out['floor.highQuality'] = this.floor.highQuality;
    out.signalLeft = 1 / Math.sqrt(1 + this.levels.at(this.levels.steps).sigma ** 2);
    const late = this.losses.value.slice(-200);
    out.loss = late.length > 0 ? late.reduce((a, b) => a + b, 0) / late.length : null;
    return out;
  }

  dispose(): void {
    this.diffusion?.dispose();
    this.running = null;
  }
}
