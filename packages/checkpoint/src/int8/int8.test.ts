import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mixedPrecisionProduct, outlierColumns, quantizeInt8Rows } from '../quantize/llm-int8.ts';
import { type CalibrationMethod, createCalibrator } from './calibration.ts';
import {
  codeRange,
  dequantizeInt8,
  type Granularity,
  int8Product,
  quantizeDynamic,
  quantizeInt8,
  scaleOf,
} from './int8.ts';

function normal(count: number, seed: number): Float32Array {
  let state = seed + 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()),
  );
}

const squareError = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0);

function product(x: Float32Array, w: Float32Array, columns: number): Float32Array {
  const [rows, outputs] = [x.length / columns, w.length / columns];
  return Float32Array.from({ length: rows * outputs }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < columns; i++)
      sum += x[Math.floor(k / outputs) * columns + i]! * w[(k % outputs) * columns + i]!;
    return sum;
  });
}

const granularities: Granularity[] = [{ per: 'tensor' }, { per: 'channel' }, { per: 'group', size: 7 }];

describe('8-bit integers', () => {
  it('are never off by more than half a step, and keep zero exact', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(...granularities),
        fc.constantFrom('symmetric' as const, 'asymmetric' as const),
        fc.nat(),
        (rows, columns, granularity, mode, seed) => {
          const values = normal(rows * columns, seed).map((x, i) => (i % 5 === 0 ? 0 : x * 10 ** (i % 4)));
          const quantized = quantizeInt8(values, columns, { mode, granularity });
          const back = dequantizeInt8(quantized);
          const { groupsPerRow, groupSize, scales } = quantized;
          for (let i = 0; i < values.length; i++) {
            const group =
              groupsPerRow === 0
                ? 0
                : Math.floor(i / columns) * groupsPerRow + Math.floor((i % columns) / groupSize);
            // An asymmetric end may be clipped by the rounding of the zero point: at most half a step more.
            expect(Math.abs(values[i]! - back[i]!)).toBeLessThanOrEqual(
              scales[group]! * (mode === 'symmetric' ? 0.5001 : 1.0001),
            );
            if (values[i] === 0) expect(back[i]! + 0).toBe(0);
          }
        },
      ),
    );
  });

  it('says 193 or 194 of 0.75689 by whether 1 is a level or the end', () => {
    expect(Math.round(0.75689 * 255)).toBe(193);
    expect(Math.round(0.75689 * 256)).toBe(194);
    const { scale, zeroPoint } = scaleOf({ min: 0, max: 1 }, 'asymmetric');
    expect(Math.round(0.75689 / scale) + zeroPoint + 128).toBe(193);
  });

  it('lose less with a finer scale, and asymmetric less on one-sided values', () => {
    const values = normal(64 * 64, 1).map((x, i) => x * (1 + (Math.floor(i / 64) % 8) * 4));
    const lost = (granularity: Granularity) =>
      squareError(values, dequantizeInt8(quantizeInt8(values, 64, { mode: 'symmetric', granularity })));
    expect(lost({ per: 'channel' })).toBeLessThan(0.6 * lost({ per: 'tensor' }));
    expect(lost({ per: 'group', size: 16 })).toBeLessThan(lost({ per: 'channel' }));
    const positive = values.map(Math.abs);
    const of = (mode: 'symmetric' | 'asymmetric') =>
      squareError(
        positive,
        dequantizeInt8(quantizeInt8(positive, 64, { mode, granularity: { per: 'tensor' } })),
      );
    expect(of('asymmetric')).toBeLessThan(0.4 * of('symmetric'));
  });

  it('of fewer bits use fewer codes, and lose 6.02 dB a bit on even values', () => {
    const even = Float32Array.from({ length: 20_000 }, (_, i) => ((i * 7919) % 20_000) / 10_000 - 1);
    const ratio = (bits: number): number => {
      const quantized = quantizeInt8(even, 20_000, {
        mode: 'asymmetric',
        granularity: { per: 'tensor' },
        bits,
      });
      const { low, high } = codeRange('asymmetric', bits);
      expect(Math.min(...quantized.codes)).toBe(low);
      expect(Math.max(...quantized.codes)).toBe(high);
      expect(high - low + 1).toBe(2 ** bits);
      const signal = even.reduce((sum, x) => sum + x * x, 0);
      return 10 * Math.log10(signal / squareError(even, dequantizeInt8(quantized)));
    };
    for (let bits = 2; bits <= 8; bits++) {
      // Bennett (1948): noise Δ²/12 with Δ = range / (2^b − 1), signal range²/12.
      const expected = 20 * Math.log10(2 ** bits - 1);
      expect(ratio(bits)).toBeGreaterThan(expected - (bits < 4 ? 1.2 : 0.3));
      expect(ratio(bits)).toBeLessThan(expected + 0.3);
    }
    expect((ratio(8) - ratio(4)) / 4).toBeCloseTo((20 * Math.log10(255 / 15)) / 4, 1);
    for (const bits of [1, 9, 4.5]) expect(() => codeRange('symmetric', bits)).toThrow(/bits/);
    expect(codeRange('symmetric', 4)).toEqual({ low: -7, high: 7 });
  });

  it('multiply in whole numbers what the dequantised values give', () => {
    const [x, w] = [normal(5 * 48, 2), normal(9 * 48, 3)];
    for (const granularity of [
      { per: 'tensor' },
      { per: 'channel' },
      { per: 'group', size: 16 },
    ] as Granularity[])
      for (const mode of ['symmetric', 'asymmetric'] as const) {
        const [a, b] = [quantizeDynamic(x, 48, mode), quantizeInt8(w, 48, { mode, granularity })];
        const expected = product(dequantizeInt8(a), dequantizeInt8(b), 48);
        const got = int8Product(a, b);
        for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(expected[i]!, 4);
      }
    expect(() =>
      int8Product(
        quantizeDynamic(x, 24),
        quantizeInt8(w, 48, { mode: 'symmetric', granularity: { per: 'tensor' } }),
      ),
    ).toThrow(/width/);
  });

  it.each([
    () => quantizeInt8(new Float32Array(5), 2, { mode: 'symmetric', granularity: { per: 'tensor' } }),
    () => quantizeInt8(new Float32Array(4), 2, { mode: 'symmetric', granularity: { per: 'group', size: 0 } }),
    () =>
      quantizeInt8(new Float32Array(4), 2, {
        mode: 'symmetric',
        granularity: { per: 'channel' },
        range: { min: 0, max: 1 },
      }),
    () =>
      quantizeInt8(new Float32Array(4), 2, {
        mode: 'symmetric',
        granularity: { per: 'tensor' },
        range: { min: 2, max: 1 },
      }),
  ])('refuse what makes no sense (%#)', (attempt) => expect(attempt).toThrow());
});

