/**
 * The types with blocks of 32 and one scale (and perhaps one minimum): Q4_0, Q4_1, Q5_0, Q5_1, Q8_0.
 * All quantise `blocks` blocks of singles at `src` into `dst`.
 */
import { toHalf } from './half';
import { roundAway, truncateToByte } from './rounding';

/** The element of greatest magnitude, the first of equals; 0 for a block of zeros. */
// @ts-ignore: decorator
@inline
function extreme(src: usize): f32 {
  let size: f32 = 0;
  let value: f32 = 0;
  for (let j: usize = 0; j < 128; j += 4) {
    const x = load<f32>(src + j);
    const magnitude = abs<f32>(x);
    const larger = size < magnitude;
    size = select<f32>(magnitude, size, larger);
    value = select<f32>(x, value, larger);
  }
  return value;
}

// @ts-ignore: decorator
@inline
function inverse(scale: f32): f32 {
  return scale != 0 ? <f32>1 / scale : 0;
}

/** The smaller as signed bytes, taken as unsigned: what the reference's mixture of types amounts to. */
// @ts-ignore: decorator
@inline
function clampByte(most: i32, byte: i32): u32 {
  return <u32>(min<i32>(most, byte) & 0xff);
}

export function quantizeQ4_0(src: usize, dst: usize, blocks: i32): void {
  for (let b = 0; b < blocks; b += 1) {
    const scale = extreme(src) / -8;
    const id = inverse(scale);
    store<u16>(dst, toHalf(scale));
    for (let j: usize = 0; j < 16; j += 1) {
      const low = clampByte(15, truncateToByte(load<f32>(src + (j << 2)) * id + 8.5));
      const high = clampByte(15, truncateToByte(load<f32>(src + 64 + (j << 2)) * id + 8.5));
      store<u8>(dst + 2 + j, low | (high << 4));
    }
    src += 128;
    dst += 18;
  }
}

export function quantizeQ5_0(src: usize, dst: usize, blocks: i32): void {
  for (let b = 0; b < blocks; b += 1) {
    const scale = extreme(src) / -16;
    const id = inverse(scale);
    store<u16>(dst, toHalf(scale));
    let fifth: u32 = 0;
    for (let j: usize = 0; j < 16; j += 1) {
      const low = clampByte(31, truncateToByte(load<f32>(src + (j << 2)) * id + 16.5));
      const high = clampByte(31, truncateToByte(load<f32>(src + 64 + (j << 2)) * id + 16.5));
      store<u8>(dst + 6 + j, (low & 15) | ((high & 15) << 4));
      fifth |= ((low >>> 4) << <u32>j) | ((high >>> 4) << (<u32>j + 16));
    }
    store<u32>(dst + 2, fifth);
    src += 128;
    dst += 22;
  }
}

let least: f32 = 0;
let greatest: f32 = 0;

function range(src: usize): void {
  least = f32.MAX_VALUE;
  greatest = -f32.MAX_VALUE;
  for (let j: usize = 0; j < 128; j += 4) {
    const x = load<f32>(src + j);
    if (x < least) least = x;
    if (x > greatest) greatest = x;
  }
}

export function quantizeQ4_1(src: usize, dst: usize, blocks: i32): void {
  for (let b = 0; b < blocks; b += 1) {
    range(src);
    const low = least;
    const scale = (greatest - low) / 15;
    const id = inverse(scale);
    store<u16>(dst, toHalf(scale));
    store<u16>(dst + 2, toHalf(low));
    for (let j: usize = 0; j < 16; j += 1) {
      const first = clampByte(15, truncateToByte((load<f32>(src + (j << 2)) - low) * id + 0.5));
      const second = clampByte(15, truncateToByte((load<f32>(src + 64 + (j << 2)) - low) * id + 0.5));
      store<u8>(dst + 4 + j, first | (second << 4));
    }
    src += 128;
    dst += 20;
  }
}

export function quantizeQ5_1(src: usize, dst: usize, blocks: i32): void {
  for (let b = 0; b < blocks; b += 1) {
    range(src);
    const low = least;
    const scale = (greatest - low) / 31;
    const id = inverse(scale);
    store<u16>(dst, toHalf(scale));
    store<u16>(dst + 2, toHalf(low));
    let fifth: u32 = 0;
    for (let j: usize = 0; j < 16; j += 1) {
      const first = <u32>(<u8>truncateToByte((load<f32>(src + (j << 2)) - low) * id + 0.5));
      const second = <u32>(<u8>truncateToByte((load<f32>(src + 64 + (j << 2)) - low) * id + 0.5));
      store<u8>(dst + 8 + j, (first & 15) | ((second & 15) << 4));
      fifth |= (((first >>> 4) & 1) << <u32>j) | (((second >>> 4) & 1) << (<u32>j + 16));
    }
    store<u32>(dst + 4, fifth);
    src += 128;
    dst += 24;
  }
}

export function quantizeQ8_0(src: usize, dst: usize, blocks: i32): void {
  for (let b = 0; b < blocks; b += 1) {
    const scale = abs<f32>(extreme(src)) / 127;
    const id = inverse(scale);
    store<u16>(dst, toHalf(scale));
    for (let j: usize = 0; j < 32; j += 1)
      store<u8>(dst + 2 + j, truncateToByte(roundAway(load<f32>(src + (j << 2)) * id)));
    src += 128;
    dst += 34;
  }
}
