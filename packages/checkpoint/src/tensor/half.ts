/** Half precision (IEEE 754 binary16) and bfloat16 to and from single precision, bit by bit. */

let halfBits: Uint32Array | undefined;

/** The single-precision bits of each of the 65,536 halves: a look-up is twice as fast as shifting. */
function halfTable(): Uint32Array {
  if (halfBits) return halfBits;
  const table = new Uint32Array(65536);
  for (let half = 0; half < 65536; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 31;
    let fraction = half & 0x3ff;
    if (exponent === 31) table[half] = sign | 0x7f800000 | (fraction << 13);
    else if (exponent > 0) table[half] = sign | ((exponent + 112) << 23) | (fraction << 13);
    else if (fraction === 0) table[half] = sign;
    else {
      let shifted = 113;
      while ((fraction & 0x400) === 0) {
        fraction <<= 1;
        shifted--;
      }
      table[half] = sign | (shifted << 23) | ((fraction & 0x3ff) << 13);
    }
  }
  halfBits = table;
  return table;
}

/** Exact. NaN keeps its payload. */
export function float16ToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const table = halfTable();
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = table[halves[i] as number] as number;
  return new Float32Array(bits.buffer);
}

/** Exact: a bfloat16 is the upper half of a single. */
export function bf16ToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = (halves[i] as number) << 16;
  return new Float32Array(bits.buffer);
}

/** Rounds to nearest, ties to even; overflows to infinity; NaN becomes 0x7e00 with its sign. */
export function float32ToFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const bit = bits[i] as number;
    const sign = (bit >>> 16) & 0x8000;
    const size = bit & 0x7fffffff;
    if (size > 0x7f800000) halves[i] = sign | 0x7e00;
    // From 65520 on, the middle between the largest half and the next power of two, everything is infinite.
    else if (size >= 0x477ff000) halves[i] = sign | 0x7c00;
    else if (size >= 0x38800000)
      halves[i] = sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
    // Half of the smallest subnormal, 2^-25, is a tie that goes to zero; so does everything below.
    else if (size <= 0x33000000) halves[i] = sign;
    else {
      const shift = 126 - (size >>> 23);
      const fraction = (size & 0x7fffff) | 0x800000;
      const kept = fraction >>> shift;
      const rest = fraction & ((1 << shift) - 1);
      const tie = 1 << (shift - 1);
      halves[i] = sign | (kept + (rest > tie || (rest === tie && (kept & 1) === 1) ? 1 : 0));
    }
  }
  return halves;
}

/** Rounds to nearest, ties to even; NaN becomes 0x7fc0 with its sign. */
export function float32ToBf16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const bit = bits[i] as number;
    if ((bit & 0x7fffffff) > 0x7f800000) halves[i] = ((bit >>> 16) & 0x8000) | 0x7fc0;
    else halves[i] = (bit + 0x7fff + ((bit >>> 16) & 1)) >>> 16;
  }
  return halves;
}
