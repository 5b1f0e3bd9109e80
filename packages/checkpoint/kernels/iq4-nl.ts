/**
 * IQ4_NL: blocks of 32, each element one of 16 unevenly spaced values times the block's scale.
 * Four blocks lie side by side in the lanes of a vector, as in k-quants.
 */
import { toHalf } from './half';

/** The sixteen values (ggml's `kvalues_iq4nl`), as one vector of signed bytes. */
// @ts-ignore: decorator
@inline
function values(): v128 {
  return i8x16(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);
}

/** Half-way points between neighbouring values: at or above the k-th, the (k+1)-th value is the nearer. */
const BOUNDS = memory.data<f32>([
  -115.5, -93.5, -74, -57, -42, -28.5, -16, -4.5, 7, 19, 31.5, 45.5, 61, 79, 101, 0,
]);

const X = memory.data(512, 16);
const W = memory.data(512, 16);

/** Index of the nearest value for each lane. */
// @ts-ignore: decorator
@inline
function nearestValue(x: v128): v128 {
  let index = i32x4.splat(0);
  for (let k: usize = 0; k < 60; k += 4) index = i32x4.sub(index, f32x4.ge(x, v128.load32_splat(BOUNDS + k)));
  return index;
}

// @ts-ignore: decorator
@inline
function valueAt(index: v128): v128 {
  // The upper three bytes of each lane select nothing, which swizzle makes zero; then the sign is spread.
  const byte = i8x16.swizzle(values(), v128.or(index, i32x4.splat(<i32>0xffffff00)));
  return f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.shl(byte, 24), 24));
}

let sumQX: v128 = f32x4.splat(0);
let sumQ2: v128 = f32x4.splat(0);

function moments(id: v128): void {
  let qx = f32x4.splat(0);
  let q2 = f32x4.splat(0);
  for (let i: usize = 0; i < 512; i += 16) {
    const x = v128.load(X + i);
    const q = valueAt(nearestValue(f32x4.mul(id, x)));
    const wq = f32x4.mul(v128.load(W + i), q);
    qx = f32x4.add(qx, f32x4.mul(wq, x));
    q2 = f32x4.add(q2, f32x4.mul(wq, q));
  }
  sumQX = qx;
  sumQ2 = q2;
}

/** Four blocks at `src` whose lanes lie `stride` bytes apart (0 repeats one block); writes `count` of them. */
function fourBlocks(src: usize, stride: usize, dst: usize, count: usize): void {
  const zero = f32x4.splat(0);
  let size = zero;
  let extreme = zero;
  for (let i: usize = 0; i < 32; i += 1) {
    const at = src + (i << 2);
    let x = f32x4.splat(load<f32>(at));
    x = f32x4.replace_lane(x, 1, load<f32>(at + stride));
    x = f32x4.replace_lane(x, 2, load<f32>(at + 2 * stride));
    x = f32x4.replace_lane(x, 3, load<f32>(at + 3 * stride));
    v128.store(X + (i << 4), x);
    v128.store(W + (i << 4), f32x4.mul(x, x));
    const magnitude = f32x4.abs(x);
    const larger = f32x4.gt(magnitude, size);
    size = v128.bitselect(magnitude, size, larger);
    extreme = v128.bitselect(x, extreme, larger);
  }
  const empty = f32x4.lt(size, f32x4.splat(1e-15));
  extreme = v128.bitselect(f32x4.splat(1), extreme, empty);
  // First the scale that maps the extreme element onto the extreme value, then fifteen around it.
  moments(f32x4.div(f32x4.splat(1), f32x4.div(f32x4.neg(extreme), f32x4.splat(-127))));
  let d = v128.bitselect(f32x4.div(sumQX, sumQ2), zero, f32x4.gt(sumQ2, zero));
  let best = f32x4.mul(d, sumQX);
  for (let trial = -7; trial <= 7; trial += 1) {
    moments(f32x4.div(f32x4.splat(<f32>(trial - 127)), extreme));
    const better = v128.and(f32x4.gt(sumQ2, zero), f32x4.gt(f32x4.mul(sumQX, sumQX), f32x4.mul(best, sumQ2)));
    const fit = f32x4.div(sumQX, sumQ2);
    d = v128.bitselect(fit, d, better);
    best = v128.bitselect(f32x4.mul(fit, sumQX), best, better);
  }
  d = v128.andnot(d, empty);
  const id = v128.bitselect(f32x4.div(f32x4.splat(1), d), zero, f32x4.ne(d, zero));
  for (let i: usize = 0; i < 512; i += 16) v128.store(W + i, nearestValue(f32x4.mul(id, v128.load(X + i))));
  v128.store(X, d);
  for (let lane: usize = 0; lane < count; lane += 1) {
    const out = dst + lane * 18;
    store<u16>(out, toHalf(load<f32>(X + (lane << 2))));
    for (let j: usize = 0; j < 16; j += 1) {
      const low = load<u32>(W + (j << 4) + (lane << 2));
      const high = load<u32>(W + ((j + 16) << 4) + (lane << 2));
      store<u8>(out + 2 + j, low | (high << 4));
    }
  }
}

/** IQ4_NL: 18 bytes for 32 elements. */
export function quantizeIQ4_NL(src: usize, dst: usize, blocks: i32): void {
  let b = 0;
  for (; b + 4 <= blocks; b += 4) {
    fourBlocks(src, 128, dst, 4);
    src += 512;
    dst += 72;
  }
  for (; b < blocks; b += 1) {
    fourBlocks(src, 0, dst, 1);
    src += 128;
    dst += 18;
  }
}
