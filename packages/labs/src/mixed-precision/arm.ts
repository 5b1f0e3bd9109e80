/** One way to train: which numbers are rounded to what, where the master copy of the weights is kept, and the loss scaled. */

import type { Batch } from '../data/labelled.ts';
import { backward, crossEntropy, forward, type Hooks } from '../nets/dense.ts';
import type { Weights } from '../nets/mlp.ts';
import { type Precision, roundTo } from '../nets/precision.ts';
import { createOptimiser, type Optimiser, type OptimiserName } from './optimiser.ts';
import { createScaler, type Scaler, type ScalerOptions } from './scaler.ts';

export interface ArmSpec {
  /** Of weights, activations and gradients, after every operation. */
  precision: Precision;
  /** Weights and the optimiser's state in single precision; else in `precision` too. */
  master: boolean;
  scaling: 'none' | 'static' | 'dynamic';
}

export const ARMS = {
  fp32: { precision: 'fp32', master: true, scaling: 'none' },
  fp16: { precision: 'fp16', master: false, scaling: 'none' },
  fp16Master: { precision: 'fp16', master: true, scaling: 'none' },
  static: { precision: 'fp16', master: true, scaling: 'static' },
  dynamic: { precision: 'fp16', master: true, scaling: 'dynamic' },
  bf16: { precision: 'bf16', master: true, scaling: 'none' },
  bf16Pure: { precision: 'bf16', master: false, scaling: 'none' },
} as const satisfies Record<string, ArmSpec>;
export type ArmId = keyof typeof ARMS;
export const ARM_IDS = Object.keys(ARMS) as ArmId[];

export interface ArmOptions extends Omit<ScalerOptions, 'kind'> {
  optimiser: OptimiserName;
  rate: number;
  /** What the loss is multiplied with; a power of two. */
  weight: number;
}

/** What the last steps did, for measures and pictures. */
export interface Tally {
  /** Slopes that rounding turned into zero, and those that were not zero before. */
  flushed: number;
  slopes: number;
  /** Updates that are not zero and left the weight as it was, and all that are not zero. */
  lost: number;
  updates: number;
}

export class Arm {
  readonly weights: Weights;
  readonly scaler: Scaler;
  readonly tally: Tally = { flushed: 0, slopes: 0, lost: 0, updates: 0 };
  /** Mean cross-entropy of the last batch, unweighted. */
  loss = Number.NaN;
  /** Of the last backward pass: slopes in weights and sums, as rounded, still scaled. Kept only when asked. */
  seen: Float32Array[] = [];
  /** A weight is no number any more: nothing will mend it. */
  broken = false;
  private readonly spec: ArmSpec;
  private readonly sizes: readonly number[];
  private readonly classes: number;
  private readonly options: ArmOptions;
  private readonly optimiser: Optimiser;

  constructor(id: ArmId, sizes: readonly number[], start: Weights, options: ArmOptions) {
    this.spec = ARMS[id];
    this.sizes = sizes;
    this.classes = sizes.at(-1) as number;
    this.options = options;
    this.weights = start.map((values) => values.slice());
    if (!this.spec.master) for (const values of this.weights) roundTo(values, this.spec.precision);
    this.scaler = createScaler({ ...options, kind: this.spec.scaling });
    this.optimiser = createOptimiser(options.optimiser, this.weights, {
      precision: this.spec.master ? 'fp32' : this.spec.precision,
      weight: options.weight,
      rate: options.rate,
    });
  }

  /** The weights that the network multiplies with. */
  private working(): Weights {
    if (!this.spec.master) return this.weights;
    return this.weights.map((values) => this.rounded(values.slice()));
  }

  private rounded<T extends Float32Array>(values: T): T {
    roundTo(values, this.spec.precision);
    return values;
  }

  /** One step on a batch. @param keep whether slopes are to be kept for a picture */
  step(batch: Batch, keep = false): void {
    const { sizes, tally, spec } = this;
    const weights = this.working();
    const forwards: Hooks = { result: (values) => roundTo(values, spec.precision) };
    const trace = forward(sizes, weights, this.rounded(batch.x.slice()), batch.rows, forwards);
    // Softmax and loss in single precision, as automatic mixed precision keeps them.
    const { loss, slope } = crossEntropy(trace.output, batch.labels, this.classes);
    this.loss = loss;
    const factor = this.options.weight * this.scaler.scale;
    for (let at = 0; at < slope.length; at++) slope[at] = (slope[at] as number) * factor;
    this.seen = [];
    const count = (values: Float32Array): void => {
      const before = nonZero(values);
      roundTo(values, spec.precision);
      tally.slopes += before;
      tally.flushed += before - nonZero(values);
      if (keep) this.seen.push(values.slice());
    };
    count(slope);
    const gradients = backward(sizes, trace, slope, { result: count });
    const finite = gradients.every((values) => values.every(Number.isFinite));
    if (!this.scaler.after(finite)) return;
    // Divided in single precision where there is a master copy; without one there is no scale to divide by.
    if (this.scaler.applied !== 1)
      for (const values of gradients)
        for (let at = 0; at < values.length; at++) values[at] = (values[at] as number) / this.scaler.applied;
    const { lost, updates } = this.optimiser.step(this.weights, gradients);
    tally.lost += lost;
    tally.updates += updates;
    if (!this.broken) this.broken = !this.weights.every((values) => values.every(Number.isFinite));
  }

  /** Loss and accuracy on other data, computed as in training. */
  evaluate(batch: Batch): { loss: number; accuracy: number } {
    const trace = forward(this.sizes, this.working(), this.rounded(batch.x.slice()), batch.rows, {
      result: (values) => roundTo(values, this.spec.precision),
    });
    return crossEntropy(trace.output, batch.labels, this.classes);
  }
}

function nonZero(values: Float32Array): number {
  let count = 0;
  for (const value of values) if (value !== 0) count++;
  return count;
}
