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
import { cholesky, inverse } from './linear-algebra.ts';

export interface GptqOptions extends GridOptions {
  /** Added to the Hessian's diagonal, as a share of its mean; 0.01 in the paper. */
  damping?: number;
  /** Columns of large activations first; groups then keep to their columns. */
  activationOrder?: boolean;
}

/**
 * @param weight rows × columns, row-major.
 * @param hessian columns × columns, 2/n Σ x xᵀ of the layer's inputs (`hessian`).
 * @throws OptionError for shapes that do not fit; CheckpointError (`NOT_POSITIVE_DEFINITE`).
 */
export function gptq(
  weight: Float32Array,
  columns: number,
  hessian: Float64Array,
  options: GptqOptions = {},
): GroupedWeight {
  const { damping = 0.01, activationOrder = false } = options;
  const grid = checkGrid(options);
  const rows = weight.length / columns;
  if (!Number.isInteger(rows) || hessian.length !== columns * columns)
    throw new OptionError(
      'BAD_SHAPE',
      `A Hessian of ${hessian.length} numbers does not belong to ${columns} inputs.`,
    );
  const h = Float64Array.from(hessian);
  const w = Float64Array.from(weight);
  silenceDeadInputs(w, h, rows, columns);
  damp(h, columns, damping);
  const order = columnOrder(h, columns, activationOrder);
  // Upper factor of the inverse: row i holds how the error of column i goes to those after it (paper, algorithm 1).
  const factor = upperFactor(h, order);
  const grids = groupGrids(w, rows, columns, grid, activationOrder);
  return sweep({ w, rows, columns, order, factor, grids, grid });
}

/** An input that is always zero says nothing: its weight becomes zero. */
function silenceDeadInputs(w: Float64Array, h: Float64Array, rows: number, columns: number): void {
  for (let i = 0; i < columns; i++) {
    if (h[i * columns + i] !== 0) continue;
    h[i * columns + i] = 1;
    for (let row = 0; row < rows; row++) w[row * columns + i] = 0;
  }
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

function upperFactor(h: Float64Array, order: readonly number[]): Float64Array {
  const n = order.length;
  const permuted = new Float64Array(n * n);
  for (const [i, a] of order.entries())
    for (const [j, b] of order.entries()) permuted[i * n + j] = h[a * n + b] as number;
  const lower = cholesky(inverse(permuted, n), n);
  const upper = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) upper[j * n + i] = lower[i * n + j] as number;
  return upper;
}

/** With columns in their own order a group's grid is found when the sweep arrives there; otherwise beforehand. */
function groupGrids(
  w: Float64Array,
  rows: number,
  columns: number,
  grid: Required<GridOptions>,
  beforehand: boolean,
): (Grid | undefined)[] {
  const groups = Math.ceil(columns / grid.groupSize);
  const grids = new Array<Grid | undefined>(rows * groups).fill(undefined);
  if (beforehand)
    for (let row = 0; row < rows; row++)
      for (let group = 0; group < groups; group++)
        grids[row * groups + group] = gridOf(groupValues(w, row, group, columns, grid.groupSize), grid);
  return grids;
}

const groupValues = (
  w: Float64Array,
  row: number,
  group: number,
  columns: number,
  size: number,
): Float64Array =>
  w.subarray(row * columns + group * size, row * columns + Math.min(columns, (group + 1) * size));

interface Sweep {
  w: Float64Array;
  rows: number;
  columns: number;
  order: readonly number[];
  factor: Float64Array;
  grids: (Grid | undefined)[];
  grid: Required<GridOptions>;
}

function sweep({ w, rows, columns, order, factor, grids, grid }: Sweep): GroupedWeight {
  const { groupSize, bits } = grid;
  const groups = Math.ceil(columns / groupSize);
  const codes = new Uint8Array(w.length);
  const values = new Float32Array(w.length);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    for (let i = 0; i < columns; i++) {
      const column = order[i] as number;
      const group = Math.floor(column / groupSize);
      const at = row * groups + group;
      const own = grids[at] ?? gridOf(groupValues(w, row, group, columns, groupSize), grid);
      grids[at] = own;
      const code = codeOf(w[start + column] as number, own);
      const value = decodeCode(code, own);
      codes[start + column] = code;
      values[start + column] = value;
      const error = ((w[start + column] as number) - value) / (factor[i * columns + i] as number);
      for (let j = i + 1; j < columns; j++) {
        const later = start + (order[j] as number);
        w[later] = (w[later] as number) - error * (factor[i * columns + j] as number);
      }
    }
  }
  const found = grids.map((one) => one ?? { scale: 1, zero: 0, levels: 1 });
  const [scales, zeros] = [
    Float32Array.from(found, ({ scale }) => scale),
    Uint8Array.from(found, ({ zero }) => zero),
  ];
  return { codes, scales, zeros, bits, groupSize, values };
}
