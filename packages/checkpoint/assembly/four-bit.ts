/**
 * NF4 and FP4 kernels, compiled by AssemblyScript to WebAssembly SIMD (`npm run wasm -w @viva/checkpoint`). Whole blocks
 * only; the caller's plain TypeScript does a last, partial block. Results are those of `src/quantize/four-bit.ts`, bit
 * for bit. Number formats: 0 F32, 1 F16, 2 BF16.
 */

/** Eight halves' low or high four as single precision; exact for finite values. */
@inline
function halfBits(bits: v128): v128 {
  const size = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13);
  const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16);
  // The exponent's bias differs by 112: a product by 2^112 mends it, for subnormals too.
  return v128.or(f32x4.mul(size, f32x4.splat(reinterpret<f32>(0x77800000))), sign);
}

/** Four values from `index` on, as single precision. */
@inline
function load4<T>(src: usize, index: usize): v128 {
  if (isFloat<T>()) return v128.load(src + (index << 2));
  const wide = v128.load16x4_u(src + (index << 1));
  if (isSigned<T>()) return i32x4.shl(wide, 16);
  return halfBits(wide);
}

/** The largest absolute value of a block; infinite or NaN bits where a value is not finite. */
@inline
function blockMax<T>(src: usize, start: usize, count: usize): f32 {
  let most = i32x4.splat(0);
  if (isFloat<T>()) {
    for (let i: usize = 0; i < count; i += 4)
      most = i32x4.max_u(most, v128.and(v128.load(src + ((start + i) << 2)), i32x4.splat(0x7fffffff)));
    most = i32x4.max_u(most, i8x16.shuffle(most, most, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    const a = i32x4.extract_lane(most, 0);
    const b = i32x4.extract_lane(most, 1);
    return reinterpret<f32>(a > b ? a : b);
  }
  for (let i: usize = 0; i < count; i += 8)
    most = i16x8.max_u(most, v128.and(v128.load(src + ((start + i) << 1)), i16x8.splat(0x7fff)));
  let bits: u32 = 0;
  for (let lane = 0; lane < 8; lane++) {
    const other = <u32>i16x8.extract_lane_u(most, 0);
    most = i8x16.shuffle(most, most, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
    if (other > bits) bits = other;
  }
  if (isSigned<T>()) return reinterpret<f32>(bits << 16);
  if (bits >= 0x7c00) return f32.POSITIVE_INFINITY;
  return reinterpret<f32>(bits << 13) * reinterpret<f32>(0x77800000);
}

/**
 * @param bounds 15 bounds, each four times over (240 bytes).
 * @param rising 16 codes in rising order of their levels.
 * @returns the first block that is not finite, or -1.
 */
export function quantize(
  src: usize,
  dtype: i32,
  blocks: i32,
  blockSize: i32,
  bounds: usize,
  rising: usize,
  packed: usize,
  absmax: usize,
): i32 {
  if (dtype === 0) return quantizeOf<f32>(src, blocks, blockSize, bounds, rising, packed, absmax);
  if (dtype === 1) return quantizeOf<u16>(src, blocks, blockSize, bounds, rising, packed, absmax);
  return quantizeOf<i16>(src, blocks, blockSize, bounds, rising, packed, absmax);
}

function quantizeOf<T>(
  src: usize,
  blocks: i32,
  blockSize: i32,
  bounds: usize,
  rising: usize,
  packed: usize,
  absmax: usize,
): i32 {
  const codes = v128.load(rising);
  for (let block = 0; block < blocks; block++) {
    const start = <usize>block * <usize>blockSize;
    const largest = blockMax<T>(src, start, blockSize);
    if (!(largest < f32.POSITIVE_INFINITY)) return block;
    store<f32>(absmax + (<usize>block << 2), largest);
    const inverse = f32x4.splat(<f32>1.0 / max<f32>(largest, <f32>1e-38));
    for (let i: usize = start; i < start + blockSize; i += 16) {
      const x0 = f32x4.mul(load4<T>(src, i), inverse);
      const x1 = f32x4.mul(load4<T>(src, i + 4), inverse);
      const x2 = f32x4.mul(load4<T>(src, i + 8), inverse);
      const x3 = f32x4.mul(load4<T>(src, i + 12), inverse);
      let n0 = i32x4.splat(0);
      let n1 = n0;
      let n2 = n0;
      let n3 = n0;
      for (let bound: usize = bounds; bound < bounds + 240; bound += 16) {
        const limit = v128.load(bound);
        n0 = i32x4.sub(n0, f32x4.gt(x0, limit));
        n1 = i32x4.sub(n1, f32x4.gt(x1, limit));
        n2 = i32x4.sub(n2, f32x4.gt(x2, limit));
        n3 = i32x4.sub(n3, f32x4.gt(x3, limit));
      }
      const order = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(n0, n1), i16x8.narrow_i32x4_u(n2, n3));
      const code = i8x16.swizzle(codes, order);
      // Pairs of codes stand in 16-bit lanes, the first in the low byte; it goes to the high half of the packed byte.
      const pairs = v128.and(v128.or(i16x8.shl(code, 4), i16x8.shr_u(code, 8)), i16x8.splat(0xff));
      v128.store64_lane(packed + (i >> 1), i8x16.narrow_i16x8_u(pairs, pairs), 0);
    }
  }
  return -1;
}

/** Single precision to half, to nearest, ties to even, in the low halves of 32-bit lanes; finite or infinite values. */
@inline
function toHalf(x: v128): v128 {
  const size = v128.and(x, i32x4.splat(0x7fffffff));
  const sign = i32x4.shr_u(v128.and(x, i32x4.splat(0x80000000)), 16);
  const odd = v128.and(i32x4.shr_u(size, 13), i32x4.splat(1));
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(size, i32x4.splat(0xfff - 0x38000000)), odd), 13);
  // Adding 0.5 lets the addition itself round where a half is subnormal.
  const subnormal = i32x4.sub(f32x4.add(size, f32x4.splat(0.5)), i32x4.splat(0x3f000000));
  let bits = v128.bitselect(subnormal, normal, i32x4.lt_u(size, i32x4.splat(0x38800000)));
  bits = v128.bitselect(i32x4.splat(0x7c00), bits, i32x4.ge_u(size, i32x4.splat(0x477ff000)));
  return v128.or(bits, sign);
}

