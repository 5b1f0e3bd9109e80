import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { bf16ToFloat32, float16ToFloat32, float32ToBf16, float32ToFloat16 } from '@viva/checkpoint/browser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEAST, roundTo } from './precision.ts';

interface Golden {
  cases: string;
  formats: Record<
    'fp16' | 'bf16',
    { rounded: string; codes: string; middles: string; roundedMiddles: string }
  >;
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('../fixtures/rounding.golden.json', import.meta.url), 'utf8'),
);
const readBits = (text: string): Uint32Array =>
  new Uint32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
const digest = (bits: Uint32Array): string => createHash('sha256').update(bits).digest('hex');
const canonical = (bits: Uint32Array): Uint32Array =>
  bits.map((bit) => ((bit & 0x7fffffff) > 0x7f800000 ? (bit & 0x80000000) | 0x7fc00000 : bit));
const rounded = (bits: Uint32Array, precision: 'fp16' | 'bf16'): Uint32Array => {
  const values = new Float32Array(bits.slice().buffer);
  roundTo(values, precision);
  return new Uint32Array(values.buffer);
};
const expand = { fp16: float16ToFloat32, bf16: bf16ToFloat32 };
const shrink = { fp16: float32ToFloat16, bf16: float32ToBf16 };
const allCodes = (precision: 'fp16' | 'bf16'): Float32Array<ArrayBuffer> =>
  expand[precision](Uint16Array.from({ length: 65536 }, (_, code) => code));
/** The next single up or down. */
const next = (value: number, way: 1 | -1): number => {
  const single = Float32Array.of(value);
  const bits = new Int32Array(single.buffer);
  if (value === 0) return way * 2 ** -149;
  bits[0] = bits[0]! + (value > 0 ? way : -way);
  return single[0]!;
};

describe.each(['fp16', 'bf16'] as const)('rounding to %s', (precision) => {
  const { formats, cases } = golden;

  it('is bit for bit what numpy and ml_dtypes give, over 5,696 edge cases', () => {
    const bits = readBits(cases);
    expect(bits).toHaveLength(5696);
    expect([...rounded(bits, precision)]).toEqual([...readBits(formats[precision].rounded)]);
  });

  it('keeps all 65,536 codes, which have the values of the reference', () => {
    const values = allCodes(precision);
    const bits = canonical(new Uint32Array(values.buffer));
    expect(digest(bits)).toBe(formats[precision].codes);
    expect(digest(rounded(bits, precision))).toBe(formats[precision].codes);
  });

  it('rounds the middle of every two neighbours, and what lies just beside it, as the reference', () => {
    const finite = [...allCodes(precision)].filter((x) => Number.isFinite(x) && !Object.is(x, -0) && x >= 0);
    finite.sort((a, b) => a - b);
    const middle = finite.slice(1).map((x, at) => Math.fround((x + finite[at]!) / 2));
    const three = [...middle.map((x) => next(x, -1)), ...middle, ...middle.map((x) => next(x, 1))];
    const values = Float32Array.from([...three, ...three.map((x) => -x)]);
    const bits = new Uint32Array(values.buffer);
    expect(digest(bits)).toBe(formats[precision].middles);
    expect(digest(rounded(bits, precision))).toBe(formats[precision].roundedMiddles);
  });

  it('agrees with the converters of the checkpoint package, and rounds to the nearest', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (word) => {
        const value = new Float32Array(Int32Array.of(word).buffer);
        const back = expand[precision](shrink[precision](value));
        const got = value.slice();
        roundTo(got, precision);
        expect([...canonical(new Uint32Array(back.buffer))]).toEqual([...new Uint32Array(got.buffer)]);
        roundTo(got, precision);
        expect([...canonical(new Uint32Array(back.buffer))]).toEqual([...new Uint32Array(got.buffer)]);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('the limits that Micikevicius et al. (2018) name', () => {
  const half = (value: number): number => {
    const values = Float32Array.of(value);
    roundTo(values, 'fp16');
    return values[0]!;
  };
  it('FP16 flushes below 2⁻²⁴: half of it and less is zero, more than half becomes it', () => {
    expect(half(LEAST.fp16.subnormal)).toBe(2 ** -24);
    expect(half(2 ** -25)).toBe(0);
    expect(half(2 ** -25 * (1 + 2 ** -20))).toBe(2 ** -24);
    expect(half(-(2 ** -26))).toBe(-0);
    expect(half(65520)).toBe(Number.POSITIVE_INFINITY);
  });
  it('an update 2,048 times smaller may be lost, 4,096 times smaller always is', () => {
    expect(half(1 + 1 / 2048)).toBe(1);
    expect(half(1 + 1 / 1024)).toBe(1 + 1 / 1024);
    expect(half(1.5 + 1.5 / 2048)).not.toBe(1.5);
    for (let code = 0x0400; code < 0x7bff; code++) {
      const weight = float16ToFloat32(Uint16Array.of(code))[0]!;
      // From the largest subnormal on the spacing is absolute; the rule is one of normal numbers.
      if (weight >= 2 ** -13) expect(half(weight + weight / 4096)).toBe(weight);
    }
  });
  it('other precisions leave values as they are', () => {
    const values = Float32Array.of(1 / 3, 1e-30);
    roundTo(values, 'fp32');
    expect([...values]).toEqual([Math.fround(1 / 3), Math.fround(1e-30)]);
  });
});
