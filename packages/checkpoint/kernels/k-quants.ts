/**
 * Q4_K, Q5_K and Q6_K: super-blocks of 256 elements, whose sub-blocks have quantised scales of their own.
 *
 * Every sum of the reference runs over one sub-block in order, so four sub-blocks lie side by side in the four
 * lanes of a vector here: each lane does exactly the reference's additions, in its order, and the bytes agree.
 */
import { fromHalf, toHalf } from './half';
import { MAGIC, nearest, nearest4 } from './rounding';

/** Scratch: 32 vectors each of elements, weights and levels, for one group of four sub-blocks. */
const X = memory.data(512, 16);
const W = memory.data(512, 16);
const WX = memory.data(512, 16);
const L = memory.data(512, 16);
/** 256 levels as the search left them; and the scale and minimum of up to 16 sub-blocks. */
const LEVELS = memory.data(1024, 16);
const SCALES = memory.data(64, 16);
const MINS = memory.data(64, 16);

/** Bits of 1.5 × 2²³; as integers, the bits of MAGIC + n are MAGIC_BITS + n. */
const MAGIC_BITS = 0x4b400000;

/** Rows of four sub-blocks, `length` elements each, one after the other at `src`, to lanes at X. */
// @ts-ignore: decorator
@inline
function toLanes(src: usize, length: usize): void {
  const stride = length << 2;
  for (let i: usize = 0; i < stride; i += 16) {
    const a = v128.load(src + i);
    const b = v128.load(src + stride + i);
    const c = v128.load(src + 2 * stride + i);
    const d = v128.load(src + 3 * stride + i);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    const to = X + (i << 2);
    v128.store(to, v128.shuffle<f64>(ab, cd, 0, 2));
    v128.store(to, v128.shuffle<f64>(ab, cd, 1, 3), 16);
    v128.store(to, v128.shuffle<f64>(abHigh, cdHigh, 0, 2), 32);
    v128.store(to, v128.shuffle<f64>(abHigh, cdHigh, 1, 3), 48);
  }
}

/** Levels in lanes, as integers at L, back to rows of `length` at `dst`. */
// @ts-ignore: decorator
@inline
function fromLanes(dst: usize, length: usize): void {
  for (let i: usize = 0; i < length; i += 1)
    for (let lane: usize = 0; lane < 4; lane += 1)
      store<i32>(dst + ((lane * length + i) << 2), load<i32>(L + (i << 4) + (lane << 2)));
}

/** Levels 0 to `most` of one vector, as floats: nearest, clamped, for products known to be below 2²². */
// @ts-ignore: decorator
@inline
function levelTame(product: v128, most: i32): v128 {
  const bits = f32x4.add(product, f32x4.splat(MAGIC));
  const clamped = i32x4.min_s(i32x4.max_s(bits, i32x4.splat(MAGIC_BITS)), i32x4.splat(MAGIC_BITS + most));
  return f32x4.sub(clamped, f32x4.splat(MAGIC));
}

/** The same for any product. */
// @ts-ignore: decorator
@inline
function levelWild(product: v128, most: i32): v128 {
  const level = i32x4.min_s(i32x4.max_s(nearest4(product), i32x4.splat(0)), i32x4.splat(most));
  return f32x4.convert_i32x4_s(level);
}

let sumL: v128 = f32x4.splat(0);
let sumL2: v128 = f32x4.splat(0);
let sumXL: v128 = f32x4.splat(0);

// @ts-ignore: decorator
@inline
function moments(iscale: v128, low: v128, most: i32, wild: bool): void {
  let l1 = f32x4.splat(0);
  let l2 = f32x4.splat(0);
  let xl = f32x4.splat(0);
  for (let i: usize = 0; i < 512; i += 16) {
    const x = v128.load(X + i);
    const product = f32x4.mul(iscale, f32x4.sub(x, low));
    const level = wild ? levelWild(product, most) : levelTame(product, most);
    v128.store(L + i, level);
    const wl = f32x4.mul(v128.load(W + i), level);
    l1 = f32x4.add(l1, wl);
    l2 = f32x4.add(l2, f32x4.mul(wl, level));
    xl = f32x4.add(xl, f32x4.mul(wl, x));
  }
  sumL = l1;
  sumL2 = l2;
  sumXL = xl;
}

