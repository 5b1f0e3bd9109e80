/** GPTQ (Frantar et al. 2023): columns are rounded one after another, each error spread over those still to come. */

import { OptionError } from '../errors.ts';
import {
  checkGrid,
  codeOf,
  decodeCode,
  type Grid,
  type GridOptions,
  type GroupedWeight,
  gridOf,
} from './integer-grid.ts';
import { inverseFactor } from './linear-algebra.ts';

export interface GptqOptions extends GridOptions {
  /** Added to the Hessian's diagonal, as a share of its mean; 0.01 in the paper. */
  damping?: number;
  /** Columns of large activations first; groups then keep to their columns. */
  activationOrder?: boolean;
}

/** What a layer's inputs say, worked out once for all weights that read them. */
export interface GptqFactor {
  readonly columns: number;
  /** Columns in the order in which they are rounded. */
  readonly order: readonly number[];
  /** Upper factor of the inverse: row i holds how the error of column i goes to those after it (paper, algorithm 1). */
  readonly upper: Float64Array;
  /** Inputs that are always zero, whose weights become zero. */
  readonly dead: readonly number[];
  readonly byActivation: boolean;
}

/**
 * @param hessian columns × columns, 2/n Σ x xᵀ of the layer's inputs (`hessian`).
 * @throws OptionError for a shape that does not fit; CheckpointError (`NOT_POSITIVE_DEFINITE`).
 */
export function gptqFactor(
  hessian: Float64Array,
  columns: number,
  { damping = 0.01, activationOrder = false }: GptqOptions = {},
): GptqFactor {
  if (hessian.length !== columns * columns)
    throw new OptionError(
      'BAD_SHAPE',
      `A Hessian of ${hessian.length} numbers does not belong to ${columns} inputs.`,
    );
  const h = Float64Array.from(hessian);
  const dead: number[] = [];
  for (let i = 0; i < columns; i++)
    if (h[i * columns + i] === 0) {
      dead.push(i);
      h[i * columns + i] = 1;
    }
  damp(h, columns, damping);
  const order = columnOrder(h, columns, activationOrder);
  const permuted = activationOrder ? new Float64Array(h.length) : h;
  if (activationOrder)
    for (const [i, a] of order.entries())
      for (const [j, b] of order.entries()) permuted[i * columns + j] = h[a * columns + b] as number;
  return { columns, order, upper: inverseFactor(permuted, columns), dead, byActivation: activationOrder };
}

/**
 * @param weight rows × columns, row-major.
 * @param inputs their Hessian (see `gptqFactor`), or what `gptqFactor` made of it.
 * @throws OptionError for shapes that do not fit; CheckpointError (`NOT_POSITIVE_DEFINITE`).
 */
export function gptq(
  weight: Float32Array,
  columns: number,
  inputs: Float64Array | GptqFactor,
  options: GptqOptions = {},
): GroupedWeight {
  const grid = checkGrid(options);
  const factor = inputs instanceof Float64Array ? gptqFactor(inputs, columns, options) : inputs;
  if (!Number.isInteger(weight.length / columns) || factor.columns !== columns)
    throw new OptionError('BAD_SHAPE', `${weight.length} weights are no rows of ${factor.columns} inputs.`);
  const w = Float64Array.from(weight);
  for (const column of factor.dead) for (let at = column; at < w.length; at += columns) w[at] = 0;
  return sweep(w, factor, grid);
}

function damp(h: Float64Array, columns: number, damping: number): void {
  let trace = 0;
  for (let i = 0; i < columns; i++) trace += h[i * columns + i] as number;
  for (let i = 0; i < columns; i++)
    h[i * columns + i] = (h[i * columns + i] as number) + (damping * trace) / columns;
}

function columnOrder(h: Float64Array, columns: number, byActivation: boolean): number[] {
  const order = Array.from({ length: columns }, (_, i) => i);
  const size = (i: number) => h[i * columns + i] as number;
  return byActivation ? order.sort((a, b) => size(b) - size(a) || a - b) : order;
}

/** Row by row: rows do not touch each other, and one fits the cache. */
function sweep(
  w: Float64Array,
  { columns, order, upper, byActivation }: GptqFactor,
  grid: Required<GridOptions>,
): GroupedWeight {
  const { groupSize, bits } = grid;
  const groups = Math.ceil(columns / groupSize);
  const rows = w.length / columns;
  const codes = new Uint8Array(w.length);
  const values = new Float32Array(w.length);
  const scales = new Float32Array(rows * groups);
  const zeros = new Uint8Array(rows * groups);
  const left = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    const own = w.subarray(start, start + columns);
    const grids = new Array<Grid | undefined>(groups).fill(undefined);
    const gridAt = (group: number, now: Float64Array): Grid =>
      gridOf(now.subarray(group * groupSize, Math.min(columns, (group + 1) * groupSize)), grid);
    // With columns in another order a group's grid is found beforehand, else when the sweep arrives there.
    if (byActivation) for (let group = 0; group < groups; group++) grids[group] = gridAt(group, own);
    for (let i = 0; i < columns; i++) left[i] = own[order[i] as number] as number;
    for (let i = 0; i < columns; i++) {
      const column = order[i] as number;
      const group = Math.floor(column / groupSize);
      const found = grids[group] ?? gridAt(group, left);
      grids[group] = found;
      const code = codeOf(left[i] as number, found);
      const value = decodeCode(code, found);
      codes[start + column] = code;
      values[start + column] = value;
      const from = i * columns;
      const error = ((left[i] as number) - value) / (upper[from + i] as number);
      for (let j = i + 1; j < columns; j++)
        left[j] = (left[j] as number) - error * (upper[from + j] as number);
    }
    for (const [group, { scale, zero } = { scale: 1, zero: 0 }] of grids.entries()) {
      scales[row * groups + group] = scale;
      zeros[row * groups + group] = zero;
    }
  }
  return { codes, scales, zeros, bits, groupSize, values };
}
