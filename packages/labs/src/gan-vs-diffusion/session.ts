/** Both models on the same data under the same budget, and what a page draws of them. */
import { type Random, streamOf } from '../engine/random.ts';
import type { DrawnSession, Measures } from '../lab.ts';
import { Diffusion } from './diffusion.ts';
import type { Frame, View } from './frame.ts';
import { Gan } from './gan.ts';
import { Losses, swing } from './losses.ts';
import { latentMesh, planeGrid } from './mesh.ts';
import { widthOf } from './networks.ts';
import type { GanVsDiffusionParams } from './params.ts';
import type { Task } from './task.ts';

/** Cells of the heat map and of the score field, along a side. */
const HEAT = 32;
const ARROWS = 15;
/** Samples whose pull is drawn. */
const PULLED = 120;

/** One part of a round, for those who go through it slowly. */
export type Part = 'discriminator' | 'generator' | 'diffusion';
const PARTS: readonly Part[] = ['discriminator', 'generator', 'diffusion'];

/** Root mean square of the coordinates: what the diffusion model divides by. */
function spreadOf(samples: Float32Array): number {
  let sum = 0;
  for (const value of samples) sum += value * value;
  return Math.sqrt(sum / samples.length) || 1;
}

export class GanVsDiffusionSession implements DrawnSession<View, Frame> {
  readonly steps: number;
  at = 0;
  private readonly params: GanVsDiffusionParams;
  private readonly seed: number;
  private readonly task: Task;
  private readonly width: number;
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
  private last = { discriminator: Number.NaN, generator: Number.NaN };
  /** How far the round has come, in parts; and parts that were taken out of turn. */
  private part = 0;
  private byHand = 0;

  constructor(params: GanVsDiffusionParams, seed: number, task: Task) {
    this.params = params;
    this.seed = seed;
    this.steps = params.steps;
    this.task = task;
    this.width = widthOf(task.space);
    this.forGan = streamOf(seed, 'data of the GAN');
    this.forDiffusion = streamOf(seed, 'data of the diffusion model');
    const { loss, r1, pack, latent, hidden, batch, ganRate, discriminatorSteps, discriminatorPace } = params;
    this.gan = new Gan(
      { loss, r1, pack, latent, hidden, batch, rate: ganRate, discriminatorSteps, discriminatorPace },
      streamOf(seed, 'GAN'),
      task.space,
    );
    const { schedule, prediction, noiseSteps, diffusionRate } = params;
    this.diffusion = new Diffusion(
      { schedule, prediction, noiseSteps, hidden, batch, rate: diffusionRate, average: 0.995 },
      spreadOf(task.draw(task.space.kind === 'points' ? 4096 : 512, streamOf(seed, 'scale'))),
      task.reach,
      streamOf(seed, 'diffusion'),
      task.space,
    );
    const shown = streamOf(seed, 'shown');
    this.latents = shown.normals(task.shown * latent);
    this.starts = shown.normals(task.shown * this.width);
    this.shownData = task.draw(task.space.kind === 'points' ? 1000 : task.shown, shown);
  }

  /**
   * @param part that part of a round alone. Discriminator, generator and diffusion in turn make a round like any other;
   *   out of turn they are counted, for such a run is not the one of its seed any more
   */
  async advance(rounds: number, part?: Part): Promise<void> {
    if (part) return this.advancePart(part);
    for (let turn = 0; turn < rounds && this.at < this.steps; turn++)
      do await this.advancePart(PARTS[this.part] as Part);
      while (this.part > 0);
  }

  private async advancePart(part: Part): Promise<void> {
    const inTurn = part === PARTS[this.part];
    if (inTurn && this.part === 0 && this.at >= this.steps) return;
    if (!inTurn) this.byHand++;
    if (part === 'diffusion') {
      const loss = await this.trainDiffusion(inTurn);
      if (!inTurn) return;
      this.at++;
      this.losses.add(this.at, this.last.discriminator, this.last.generator, loss);
    } else {
      const began = performance.now();
      const found = await this.gan.step((n) => this.task.draw(n, this.forGan), part);
      this.last[part] = found[part];
      // A round's price is paid once, with its first part; time as it goes.
      const { budget } = this.params;
      if (budget === 'seconds') this.spent.gan += performance.now() - began;
      else if (inTurn && this.part === 0) this.spent.gan += budget === 'steps' ? 1 : this.gan.cost;
    }
    if (inTurn) this.part = (this.part + 1) % PARTS.length;
  }