function momentsWild(iscale: v128, low: v128, most: i32): void {
  moments(iscale, low, most, true);
}

/** Σ w (scale·L + low − x)² over the levels at L. */
// @ts-ignore: decorator
@inline
function weightedError(scale: v128, low: v128): v128 {
  let error = f32x4.splat(0);
  for (let i: usize = 0; i < 512; i += 16) {
    const fitted = f32x4.add(f32x4.mul(scale, v128.load(L + i)), low);
    const difference = f32x4.sub(fitted, v128.load(X + i));
    error = f32x4.add(error, f32x4.mul(v128.load(W + i), f32x4.mul(difference, difference)));
  }
  return error;
}

/** Whether every product that this scale and minimum give stays below 2²² in size, in all lanes. */
// @ts-ignore: decorator
@inline
function tame(iscale: v128, low: v128, least: v128, greatest: v128): bool {
  const a = f32x4.abs(f32x4.mul(iscale, f32x4.sub(least, low)));
  const b = f32x4.abs(f32x4.mul(iscale, f32x4.sub(greatest, low)));
  const most = f32x4.splat(4194303);
  return i32x4.all_true(v128.and(f32x4.le(a, most), f32x4.le(b, most)));
}

/**
 * Scales and minima of the four sub-blocks of 32 at `src`: for each of `steps` + 1 trial scales the weighted
 * least-squares fit of x ≈ scale·L + min (min ≤ 0), the one of least weighted error kept. The weights are
 * root mean square + |x|. Leaves the levels of the search at LEVELS.
 */
// @ts-ignore: decorator
@inline
function searchScales(src: usize, group: usize, most: i32, first: f32, steps: i32): void {
  toLanes(src, 32);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  let squares = zero;
  for (let i: usize = 0; i < 512; i += 16) {
    const x = v128.load(X + i);
    squares = f32x4.add(squares, f32x4.mul(x, x));
  }
  const rms = f32x4.sqrt(f32x4.mul(squares, f32x4.splat(0.03125)));
  const x0 = v128.load(X);
  let sumW = f32x4.add(rms, f32x4.abs(x0));
  let sumX = f32x4.mul(sumW, x0);
  let least = x0;
  let greatest = x0;
  v128.store(W, sumW);
  for (let i: usize = 16; i < 512; i += 16) {
    const x = v128.load(X + i);
    least = f32x4.pmin(least, x);
    greatest = f32x4.pmax(greatest, x);
    const w = f32x4.add(rms, f32x4.abs(x));
    v128.store(W + i, w);
    sumW = f32x4.add(sumW, w);
    sumX = f32x4.add(sumX, f32x4.mul(w, x));
  }
  let low = v128.bitselect(zero, least, f32x4.gt(least, zero));
  const flat = f32x4.eq(greatest, low);
  const flatLow = low;
  // A flat sub-block needs no search; a range of one keeps its lane's numbers harmless.
  const top = v128.bitselect(f32x4.add(low, one), greatest, flat);
  let iscale = f32x4.div(f32x4.splat(<f32>most), f32x4.sub(top, low));
  let scale = f32x4.div(one, iscale);
  let bestIscale = iscale;
  let bestLow = low;
  if (tame(iscale, low, least, greatest)) moments(iscale, low, most, false);
  else momentsWild(iscale, low, most);
  let best = weightedError(scale, low);
  for (let step = 0; step <= steps; step += 1) {
    const target = first + <f32>0.1 * <f32>step + <f32>most;
    iscale = f32x4.div(f32x4.splat(target), f32x4.sub(top, low));
    if (tame(iscale, low, least, greatest)) moments(iscale, low, most, false);
    else momentsWild(iscale, low, most);
    const determinant = f32x4.sub(f32x4.mul(sumW, sumL2), f32x4.mul(sumL, sumL));
    let fitScale = f32x4.div(f32x4.sub(f32x4.mul(sumW, sumXL), f32x4.mul(sumX, sumL)), determinant);
    let fitLow = f32x4.div(f32x4.sub(f32x4.mul(sumL2, sumX), f32x4.mul(sumL, sumXL)), determinant);
    const above = f32x4.gt(fitLow, zero);
    fitScale = v128.bitselect(f32x4.div(sumXL, sumL2), fitScale, above);
    fitLow = v128.bitselect(zero, fitLow, above);
    const error = weightedError(fitScale, fitLow);
    const better = v128.and(f32x4.lt(error, best), f32x4.gt(determinant, zero));
    bestIscale = v128.bitselect(iscale, bestIscale, better);
    bestLow = v128.bitselect(low, bestLow, better);
    best = v128.bitselect(error, best, better);
    scale = v128.bitselect(fitScale, scale, better);
    low = v128.bitselect(fitLow, low, better);
  }
  v128.store(SCALES + (group << 4), v128.bitselect(zero, scale, flat));
  v128.store(MINS + (group << 4), f32x4.neg(v128.bitselect(flatLow, low, flat)));
  for (let i: usize = 0; i < 512; i += 16) {
    const product = f32x4.mul(bestIscale, f32x4.sub(v128.load(X + i), bestLow));
    const level = i32x4.min_s(i32x4.max_s(nearest4(product), i32x4.splat(0)), i32x4.splat(most));
    v128.store(L + i, v128.andnot(level, flat));
  }
  fromLanes(LEVELS + (group << 9), 32);
}