/** The same for zeros and what is neither subnormal nor beyond a half. */
@inline
function toNormalHalf(x: v128): v128 {
  const size = v128.and(x, i32x4.splat(0x7fffffff));
  const sign = i32x4.shr_u(v128.and(x, i32x4.splat(0x80000000)), 16);
  const odd = v128.and(i32x4.shr_u(size, 13), i32x4.splat(1));
  const bits = i32x4.shr_u(i32x4.add(i32x4.add(size, i32x4.splat(0xfff - 0x38000000)), odd), 13);
  return v128.or(v128.and(bits, i32x4.ne(size, i32x4.splat(0))), sign);
}

@inline
function toBf16(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1));
  return i32x4.shr_u(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd), 16);
}

@inline
function narrow(x: v128, dtype: i32): v128 {
  return dtype === 1 ? toHalf(x) : toBf16(x);
}

/** The low halves of eight 32-bit values. */
@inline
function low16(a: v128, b: v128): v128 {
  const mask = i32x4.splat(0xffff);
  return i16x8.narrow_i32x4_u(v128.and(a, mask), v128.and(b, mask));
}

@inline
function high16(a: v128, b: v128): v128 {
  return i16x8.narrow_i32x4_u(i32x4.shr_u(a, 16), i32x4.shr_u(b, 16));
}

/** The low bytes of sixteen 16-bit values. */
@inline
function low8(a: v128, b: v128): v128 {
  const mask = i16x8.splat(0xff);
  return i8x16.narrow_i16x8_u(v128.and(a, mask), v128.and(b, mask));
}

@inline
function high8(a: v128, b: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.shr_u(a, 8), i16x8.shr_u(b, 8));
}

@inline
function zipLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

