/** Weights quantised as a scheme says, with what it costs in bits and what its levels are. */
import {
  type BlockSize,
  type CalibrationMethod,
  codeRange,
  createCalibrator,
  dequantizeFourBit,
  dequantizeInt8,
  dequantizeScales,
  type Granularity,
  LEVELS,
  quantizeFourBit,
  quantizeInt8,
  quantizeScales,
  RISING,
} from '@viva/checkpoint/browser';

export type SchemeName = 'symmetric' | 'asymmetric' | 'nf4' | 'fp4';
export type CalibrationName = CalibrationMethod['method'];

export interface Scheme {
  scheme: SchemeName;
  /** Of integers, 2 to 8; the 4-bit floats have four. */
  bits: number;
  granularity: Granularity['per'];
  /** Values of a row that share a scale, where the granularity is a group. */
  group: number;
  /** Values that share a scale in the 4-bit floats, whatever the rows. */
  block: BlockSize;
  doubleQuant: boolean;
  /** Of integers with one scale a tensor; finer ones take the range of their values. */
  calibration: CalibrationName;
  percentile: number;
}

export const DEFAULT_SCHEME: Scheme = {
  scheme: 'symmetric',
  bits: 4,
  granularity: 'channel',
  group: 32,
  block: 64,
  doubleQuant: false,
  calibration: 'min-max',
  percentile: 99.9,
};

export interface QuantisedWeight {
  /** What the codes stand for. */
  values: Float32Array<ArrayBuffer>;
  /** Codes, scales and zero points together, for each value. */
  bitsPerValue: number;
  /** Values in units of their scale, and the levels in the same units: one picture whatever the granularity. */
  normalised: () => { values: Float32Array; levels: Float32Array };
}

export const isFourBitFloat = (scheme: SchemeName): scheme is 'nf4' | 'fp4' =>
  scheme === 'nf4' || scheme === 'fp4';

/**
 * @param columns length of a row (inputs of one output)
 * @throws OptionError where the options make no sense
 */
export function quantiseWeight(values: Float32Array, columns: number, scheme: Scheme): QuantisedWeight {
  return isFourBitFloat(scheme.scheme)
    ? fourBit(values, scheme.scheme, scheme)
    : integers(values, columns, scheme.scheme, scheme);
}

export const granularityOf = ({ granularity, group }: Scheme): Granularity =>
  granularity === 'group' ? { per: 'group', size: group } : { per: granularity };

export const methodOf = (calibration: CalibrationName, percentile: number): CalibrationMethod =>
  calibration === 'percentile' ? { method: calibration, percentile } : { method: calibration };

function integers(
  values: Float32Array,
  columns: number,
  mode: 'symmetric' | 'asymmetric',
  scheme: Scheme,
): QuantisedWeight {
  const { bits, calibration, percentile } = scheme;
  const granularity = granularityOf(scheme);
  const calibrated = granularity.per === 'tensor' && calibration !== 'min-max';
  const calibrator = calibrated ? createCalibrator() : null;
  calibrator?.add(values);
  const tensor = quantizeInt8(values, columns, {
    mode,
    granularity,
    bits,
    ...(calibrator ? { range: calibrator.range(methodOf(calibration, percentile), mode, bits) } : {}),
  });
  const { scales, zeroPoints, groupsPerRow, groupSize } = tensor;
  // A single-precision scale as bitsandbytes keeps it, and a zero point as wide as a code.
  const cost = scales.length * (32 + (mode === 'asymmetric' ? bits : 0));
  return {
    values: dequantizeInt8(tensor),
    bitsPerValue: bits + cost / values.length,
    normalised: () => {
      const { low, high } = codeRange(mode, bits);
      const out = values.map((value, at) => {
        const group =
          groupsPerRow === 0
            ? 0
            : Math.floor(at / columns) * groupsPerRow + Math.floor((at % columns) / groupSize);
        return value / (scales[group] as number) + (zeroPoints[group] as number);
      });
      return { values: out, levels: Float32Array.from({ length: high - low + 1 }, (_, at) => low + at) };
    },
  };
}

function fourBit(values: Float32Array, type: 'nf4' | 'fp4', { block, doubleQuant }: Scheme): QuantisedWeight {
  const blocks = quantizeFourBit(values, type, block);
  const nested = doubleQuant ? quantizeScales(blocks.absmax) : null;
  const absmax = nested ? dequantizeScales(nested) : blocks.absmax;
  // Nested: 8 bits a scale, 32 for each 256 of them, and 32 for the mean that was taken off.
  const cost = nested ? 8 * absmax.length + 32 * nested.absmax.length + 32 : 32 * absmax.length;
  return {
    values: dequantizeFourBit({ packed: blocks.packed, absmax }, type, block, values.length),
    bitsPerValue: 4 + cost / values.length,
    normalised: () => ({
      values: values.map((value, at) => value / (absmax[Math.floor(at / block)] || 1)),
      levels: Float32Array.from(new Set([...RISING[type]].map((code) => LEVELS[type][code] as number))),
    }),
  };
}

/** Signal to quantisation noise, 10 log₁₀ Σx² / Σ(x − x̂)², decibels; null where nothing was lost. */
export function sqnr(values: ArrayLike<number>, back: ArrayLike<number>): number | null {
  let [signal, noise] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    signal += value * value;
    noise += (value - (back[at] as number)) ** 2;
  }
  return noise === 0 ? null : 10 * Math.log10(signal / noise);
}