// @ts-ignore: decorator
@inline
function scaleAt(scales: usize, j: usize): u32 {
  if (j < 4) return load<u8>(scales + j) & 63;
  return (load<u8>(scales + j + 4) & 15) | ((load<u8>(scales + j - 4) >>> 6) << 4);
}

// @ts-ignore: decorator
@inline
function minAt(scales: usize, j: usize): u32 {
  if (j < 4) return load<u8>(scales + j + 4) & 63;
  return (load<u8>(scales + j + 4) >>> 4) | ((load<u8>(scales + j) >>> 6) << 4);
}

/** Writes the head of a Q4_K or Q5_K block (d, dmin, 12 bytes of 6-bit scales), and the levels under them to LEVELS. */
// @ts-ignore: decorator
@inline
function quantizeScales(src: usize, dst: usize, most: i32): void {
  let maxScale: f32 = 0;
  let maxMin: f32 = 0;
  for (let j: usize = 0; j < 32; j += 4) {
    const scale = load<f32>(SCALES + j);
    const low = load<f32>(MINS + j);
    if (scale > maxScale) maxScale = scale;
    if (low > maxMin) maxMin = low;
  }
  const inverseScale: f32 = maxScale > 0 ? <f32>63 / maxScale : 0;
  const inverseMin: f32 = maxMin > 0 ? <f32>63 / maxMin : 0;
  const packed = dst + 4;
  for (let j: usize = 0; j < 8; j += 1) {
    const s = min<u32>(63, nearest(inverseScale * load<f32>(SCALES + (j << 2))) & 0xff);
    const m = min<u32>(63, nearest(inverseMin * load<f32>(MINS + (j << 2))) & 0xff);
    if (j < 4) {
      store<u8>(packed + j, s);
      store<u8>(packed + j + 4, m);
    } else {
      store<u8>(packed + j + 4, (s & 15) | ((m & 15) << 4));
      store<u8>(packed + j - 4, load<u8>(packed + j - 4) | ((s >>> 4) << 6));
      store<u8>(packed + j, load<u8>(packed + j) | ((m >>> 4) << 6));
    }
  }
  const d = toHalf(maxScale / 63);
  const dmin = toHalf(maxMin / 63);
  store<u16>(dst, d);
  store<u16>(dst + 2, dmin);
  const unit = fromHalf(d);
  const unitMin = fromHalf(dmin);
  for (let j: usize = 0; j < 8; j += 1) {
    const scale = unit * <f32>scaleAt(packed, j);
    if (scale == 0) continue;
    const divisor = f32x4.splat(scale);
    const low = f32x4.splat(unitMin * <f32>minAt(packed, j));
    const from = src + (j << 7);
    const to = LEVELS + (j << 7);
    for (let i: usize = 0; i < 128; i += 16) {
      const level = nearest4(f32x4.div(f32x4.add(v128.load(from + i), low), divisor));
      v128.store(to + i, i32x4.max_s(i32x4.min_s(level, i32x4.splat(most)), i32x4.splat(0)));
    }
  }
}

