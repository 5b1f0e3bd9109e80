/** Activations quantised on their way into a layer: with ranges found beforehand (static) or as they come (dynamic). */
import {
  createCalibrator,
  dequantizeInt8,
  quantizeDynamic,
  quantizeInt8,
  type Range,
} from '@viva/checkpoint/browser';
import { type CalibrationName, methodOf } from './schemes.ts';

export interface ActivationOptions {
  mode: 'symmetric' | 'asymmetric';
  bits: number;
  calibration: CalibrationName;
  percentile: number;
}

/** The range that numbers are quantised in, found in samples of them. */
export function calibratedRange(
  values: Float32Array,
  { mode, bits, calibration, percentile }: ActivationOptions,
): Range {
  const calibrator = createCalibrator();
  calibrator.add(values);
  return calibrator.range(methodOf(calibration, percentile), mode, bits);
}

/** Quantised and back with one range for all: what lies outside is clipped. */
export const quantiseStatic = (
  values: Float32Array,
  range: Range,
  { mode, bits }: Pick<ActivationOptions, 'mode' | 'bits'>,
): Float32Array<ArrayBuffer> =>
  dequantizeInt8(quantizeInt8(values, values.length, { mode, bits, granularity: { per: 'tensor' }, range }));

/** Quantised and back with a range of its own for each row. */
export const quantiseRows = (
  values: Float32Array,
  columns: number,
  { mode, bits }: Pick<ActivationOptions, 'mode' | 'bits'>,
): Float32Array<ArrayBuffer> =>
  bits === 8
    ? dequantizeInt8(quantizeDynamic(values, columns, mode))
    : dequantizeInt8(quantizeInt8(values, columns, { mode, bits, granularity: { per: 'channel' } }));
