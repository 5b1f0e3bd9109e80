/** A trained network after post-training quantisation: its weights, and what happens to activations on their way. */
import { dequantizeInt8Rows, quantizeInt8Rows, type Range } from '@viva/checkpoint/browser';
import type { Batch } from '../data/labelled.ts';
import { crossEntropy, forward, type Hooks } from '../nets/dense.ts';
import type { Weights } from '../nets/mlp.ts';
import { type ActivationOptions, calibratedRange, quantiseRows, quantiseStatic } from './activations.ts';
import { keepOutliers, type Rounding, roundByInputs, scaleColumns, smoothingFactors } from './outliers.ts';
import { isFourBitFloat, quantiseWeight, type Scheme, sqnr } from './schemes.ts';

export interface Setting {
  weights: Scheme;
  rounding: Rounding;
  /** Null: weights only. */
  activations: (ActivationOptions & { range: 'static' | 'dynamic' }) | null;
  treatment: 'none' | 'smoothquant' | 'llm-int8';
  /** SmoothQuant's α. */
  alpha: number;
  /** LLM.int8()'s threshold. */
  threshold: number;
}

export interface Figures {
  loss: number;
  accuracy: number;
}

interface Prepared {
  weights: Float32Array[];
  factors: (Float32Array | null)[];
  bits: number;
  /** In the units that are quantised: after smoothing. Empty unless ranges are static. */
  ranges: Range[];
}

export class QuantisedNet {
  /** What the layers multiply with, one a layer. */
  readonly weights: readonly Float32Array[];
  /** Mean bits of a weight, scales included. */
  readonly bits: number;
  /** Of all weights together. */
  readonly sqnr: number | null;
  private readonly sizes: readonly number[];
  private readonly original: Weights;
  private readonly setting: Setting;
  private readonly factors: readonly (Float32Array | null)[];
  private readonly ranges: readonly Range[];

  private constructor(
    sizes: readonly number[],
    original: Weights,
    setting: Setting,
    { weights, factors, bits, ranges }: Prepared,
  ) {
    this.sizes = sizes;
    this.original = original;
    this.setting = setting;
    this.weights = weights;
    this.factors = factors;
    this.bits = bits;
    this.ranges = ranges;
    const [before, after]: [number[], number[]] = [[], []];
    for (const layer of weights.keys())
      for (const [at, value] of this.inOriginalUnits(layer).entries()) {
        before.push((original[2 * layer] as Float32Array)[at] as number);
        after.push(value);
      }
    this.sqnr = sqnr(before, after);
  }

  /** @param samples that ranges, factors and second moments are taken from; never those that are evaluated */
  static async of(
    sizes: readonly number[],
    original: Weights,
    setting: Setting,
    samples: Batch,
  ): Promise<QuantisedNet> {
    const { treatment, activations, alpha } = setting;
    const { inputs } = forward(sizes, original, samples.x, samples.rows);
    const made: Prepared = { weights: [], factors: [], bits: 0, ranges: [] };
    const count = inputs.reduce((sum, _, layer) => sum + (original[2 * layer] as Float32Array).length, 0);
    for (const [layer, input] of inputs.entries()) {
      const columns = sizes[layer] as number;
      const weight = original[2 * layer] as Float32Array;
      const smooth = treatment === 'smoothquant' && activations !== null;
      const factors = smooth ? smoothingFactors(input, weight, columns, alpha) : null;
      const own = factors ? scaleColumns(input, factors, -1) : input;
      const { values, bits } = await quantise(
        factors ? scaleColumns(weight, factors, 1) : weight,
        columns,
        own,
        setting,
      );
      made.weights.push(values);
      made.factors.push(factors);
      made.bits += (bits * weight.length) / count;
      if (activations?.range === 'static' && treatment !== 'llm-int8')
        made.ranges.push(calibratedRange(own, activations));
    }
    return new QuantisedNet(sizes, original, setting, made);
  }

  /** A layer's rounded weights without SmoothQuant's factors, so that smoothing does not count as an error. */
  inOriginalUnits(layer: number): Float32Array<ArrayBuffer> {
    const values = this.weights[layer] as Float32Array<ArrayBuffer>;
    const factors = this.factors[layer];
    return factors ? scaleColumns(values, factors, -1) : values.slice();
  }

  get hooks(): Hooks {
    const { activations, treatment, threshold } = this.setting;
    return {
      weight: (_, layer) => this.weights[layer] as Float32Array,
      input: (values, layer) => {
        if (!activations) return values;
        const columns = this.sizes[layer] as number;
        if (treatment === 'llm-int8') return keepOutliers(values, columns, threshold);
        const factors = this.factors[layer];
        const own = factors ? scaleColumns(values, factors, -1) : values;
        return activations.range === 'static'
          ? quantiseStatic(own, this.ranges[layer] as Range, activations)
          : quantiseRows(own, columns, activations);
      },
    };
  }

  evaluate(batch: Batch): Figures {
    return evaluate(this.sizes, this.original, batch, this.hooks);
  }
}

export function evaluate(
  sizes: readonly number[],
  weights: Weights,
  batch: Batch,
  hooks: Hooks = {},
): Figures {
  const { output } = forward(sizes, weights, batch.x, batch.rows, hooks);
  const { loss, accuracy } = crossEntropy(output, batch.labels, sizes.at(-1) as number);
  return { loss, accuracy };
}

async function quantise(
  weight: Float32Array,
  columns: number,
  input: Float32Array,
  { weights: scheme, rounding, treatment, activations }: Setting,
): Promise<{ values: Float32Array; bits: number }> {
  if (treatment === 'llm-int8' && activations) {
    const rows = quantizeInt8Rows(weight, columns);
    return { values: dequantizeInt8Rows(rows, columns), bits: 8 + 32 / columns };
  }
  if (rounding === 'nearest' || isFourBitFloat(scheme.scheme)) {
    const { values, bitsPerValue } = quantiseWeight(weight, columns, scheme);
    return { values, bits: bitsPerValue };
  }
  const groupSize = scheme.granularity === 'group' ? Math.min(scheme.group, columns) : columns;
  const { bits, scheme: mode } = scheme;
  const symmetric = mode === 'symmetric';
  const values = await roundByInputs(weight, columns, input, rounding, { bits, groupSize, symmetric });
  return { values, bits: bits + (32 + (symmetric ? 0 : bits)) / groupSize };
}
