/**
 * The types with blocks of 32 and one scale (and perhaps one minimum): Q4_0, Q4_1, Q5_0, Q5_1, Q8_0.
 * All quantise `blocks` blocks of singles at `src` into `dst`.
 */
import { toHalf } from './half';
import { roundAway, truncateToByte } from './rounding';

/** The greatest magnitude in a block. */
// @ts-ignore: decorator
@inline
function magnitude(src: usize): f32 {
  let size = f32x4.splat(0);
  for (let j: usize = 0; j < 128; j += 16) size = f32x4.pmax(size, f32x4.abs(v128.load(src + j)));
  const pairs = f32x4.pmax(size, v128.shuffle<f32>(size, size, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/** The element of greatest magnitude, the first of equals; 0 for a block of zeros. */
// @ts-ignore: decorator
@inline
function extreme(src: usize): f32 {
  const size = magnitude(src);
  if (size == 0) return 0;
  const wanted = f32x4.splat(size);
  for (let j: usize = 0; j < 128; j += 16) {
    const found = i32x4.bitmask(f32x4.eq(f32x4.abs(v128.load(src + j)), wanted));
    if (found != 0) return load<f32>(src + j + (<usize>ctz(found) << 2));
  }
  return 0;
}

/** Sixteen elements at `src` as bytes: each × id + shift, truncated. For products that a byte can hold. */
// @ts-ignore: decorator
@inline
function truncated16(src: usize, id: v128, shift: v128): v128 {
  const a = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(v128.load(src), id), shift));
  const b = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(v128.load(src, 16), id), shift));
  const c = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(v128.load(src, 32), id), shift));
  const d = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(v128.load(src, 48), id), shift));
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}

/** Four elements × id, to the nearest integer, ties away from zero. */
// @ts-ignore: decorator
@inline
function roundedAway4(src: usize, id: v128): v128 {
  const x = f32x4.mul(v128.load(src), id);
  const whole = f32x4.trunc(x);
  const away = f32x4.ge(f32x4.abs(f32x4.sub(x, whole)), f32x4.splat(0.5));
  const one = v128.or(v128.and(x, i32x4.splat(<i32>0x80000000)), f32x4.splat(1));
  return i32x4.trunc_sat_f32x4_s(f32x4.add(whole, v128.and(away, one)));
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
    if (abs<f32>(id) <= f32.MAX_VALUE) {
      const most = i8x16.splat(15);
      const low = i8x16.min_u(truncated16(src, f32x4.splat(id), f32x4.splat(8.5)), most);
      const high = i8x16.min_u(truncated16(src + 64, f32x4.splat(id), f32x4.splat(8.5)), most);
      v128.store(dst + 2, v128.or(low, i16x8.shl(high, 4)));
    } else for (let j: usize = 0; j < 16; j += 1) {
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
    const scale = magnitude(src) / 127;
    const id = inverse(scale);
    store<u16>(dst, toHalf(scale));
    if (abs<f32>(id) <= f32.MAX_VALUE) {
      const by = f32x4.splat(id);
      for (let half: usize = 0; half < 2; half += 1) {
        const from = src + (half << 6);
        const left = i16x8.narrow_i32x4_s(roundedAway4(from, by), roundedAway4(from + 16, by));
        const right = i16x8.narrow_i32x4_s(roundedAway4(from + 32, by), roundedAway4(from + 48, by));
        v128.store(dst + 2 + (half << 4), i8x16.narrow_i16x8_s(left, right));
      }
    } else for (let j: usize = 0; j < 32; j += 1)
      store<u8>(dst + 2 + j, truncateToByte(roundAway(load<f32>(src + (j << 2)) * id)));
    src += 128;
    dst += 34;
  }
}
