/** The grid of b-bit integers that GPTQ and AWQ round to: a scale and a zero point for each group of a row. */

import { OptionError } from '../errors.ts';
import { roundHalfEven } from '../tensor/dtype.ts';

export interface GridOptions {
  /** 2 to 8; 4 unless told. */
  bits?: number;
  /** Values of a row that share a scale; 128 unless told. */
  groupSize?: number;
  /** Levels symmetric around zero; otherwise from the least to the largest value. */
  symmetric?: boolean;
  /** Turns a scale into one that can be stored; codes are found with that. Single precision unless given. */
  roundScale?: (scale: number) => number;
}

export interface Grid {
  readonly scale: number;
  readonly zero: number;
  readonly levels: number;
}

export interface GroupedWeight {
  /** Row-major, 0 to 2^bits − 1. A value is (code − zero) × scale. */
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
  readonly zeros: Uint8Array;
  readonly bits: number;
  readonly groupSize: number;
  /** What the codes stand for. */
  readonly values: Float32Array;
}

export function checkGrid({
  bits = 4,
  groupSize = 128,
  symmetric = false,
  roundScale = Math.fround,
}: GridOptions): Required<GridOptions> {
  if (!Number.isInteger(bits) || bits < 2 || bits > 8)
    throw new OptionError('BITS', `${bits} bits are none of 2 to 8.`);
  if (!Number.isInteger(groupSize) || groupSize < 1)
    throw new OptionError('GROUP_SIZE', `A group of ${groupSize} values cannot be.`);
  return { bits, groupSize, symmetric, roundScale };
}

export function gridOf(
  values: ArrayLike<number>,
  { bits, symmetric, roundScale }: Omit<Required<GridOptions>, 'groupSize'>,
): Grid {
  const levels = 2 ** bits;
  let [min, max] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    min = Math.min(min, values[i] as number);
    max = Math.max(max, values[i] as number);
  }
  if (symmetric) {
    max = Math.max(-min, max);
    min = -max;
  }
  const scale = roundScale((max - min) / (levels - 1) || 1);
  const zero = symmetric ? levels / 2 : Math.min(levels - 1, roundHalfEven(-min / scale));
  return { scale, zero, levels };
}

export const codeOf = (value: number, { scale, zero, levels }: Grid): number =>
  Math.min(levels - 1, Math.max(0, roundHalfEven(value / scale) + zero));

export const decodeCode = (code: number, { scale, zero }: Grid): number => (code - zero) * scale;

/** Round to nearest, group by group: what GPTQ and AWQ are measured against. */
export function roundToNearest(
  weight: Float32Array,
  columns: number,
  options: GridOptions = {},
): GroupedWeight {
  const checked = checkGrid(options);
  const { groupSize, bits } = checked;
  const groups = Math.ceil(columns / groupSize);
  const rows = weight.length / columns;
  const codes = new Uint8Array(weight.length);
  const values = new Float32Array(weight.length);
  const scales = new Float32Array(rows * groups);
  const zeros = new Uint8Array(rows * groups);
  for (let group = 0; group < rows * groups; group++) {
    const row = Math.floor(group / groups);
    const start = row * columns + (group % groups) * groupSize;
    const end = Math.min(start + groupSize, (row + 1) * columns);
    const grid = gridOf(weight.subarray(start, end), checked);
    scales[group] = grid.scale;
    zeros[group] = grid.zero;
    for (let i = start; i < end; i++) {
      const code = codeOf(weight[i] as number, grid);
      codes[i] = code;
      values[i] = decodeCode(code, grid);
    }
  }
  return { codes, scales, zeros, bits, groupSize, values };
}