/** Sixteen levels at `from`, as bytes. */
// @ts-ignore: decorator
@inline
function bytes16(from: usize): v128 {
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_s(v128.load(from), v128.load(from, 16)),
    i16x8.narrow_i32x4_s(v128.load(from, 32), v128.load(from, 48)),
  );
}

/** Q4_K: 144 bytes for 256 elements. */
export function quantizeQ4_K(src: usize, dst: usize, blocks: i32): void {
  for (let b = 0; b < blocks; b += 1) {
    searchScales(src, 0, 15, -1.0, 20);
    searchScales(src + 512, 1, 15, -1.0, 20);
    quantizeScales(src, dst, 15);
    for (let pair: usize = 0; pair < 4; pair += 1)
      for (let half: usize = 0; half < 2; half += 1) {
        const from = LEVELS + (pair << 8) + (half << 6);
        const packed = v128.or(bytes16(from), i16x8.shl(bytes16(from + 128), 4));
        v128.store(dst + 16 + (pair << 5) + (half << 4), packed);
      }
    src += 1024;
    dst += 144;
  }
}

/** Q5_K: 176 bytes for 256 elements. */
export function quantizeQ5_K(src: usize, dst: usize, blocks: i32): void {
  for (let b = 0; b < blocks; b += 1) {
    searchScales(src, 0, 31, -0.5, 15);
    searchScales(src + 512, 1, 31, -0.5, 15);
    quantizeScales(src, dst, 31);
    for (let j: usize = 0; j < 32; j += 1) {
      let fifth: u32 = 0;
      for (let pair: usize = 0; pair < 4; pair += 1) {
        const low = load<u32>(LEVELS + (pair << 8) + (j << 2));
        const high = load<u32>(LEVELS + (pair << 8) + 128 + (j << 2));
        store<u8>(dst + 48 + (pair << 5) + j, (low & 15) | ((high & 15) << 4));
        fifth |= ((low >>> 4) | ((high >>> 4) << 1)) << (<u32>pair << 1);
      }
      store<u8>(dst + 16 + j, fifth);
    }
    src += 1024;
    dst += 176;
  }
}

/** Below this a sub-block counts as all zeros. */
const EPSILON: f32 = 1e-15;

/** Scales of four sub-blocks of 16 at `src`, symmetric: trial scales around extreme/32, weights x². Levels to LEVELS. */
// @ts-ignore: decorator
@inline
function searchSymmetric(src: usize, group: usize): void {
  toLanes(src, 16);
  const zero = f32x4.splat(0);
  let size = zero;
  let extreme = zero;
  for (let i: usize = 0; i < 256; i += 16) {
    const x = v128.load(X + i);
    const magnitude = f32x4.abs(x);
    const larger = f32x4.gt(magnitude, size);
    size = v128.bitselect(magnitude, size, larger);
    extreme = v128.bitselect(x, extreme, larger);
    const w = f32x4.mul(x, x);
    v128.store(W + i, w);
    v128.store(WX + i, f32x4.mul(w, x));
  }
  const empty = f32x4.lt(size, f32x4.splat(EPSILON));
  extreme = v128.bitselect(f32x4.splat(1), extreme, empty);
  const floor = i32x4.splat(-32);
  const ceiling = i32x4.splat(31);
  let bestIscale = f32x4.div(f32x4.splat(-32), extreme);
  let scale = zero;
  let best = zero;
  for (let trial = 0; trial < 19; trial += 1) {
    // The plain scale first, then the eighteen around it from the smallest.
    const shift = trial == 0 ? 0 : trial <= 9 ? trial - 10 : trial - 9;
    const iscale = f32x4.div(f32x4.splat(-(<f32>32 + <f32>0.1 * <f32>shift)), extreme);
    let sumLX = zero;
    let sumL2 = zero;
    for (let i: usize = 0; i < 256; i += 16) {
      const level = f32x4.convert_i32x4_s(
        i32x4.max_s(i32x4.min_s(nearest4(f32x4.mul(iscale, v128.load(X + i))), ceiling), floor),
      );
      sumLX = f32x4.add(sumLX, f32x4.mul(v128.load(WX + i), level));
      sumL2 = f32x4.add(sumL2, f32x4.mul(f32x4.mul(v128.load(W + i), level), level));
    }
    const fit = f32x4.div(sumLX, sumL2);
    if (trial == 0) {
      scale = v128.bitselect(zero, fit, f32x4.eq(sumL2, zero));
      best = f32x4.mul(scale, sumLX);
    } else {
      const better = v128.and(
        f32x4.gt(sumL2, zero),
        f32x4.gt(f32x4.mul(sumLX, sumLX), f32x4.mul(best, sumL2)),
      );
      scale = v128.bitselect(fit, scale, better);
      best = v128.bitselect(f32x4.mul(fit, sumLX), best, better);
      bestIscale = v128.bitselect(iscale, bestIscale, better);
    }
  }
  v128.store(SCALES + (group << 4), v128.andnot(scale, empty));
  for (let i: usize = 0; i < 256; i += 16) {
    const level = i32x4.max_s(i32x4.min_s(nearest4(f32x4.mul(bestIscale, v128.load(X + i))), ceiling), floor);
    v128.store(L + i, v128.andnot(i32x4.add(level, i32x4.splat(32)), empty));
  }
  fromLanes(LEVELS + (group << 8), 16);
}

