/** Plain integers of 8 bits, or of 2 to 7: symmetric or asymmetric; one scale a tensor, a row (output channel) or a group within a row. */

import { OptionError } from '../errors.ts';
import { roundHalfEven } from '../tensor/dtype.ts';

export type Granularity =
  | { readonly per: 'tensor' }
  | { readonly per: 'channel' }
  | { readonly per: 'group'; readonly size: number };

export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface Int8Options {
  /**
   * Symmetric: zero is code 0 and codes run from -(2^(b-1) - 1) to 2^(b-1) - 1, at 8 bits from -127 to 127. Asymmetric:
   * the whole range from -2^(b-1) to 2^(b-1) - 1 is used.
   */
  readonly mode: 'symmetric' | 'asymmetric';
  /** 2 to 8; 8 unless told. Codes are kept one a byte. */
  readonly bits?: number;
  readonly granularity: Granularity;
  /** A range found by calibration, for `per: 'tensor'`; what lies outside is clipped. Found in the values unless given. */
  readonly range?: Range;
  /** Turns a scale into one that can be stored; codes are found with that. Single precision unless given. */
  readonly roundScale?: (scale: number) => number;
}

export interface Int8Tensor {
  readonly rows: number;
  readonly columns: number;
  /** Row-major. A value is (code − zeroPoint) × scale. */
  readonly codes: Int8Array<ArrayBuffer>;
  /** One a group, groups in the order of the values. */
  readonly scales: Float32Array<ArrayBuffer>;
  readonly zeroPoints: Int8Array<ArrayBuffer>;
  /** Values that share a scale. The last group of a row may be shorter. */
  readonly groupSize: number;
  readonly groupsPerRow: number;
}

/**
 * Quantises `values` (rows × columns, row-major; finite).
 * @throws OptionError for a shape, group size or range that makes no sense.
 */
export function quantizeInt8(values: Float32Array, columns: number, options: Int8Options): Int8Tensor {
  const rows = columns > 0 ? values.length / columns : 0;
  if (!Number.isInteger(rows) || !Number.isInteger(columns))
    throw new OptionError('BAD_SHAPE', `${values.length} values are no whole rows of ${columns}.`);
  const { mode, granularity, range, bits = 8, roundScale } = options;
  const { low, high } = codeRange(mode, bits);
  if (range && granularity.per !== 'tensor')
    throw new OptionError(
      'RANGE',
      `A calibrated range belongs to one scale a tensor, not one a ${granularity.per}.`,
    );
  if (range && !(range.min <= range.max && Number.isFinite(range.min) && Number.isFinite(range.max)))
    throw new OptionError('RANGE', `The range ${range.min} to ${range.max} is none.`);
  const groupSize = groupSizeOf(granularity, rows, columns);
  const groupsPerRow = granularity.per === 'tensor' ? 0 : Math.ceil(columns / groupSize);
  const groups = granularity.per === 'tensor' ? Math.min(1, values.length) : rows * groupsPerRow;
  const codes = new Int8Array(values.length);
  const scales = new Float32Array(groups);
  const zeroPoints = new Int8Array(groups);
  for (let group = 0; group < groups; group++) {
    const [start, end] = groupBounds(group, { columns, groupSize, groupsPerRow, count: values.length });
    const { scale, zeroPoint } = scaleOf(range ?? rangeOf(values, start, end), mode, { bits, roundScale });
    scales[group] = scale;
    zeroPoints[group] = zeroPoint;
    for (let i = start; i < end; i++) {
      const code = roundHalfEven((values[i] as number) / scale) + zeroPoint;
      codes[i] = Math.min(high, Math.max(low, code));
    }
  }
  return { rows, columns, codes, scales, zeroPoints, groupSize, groupsPerRow };
}

export function dequantizeInt8(tensor: Int8Tensor): Float32Array<ArrayBuffer> {
  const { codes, scales, zeroPoints } = tensor;
  const values = new Float32Array(codes.length);
  for (let group = 0; group < scales.length; group++) {
    const [start, end] = groupBounds(group, { ...tensor, count: codes.length });
    for (let i = start; i < end; i++)
      values[i] = ((codes[i] as number) - (zeroPoints[group] as number)) * (scales[group] as number);
  }
  return values;
}

/**
 * Activations quantised as they come, one scale a row (token): dynamic quantisation.
 * @param activations tokens × columns.
 */
