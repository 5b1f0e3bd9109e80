/** All schemes and bits on one network: what each costs and what is left; static against dynamic ranges under a shift. */
import type { Batch } from '../data/labelled.ts';
import { forward } from '../nets/dense.ts';
import type { Weights } from '../nets/mlp.ts';
import { calibratedRange, quantiseStatic } from './activations.ts';
import { FOUR_BIT_NAMES, fourBitScheme } from './benchmarks.ts';
import { evaluate, QuantisedNet, type Setting } from './quantised-net.ts';
import { DEFAULT_SCHEME, quantiseWeight, type Scheme, sqnr } from './schemes.ts';

export interface Point {
  /** Which line of the picture: integers by mode and granularity, or a 4-bit format. */
  line: 'symmetric' | 'asymmetric' | 'grouped' | 'four-bit' | 'full';
  name: string;
  /** Mean bits of a weight with scales. */
  bits: number;
  loss: number;
  accuracy: number;
}

const weightsOnly = (weights: Scheme): Setting => ({
  weights,
  rounding: 'nearest',
  activations: null,
  treatment: 'none',
  alpha: 0.5,
  threshold: 6,
});

/** Weights only: integers of 2 to 8 bits in three granularities, the 4-bit formats, and single precision. */
export async function sweepSchemes(
  sizes: readonly number[],
  weights: Weights,
  samples: Batch,
  test: Batch,
): Promise<Point[]> {
  const out: Point[] = [];
  const add = async (line: Point['line'], name: string, scheme: Scheme): Promise<void> => {
    const net = await QuantisedNet.of(sizes, weights, weightsOnly(scheme), samples);
    out.push({ line, name, bits: net.bits, ...net.evaluate(test) });
  };
  for (let bits = 2; bits <= 8; bits++) {
    await add('symmetric', `${bits}`, { ...DEFAULT_SCHEME, bits, granularity: 'tensor' });
    await add('asymmetric', `${bits}`, {
      ...DEFAULT_SCHEME,
      bits,
      granularity: 'tensor',
      scheme: 'asymmetric',
    });
    await add('grouped', `${bits}`, { ...DEFAULT_SCHEME, bits, granularity: 'group', group: 32 });
  }
  for (const name of FOUR_BIT_NAMES) if (name !== 'int4') await add('four-bit', name, fourBitScheme(name));
  out.push({ line: 'full', name: 'fp32', bits: 32, ...evaluate(sizes, weights, test) });
  return out;
}

export interface ShiftPoint {
  /** Inputs are multiplied with 2^this. */
  shift: number;
  full: number;
  static: number;
  dynamic: number;
}

export const shifted = (batch: Batch, shift: number): Batch => ({
  ...batch,
  x: batch.x.map((value) => value * 2 ** shift),
});

/** Accuracy as test inputs grow or shrink while static ranges stay those of the samples; weights as they are. */
export async function sweepShift(
  sizes: readonly number[],
  weights: Weights,
  samples: Batch,
  test: Batch,
  { mode, bits }: { mode: 'symmetric' | 'asymmetric'; bits: number },
  shifts: readonly number[] = [-3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3],
): Promise<ShiftPoint[]> {
  const nets: QuantisedNet[] = [];
  for (const range of ['static', 'dynamic'] as const)
    nets.push(
      await QuantisedNet.of(
        sizes,
        weights,
        {
          ...weightsOnly({ ...DEFAULT_SCHEME, bits: 8 }),
          activations: { mode, bits, calibration: 'min-max', percentile: 99.9, range },
        },
        samples,
      ),
    );
  return shifts.map((shift) => {
    const batch = shifted(test, shift);
    const [fixed, moving] = nets.map((net) => net.evaluate(batch).accuracy);
    return {
      shift,
      full: evaluate(sizes, weights, batch).accuracy,
      static: fixed as number,
      dynamic: moving as number,
    };
  });
}

/** What goes into a layer behind a ReLU, rounded with and without a zero point. */
export function skewOf(
  sizes: readonly number[],
  weights: Weights,
  samples: Batch,
  bits: number,
  layer = 1,
): { values: Float32Array; symmetric: Float32Array; asymmetric: Float32Array; gain: number | null } {
  const values = forward(sizes, weights, samples.x, samples.rows).inputs[layer] as Float32Array;
  const back = (mode: 'symmetric' | 'asymmetric'): Float32Array => {
    const options = { mode, bits, calibration: 'min-max', percentile: 100 } as const;
    return quantiseStatic(values, calibratedRange(values, options), options);
  };
  const [symmetric, asymmetric] = [back('symmetric'), back('asymmetric')];
  const [a, b] = [sqnr(values, asymmetric), sqnr(values, symmetric)];
  return { values, symmetric, asymmetric, gain: a === null || b === null ? null : a - b };
}

/** Signal to noise and bits of all weights by granularity, symmetric integers. */
export function grain(
  sizes: readonly number[],
  weights: Weights,
  bits: number,
): Record<Scheme['granularity'], { sqnr: number | null; bits: number }> {
  const of = (granularity: Scheme['granularity']) => {
    const [before, after]: [number[], number[]] = [[], []];
    let [cost, count] = [0, 0];
    for (let layer = 0; layer + 1 < sizes.length; layer++) {
      const weight = weights[2 * layer] as Float32Array;
      const made = quantiseWeight(weight, sizes[layer] as number, {
        ...DEFAULT_SCHEME,
        bits,
        granularity,
        group: 16,
      });
      before.push(...weight);
      after.push(...made.values);
      cost += made.bitsPerValue * weight.length;
      count += weight.length;
    }
    return { sqnr: sqnr(before, after), bits: cost / count };
  };
  return { tensor: of('tensor'), channel: of('channel'), group: of('group') };
}
