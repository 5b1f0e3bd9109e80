/** NF4 and FP4 as bitsandbytes computes them, in plain TypeScript: the reference for the fast kernels. */

import { OptionError } from '../errors.ts';
import { BOUNDS, type FourBitType, LEVELS, RISING } from './codebooks.ts';

export const BLOCK_SIZES = [64, 128, 256, 512, 1024, 2048, 4096] as const;
export type BlockSize = (typeof BLOCK_SIZES)[number];

export interface FourBitBlocks {
  /** Two values a byte, the first in the high half; the last byte of an odd count ends with the code of zero. */
  readonly packed: Uint8Array<ArrayBuffer>;
  /** Largest absolute value of each block. */
  readonly absmax: Float32Array<ArrayBuffer>;
}

const TINY = Math.fround(1e-38);

export function checkBlockSize(blockSize: number): BlockSize {
  const found = BLOCK_SIZES.find((size) => size === blockSize);
  if (!found)
    throw new OptionError('BLOCK_SIZE', `The block size ${blockSize} is none of ${BLOCK_SIZES.join(', ')}.`);
  return found;
}

/**
 * Scales each block of values by its largest absolute value and rounds to the nearest level, ties downwards, in single
 * precision and in the order of operations of bitsandbytes 0.50 on CPU. Values must be finite.
 */
export function quantizeFourBit(
  values: Float32Array,
  type: FourBitType,
  blockSize: BlockSize,
): FourBitBlocks {
  const blocks = Math.ceil(values.length / blockSize);
  const absmax = new Float32Array(blocks);
  const packed = new Uint8Array(Math.ceil(values.length / 2));
  const [bounds, rising] = [BOUNDS[type], RISING[type]];
  for (let block = 0; block < blocks; block++) {
    const start = block * blockSize;
    const end = Math.min(values.length, start + blockSize);
    let largest = 0;
    for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(values[i] as number));
    const whole = end - start === blockSize;
    const divisor = Math.max(largest, TINY);
    // A last, partial block is divided by its maximum, the others multiplied by the reciprocal: rounding differs.
    absmax[block] = whole ? largest : divisor;
    const inverse = Math.fround(1 / divisor);
    for (let i = start; i < end; i++) {
      const value = values[i] as number;
      const scaled = Math.fround(whole ? value * inverse : value / divisor);
      const code = rising[levelOf(scaled, bounds)] as number;
      packed[i >> 1] = (packed[i >> 1] as number) | (i % 2 === 0 ? code << 4 : code);
    }
  }
  if (values.length % 2 === 1) {
    const last = packed.length - 1;
    packed[last] = (packed[last] as number) | (rising[levelOf(0, bounds)] as number);
  }
  return { packed, absmax };
}

/** How many of the rising bounds lie below the value. */
function levelOf(value: number, bounds: Float32Array): number {
  let low = 0;
  for (let half = 8; half > 0; half >>= 1) if ((bounds[low + half - 1] as number) < value) low += half;
  return low;
}

/** Level times scale, in single precision. @param count Number of values; the packed bytes hold one more if it is odd. */
export function dequantizeFourBit(
  { packed, absmax }: FourBitBlocks,
  type: FourBitType,
  blockSize: BlockSize,
  count: number,
): Float32Array<ArrayBuffer> {
  const levels = LEVELS[type];
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const byte = packed[i >> 1] as number;
    const code = i % 2 === 0 ? byte >> 4 : byte & 15;
    values[i] = (levels[code] as number) * (absmax[Math.floor(i / blockSize)] as number);
  }
  return values;
}
