/** One layer as pictures: values against levels, the error of each weight, activations with and without a zero point. */
import type { Batch } from '../data/labelled.ts';
import type { Weights } from '../nets/mlp.ts';
import { type LiveParams, settingOf } from './params.ts';
import type { QuantisedNet } from './quantised-net.ts';
import { quantiseWeight, sqnr } from './schemes.ts';
import { skewOf } from './sweep.ts';

export interface Histogram {
  /** The ends of the axis. */
  low: number;
  high: number;
  /** One a bin, evenly wide. */
  counts: Float32Array;
  /** Where rounded values can be; in the same units. */
  levels: Float32Array;
}

export interface Drawing {
  layer: number;
  rows: number;
  columns: number;
  /** Weights in units of their scales. */
  weights: Histogram;
  /** Rounded less original, rows × columns, in units of the weights. */
  error: Float32Array;
  sqnr: number | null;
  /** Inputs of the layer, as they are, under levels with and without a zero point. */
  skew: { symmetric: Histogram; asymmetric: Histogram; gain: number | null };
}

const BINS = 96;

export function histogramOf(
  values: ArrayLike<number>,
  levels: Float32Array,
  [low, high]: readonly [number, number],
): Histogram {
  const counts = new Float32Array(BINS);
  const width = high - low || 1;
  for (let at = 0; at < values.length; at++) {
    const share = ((values[at] as number) - low) / width;
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(share * BINS)));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { low, high, counts, levels };
}

/** Ends that hold the values and the levels, with a little room. */
export function endsOf(...lists: readonly ArrayLike<number>[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const list of lists)
    for (let at = 0; at < list.length; at++) {
      const value = list[at] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  if (!(low < high)) return [low - 0.5 || -0.5, low + 0.5 || 0.5];
  const room = (high - low) * 0.02;
  return [low - room, high + room];
}

/** The different values that rounding left, rising. */
const levelsOf = (back: Float32Array): Float32Array => Float32Array.from(new Set(back)).sort();

export function drawingOf({
  sizes,
  weights,
  net,
  live,
  samples,
  layer,
}: {
  sizes: readonly number[];
  weights: Weights;
  net: QuantisedNet;
  live: LiveParams;
  samples: Batch;
  layer: number;
}): Drawing {
  const columns = sizes[layer] as number;
  const weight = weights[2 * layer] as Float32Array;
  const scheme = settingOf(live).weights;
  const { values, levels } = quantiseWeight(weight, columns, scheme).normalised();
  const back = net.inOriginalUnits(layer);
  const skew = skewOf(sizes, weights, samples, live.activationBits, layer);
  const ends = endsOf(skew.values);
  return {
    layer,
    rows: sizes[layer + 1] as number,
    columns,
    weights: histogramOf(values, levels, endsOf(values, levels)),
    error: back.map((value, at) => value - (weight[at] as number)),
    sqnr: sqnr(weight, back),
    skew: {
      symmetric: histogramOf(skew.values, levelsOf(skew.symmetric), ends),
      asymmetric: histogramOf(skew.values, levelsOf(skew.asymmetric), ends),
      gain: skew.gain,
    },
  };
}