@inline
function zipHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

@inline
function zipLow16(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
}

@inline
function zipHigh16(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
}

/** @param levels 16 levels in single precision, by code. */
export function dequantize(
  packed: usize,
  absmax: usize,
  blocks: i32,
  blockSize: i32,
  levels: usize,
  dtype: i32,
  out: usize,
): void {
  const l0 = v128.load(levels);
  const l1 = v128.load(levels + 16);
  const l2 = v128.load(levels + 32);
  const l3 = v128.load(levels + 48);
  const half = <usize>blockSize >> 1;
  const nibble = i8x16.splat(15);
  for (let block = 0; block < blocks; block++) {
    const scale = v128.load32_splat(absmax + (<usize>block << 2));
    // A block has sixteen values only: they are computed once, and the codes pick their bytes.
    let v0 = f32x4.mul(l0, scale);
    let v1 = f32x4.mul(l1, scale);
    let v2 = f32x4.mul(l2, scale);
    let v3 = f32x4.mul(l3, scale);
    const from = packed + <usize>block * half;
    if (dtype !== 0) {
      const size = f32x4.extract_lane(scale, 0);
      // The smallest level of FP4 is 1/192: from 0.012 on no product is a subnormal half.
      if (dtype == 1 && size >= <f32>0.012 && size <= <f32>65000) {
        v0 = toNormalHalf(v0);
        v1 = toNormalHalf(v1);
        v2 = toNormalHalf(v2);
        v3 = toNormalHalf(v3);
      } else {
        v0 = narrow(v0, dtype);
        v1 = narrow(v1, dtype);
        v2 = narrow(v2, dtype);
        v3 = narrow(v3, dtype);
      }
      // Halves fill the low 16 bits only, so they narrow without a mask.
      const h0 = i16x8.narrow_i32x4_u(v0, v1);
      const h1 = i16x8.narrow_i32x4_u(v2, v3);
      const p0 = low8(h0, h1);
      const p1 = high8(h0, h1);
      const to = out + <usize>block * <usize>blockSize * 2;
      for (let i: usize = 0; i < half; i += 16) {
        const bytes = v128.load(from + i);
        const first = i8x16.shr_u(bytes, 4);
        const second = v128.and(bytes, nibble);
        const a = zipLow(first, second);
        const b = zipHigh(first, second);
        const a0 = i8x16.swizzle(p0, a);
        const a1 = i8x16.swizzle(p1, a);
        const b0 = i8x16.swizzle(p0, b);
        const b1 = i8x16.swizzle(p1, b);
        const at = to + (i << 2);
        v128.store(at, zipLow(a0, a1));
        v128.store(at + 16, zipHigh(a0, a1));
        v128.store(at + 32, zipLow(b0, b1));
        v128.store(at + 48, zipHigh(b0, b1));
      }
      continue;
    }
    const vlow0 = low16(v0, v1);
    const vlow1 = low16(v2, v3);
    const vhigh0 = high16(v0, v1);
    const vhigh1 = high16(v2, v3);
    const p0 = low8(vlow0, vlow1);
    const p1 = high8(vlow0, vlow1);
    const p2 = low8(vhigh0, vhigh1);
    const p3 = high8(vhigh0, vhigh1);
    const to = out + <usize>block * <usize>blockSize * 4;
    for (let i: usize = 0; i < half; i += 8) {
      const bytes = v128.load64_zero(from + i);
      const codes = zipLow(i8x16.shr_u(bytes, 4), v128.and(bytes, nibble));
      const b0 = i8x16.swizzle(p0, codes);
      const b1 = i8x16.swizzle(p1, codes);
      const b2 = i8x16.swizzle(p2, codes);
      const b3 = i8x16.swizzle(p3, codes);
      const low01 = zipLow(b0, b1);
      const low23 = zipLow(b2, b3);
      const high01 = zipHigh(b0, b1);
      const high23 = zipHigh(b2, b3);
      const at = to + (i << 3);
      v128.store(at, zipLow16(low01, low23));
      v128.store(at + 16, zipHigh16(low01, low23));
      v128.store(at + 32, zipLow16(high01, high23));
      v128.store(at + 48, zipHigh16(high01, high23));
    }
  }
}

