import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DTYPE_BYTES, type Dtype, fromFloat32, roundHalfEven, toFloat32 } from './dtype.ts';

const back = (values: number[], dtype: Dtype) => [
  ...toFloat32(fromFloat32(new Float32Array(values), dtype), dtype),
];
const bits16 = (value: number, dtype: Dtype) =>
  new Uint16Array(fromFloat32(new Float32Array([value]), dtype).buffer)[0];

/** The nearest representable value found by search among all 65,536, ties to the even bit pattern. */
function nearest(value: number, all: { value: number; bits: number }[]): number {
  let low = 0;
  let high = all.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((all[middle] as { value: number }).value <= value) low = middle;
    else high = middle;
  }
  const [a, b] = [all[low], all[high]] as [{ value: number; bits: number }, { value: number; bits: number }];
  if (value === a.value) return a.bits;
  const [down, up] = [value - a.value, b.value - value];
  if (down < up) return a.bits;
  if (up < down) return b.bits;
  return a.bits % 2 === 0 ? a.bits : b.bits;
}

describe('number formats', () => {
  it.each(['F16', 'BF16'] as const)('%s: every finite value survives the way to F32 and back', (dtype) => {
    const every = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const floats = toFloat32(new Uint8Array(every.buffer), dtype);
    const again = new Uint16Array(fromFloat32(floats, dtype).buffer);
    for (let i = 0; i < 65536; i++)
      if (Number.isNaN(floats[i]))
        expect(Number.isNaN(toFloat32(new Uint8Array(again.slice(i, i + 1).buffer), dtype)[0])).toBe(true);
      else if (again[i] !== i) expect.fail(`${i} came back as ${again[i]}`);
  });

  it('rounds to the nearest half, ties to even, as a search over all halves does', () => {
    const every = Uint16Array.from({ length: 0x7c01 }, (_, i) => i);
    const floats = toFloat32(new Uint8Array(every.buffer), 'F16');
    const all = [...floats].map((value, bits) => ({ value: bits === 0x7c00 ? 65536 : value, bits }));
    fc.assert(
      fc.property(fc.float({ min: 0, max: 65504, noNaN: true }), (value) => {
        expect(bits16(value, 'F16')).toBe(nearest(value, all));
      }),
      { numRuns: 3000 },
    );
    for (const value of [
      2 ** -25,
      2 ** -25 * 1.5,
      2 ** -24,
      3 * 2 ** -25,
      2 ** -14 - 2 ** -25,
      65519,
      1 + 2 ** -11,
    ])
      expect(bits16(value, 'F16'), String(value)).toBe(nearest(Math.fround(value), all));
  });

  it('knows the edges of half precision', () => {
    expect(bits16(65519.99, 'F16')).toBe(0x7bff);
    expect(bits16(65520, 'F16')).toBe(0x7c00);
    expect(bits16(-Infinity, 'F16')).toBe(0xfc00);
    expect(bits16(Number.NaN, 'F16')).toBe(0x7e00);
    expect(bits16(-0, 'F16')).toBe(0x8000);
    expect(bits16(1 + 2 ** -8, 'BF16')).toBe(0x3f80);
    expect(bits16(1 + 3 * 2 ** -8, 'BF16')).toBe(0x3f82);
    expect(bits16(3.4e38, 'BF16')).toBe(0x7f80);
  });

  it('decodes the 8-bit floats', () => {
    expect([...toFloat32(new Uint8Array([0x38, 0x7e, 0x01, 0xb8]), 'F8_E4M3')]).toEqual([
      1,
      448,
      2 ** -9,
      -1,
    ]);
    expect([...toFloat32(new Uint8Array([0x3c, 0x7b, 0x01, 0xfc]), 'F8_E5M2')]).toEqual([
      1,
      57344,
      2 ** -16,
      -Infinity,
    ]);
  });

  it('saturates whole numbers, rounds half to even, refuses NaN', () => {
    expect(back([0.5, 1.5, -0.5, 300, -300], 'I8').map((v) => v + 0)).toEqual([0, 2, 0, 127, -128]);
    expect(back([2.5, -3, 255.4], 'U8')).toEqual([2, 0, 255]);
    expect(() => fromFloat32(new Float32Array([1, Number.NaN]), 'I8', { tensor: 'w' })).toThrow(
      /tensor "w": element 1 is NaN/,
    );
    expect(roundHalfEven(-1.5)).toBe(-2);
  });

  it('rounds 64-bit whole numbers once, not twice', () => {
    // 2^60 + 2^36 is a tie between two singles; one more breaks it upwards, which two roundings would miss.
    const values = new BigInt64Array([
      2n ** 60n + 2n ** 36n + 1n,
      2n ** 60n + 2n ** 36n,
      -(2n ** 60n) - 2n ** 36n - 1n,
    ]);
    expect([...toFloat32(new Uint8Array(values.buffer), 'I64')]).toEqual([
      2 ** 60 + 2 ** 37,
      2 ** 60,
      -(2 ** 60) - 2 ** 37,
    ]);
  });

  it('reads any alignment and refuses partial elements', () => {
    const bytes = new Uint8Array(13);
    new DataView(bytes.buffer).setFloat32(1, 1.25, true);
    expect(toFloat32(bytes.subarray(1, 5), 'F32')[0]).toBe(1.25);
    for (const dtype of Object.keys(DTYPE_BYTES) as Dtype[])
      if (DTYPE_BYTES[dtype] > 1) expect(() => toFloat32(bytes, dtype), dtype).toThrow(/whole number/);
  });
});
