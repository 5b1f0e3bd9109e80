/** A network trained, quantised after training, and trained on with rounding; what a page draws of it. */
import { type Batch, type LabelledTask, labelledTask } from '../data/labelled.ts';
import { type Random, streamOf } from '../engine/random.ts';
import type { DrawnSession, Measures } from '../lab.ts';
import { Adam } from '../nets/adam.ts';
import { backward, crossEntropy, forward } from '../nets/dense.ts';
import { initMlp, type Weights } from '../nets/mlp.ts';
import { type Drawing, drawingOf } from './drawing.ts';
import { measureAll } from './measure-all.ts';
import { withOutliers } from './outliers.ts';
import { type LiveParams, type QuantizationParams, settingOf } from './params.ts';
import { type Aware, learntSteps, straightThrough } from './qat.ts';
import { evaluate, QuantisedNet } from './quantised-net.ts';
import { type Point, type ShiftPoint, shifted, sweepSchemes, sweepShift } from './sweep.ts';

const BATCH = 64;
/** Samples that ranges are calibrated on, that pictures are drawn of, and that measures are taken from. */
const SAMPLES = 256;
const DRAWN = 400;
const TESTED = 2000;

export interface View {
  /** Whose weights and inputs are drawn; the last where there are fewer. */
  layer: number;
  /** Settings that may change during a run; null for those that it began with. */
  live: LiveParams | null;
}

export interface Frame {
  layers: number;
  step: Float32Array;
  /** Mean cross-entropy of the batches; NaN before quantisation-aware training begins. */
  losses: { full: Float32Array; ste: Float32Array; lsq: Float32Array };
  drawing: Drawing;
  /** Schemes and bits; of some steps ago while training goes on. */
  points: Point[];
  shifts: ShiftPoint[];
  now: { full: number; quantised: number; bits: number; ste: number | null; lsq: number | null };
}

export class QuantizationSession implements DrawnSession<View, Frame> {
  readonly steps: number;
  at = 0;
  private readonly params: QuantizationParams;
  private readonly seed: number;
  private readonly task: LabelledTask;
  private readonly sizes: readonly number[];
  private readonly weights: Weights;
  private readonly adam: Adam;
  private readonly batches: Random;
  /** Of the training distribution, apart from what is tested. */
  private readonly samples: Batch;
  private readonly drawn: Batch;
  private aware: { ste: Aware; lsq: Aware } | null = null;
  private live: LiveParams;
  private readonly losses: { full: number[]; ste: number[]; lsq: number[] } = { full: [], ste: [], lsq: [] };
  private swept: { at: number; key: string; points: Point[]; shifts: ShiftPoint[] } | null = null;

  constructor(params: QuantizationParams, seed: number) {
    this.params = params;
    this.live = params;
    this.seed = seed;
    this.steps = params.steps + params.qatSteps;
    this.task = labelledTask(params.task);
    const { inputs, classes } = this.task;
    this.sizes = [inputs, ...new Array<number>(params.layers).fill(params.hidden), classes];
    this.weights = initMlp(this.sizes, streamOf(seed, 'weights'));
    this.adam = new Adam(this.weights, { rate: params.rate });
    this.batches = streamOf(seed, 'batches');
    this.samples = this.task.draw(SAMPLES, streamOf(seed, 'samples'));
    this.drawn = this.task.draw(DRAWN, streamOf(seed, 'drawn'));
  }

  async advance(rounds: number): Promise<void> {
    const { params, sizes } = this;
    for (let turn = 0; turn < rounds && this.at < this.steps; turn++) {
      if (this.at === params.steps) this.startAware();
      const batch = this.task.draw(BATCH, this.batches);
      // The network goes on training beside those that learn to be rounded, so that none has had more steps.
      const trace = forward(sizes, this.weights, batch.x, batch.rows);
      const { loss, slope } = crossEntropy(trace.output, batch.labels, sizes.at(-1) as number);
      this.adam.step(this.weights, backward(sizes, trace, slope));
      this.aware?.ste.step(batch);
      this.aware?.lsq.step(batch);
      this.losses.full.push(loss);
      this.losses.ste.push(this.aware?.ste.loss ?? Number.NaN);
      this.losses.lsq.push(this.aware?.lsq.loss ?? Number.NaN);
      this.at++;
    }
  }

  private startAware(): void {
    const { qatBits: bits, qatActivations, rate } = this.params;
    const options = { bits, activations: qatActivations === 'yes', rate: rate / 3 };
    this.aware = {
      ste: straightThrough(this.sizes, this.weights, options),
      lsq: learntSteps(this.sizes, this.weights, options, this.samples),
    };
  }

  /** The weights with outlying channels, where some are asked for: the same function. */
  private present(): Weights {
    const { outliers, outlierShift } = this.live;
    return outliers === 0 ? this.weights : withOutliers(this.sizes, this.weights, outliers, outlierShift);
  }

  async frame({ layer, live }: View): Promise<Frame> {
    if (live) this.live = live;
    const { sizes, drawn, samples, losses } = this;
    const weights = this.present();
    const net = await QuantisedNet.of(sizes, weights, settingOf(this.live), samples);
    const test = shifted(drawn, this.live.shift);
    const chosen = Math.min(layer, sizes.length - 2);
    await this.sweep(weights);
    return {
      layers: sizes.length - 1,
      step: Float32Array.from(losses.full, (_, at) => at + 1),
      losses: {
        full: Float32Array.from(losses.full),
        ste: Float32Array.from(losses.ste),
        lsq: Float32Array.from(losses.lsq),
      },
      drawing: drawingOf({ sizes, weights, net, live: this.live, samples, layer: chosen }),
      points: this.swept?.points ?? [],
      shifts: this.swept?.shifts ?? [],
      now: {
        full: evaluate(sizes, weights, test).accuracy,
        quantised: net.evaluate(test).accuracy,
        bits: net.bits,
        ste: this.aware?.ste.evaluate(test).accuracy ?? null,
        lsq: this.aware?.lsq.evaluate(test).accuracy ?? null,
      },
    };
  }

  /** Costs a second: again when training has gone on by a tenth, when it is over, or when other settings ask for it. */
  private async sweep(weights: Weights): Promise<void> {
    const { activationMode, activationBits, outliers, outlierShift } = this.live;
    const key = JSON.stringify([activationMode, activationBits, outliers, outlierShift]);
    const { swept } = this;
    const far = swept !== null && this.at - swept.at >= this.steps / 10;
    const done = swept !== null && this.at !== swept.at && this.at === this.steps;
    if (swept && swept.key === key && !far && !done) return;
    const { sizes, samples, drawn } = this;
    this.swept = {
      at: this.at,
      key,
      points: await sweepSchemes(sizes, weights, samples, drawn),
      shifts: await sweepShift(sizes, weights, samples, drawn, {
        mode: activationMode,
        bits: activationBits,
      }),
    };
  }

  async measure(): Promise<Measures> {
    return measureAll({
      sizes: this.sizes,
      weights: this.weights,
      samples: this.samples,
      test: this.task.draw(TESTED, streamOf(this.seed, 'test')),
      live: this.live,
      qat: { bits: this.params.qatBits, activations: this.params.qatActivations === 'yes' },
      aware: this.aware,
      random: streamOf(this.seed, 'measure'),
    });
  }

  dispose(): void {
    this.aware = null;
    this.swept = null;
  }
}
