/** What quantisation does to a tensor of one's own: read from a dropped file, measured scheme by scheme. Nothing is sent. */
import {
  blobSource,
  DEQUANTISABLE,
  dequantise,
  GGML_TYPES,
  isDtype,
  isFloating,
  openGgufSource,
  openSafetensorsSource,
  toFloat32,
} from '@viva/checkpoint/browser';
import { endsOf, type Histogram, histogramOf } from './drawing.ts';
import { DEFAULT_SCHEME, quantiseWeight, type Scheme, sqnr } from './schemes.ts';

/** Of a large tensor so many values are looked at, from its beginning, in whole rows. */
export const MOST_VALUES = 4_194_304;

export interface ListedTensor {
  name: string;
  dtype: string;
  /** Slowest dimension first. */
  shape: number[];
  /** Whether its numbers can be read here: floating point, and two dimensions or one. */
  readable: boolean;
}

export interface OpenedFile {
  kind: 'safetensors' | 'gguf';
  tensors: ListedTensor[];
  /** Values row by row, cut to whole rows. */
  read(name: string): Promise<{ values: Float32Array; columns: number; whole: boolean }>;
}

const rowsOf = (shape: readonly number[]): { columns: number; count: number } => ({
  columns: shape.at(-1) ?? 1,
  count: shape.reduce((product, size) => product * size, 1),
});

/** Whole rows of at most so many values; at least one. */
const taken = (columns: number, count: number): number =>
  Math.min(count, Math.max(1, Math.floor(MOST_VALUES / columns)) * columns);

/**
 * @param blob a safetensors or GGUF file; which, its first bytes say
 * @throws CheckpointError naming the file where it is neither, or damaged
 */
export async function openDropped(name: string, blob: Blob): Promise<OpenedFile> {
  const first = new TextDecoder().decode(await blob.slice(0, 4).arrayBuffer());
  return first === 'GGUF' ? openGgufTensors(name, blob) : openSafetensorsTensors(name, blob);
}

async function openSafetensorsTensors(name: string, blob: Blob): Promise<OpenedFile> {
  const source = blobSource(name, blob);
  const file = await openSafetensorsSource(source);
  return {
    kind: 'safetensors',
    tensors: file.tensors.map(({ name: own, dtype, shape }) => ({
      name: own,
      dtype,
      shape: [...shape],
      readable: isFloating(dtype) && shape.length > 0 && rowsOf(shape).count > 0,
    })),
    async read(tensor) {
      const found = file.find(tensor);
      if (!found || !isDtype(found.dtype)) throw new RangeError(`There is no tensor ${tensor}.`);
      const { columns, count } = rowsOf(found.shape);
      const values = taken(columns, count);
      const bytes = await source.read(found.offset, (found.byteLength / count) * values, tensor);
      return { values: toFloat32(bytes, found.dtype), columns, whole: values === count };
    },
  };
}

async function openGgufTensors(name: string, blob: Blob): Promise<OpenedFile> {
  const source = blobSource(name, blob);
  const file = await openGgufSource(source);
  return {
    kind: 'gguf',
    tensors: file.tensors.map(({ name: own, type, dimensions }) => ({
      name: own,
      dtype: type,
      shape: [...dimensions].reverse(),
      readable: DEQUANTISABLE.has(type) && dimensions.length > 0,
    })),
    async read(tensor) {
      const { start, bytes: all, type, dimensions } = file.tensor(tensor);
      const { columns, count } = rowsOf([...dimensions].reverse());
      const values = taken(columns, count);
      const { blockBytes, blockSize } = GGML_TYPES[type];
      const bytes = await source.read(start, Math.min(all, (values / blockSize) * blockBytes), tensor);
      return { values: dequantise(bytes, type), columns, whole: values === count };
    },
  };
}

export interface SchemeRow {
  scheme: Scheme['scheme'];
  granularity: Scheme['granularity'] | 'block';
  doubleQuant: boolean;
  nominal: number;
  /** Scales included. */
  bits: number;
  sqnr: number | null;
  maxError: number;
}

