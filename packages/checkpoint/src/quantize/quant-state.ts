/** The tensors that describe a 4-bit weight in a file, by the names and in the bytes of bitsandbytes' `QuantState`. */

import { FormatError } from '../errors.ts';
import { isRecord, parseJsonObject } from '../json/strict-json.ts';
import type { NewTensor } from '../safetensors/header.ts';
import { bytesOf } from '../tensor/dtype.ts';
import type { FourBitType } from './codebooks.ts';
import { LEVELS } from './codebooks.ts';
import { DYNAMIC_MAP, NESTED_BLOCK, type NestedScales } from './double-quant.ts';
import { BLOCK_SIZES, type BlockSize } from './four-bit.ts';

export type TorchFloat = 'float16' | 'bfloat16' | 'float32';

export interface QuantState {
  readonly type: FourBitType;
  readonly blockSize: BlockSize;
  /** Number format of the weight before quantisation, and of what comes back. */
  readonly dtype: TorchFloat;
  /** Shape of the weight. */
  readonly shape: readonly number[];
  readonly nestedOffset?: number | undefined;
}

export interface FilledTensor extends NewTensor {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The tensors beside `name` (the packed weight itself excepted). */
export function stateTensors(
  name: string,
  state: QuantState,
  scales: Float32Array<ArrayBuffer> | NestedScales,
): FilledTensor[] {
  const f32 = (suffix: string, values: Float32Array<ArrayBuffer>): FilledTensor => ({
    name: `${name}.${suffix}`,
    dtype: 'F32',
    shape: [values.length],
    bytes: bytesOf(values),
  });
  const u8 = (suffix: string, bytes: Uint8Array<ArrayBuffer>): FilledTensor => ({
    name: `${name}.${suffix}`,
    dtype: 'U8',
    shape: [bytes.length],
    bytes,
  });
  const nested = scales instanceof Float32Array ? undefined : scales;
  return [
    scales instanceof Float32Array ? f32('absmax', scales) : u8('absmax', scales.codes),
    f32('quant_map', LEVELS[state.type]),
    ...(nested ? [f32('nested_absmax', nested.absmax), f32('nested_quant_map', DYNAMIC_MAP)] : []),
    u8(`quant_state.bitsandbytes__${state.type}`, encodeState({ ...state, nestedOffset: nested?.offset })),
  ];
}

/** What `json.dumps` writes for the parts that are no tensors. */
export function encodeState({
  type,
  blockSize,
  dtype,
  shape,
  nestedOffset,
}: QuantState): Uint8Array<ArrayBuffer> {
  const nested =
    nestedOffset === undefined
      ? ''
      : `, "nested_blocksize": ${NESTED_BLOCK}, "nested_dtype": "float32", "nested_offset": ${pythonFloat(nestedOffset)}`;
  return new TextEncoder().encode(
    `{"quant_type": "${type}", "blocksize": ${blockSize}, "dtype": "${dtype}", "shape": [${shape.join(', ')}]${nested}}`,
  );
}

/** @throws FormatError naming file and tensor. */
export function decodeState(bytes: Uint8Array, file: string, tensor: string): QuantState {
  const state = parseJsonObject(new TextDecoder().decode(bytes), file);
  const { quant_type: type, blocksize, dtype, shape, nested_offset: offset } = state;
  const blockSize = BLOCK_SIZES.find((size) => size === blocksize);
  if (
    !isRecord(state) ||
    (type !== 'nf4' && type !== 'fp4') ||
    !blockSize ||
    (dtype !== 'float16' && dtype !== 'bfloat16' && dtype !== 'float32') ||
    !Array.isArray(shape) ||
    !shape.every((size) => Number.isSafeInteger(size) && size >= 0) ||
    (offset !== undefined && typeof offset !== 'number')
  )
    throw new FormatError('BAD_QUANT_STATE', 'is no quant_state of a 4-bit weight that can be read here.', {
      file,
      tensor,
    });
  return { type, blockSize, dtype, shape: shape as number[], nestedOffset: offset };
}

/** A double as Python's `repr` writes it: the same digits as JavaScript, another switch to exponents. */
export function pythonFloat(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  if (value === 0) return '0.0';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) {
    const text = exponent < 0 ? expand(digits, exponent) : String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function expand(digits: string, exponent: number): string {
  const sign = digits.startsWith('-') ? '-' : '';
  return `${sign}0.${'0'.repeat(-exponent - 1)}${digits.replace(/[-.]/g, '')}`;
}
