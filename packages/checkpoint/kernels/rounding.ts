/** Conversions from float to integer as the reference does them on x86-64, odd cases included. */

/** 1.5 × 2²³: a float added to it keeps its nearest integer (ties to even) in the low bits. */
export const MAGIC: f32 = 12582912.0;

/** Nearest integer, ties to even, for |x| ≤ 4194303; beyond that the low 23 bits of the sum, as the reference has it. */
// @ts-ignore: decorator
@inline
export function nearest(x: f32): i32 {
  return (reinterpret<i32>(x + MAGIC) & 0x007fffff) - 0x00400000;
}

// @ts-ignore: decorator
@inline
export function nearest4(x: v128): v128 {
  const bits = v128.and(f32x4.add(x, f32x4.splat(MAGIC)), i32x4.splat(0x007fffff));
  return i32x4.sub(bits, i32x4.splat(0x00400000));
}

/** Truncation to a signed byte: what does not fit 32 bits is 0 (its low byte), as cvttss2si leaves it. */
// @ts-ignore: decorator
@inline
export function truncateToByte(x: f32): i32 {
  if (!(abs<f32>(x) < 2147483648.0)) return 0;
  return <i32>(<i8>(<i32>x));
}

/** Nearest integer, ties away from zero, as roundf. */
// @ts-ignore: decorator
@inline
export function roundAway(x: f32): f32 {
  const whole = trunc<f32>(x);
  return abs<f32>(x - whole) >= 0.5 ? whole + copysign<f32>(1, x) : whole;
}
