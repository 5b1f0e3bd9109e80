/**
 * Whole-number weights as the files of compressed-tensors hold them (formats `int-quantized` and `pack-quantized`), which
 * transformers and vLLM load: 8 bits a byte each, 4 bits packed into 32-bit words.
 */

import { FormatError, OptionError, type Where } from '../errors.ts';
import type { CalibrationMethod } from '../int8/calibration.ts';
import { dequantizeInt8, type Granularity, quantizeInt8 } from '../int8/int8.ts';
import { roundToNearest } from '../posttraining/integer-grid.ts';
import type { NewTensor } from '../safetensors/header.ts';
import { bytesOf, type Dtype, fromFloat32 } from '../tensor/dtype.ts';
import { bf16ToFloat32, float16ToFloat32, float32ToBf16, float32ToFloat16 } from '../tensor/half.ts';
import type { FilledTensor } from './quant-state.ts';

/** Activations as 8-bit integers: one scale a token, found while running, or one a tensor, calibrated beforehand. */
export type ActivationScheme =
  | { readonly dynamic: true; readonly symmetric: boolean }
  | { readonly dynamic: false; readonly symmetric: boolean; readonly method: CalibrationMethod };

export interface IntegerScheme {
  readonly kind: 'int';
  readonly bits: 4 | 8;
  readonly symmetric: boolean;
  /** 4 bits: a row or a group. */
  readonly granularity: Granularity;
  readonly activations?: ActivationScheme;
}

export interface IntegerWeight {
  /** Row-major, from −2^(bits−1). A value is (code − zero point) × scale. */
  readonly codes: Int8Array<ArrayBuffer>;
  readonly scales: Float32Array<ArrayBuffer>;
  readonly zeroPoints: Int8Array<ArrayBuffer>;
  readonly values: Float32Array<ArrayBuffer>;
}

/** Where a layer's input is quantised by a scale found beforehand. */
export interface InputScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** @throws OptionError for a combination that the format does not have, or columns that groups do not divide. */
export function checkIntegerScheme(
  { bits, granularity }: IntegerScheme,
  columns: number | undefined,
  where: Where = {},
): void {
  if (bits === 4 && granularity.per === 'tensor')
    throw new OptionError('GRANULARITY', '4-bit weights have a scale a row or a group, not one a tensor.');
  if (granularity.per !== 'group' || columns === undefined || columns % granularity.size === 0) return;
  const fitting = [256, 128, 64, 32, 16].filter((size) => columns % size === 0);
  throw new OptionError(
    'GROUP_SIZE',
    `has rows of ${columns}, which groups of ${granularity.size} do not divide.${fitting.length > 0 ? ` These do: ${fitting.join(', ')}.` : ''} Or leave the module out (--skip).`,
    where,
  );
}

/** Rounds to nearest, with scales that `dtype` can hold. */
export function quantizeIntegers(
  values: Float32Array,
  columns: number,
  scheme: IntegerScheme,
  dtype: Dtype,
): IntegerWeight {
  const roundScale = scaleRounder(dtype);
  if (scheme.bits === 8) {
    const mode = scheme.symmetric ? 'symmetric' : 'asymmetric';
    const found = quantizeInt8(values, columns, { mode, granularity: scheme.granularity, roundScale });
    return { ...found, values: dequantizeInt8(found) };
  }
  const groupSize = scheme.granularity.per === 'group' ? scheme.granularity.size : columns;
  const { symmetric } = scheme;
  return signed(roundToNearest(values, columns, { bits: 4, groupSize, symmetric, roundScale }), 4);
}

/** Codes from 0 as codes around zero. */
export function signed(
  {
    codes,
    scales,
    zeros,
    values,
  }: { codes: Uint8Array; scales: Float32Array; zeros: Uint8Array; values: Float32Array },
  bits: number,
): IntegerWeight {
  const half = 2 ** (bits - 1);
  return {
    codes: Int8Array.from(codes, (code) => code - half),
    scales: Float32Array.from(scales),
    zeroPoints: Int8Array.from(zeros, (zero) => zero - half),
    values: Float32Array.from(values),
  };
}

/** Scales are stored in the model's own precision; codes must be found with what is stored. */
export function scaleRounder(dtype: Dtype): (scale: number) => number {
  if (dtype !== 'F16' && dtype !== 'BF16') return Math.fround;
  const [toBits, toValue] =
    dtype === 'F16' ? [float32ToFloat16, float16ToFloat32] : [float32ToBf16, bf16ToFloat32];
  const one = new Float32Array(1);
  return (scale) => {
    one[0] = scale;
    const stored = toValue(toBits(one))[0] as number;
    if (stored > 0 && Number.isFinite(stored)) return stored;
    // Beyond half precision: the smallest or largest that it has.
    return stored === 0 ? 2 ** -24 : 65504;
  };
}

