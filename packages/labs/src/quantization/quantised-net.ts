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

export class QuantisedNet {
  /** What the layers multiply with, one a layer. */
  readonly weights: Float32Array[] = [];
  /** Mean bits of a weight, scales included. */
  readonly bits: number;
  /** Of all weights together. */
  readonly sqnr: number | null;
  private readonly sizes: readonly number[];
  private readonly original: Weights;
  private readonly setting: Setting;
  private readonly factors: (Float32Array | null)[] = [];
  private readonly ranges: Range[];

  /** @param samples that ranges, factors and second moments are taken from; never those that are evaluated */
  constructor(sizes: readonly number[], original: Weights, setting: Setting, samples: Batch) {
    this.sizes = sizes;
    this.original = original;
    this.setting = setting;
    const { treatment, activations } = setting;
    const { inputs } = forward(sizes, original, samples.x, samples.rows);
    let [bits, count] = [0, 0];
    const [before, after]: [number[], number[]] = [[], []];
    for (const [layer, input] of inputs.entries()) {
      const columns = sizes[layer] as number;
      const weight = original[2 * layer] as Float32Array;
      const factors =
        treatment === 'smoothquant' && activations
          ? smoothingFactors(input, weight, columns, setting.alpha)
          : null;
      this.factors.push(factors);
      const scaled = factors ? scaleColumns(weight, factors, 1) : weight;
      const own = this.quantise(scaled, columns, factors ? scaleColumns(input, factors, -1) : input);
      this.weights.push(own.values);
      bits += own.bits * weight.length;
      count += weight.length;
      const back = this.inOriginalUnits(layer);
      for (const [at, value] of weight.entries()) {
        before.push(value);
        after.push(back[at] as number);
      }
    }
    this.bits = bits / count;
    this.sqnr = sqnr(before, after);
    this.ranges =
      activations?.range === 'static' && treatment !== 'llm-int8' ? this.staticRanges(samples) : [];
  }

  /** A layer's rounded weights without SmoothQuant's factors, so that smoothing does not count as an error. */
  inOriginalUnits(layer: number): Float32Array<ArrayBuffer> {
    const values = this.weights[layer] as Float32Array<ArrayBuffer>;
    const factors = this.factors[layer];
    return factors ? scaleColumns(values, factors, -1) : values.slice();
  }

  private quantise(
    weight: Float32Array,
    columns: number,
    input: Float32Array,
  ): { values: Float32Array; bits: number } {
    const { weights: scheme, rounding, treatment, activations } = this.setting;
    if (treatment === 'llm-int8' && activations) {
      const rows = quantizeInt8Rows(weight, columns);
      return { values: dequantizeInt8Rows(rows, columns), bits: 8 + 32 / columns };
    }
    const plain = quantiseWeight(weight, columns, scheme);
    if (rounding === 'nearest' || isFourBitFloat(scheme.scheme))
      return { values: plain.values, bits: plain.bitsPerValue };
    const groupSize = scheme.granularity === 'group' ? Math.min(scheme.group, columns) : columns;
    const { bits, scheme: mode } = scheme;
    const values = roundByInputs(weight, columns, input, rounding, {
      bits,
      groupSize,
      symmetric: mode === 'symmetric',
    });
    return { values, bits: bits + (32 + bits) / groupSize };
  }

  /** In the units that are quantised: after smoothing. */
  private staticRanges(samples: Batch): Range[] {
    const { activations } = this.setting;
    if (!activations) return [];
    const { inputs } = forward(this.sizes, this.original, samples.x, samples.rows);
    return inputs.map((input, layer) => {
      const factors = this.factors[layer];
      return calibratedRange(factors ? scaleColumns(input, factors, -1) : input, activations);
    });
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
