/**
 * Single precision rounded to what half precision (IEEE 754 binary16) or bfloat16 can hold, in place: to nearest, ties to
 * even, with subnormals, overflow to infinity and signed zeros. Held bit for bit against numpy and ml_dtypes
 * (`reference/labs/rounding.py`), and against the converters of @viva/checkpoint.
 */

export type Precision = 'fp32' | 'fp16' | 'bf16';

/** The smallest positive number, and the smallest normal one. */
export const LEAST: Readonly<Record<Precision, { subnormal: number; normal: number }>> = {
  fp32: { subnormal: 2 ** -149, normal: 2 ** -126 },
  fp16: { subnormal: 2 ** -24, normal: 2 ** -14 },
  bf16: { subnormal: 2 ** -133, normal: 2 ** -126 },
};

export function roundTo(values: Float32Array, precision: Precision): void {
  if (precision === 'fp16') roundToHalf(values);
  else if (precision === 'bf16') roundToBfloat(values);
}

function roundToHalf(values: Float32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let at = 0; at < bits.length; at++) {
    const bit = bits[at] as number;
    const size = bit & 0x7fffffff;
    const sign = bit & 0x80000000;
    if (size > 0x7f800000) bits[at] = sign | 0x7fc00000;
    // From 65520 on, half a step above the largest half, everything is infinite.
    else if (size >= 0x477ff000) bits[at] = sign | 0x7f800000;
    else if (size >= 0x38800000) bits[at] = sign | ((size + 0xfff + ((size >>> 13) & 1)) & 0xffffe000);
    else {
      // Between ½ and 1 singles are 2⁻²⁴ apart, as subnormal halves are: adding ½ rounds, to even too.
      values[at] = Math.fround(Math.abs(values[at] as number) + 0.5) - 0.5;
      bits[at] = sign | (bits[at] as number);
    }
  }
}

function roundToBfloat(values: Float32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let at = 0; at < bits.length; at++) {
    const bit = bits[at] as number;
    if ((bit & 0x7fffffff) > 0x7f800000) bits[at] = (bit & 0x80000000) | 0x7fc00000;
    else bits[at] = (bit + 0x7fff + ((bit >>> 16) & 1)) & 0xffff0000;
  }
}
