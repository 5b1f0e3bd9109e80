/** Half precision and bfloat16 to and from single, four at a time; rounding is to nearest, ties to even. */

/** The half-precision bits of `x`; every NaN becomes 0x7e00 with the sign kept. */
export function toHalf(x: f32): u32 {
  const bits = reinterpret<u32>(x);
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  if (size >= 0x477ff000) return sign | 0x7c00;
  // Below the smallest normal half, adding ½ leaves the value in units of 2⁻²⁴, rounded by the adder itself.
  if (size < 0x38800000) return sign | (reinterpret<u32>(reinterpret<f32>(size) + 0.5) - 0x3f000000);
  return sign | ((size + 0xfff + ((size >>> 13) & 1) - 0x38000000) >>> 13);
}

/** The value of a half, given its bits. */
export function fromHalf(half: u32): f32 {
  const sign = (half & 0x8000) << 16;
  const size = half & 0x7fff;
  if (size < 0x400) return reinterpret<f32>(sign | reinterpret<u32>(<f32>size * <f32>5.9604644775390625e-8));
  const bits = (size << 13) + (size < 0x7c00 ? 0x38000000 : 0x70000000);
  return reinterpret<f32>(sign | bits);
}

/** `count` halves at `src` to singles at `dst`; a multiple of four is written. */
export function halfToSingle(src: usize, dst: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const half = v128.load16x4_u(src);
    const sign = i32x4.shl(v128.and(half, i32x4.splat(0x8000)), 16);
    const size = v128.and(half, i32x4.splat(0x7fff));
    const normal = i32x4.add(i32x4.shl(size, 13), i32x4.splat(0x38000000));
    const special = i32x4.add(normal, i32x4.splat(0x38000000));
    const small = f32x4.mul(f32x4.convert_i32x4_s(size), f32x4.splat(<f32>5.9604644775390625e-8));
    let bits = v128.bitselect(special, normal, i32x4.ge_s(size, i32x4.splat(0x7c00)));
    bits = v128.bitselect(small, bits, i32x4.lt_s(size, i32x4.splat(0x400)));
    v128.store(dst, v128.or(bits, sign));
    src += 8;
    dst += 16;
  }
}

/** `count` bfloat16 at `src` to singles at `dst`; a multiple of four is written. */
export function bfloatToSingle(src: usize, dst: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    v128.store(dst, i32x4.shl(v128.load16x4_u(src), 16));
    src += 8;
    dst += 16;
  }
}

/** `count` singles at `src` to halves at `dst`; a multiple of four is written. */
export function singleToHalf(src: usize, dst: usize, count: i32): void {
  const half = f32x4.splat(0.5);
  for (let i = 0; i < count; i += 4) {
    const bits = v128.load(src);
    const sign = v128.and(i32x4.shr_u(bits, 16), i32x4.splat(0x8000));
    const size = v128.and(bits, i32x4.splat(0x7fffffff));
    const odd = v128.and(i32x4.shr_u(size, 13), i32x4.splat(1));
    const normal = i32x4.shr_u(i32x4.add(i32x4.add(size, odd), i32x4.splat(0xfff - 0x38000000)), 13);
    const small = i32x4.sub(f32x4.add(size, half), i32x4.splat(0x3f000000));
    let out = v128.bitselect(small, normal, i32x4.lt_s(size, i32x4.splat(0x38800000)));
    out = v128.bitselect(i32x4.splat(0x7c00), out, i32x4.ge_s(size, i32x4.splat(0x477ff000)));
    out = v128.bitselect(i32x4.splat(0x7e00), out, i32x4.gt_s(size, i32x4.splat(0x7f800000)));
    out = v128.or(out, sign);
    v128.store64_lane(dst, i16x8.narrow_i32x4_u(out, out), 0);
    src += 16;
    dst += 8;
  }
}

/** `count` singles at `src` to bfloat16 at `dst`; a NaN stays one, made quiet. A multiple of four is written. */
export function singleToBfloat(src: usize, dst: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const bits = v128.load(src);
    const size = v128.and(bits, i32x4.splat(0x7fffffff));
    const odd = v128.and(i32x4.shr_u(bits, 16), i32x4.splat(1));
    const rounded = i32x4.shr_u(i32x4.add(i32x4.add(bits, odd), i32x4.splat(0x7fff)), 16);
    const quiet = v128.or(i32x4.shr_u(bits, 16), i32x4.splat(64));
    const out = v128.bitselect(quiet, rounded, i32x4.gt_s(size, i32x4.splat(0x7f800000)));
    v128.store64_lane(dst, i16x8.narrow_i32x4_u(out, out), 0);
    src += 16;
    dst += 8;
  }
}

/** Index of the first of `count` singles that is infinite or NaN, or -1. */
export function firstNotFinite(src: usize, count: i32): i32 {
  let i = 0;
  const exponent = i32x4.splat(0x7f800000);
  for (; i + 4 <= count; i += 4) {
    const bits = v128.and(v128.load(src + (<usize>i << 2)), exponent);
    if (v128.any_true(i32x4.eq(bits, exponent))) break;
  }
  for (; i < count; i += 1) if ((load<u32>(src + (<usize>i << 2)) & 0x7f800000) == 0x7f800000) return i;
  return -1;
}