export interface TensorReport {
  rows: number;
  columns: number;
  whole: boolean;
  /** Least and greatest value, mean, standard deviation, and excess kurtosis: 0 for a normal distribution. */
  statistics: { min: number; max: number; mean: number; sd: number; kurtosis: number };
  table: SchemeRow[];
  /** Values in units of their scales against the chosen scheme's levels. */
  histogram: Histogram;
  /** Root mean squared error of cells of the matrix, at most 64 a side. */
  error: { values: Float32Array; rows: number; columns: number };
}

const TABLE: readonly Partial<Scheme>[] = [
  { bits: 8, granularity: 'tensor' },
  { bits: 8, granularity: 'channel' },
  { bits: 4, granularity: 'tensor' },
  { bits: 4, granularity: 'channel' },
  { bits: 4, granularity: 'group', group: 64 },
  { bits: 4, granularity: 'group', group: 64, scheme: 'asymmetric' },
  { bits: 3, granularity: 'group', group: 64, scheme: 'asymmetric' },
  { bits: 2, granularity: 'group', group: 64, scheme: 'asymmetric' },
  { scheme: 'fp4' },
  { scheme: 'nf4' },
  { scheme: 'nf4', doubleQuant: true },
];

/** @throws RangeError where a value is infinite or NaN */
export function reportOf(
  { values, columns, whole }: { values: Float32Array; columns: number; whole: boolean },
  chosen: Scheme,
): TensorReport {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(
      `Row ${Math.floor(bad / columns)}, column ${bad % columns} is ${values[bad]}: this cannot be quantised.`,
    );
  const made = quantiseWeight(values, columns, chosen);
  const { values: scaled, levels } = made.normalised();
  const rows = values.length / columns;
  return {
    rows,
    columns,
    whole,
    statistics: statisticsOf(values),
    table: TABLE.map((part) => {
      const scheme = { ...DEFAULT_SCHEME, ...part };
      const one = quantiseWeight(values, columns, scheme);
      const four = scheme.scheme === 'nf4' || scheme.scheme === 'fp4';
      return {
        scheme: scheme.scheme,
        granularity: four ? 'block' : scheme.granularity,
        doubleQuant: scheme.doubleQuant,
        nominal: scheme.bits,
        bits: one.bitsPerValue,
        sqnr: sqnr(values, one.values),
        maxError: values.reduce(
          (most, value, at) => Math.max(most, Math.abs(value - (one.values[at] ?? 0))),
          0,
        ),
      };
    }),
    histogram: histogramOf(scaled, levels, endsOf(scaled, levels)),
    error: cells(values, made.values, rows, columns),
  };
}

function statisticsOf(values: Float32Array): TensorReport['statistics'] {
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const mean = sum / values.length;
  let [second, fourth] = [0, 0];
  for (const value of values) {
    const square = (value - mean) ** 2;
    second += square;
    fourth += square * square;
  }
  second /= values.length;
  return {
    min,
    max,
    mean,
    sd: Math.sqrt(second),
    kurtosis: second === 0 ? 0 : fourth / values.length / second ** 2 - 3,
  };
}

function cells(
  values: Float32Array,
  back: Float32Array,
  rows: number,
  columns: number,
): TensorReport['error'] {
  const [high, wide] = [Math.min(64, rows), Math.min(64, columns)];
  const sums = new Float64Array(high * wide);
  const counts = new Float64Array(high * wide);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const cell = Math.floor((row * high) / rows) * wide + Math.floor((column * wide) / columns);
      const at = row * columns + column;
      sums[cell] = (sums[cell] as number) + ((values[at] as number) - (back[at] as number)) ** 2;
      counts[cell] = (counts[cell] as number) + 1;
    }
  return {
    values: Float32Array.from(sums, (sum, at) => Math.sqrt(sum / (counts[at] || 1))),
    rows: high,
    columns: wide,
  };
}
