/**
 * GGUF's vocabulary: value types of metadata and element types of tensors, with their block sizes.
 * Source: the GGUF specification (ggml, docs/gguf.md) and the enumerations of ggml.h.
 */
import { elementCount } from '../../tensor/tensor.ts';

/** Metadata value types, by their number in the file. */
export const VALUE_TYPES = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'string',
  'array',
  'uint64',
  'int64',
  'float64',
] as const;

export type GgufValueType = (typeof VALUE_TYPES)[number];

type NumberType = 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64';

export type GgufTypedArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

/** An array value. Numbers come as a typed array of the same width, so that what is read is written back bit for bit. */
export type GgufArray =
  | { readonly type: 'array'; readonly of: NumberType | 'uint64' | 'int64'; readonly value: GgufTypedArray }
  | { readonly type: 'array'; readonly of: 'bool'; readonly value: readonly boolean[] }
  | { readonly type: 'array'; readonly of: 'string'; readonly value: readonly string[] }
  | { readonly type: 'array'; readonly of: 'array'; readonly value: readonly GgufArray[] };

/** One metadata value together with the type that it has, or is to have, in the file. */
export type GgufValue =
  | { readonly type: NumberType; readonly value: number }
  | { readonly type: 'uint64' | 'int64'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | GgufArray;

/** Metadata in the order of the file. */
export type GgufMetadata = ReadonlyMap<string, GgufValue>;

export interface GgmlTypeInfo {
  /** The number in the file. */
  readonly id: number;
  /** Elements in a block; a row's length must be a multiple of it. */
  readonly blockSize: number;
  /** Bytes of a block. */
  readonly blockBytes: number;
}

/** Tensor element types: number in the file, elements a block, bytes a block. */
const TABLE = {
  F32: [0, 1, 4],
  F16: [1, 1, 2],
  Q4_0: [2, 32, 18],
  Q4_1: [3, 32, 20],
  Q5_0: [6, 32, 22],
  Q5_1: [7, 32, 24],
  Q8_0: [8, 32, 34],
  Q8_1: [9, 32, 36],
  Q2_K: [10, 256, 84],
  Q3_K: [11, 256, 110],
  Q4_K: [12, 256, 144],
  Q5_K: [13, 256, 176],
  Q6_K: [14, 256, 210],
  Q8_K: [15, 256, 292],
  IQ2_XXS: [16, 256, 66],
  IQ2_XS: [17, 256, 74],
  IQ3_XXS: [18, 256, 98],
  IQ1_S: [19, 256, 50],
  IQ4_NL: [20, 32, 18],
  IQ3_S: [21, 256, 110],
  IQ2_S: [22, 256, 82],
  IQ4_XS: [23, 256, 136],
  I8: [24, 1, 1],
  I16: [25, 1, 2],
  I32: [26, 1, 4],
  I64: [27, 1, 8],
  F64: [28, 1, 8],
  IQ1_M: [29, 256, 56],
  BF16: [30, 1, 2],
  TQ1_0: [34, 256, 54],
  TQ2_0: [35, 256, 66],
  MXFP4: [39, 32, 17],
} as const;

export type GgmlType = keyof typeof TABLE;

export const GGML_TYPES: Readonly<Record<GgmlType, GgmlTypeInfo>> = Object.fromEntries(
  Object.entries(TABLE).map(([name, [id, blockSize, blockBytes]]) => [name, { id, blockSize, blockBytes }]),
) as Record<GgmlType, GgmlTypeInfo>;

const BY_ID = new Map(Object.entries(TABLE).map(([name, [id]]) => [id as number, name as GgmlType]));

/** The type with this number in a file, or undefined when this package does not know it. */
export function ggmlTypeById(id: number): GgmlType | undefined {
  return BY_ID.get(id);
}

/** Where one tensor lies in a GGUF file. */
export interface GgufTensor {
  readonly name: string;
  readonly type: GgmlType;
  /** Dimensions as GGUF orders them: the contiguous one (a row's length) first, the reverse of safetensors and NumPy. */
  readonly dimensions: readonly number[];
  /** First byte, counted from the beginning of the file. */
  readonly start: number;
  /** Length in bytes, without padding. */
  readonly bytes: number;
}

/** Bytes of a tensor, or undefined when a row is not a whole number of blocks. */
export function tensorBytes(type: GgmlType, dimensions: readonly number[]): number | undefined {
  const { blockSize, blockBytes } = GGML_TYPES[type];
  if ((dimensions[0] ?? 1) % blockSize !== 0) return undefined;
  return (elementCount(dimensions) / blockSize) * blockBytes;
}

/** Alignment of tensor data where a file does not name one in `general.alignment`. */
export const DEFAULT_ALIGNMENT = 32;