/** Q6_K: 210 bytes for 256 elements. */
export function quantizeQ6_K(src: usize, dst: usize, blocks: i32): void {
  for (let b = 0; b < blocks; b += 1) {
    for (let group: usize = 0; group < 4; group += 1) searchSymmetric(src + (group << 8), group);
    let size: f32 = 0;
    let extreme: f32 = 0;
    for (let j: usize = 0; j < 64; j += 4) {
      const scale = load<f32>(SCALES + j);
      if (abs<f32>(scale) > size) {
        size = abs<f32>(scale);
        extreme = scale;
      }
    }
    if (size < EPSILON) memory.fill(dst, 0, 210);
    else {
      const iscale = <f32>-128 / extreme;
      const d = toHalf(<f32>1 / iscale);
      const unit = fromHalf(d);
      store<u16>(dst + 208, d);
      for (let j: usize = 0; j < 16; j += 1) {
        store<i8>(dst + 192 + j, min<i32>(127, nearest(iscale * load<f32>(SCALES + (j << 2)))));
        const scale = unit * <f32>load<i8>(dst + 192 + j);
        if (scale == 0) continue;
        const divisor = f32x4.splat(scale);
        for (let i: usize = 0; i < 64; i += 16) {
          const level = nearest4(f32x4.div(v128.load(src + (j << 6) + i), divisor));
          const clamped = i32x4.max_s(i32x4.min_s(level, i32x4.splat(31)), i32x4.splat(-32));
          v128.store(LEVELS + (j << 6) + i, i32x4.add(clamped, i32x4.splat(32)));
        }
      }
      for (let half: usize = 0; half < 2; half += 1)
        for (let part: usize = 0; part < 2; part += 1) {
          const from = LEVELS + (half << 9) + (part << 6);
          const q1 = bytes16(from);
          const q2 = bytes16(from + 128);
          const q3 = bytes16(from + 256);
          const q4 = bytes16(from + 384);
          const nibble = i8x16.splat(15);
          const low = dst + (half << 6) + (part << 4);
          v128.store(low, v128.or(v128.and(q1, nibble), i8x16.shl(v128.and(q3, nibble), 4)));
          v128.store(low + 32, v128.or(v128.and(q2, nibble), i8x16.shl(v128.and(q4, nibble), 4)));
          const high = v128.or(
            v128.or(i8x16.shr_u(q1, 4), i8x16.shl(i8x16.shr_u(q2, 4), 2)),
            v128.or(i8x16.shl(i8x16.shr_u(q3, 4), 4), i8x16.shl(i8x16.shr_u(q4, 4), 6)),
          );
          v128.store(dst + 128 + (half << 5) + (part << 4), high);
        }
    }
    src += 1024;
    dst += 210;
  }
}
