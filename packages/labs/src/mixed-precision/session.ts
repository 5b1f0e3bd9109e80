/** Seven arms on the same batches, and what a page draws of them. */
import { type LabelledTask, labelledTask } from '../data/labelled.ts';
import { type Random, streamOf } from '../engine/random.ts';
import type { DrawnSession, Measures } from '../lab.ts';
import { initMlp } from '../nets/mlp.ts';
import { ARM_IDS, Arm, type ArmId } from './arm.ts';
import { FIRST_BIN, factsOf, shareBelow, sizesOf } from './facts.ts';
import type { MixedPrecisionParams } from './params.ts';

const TESTED = 2000;

export interface View {
  /** Whose slopes are drawn beside those of fp32. */
  arm: ArmId;
}

export interface Frame {
  /** Mean cross-entropy of the batches, one list an arm; NaN where it was none. */
  step: Float32Array;
  losses: Record<ArmId, Float32Array>;
  /** Binary logarithms of the factors before each step. */
  scales: { static: Float32Array; dynamic: Float32Array };
  /** Steps that the scalers skipped. */
  skips: { static: Float32Array; dynamic: Float32Array };
  /** Counts of sizes, one bin a power of two. */
  sizes: {
    first: number;
    /** Slopes of fp32 as they are, and as they are multiplied with the arm's factor. */
    exact: Float32Array;
    scaled: Float32Array;
    /** What is left in the arm. */
    arm: Float32Array;
    /** Binary logarithm of the arm's factor. */
    shift: number;
    /** Share of the slopes of fp32, scaled, below the smallest half. */
    below: number;
  };
  diverged: ArmId[];
}

export class MixedPrecisionSession implements DrawnSession<View, Frame> {
  readonly steps: number;
  at = 0;
  readonly arms: Readonly<Record<ArmId, Arm>>;
  private readonly task: LabelledTask;
  private readonly params: MixedPrecisionParams;
  private readonly seed: number;
  private readonly batches: Random;
  private readonly losses: Record<ArmId, number[]>;
  private readonly scales: { static: number[]; dynamic: number[] } = { static: [], dynamic: [] };
  private readonly skips: { static: number[]; dynamic: number[] } = { static: [], dynamic: [] };

  constructor(params: MixedPrecisionParams, seed: number) {
    this.params = params;
    this.seed = seed;
    this.steps = params.steps;
    this.task = labelledTask(params.task);
    this.batches = streamOf(seed, 'batches');
    const { inputs, classes } = this.task;
    const sizes = [inputs, ...new Array<number>(params.layers).fill(params.hidden), classes];
    const start = initMlp(sizes, streamOf(seed, 'weights'));
    const options = {
      optimiser: params.optimiser,
      rate: params.rate,
      weight: 2 ** -params.lossShift,
      staticScale: 2 ** params.staticScale,
      dynamicScale: 2 ** params.dynamicScale,
      growthInterval: params.growthInterval,
    };
    const arms = ARM_IDS.map((id) => [id, new Arm(id, sizes, start, options)] as const);
    this.arms = Object.fromEntries(arms) as Record<ArmId, Arm>;
    this.losses = Object.fromEntries(ARM_IDS.map((id) => [id, []])) as unknown as Record<ArmId, number[]>;
  }

  async advance(rounds: number): Promise<void> {
    for (let turn = 0; turn < rounds && this.at < this.steps; turn++) {
      const batch = this.task.draw(this.params.batch, this.batches);
      this.at++;
      for (const kind of ['static', 'dynamic'] as const) this.scales[kind].push(this.arms[kind].scaler.scale);
      for (const id of ARM_IDS) {
        const arm = this.arms[id];
        const skipped = arm.scaler.skipped;
        arm.step(batch, true);
        this.losses[id].push(arm.loss);
        if ((id === 'static' || id === 'dynamic') && arm.scaler.skipped > skipped)
          this.skips[id].push(this.at);
      }
    }
  }

  async frame({ arm: chosen }: View): Promise<Frame> {
    const arm = this.arms[chosen];
    const exact = this.arms.fp32.seen;
    const factor = arm.scaler.applied;
    const scaled = sizesOf(exact, factor);
    return {
      step: Float32Array.from({ length: this.at }, (_, at) => at + 1),
      losses: Object.fromEntries(
        ARM_IDS.map((id) => [id, Float32Array.from(this.losses[id])]),
      ) as unknown as Record<ArmId, Float32Array>,
      scales: {
        static: Float32Array.from(this.scales.static, Math.log2),
        dynamic: Float32Array.from(this.scales.dynamic, Math.log2),
      },
      skips: {
        static: Float32Array.from(this.skips.static),
        dynamic: Float32Array.from(this.skips.dynamic),
      },
      sizes: {
        first: FIRST_BIN,
        exact: sizesOf(exact),
        scaled,
        arm: sizesOf(arm.seen),
        shift: Math.log2(factor),
        below: shareBelow(scaled),
      },
      diverged: ARM_IDS.filter((id) => this.arms[id].broken),
    };
  }

  async measure(): Promise<Measures> {
    const batch = this.task.draw(TESTED, streamOf(this.seed, 'test'));
    const out: Record<string, number | null> = {};
    for (const id of ARM_IDS) {
      const { tally, scaler, broken } = this.arms[id];
      const { loss, accuracy } = this.arms[id].evaluate(batch);
      out[`${id}.loss`] = Number.isFinite(loss) ? loss : null;
      out[`${id}.accuracy`] = accuracy;
      out[`${id}.flushed`] = tally.slopes === 0 ? null : tally.flushed / tally.slopes;
      out[`${id}.lost`] = tally.updates === 0 ? null : tally.lost / tally.updates;
      out[`${id}.skipped`] = scaler.skipped;
      out[`${id}.scale`] = Math.log2(scaler.scale);
      out[`${id}.diverged`] = broken ? 1 : 0;
    }
    out.underflow = shareBelow(sizesOf(this.arms.fp32.seen));
    for (const format of ['fp16', 'bf16'] as const) {
      const facts = factsOf(format);
      out[`${format}.least`] = facts.least;
      out[`${format}.largest`] = facts.largest;
      for (const k of [1024, 2048, 4096] as const) out[`${format}.lostAt${k}`] = facts.lost[k];
    }
    return out;
  }

  dispose(): void {
    for (const id of ARM_IDS) this.losses[id].length = 0;
    this.at = this.steps;
  }
}