/** The tensors of one weight, without their content. */
export function plannedIntegers(
  name: string,
  [rows = 0, columns = 0]: readonly number[],
  scheme: IntegerScheme,
  dtype: Dtype,
): NewTensor[] {
  const { bits, granularity, symmetric, activations } = scheme;
  const groups = granularity.per === 'group' ? Math.ceil(columns / granularity.size) : 1;
  const scales = granularity.per === 'tensor' ? [1] : [rows, groups];
  const module = name.replace(/weight$/, '');
  const float = dtype === 'F16' || dtype === 'BF16' ? dtype : 'F32';
  const weight: NewTensor[] =
    bits === 8
      ? [{ name, dtype: 'I8', shape: [rows, columns] }]
      : [
          { name: `${name}_packed`, dtype: 'I32', shape: [rows, Math.ceil((columns * bits) / 32)] },
          { name: `${name}_shape`, dtype: 'I64', shape: [2] },
        ];
  const zeros: NewTensor =
    bits === 8
      ? { name: `${name}_zero_point`, dtype: 'I8', shape: scales }
      : { name: `${name}_zero_point`, dtype: 'I32', shape: [Math.ceil((rows * bits) / 32), groups] };
  const input: NewTensor[] =
    activations?.dynamic === false ? [{ name: `${module}input_scale`, dtype: float, shape: [1] }] : [];
  if (activations?.dynamic === false && !activations.symmetric)
    input.push({ name: `${module}input_zero_point`, dtype: 'I8', shape: [1] });
  return [
    ...weight,
    { name: `${name}_scale`, dtype: float, shape: scales },
    ...(symmetric ? [] : [zeros]),
    ...input,
  ];
}

/** The same, filled. */
export function packageIntegers(
  name: string,
  shape: readonly number[],
  scheme: IntegerScheme,
  dtype: Dtype,
  { codes, scales, zeroPoints }: IntegerWeight,
  input?: InputScale,
): FilledTensor[] {
  const [rows = 0, columns = 0] = shape;
  const { bits } = scheme;
  return plannedIntegers(name, shape, scheme, dtype).map((planned): FilledTensor => {
    const suffix = planned.name.replace(/^.*(weight|input)/, '$1');
    const content = (): Uint8Array<ArrayBuffer> => {
      switch (suffix) {
        case 'weight':
          return bytesOf(codes);
        case 'weight_packed':
          return packIntegers(codes, bits, rows, columns);
        case 'weight_shape':
          return bytesOf(BigInt64Array.of(BigInt(rows), BigInt(columns)));
        case 'weight_scale':
          return fromFloat32(scales, planned.dtype);
        case 'weight_zero_point':
          return bits === 8 ? bytesOf(zeroPoints) : packDown(zeroPoints, bits, rows);
        case 'input_scale':
          return fromFloat32(Float32Array.of(input?.scale ?? 1), planned.dtype);
        default:
          return new Uint8Array(Int8Array.of(input?.zeroPoint ?? 0).buffer);
      }
    };
    return { ...planned, bytes: content() };
  });
}

/** Each row's codes, made unsigned, one after another in its 32-bit words, the first in the lowest bits. */
export function packIntegers(
  codes: Int8Array,
  bits: number,
  rows: number,
  columns: number,
): Uint8Array<ArrayBuffer> {
  const [each, half] = [32 / bits, 2 ** (bits - 1)];
  const width = Math.ceil(columns / each);
  const words = new Uint32Array(rows * width);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < columns; i++) {
      const at = row * width + Math.floor(i / each);
      const code = (codes[row * columns + i] as number) + half;
      words[at] = (words[at] as number) | (code << ((i % each) * bits));
    }
  return bytesOf(words);
}

/** Zero points (rows × groups) packed along the rows: words × groups. */
function packDown(zeros: Int8Array, bits: number, rows: number): Uint8Array<ArrayBuffer> {
  const groups = zeros.length / rows;
  const turned = Int8Array.from(zeros, (_, i) => zeros[(i % rows) * groups + Math.floor(i / rows)] as number);
  const words = new Uint32Array(packIntegers(turned, bits, groups, rows).buffer);
  const height = words.length / groups;
  return bytesOf(
    Uint32Array.from(words, (_, i) => words[(i % groups) * height + Math.floor(i / groups)] as number),
  );
}

/** @throws FormatError where the words are not those of the shape. */
export function unpackIntegers(
  bytes: Uint8Array<ArrayBuffer>,
  bits: number,
  rows: number,
  columns: number,
  where: Where,
): Int8Array<ArrayBuffer> {
  const each = 32 / bits;
  const width = Math.ceil(columns / each);
  if (!Number.isInteger(each) || bytes.length !== rows * width * 4)
    throw new FormatError(
      'WRONG_LENGTH',
      `has ${bytes.length} bytes, which are not ${rows} × ${columns} integers of ${bits} bits.`,
      where,
    );
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, rows * width);
  const [mask, half] = [2 ** bits - 1, 2 ** (bits - 1)];
  const codes = new Int8Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < columns; i++)
      codes[row * columns + i] =
        (((words[row * width + Math.floor(i / each)] as number) >>> ((i % each) * bits)) & mask) - half;
  return codes;
}

/** The part of config.json by which compressed-tensors knows the model. */
export function integerConfig(
  { bits, symmetric, granularity, activations }: IntegerScheme,
  ignored: readonly string[],
): Record<string, unknown> {
  const common = { type: 'int', num_bits: bits, symmetric, dynamic: false };
  const format = bits === 8 ? 'int-quantized' : 'pack-quantized';
  const weights = {
    ...common,
    strategy: granularity.per,
    group_size: granularity.per === 'group' ? granularity.size : null,
  };
  const input = activations && {
    type: 'int',
    num_bits: 8,
    symmetric: activations.symmetric,
    dynamic: activations.dynamic,
    strategy: activations.dynamic ? 'token' : 'tensor',
    group_size: null,
  };
  return {
    quant_method: 'compressed-tensors',
    format,
    quantization_status: 'compressed',
    global_compression_ratio: null,
    kv_cache_scheme: null,
    ignore: [...ignored],
    config_groups: {
      group_0: {
        targets: ['Linear'],
        weights,
        input_activations: input ?? null,
        output_activations: null,
        format,
      },
    },
  };
}