export const quantizeDynamic = (
  activations: Float32Array,
  columns: number,
  mode: Int8Options['mode'] = 'asymmetric',
): Int8Tensor => quantizeInt8(activations, columns, { mode, granularity: { per: 'channel' } });

/**
 * activations × weightᵀ in whole numbers, scaled at the end of each group: Σ (a − zₐ)(w − z_w) sₐ s_w.
 * @returns tokens × weight rows.
 * @throws OptionError where the widths differ or activations have groups within a row.
 */
export function int8Product(activations: Int8Tensor, weight: Int8Tensor): Float32Array<ArrayBuffer> {
  const { columns } = activations;
  if (columns !== weight.columns || activations.groupsPerRow > 1)
    throw new OptionError(
      'BAD_SHAPE',
      'Activations need the width of the weight and one scale a tensor or row.',
    );
  const groupSize = weight.groupsPerRow === 0 ? columns : weight.groupSize;
  const out = new Float32Array(activations.rows * weight.rows);
  for (let token = 0; token < activations.rows; token++) {
    const at = activations.groupsPerRow === 0 ? 0 : token;
    const [aScale, aZero] = [activations.scales[at] as number, activations.zeroPoints[at] as number];
    for (let row = 0; row < weight.rows; row++) {
      let value = 0;
      for (let start = 0, group = 0; start < columns; start += groupSize, group++) {
        const index = weight.groupsPerRow === 0 ? 0 : row * weight.groupsPerRow + group;
        const zero = weight.zeroPoints[index] as number;
        let sum = 0;
        for (let i = start; i < Math.min(columns, start + groupSize); i++)
          sum +=
            ((activations.codes[token * columns + i] as number) - aZero) *
            ((weight.codes[row * columns + i] as number) - zero);
        value += sum * (weight.scales[index] as number);
      }
      out[token * weight.rows + row] = value * aScale;
    }
  }
  return out;
}

/** The codes that may occur. @throws OptionError (`BITS`) unless 2 to 8 */
export function codeRange(mode: Int8Options['mode'], bits = 8): { low: number; high: number } {
  if (!Number.isInteger(bits) || bits < 2 || bits > 8)
    throw new OptionError('BITS', `${bits} bits are none of 2 to 8.`);
  const high = 2 ** (bits - 1) - 1;
  return { low: mode === 'symmetric' ? -high : -high - 1, high };
}

interface ScaleOptions {
  bits?: number | undefined;
  /** How a scale is kept: single precision unless told. */
  roundScale?: ((scale: number) => number) | undefined;
}

/** Scale and zero point of a range, which is widened to hold zero, so that zero stays exact. */
export function scaleOf(
  range: Range,
  mode: Int8Options['mode'],
  { bits = 8, roundScale = Math.fround }: ScaleOptions = {},
): { scale: number; zeroPoint: number } {
  const [min, max] = [Math.min(0, range.min), Math.max(0, range.max)];
  const { low, high } = codeRange(mode, bits);
  if (mode === 'symmetric') return { scale: roundScale(Math.max(-min, max) / high) || 1, zeroPoint: 0 };
  const scale = roundScale((max - min) / (high - low)) || 1;
  return { scale, zeroPoint: Math.min(high, Math.max(low, roundHalfEven(low - min / scale))) };
}

function groupSizeOf(granularity: Granularity, rows: number, columns: number): number {
  if (granularity.per === 'tensor') return rows * columns;
  if (granularity.per === 'channel') return columns;
  if (!Number.isInteger(granularity.size) || granularity.size < 1)
    throw new OptionError('GROUP_SIZE', `A group of ${granularity.size} values cannot be.`);
  return granularity.size;
}

function groupBounds(
  group: number,
  {
    columns,
    groupSize,
    groupsPerRow,
    count,
  }: { columns: number; groupSize: number; groupsPerRow: number; count: number },
): [number, number] {
  if (groupsPerRow === 0) return [0, count];
  const row = Math.floor(group / groupsPerRow);
  const start = row * columns + (group % groupsPerRow) * groupSize;
  return [start, Math.min(start + groupSize, (row + 1) * columns)];
}

function rangeOf(values: Float32Array, start: number, end: number): Range {
  let min = 0;
  let max = 0;
  for (let i = start; i < end; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}
