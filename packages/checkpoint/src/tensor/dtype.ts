/** Number formats of tensors and their exact conversion to and from single precision. */

import { DtypeError, type Where } from '../errors.ts';
import { bf16ToFloat32, float16ToFloat32, float32ToBf16, float32ToFloat16 } from './half.ts';

/** Bytes of one element, by the names that safetensors uses. */
export const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

export type Dtype = keyof typeof DTYPE_BYTES;

export const isDtype = (name: string): name is Dtype => Object.hasOwn(DTYPE_BYTES, name);

/** Whether weights of this format can be quantised. */
export const isFloating = (name: string): boolean => name.startsWith('F') || name === 'BF16';

/** Bytes at an address that typed arrays of `alignment` bytes can stand on, copied only where needed. */
export function aligned(bytes: Uint8Array<ArrayBuffer>, alignment: number): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % alignment === 0 ? bytes : bytes.slice();
}

/**
 * Little-endian bytes of `dtype` as single precision. F16, BF16, F8, I8, U8, I16, U16 and BOOL are exact; F64, I32,
 * U32, I64 and U64 round to nearest, ties to even. NaN stays NaN. F32 shares memory with `bytes` where that is aligned.
 * @throws DtypeError where the length is not a whole number of elements.
 */
export function toFloat32(
  bytes: Uint8Array<ArrayBuffer>,
  dtype: Dtype,
  where?: Where,
): Float32Array<ArrayBuffer> {
  const width = DTYPE_BYTES[dtype];
  if (bytes.length % width !== 0)
    throw new DtypeError(
      'PARTIAL_ELEMENT',
      `${bytes.length} bytes are not a whole number of ${dtype} elements of ${width} bytes.`,
      where,
    );
  const { buffer, byteOffset, length: byteLength } = aligned(bytes, width);
  const length = byteLength / width;
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer, byteOffset, length);
    case 'F16':
      return float16ToFloat32(new Uint16Array(buffer, byteOffset, length));
    case 'BF16':
      return bf16ToFloat32(new Uint16Array(buffer, byteOffset, length));
    case 'F8_E4M3':
      return Float32Array.from(bytes, e4m3);
    case 'F8_E5M2':
      // Half precision without its last eight bits.
      return float16ToFloat32(Uint16Array.from(bytes, (byte) => byte << 8));
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, length));
    case 'I8':
      return Float32Array.from(new Int8Array(buffer, byteOffset, length));
    case 'U8':
    case 'BOOL':
      return Float32Array.from(bytes);
    case 'I16':
      return Float32Array.from(new Int16Array(buffer, byteOffset, length));
    case 'U16':
      return Float32Array.from(new Uint16Array(buffer, byteOffset, length));
    case 'I32':
      return Float32Array.from(new Int32Array(buffer, byteOffset, length));
    case 'U32':
      return Float32Array.from(new Uint32Array(buffer, byteOffset, length));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer, byteOffset, length), bigToFloat32);
    case 'U64':
      return Float32Array.from(new BigUint64Array(buffer, byteOffset, length), bigToFloat32);
  }
}

/**
 * Single precision as little-endian bytes of `dtype`, rounded to nearest, ties to even. F16 and BF16 overflow to
 * infinity and turn every NaN into the quiet one; whole numbers saturate.
 * @throws DtypeError for NaN in a format of whole numbers, and for F8, I64 and U64, which nothing here writes.
 */
export function fromFloat32(values: Float32Array, dtype: Dtype, where?: Where): Uint8Array<ArrayBuffer> {
  switch (dtype) {
    case 'F32':
      return bytesOf(new Float32Array(values));
    case 'F64':
      return bytesOf(Float64Array.from(values));
    case 'F16':
      return bytesOf(float32ToFloat16(values));
    case 'BF16':
      return bytesOf(float32ToBf16(values));
    case 'I8':
      return bytesOf(Int8Array.from(whole(values, -128, 127, dtype, where)));
    case 'U8':
      return bytesOf(Uint8Array.from(whole(values, 0, 255, dtype, where)));
    case 'BOOL':
      return bytesOf(Uint8Array.from(whole(values, 0, 1, dtype, where)));
    case 'I16':
      return bytesOf(Int16Array.from(whole(values, -32768, 32767, dtype, where)));
    case 'U16':
      return bytesOf(Uint16Array.from(whole(values, 0, 65535, dtype, where)));
    case 'I32':
      return bytesOf(Int32Array.from(whole(values, -2147483648, 2147483647, dtype, where)));
    case 'U32':
      return bytesOf(Uint32Array.from(whole(values, 0, 4294967295, dtype, where)));
    default:
      throw new DtypeError(
        'NOT_WRITABLE',
        `${dtype} can be read but not written. Use F16, BF16 or F32.`,
        where,
      );
  }
}

/** A whole number up to 2^24 places of ties correctly: rounding half to even, as IEEE 754 does by default. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

export const bytesOf = (view: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

function whole(
  values: Float32Array,
  low: number,
  high: number,
  dtype: Dtype,
  where: Where | undefined,
): Float64Array {
  const rounded = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value))
      throw new DtypeError('NAN_TO_INTEGER', `element ${i} is NaN, which ${dtype} cannot hold.`, where);
    rounded[i] = Math.min(high, Math.max(low, roundHalfEven(value)));
  }
  return rounded;
}

/** The 8-bit format with 4 exponent bits, no infinity and one NaN a sign (Micikevicius et al. 2022, table 1). */
function e4m3(byte: number): number {
  const sign = byte & 0x80 ? -1 : 1;
  const exponent = (byte >> 3) & 15;
  const fraction = byte & 7;
  if (exponent === 15 && fraction === 7) return Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (8 + fraction) * 2 ** (exponent - 10));
}

/** Number(big) may round to 53 bits on the way to 24; an odd bit kept below ("sticky") makes the second rounding right. */
function bigToFloat32(value: bigint): number {
  const size = value < 0n ? -value : value;
  if (size <= 0x1f_ffff_ffff_ffffn) return Math.fround(Number(value));
  const sticky = (size & 0xfffn) === 0n ? 0n : 0x1000n;
  const kept = ((size >> 12n) << 12n) | sticky;
  return Math.fround(Number(value < 0n ? -kept : kept));
}