  /** Until it has spent what the GAN has; one step at least where it is asked for out of turn. */
  private async trainDiffusion(inTurn: boolean): Promise<number> {
    const { budget } = this.params;
    let loss = Number.NaN;
    while (inTurn ? this.spent.diffusion < this.spent.gan : Number.isNaN(loss)) {
      const began = performance.now();
      loss = await this.diffusion.step((n) => this.task.draw(n, this.forDiffusion));
      this.diffusionSteps++;
      if (inTurn)
        this.spent.diffusion +=
          budget === 'steps' ? 1 : budget === 'seconds' ? performance.now() - began : this.diffusion.cost;
    }
    return loss;
  }

  async frame({ scoreAt, mesh, pull }: View): Promise<Frame> {
    const { task, gan, diffusion, params } = this;
    const { reach, modes } = task;
    const points = task.space.kind === 'points';
    const samples = await gan.sample(this.latents);
    const places: Float32Array[] = [];
    const made = await diffusion.sample(this.starts, task.preview, 0, streamOf(this.seed, 'unused'), (x) =>
      places.push(x.map((value) => value * diffusion.scale)),
    );
    const at = planeGrid(ARROWS, reach);
    const latentGrid = points && mesh ? latentMesh(params.latent) : null;
    const pulled = samples.subarray(0, this.width * PULLED);
    // Before the first round there are no digits to tell, and the picture should be there at once.
    const counted = points || this.at > 0;
    const [onGan, onDiffusion] = counted ? [task.count(samples), task.count(made)] : [null, null];
    return {
      space: task.space.kind,
      side: task.space.kind === 'images' ? task.space.side : null,
      data: this.shownData.slice(),
      modes: modes?.slice() ?? null,
      modeCount: task.modeCount,
      reach,
      gan: {
        samples,
        heat: points ? { values: await gan.probability(planeGrid(HEAT, reach)), size: HEAT } : null,
        real: points ? null : await gan.probability(samples),
        mesh: latentGrid && { ...latentGrid, places: await gan.sample(latentGrid.latents) },
        pull: points && pull ? { at: pulled.slice(), by: await gan.pull(pulled) } : null,
      },
      diffusion: {
        samples: made,
        score: points && scoreAt !== null ? { at, by: await diffusion.score(at, scoreAt) } : null,
        places,
      },
      curves: {
        step: Float32Array.from(this.losses.step),
        discriminator: Float32Array.from(this.losses.discriminator),
        generator: Float32Array.from(this.losses.generator),
        diffusion: Float32Array.from(this.losses.diffusion),
      },
      now: {
        ganModes: onGan?.captured ?? null,
        ganQuality: onGan?.highQuality ?? null,
        diffusionModes: onDiffusion?.captured ?? null,
        diffusionQuality: onDiffusion?.highQuality ?? null,
      },
      diffusionSteps: this.diffusionSteps,
      next: PARTS[this.part] as Part,
      byHand: this.byHand,
    };
  }

  async measure(): Promise<Measures> {
    const { task, gan, diffusion } = this;
    const random = streamOf(this.seed, 'measure');
    const truth = task.draw(task.measured, random);
    const latents = random.normals(task.measured * this.params.latent);
    const starts = random.normals(task.measured * this.width);
    // Once to compile and warm up, once to time.
    await gan.sample(latents);
    let began = performance.now();
    const ganSamples = await gan.sample(latents);
    const ganTime = (performance.now() - began) / task.measured;
    const { noiseSteps } = this.params;
    await diffusion.sample(starts.subarray(0, this.width * 64), 1, 1, random);
    began = performance.now();
    const diffusionSamples = await diffusion.sample(starts, noiseSteps, 1, random);
    const diffusionTime = (performance.now() - began) / task.measured;
    const out: Record<string, number | null> = {};
    for (const [name, samples] of [
      ['gan', ganSamples],
      ['diffusion', diffusionSamples],
    ] as const) {
      const count = task.count(samples);
      out[`${name}.modes`] = count?.captured ?? null;
      out[`${name}.highQuality`] = count?.highQuality ?? null;
      out[`${name}.modeKl`] = count?.kl ?? null;
      for (const [id, value] of Object.entries(
        task.distances(samples, truth, streamOf(this.seed, 'directions')),
      ))
        out[`${name}.${id}`] = value;
      // Half of the modes gone is a collapse.
      out[`${name}.collapsed`] =
        count && task.modeCount ? (count.captured <= task.modeCount / 2 ? 1 : 0) : null;
    }
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