describe('calibration', () => {
  const outlying = normal(50_000, 4);
  outlying[7] = 60;
  outlying[8] = -55;
  const calibrator = createCalibrator();
  for (let i = 0; i < outlying.length; i += 1000) calibrator.add(outlying.subarray(i, i + 1000));
  const lost = (method: CalibrationMethod) =>
    squareError(
      outlying,
      dequantizeInt8(
        quantizeInt8(outlying, 50_000, {
          mode: 'symmetric',
          granularity: { per: 'tensor' },
          range: calibrator.range(method, 'symmetric'),
        }),
      ),
    );

  it('min-max is the range itself', () => {
    expect(calibrator.range({ method: 'min-max' })).toEqual({ min: -55, max: 60 });
  });

  it('percentile finds the quantiles of what came', () => {
    const sorted = outlying.toSorted();
    const { min, max } = calibrator.range({ method: 'percentile', percentile: 99 });
    const width = (2 * 64) / 2048;
    expect(Math.abs(min - sorted[250]!)).toBeLessThan(width);
    expect(Math.abs(max - sorted[50_000 - 251]!)).toBeLessThan(width);
    expect(() => calibrator.range({ method: 'percentile', percentile: 20 })).toThrow(/20/);
  });

  it('mse loses least, and entropy clips far outliers', () => {
    const mse = lost({ method: 'mse' });
    for (const method of [
      { method: 'min-max' },
      { method: 'percentile', percentile: 99 },
      { method: 'entropy' },
    ] as CalibrationMethod[])
      expect(mse, method.method).toBeLessThanOrEqual(lost(method) * 1.02);
    const { max } = calibrator.range({ method: 'entropy' }, 'symmetric');
    expect(max).toBeGreaterThan(2.5);
    expect(max).toBeLessThan(30);
  });

  it('does not depend on the order of batches, but for the grid', () => {
    const backwards = createCalibrator();
    backwards.add(outlying.toReversed());
    const [a, b] = [calibrator, backwards].map((c) => c.range({ method: 'mse' }, 'symmetric'));
    expect(Math.abs(a!.max - b!.max)).toBeLessThan(1.5);
  });

  it('takes zeros, and refuses nothing and NaN', () => {
    const zeros = createCalibrator();
    expect(() => zeros.range({ method: 'min-max' })).toThrow(/no values/);
    zeros.add(new Float32Array(4));
    expect(zeros.range({ method: 'entropy' })).toEqual({ min: 0, max: 0 });
    expect(() => zeros.add(Float32Array.of(Number.NaN))).toThrow(/NaN/);
  });
});

describe('LLM.int8()', () => {
  it('keeps outlying columns apart, and loses far less than without', () => {
    const columns = 64;
    const x = normal(16 * columns, 5).map((value, i) => (i % columns === 9 ? value * 40 : value * 0.5));
    const w = normal(8 * columns, 6);
    expect(outlierColumns(x, columns, 6)).toEqual([9]);
    const exact = product(x, w, columns);
    const weight = quantizeInt8Rows(w, columns);
    const apart = mixedPrecisionProduct(x, weight, columns);
    expect(apart.outliers).toEqual([9]);
    const together = mixedPrecisionProduct(x, weight, columns, Number.POSITIVE_INFINITY);
    expect(together.outliers).toEqual([]);
    expect(squareError(apart.values, exact)).toBeLessThan(0.5 * squareError(together.values, exact));
  });
});
