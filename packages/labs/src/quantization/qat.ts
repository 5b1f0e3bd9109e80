/**
 * Quantisation-aware training from a trained network: rounding in the forward pass, slopes passed straight through it
 * (Bengio et al. 2013), with steps taken from the values or learnt (LSQ, Esser et al. 2020).
 */
import { codeRange, dequantizeInt8, quantizeInt8 } from '@viva/checkpoint/browser';
import type { Batch } from '../data/labelled.ts';
import { Adam } from '../nets/adam.ts';
import { backward, crossEntropy, forward, type Hooks } from '../nets/dense.ts';
import type { Weights } from '../nets/mlp.ts';
import { evaluate, type Figures } from './quantised-net.ts';

export interface QatOptions {
  bits: number;
  /** Activations are rounded to as many bits. */
  activations: boolean;
  rate: number;
}

export interface Aware {
  readonly loss: number;
  step(batch: Batch): void;
  evaluate(batch: Batch): Figures;
  /** Of every layer, as multiplied. */
  quantised(): Float32Array[];
}

/** Straight-through: symmetric integers, one scale an output for weights, one a batch for activations. */
export function straightThrough(sizes: readonly number[], start: Weights, options: QatOptions): Aware {
  const { bits } = options;
  const weights = start.map((values) => values.slice());
  const adam = new Adam(weights, { rate: options.rate });
  let loss = Number.NaN;
  const rounded = (values: Float32Array, layer: number): Float32Array => {
    const columns = sizes[layer] as number;
    return dequantizeInt8(
      quantizeInt8(values, columns, { mode: 'symmetric', granularity: { per: 'channel' }, bits }),
    );
  };
  const hooks: Hooks = {
    weight: rounded,
    // Without values beyond its own range nothing is clipped, so the slope passes whole.
    input: (values) =>
      options.activations
        ? dequantizeInt8(
            quantizeInt8(values, values.length, { mode: 'asymmetric', granularity: { per: 'tensor' }, bits }),
          )
        : values,
  };
  return {
    get loss() {
      return loss;
    },
    step(batch) {
      const trace = forward(sizes, weights, batch.x, batch.rows, hooks);
      const { slope, loss: found } = crossEntropy(trace.output, batch.labels, sizes.at(-1) as number);
      loss = found;
      adam.step(weights, backward(sizes, trace, slope));
    },
    evaluate: (batch) => evaluate(sizes, weights, batch, hooks),
    quantised: () => sizes.slice(1).map((_, layer) => rounded(weights[2 * layer] as Float32Array, layer)),
  };
}

/** What one quantiser with a learnt step does to values, and to slopes on their way back. */
export interface LearntStep {
  low: number;
  high: number;
}

/** v̂ = round(clip(v / s, low, high)) s (Esser et al. 2020, eq. 1 and 2). */
export function roundWithStep(
  values: Float32Array,
  step: number,
  { low, high }: LearntStep,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++)
    out[at] = Math.round(Math.min(high, Math.max(low, (values[at] as number) / step))) * step;
  return out;
}

/**
 * ∂v̂/∂s = round(v/s) − v/s within the range, `low` or `high` beyond it (eq. 3), times the slope in v̂, summed, times
 * 1 / √(count · high). The slope in v is set to zero, in place, beyond the range (eq. 5).
 */
export function stepSlope(
  values: Float32Array,
  slope: Float32Array,
  step: number,
  { low, high }: LearntStep,
  count: number,
): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) {
    const ratio = (values[at] as number) / step;
    const own = slope[at] as number;
    if (ratio <= low) {
      sum += low * own;
      slope[at] = 0;
    } else if (ratio >= high) {
      sum += high * own;
      slope[at] = 0;
    } else sum += (Math.round(ratio) - ratio) * own;
  }
  return sum / Math.sqrt(count * high);
}

/** 2⟨|v|⟩ / √high (section 2.1). */
export function firstStep(values: Float32Array, high: number): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return (2 * sum) / values.length / Math.sqrt(high) || 1e-3;
}

/** Learnt step sizes: one a weight matrix, one for the inputs of each layer, trained with the weights. */
export function learntSteps(
  sizes: readonly number[],
  start: Weights,
  options: QatOptions,
  samples: Batch,
): Aware {
  const { bits, activations, rate } = options;
  const layers = sizes.length - 1;
  const weights = start.map((values) => values.slice());
  const signed = codeRange('asymmetric', bits);
  const unsigned = { low: 0, high: 2 ** bits - 1 };
  const { inputs } = forward(sizes, start, samples.x, samples.rows);
  // What comes out of a ReLU has no sign to keep; the network's own inputs do.
  const ends = inputs.map((values) => (values.every((one) => one >= 0) ? unsigned : signed));
  const steps = new Float32Array(2 * layers);
  for (let layer = 0; layer < layers; layer++) {
    steps[layer] = firstStep(weights[2 * layer] as Float32Array, signed.high);
    steps[layers + layer] = firstStep(inputs[layer] as Float32Array, (ends[layer] as LearntStep).high);
  }
  const adam = new Adam([...weights, steps], { rate });
  let loss = Number.NaN;
  /** What went into each quantiser of activations in the last forward pass. */
  const raw: Float32Array[] = [];
  const stepOf = (at: number): number => steps[at] as number;
  const hooks: Hooks = {
    weight: (values, layer) => roundWithStep(values, stepOf(layer), signed),
    input: (values, layer) => {
      raw[layer] = values;
      return activations ? roundWithStep(values, stepOf(layers + layer), ends[layer] as LearntStep) : values;
    },
  };
  return {
    get loss() {
      return loss;
    },
    step(batch) {
      const trace = forward(sizes, weights, batch.x, batch.rows, hooks);
      const { slope, loss: found } = crossEntropy(trace.output, batch.labels, sizes.at(-1) as number);
      loss = found;
      const slopes = new Float32Array(steps.length);
      const back: Hooks = activations
        ? {
            inputSlope: (own, layer) => {
              const values = raw[layer] as Float32Array;
              slopes[layers + layer] = stepSlope(
                values,
                own,
                stepOf(layers + layer),
                ends[layer] as LearntStep,
                sizes[layer] as number,
              );
            },
          }
        : {};
      const gradients = backward(sizes, trace, slope, back);
      for (let layer = 0; layer < layers; layer++) {
        const values = weights[2 * layer] as Float32Array;
        slopes[layer] = stepSlope(
          values,
          gradients[2 * layer] as Float32Array,
          stepOf(layer),
          signed,
          values.length,
        );
      }
      adam.step([...weights, steps], [...gradients, slopes]);
      for (let at = 0; at < steps.length; at++) steps[at] = Math.max(1e-6, stepOf(at));
    },
    evaluate: (batch) => evaluate(sizes, weights, batch, hooks),
    quantised: () =>
      sizes
        .slice(1)
        .map((_, layer) => roundWithStep(weights[2 * layer] as Float32Array, stepOf(layer), signed)),
  };
}