/**
 * Compares the source with what comes back from its codes.
 * @param sums Four doubles, added to: absolute errors, largest error, squares of the source, squares of the errors.
 */
export function measure(
  src: usize,
  dtype: i32,
  packed: usize,
  absmax: usize,
  blocks: i32,
  blockSize: i32,
  levels: usize,
  sums: usize,
): void {
  if (dtype === 0) measureOf<f32>(src, packed, absmax, blocks, blockSize, levels, sums);
  else if (dtype === 1) measureOf<u16>(src, packed, absmax, blocks, blockSize, levels, sums);
  else measureOf<i16>(src, packed, absmax, blocks, blockSize, levels, sums);
}

function measureOf<T>(
  src: usize,
  packed: usize,
  absmax: usize,
  blocks: i32,
  blockSize: i32,
  levels: usize,
  sums: usize,
): void {
  const l0 = v128.load(levels);
  const l1 = v128.load(levels + 16);
  const l2 = v128.load(levels + 32);
  const l3 = v128.load(levels + 48);
  const llow0 = low16(l0, l1);
  const llow1 = low16(l2, l3);
  const lhigh0 = high16(l0, l1);
  const lhigh1 = high16(l2, l3);
  const q0 = low8(llow0, llow1);
  const q1 = high8(llow0, llow1);
  const q2 = low8(lhigh0, lhigh1);
  const q3 = high8(lhigh0, lhigh1);
  let most = f32x4.splat(0);
  for (let block = 0; block < blocks; block++) {
    const scale = v128.load32_splat(absmax + (<usize>block << 2));
    const start = <usize>block * <usize>blockSize;
    let errors = f32x4.splat(0);
    let signal = errors;
    let noise = errors;
    for (let i: usize = 0; i < <usize>blockSize; i += 16) {
      const bytes = v128.load64_zero(packed + ((start + i) >> 1));
      const codes = zipLow(i8x16.shr_u(bytes, 4), v128.and(bytes, i8x16.splat(15)));
      const b0 = i8x16.swizzle(q0, codes);
      const b1 = i8x16.swizzle(q1, codes);
      const b2 = i8x16.swizzle(q2, codes);
      const b3 = i8x16.swizzle(q3, codes);
      const low01 = zipLow(b0, b1);
      const low23 = zipLow(b2, b3);
      const high01 = zipHigh(b0, b1);
      const high23 = zipHigh(b2, b3);
      for (let part: usize = 0; part < 4; part++) {
        let level = zipLow16(low01, low23);
        if (part === 1) level = zipHigh16(low01, low23);
        else if (part === 2) level = zipLow16(high01, high23);
        else if (part === 3) level = zipHigh16(high01, high23);
        const x = load4<T>(src, start + i + (part << 2));
        const error = f32x4.abs(f32x4.sub(x, f32x4.mul(level, scale)));
        errors = f32x4.add(errors, error);
        most = f32x4.pmax(most, error);
        signal = f32x4.add(signal, f32x4.mul(x, x));
        noise = f32x4.add(noise, f32x4.mul(error, error));
      }
    }
    store<f64>(sums, load<f64>(sums) + total(errors));
    store<f64>(sums + 16, load<f64>(sums + 16) + total(signal));
    store<f64>(sums + 24, load<f64>(sums + 24) + total(noise));
  }
  for (let lane = 0; lane < 4; lane++) {
    const value = <f64>f32x4.extract_lane(most, 0);
    most = i8x16.shuffle(most, most, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    if (value > load<f64>(sums + 8)) store<f64>(sums + 8, value);
  }
}

@inline
function total(x: v128): f64 {
  return (
    <f64>f32x4.extract_lane(x, 0) +
    <f64>f32x4.extract_lane(x, 1) +
    <f64>f32x4.extract_lane(x, 2) +
    <f64>f32x4.extract_lane(x, 3)
  );
}
