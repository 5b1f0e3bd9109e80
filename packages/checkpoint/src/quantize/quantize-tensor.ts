/** One weight in, the tensors that stand for it in a file out. */

import { DtypeError, type Where } from '../errors.ts';
import type { NewTensor } from '../safetensors/header.ts';
import { bytesOf, type Dtype, toFloat32 } from '../tensor/dtype.ts';
import { float16ToFloat32, float32ToFloat16 } from '../tensor/half.ts';
import type { FourBitType } from './codebooks.ts';
import { dequantizeScales, type NestedScales, quantizeScales } from './double-quant.ts';
import { addError, noError, type QuantError, summarizeError } from './error-measure.ts';
import { type BlockSize, dequantizeFourBit, quantizeFourBit } from './four-bit.ts';
import {
  checkIntegerScheme,
  type IntegerScheme,
  packageIntegers,
  plannedIntegers,
  quantizeIntegers,
} from './integer-format.ts';
import { dequantizeInt8Rows, quantizeInt8Rows } from './llm-int8.ts';
import { type FilledTensor, stateTensors, type TorchFloat } from './quant-state.ts';

export type WeightScheme =
  | { readonly kind: FourBitType; readonly blockSize: BlockSize; readonly doubleQuant: boolean }
  | { readonly kind: 'int8' }
  | IntegerScheme;

export interface QuantizedTensor {
  readonly tensors: readonly FilledTensor[];
  readonly error: QuantError;
}

export const TORCH_FLOAT: Readonly<Partial<Record<Dtype, TorchFloat>>> = {
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
};

/**
 * @param bytes The weight (rows × columns) as it stands in the file, in F16, BF16 or F32.
 * @throws DtypeError (`NOT_FINITE`) naming the element, where a weight is NaN or infinite.
 */
export function quantizeTensor(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  { dtype, shape }: { dtype: Dtype; shape: readonly number[] },
  scheme: WeightScheme,
  where: Where = {},
): QuantizedTensor {
  const values = toFloat32(bytes, dtype, where);
  checkFinite(values, shape, where);
  const sums = noError();
  if (scheme.kind === 'int') {
    checkIntegerScheme(scheme, shape[1], where);
    const weight = quantizeIntegers(values, shape[1] ?? 1, scheme, dtype);
    addError(sums, values, weight.values);
    return { tensors: packageIntegers(name, shape, scheme, dtype, weight), error: summarizeError(sums) };
  }
  if (scheme.kind === 'int8') {
    const [rows = 0, columns = 0] = shape;
    const quantized = quantizeInt8Rows(asHalf(values, dtype), columns);
    addError(sums, values, dequantizeInt8Rows(quantized, columns));
    const module = name.replace(/weight$/, '');
    const tensors: FilledTensor[] = [
      { name, dtype: 'I8', shape: [rows, columns], bytes: bytesOf(quantized.codes) },
      { name: `${module}SCB`, dtype: 'F32', shape: [rows], bytes: bytesOf(quantized.absmax) },
      // 0 stands for row-major, the only layout that is still written.
      { name: `${module}weight_format`, dtype: 'U8', shape: [], bytes: new Uint8Array(1) },
    ];
    return { tensors, error: summarizeError(sums) };
  }
  const { kind: type, blockSize, doubleQuant } = scheme;
  const { packed, absmax } = quantizeFourBit(values, type, blockSize);
  const scales = doubleQuant ? quantizeScales(absmax) : absmax;
  const back = scales instanceof Float32Array ? scales : dequantizeScales(scales);
  addError(sums, values, dequantizeFourBit({ packed, absmax: back }, type, blockSize, values.length));
  return {
    tensors: packageFourBit(name, { dtype, shape }, scheme, packed, scales),
    error: summarizeError(sums),
  };
}

/** The packed weight and its state as tensors of a file. */
export function packageFourBit(
  name: string,
  { dtype, shape }: { dtype: Dtype; shape: readonly number[] },
  { kind: type, blockSize }: WeightScheme & { kind: FourBitType },
  packed: Uint8Array<ArrayBuffer>,
  scales: Float32Array<ArrayBuffer> | NestedScales,
): FilledTensor[] {
  const state = { type, blockSize, dtype: TORCH_FLOAT[dtype] ?? 'float32', shape };
  const weight: FilledTensor = { name, dtype: 'U8', shape: [packed.length, 1], bytes: packed };
  return [weight, ...stateTensors(name, state, scales)];
}

/** The tensors that `quantizeTensor` will give, without their content; state's own length is an upper bound. */
export function plannedTensors(
  name: string,
  shape: readonly number[],
  scheme: WeightScheme,
  dtype: Dtype = 'F32',
): NewTensor[] {
  const [rows = 0, columns = 0] = shape;
  const count = rows * columns;
  if (scheme.kind === 'int') return plannedIntegers(name, shape, scheme, dtype);
  if (scheme.kind === 'int8') {
    const module = name.replace(/weight$/, '');
    return [
      { name, dtype: 'I8', shape },
      { name: `${module}SCB`, dtype: 'F32', shape: [rows] },
      { name: `${module}weight_format`, dtype: 'U8', shape: [] },
    ];
  }
  const blocks = Math.ceil(count / scheme.blockSize);
  const nested: NewTensor[] = [
    { name: `${name}.nested_absmax`, dtype: 'F32', shape: [Math.ceil(blocks / 256)] },
    { name: `${name}.nested_quant_map`, dtype: 'F32', shape: [256] },
  ];
  return [
    { name, dtype: 'U8', shape: [Math.ceil(count / 2), 1] },
    { name: `${name}.absmax`, dtype: scheme.doubleQuant ? 'U8' : 'F32', shape: [blocks] },
    { name: `${name}.quant_map`, dtype: 'F32', shape: [16] },
    ...(scheme.doubleQuant ? nested : []),
    { name: `${name}.quant_state.bitsandbytes__${scheme.kind}`, dtype: 'U8', shape: [256] },
  ];
}

/** bitsandbytes turns a weight into halves before it makes 8 bits of it; where one is too large for that, it stays. */
function asHalf(values: Float32Array, dtype: Dtype): Float32Array {
  if (dtype === 'F16') return values;
  const halves = float16ToFloat32(float32ToFloat16(values));
  return halves.every(Number.isFinite) ? halves : values;
}

export function checkFinite(values: Float32Array, [, columns = 1]: readonly number[], where: Where): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) throw notFinite(values[i] as number, i, columns, where);
}

export function notFinite(value: number, index: number, columns: number, where: Where): DtypeError {
  return new DtypeError(
    'NOT_FINITE',
    `the weight at row ${Math.floor(index / columns)}, column ${index % columns} is ${value}; a scale cannot be found. Leave this module out (--skip) or repair the model.`,
    where,
  );
}
