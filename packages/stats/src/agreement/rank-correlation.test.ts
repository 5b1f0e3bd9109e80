import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanRanks, rankCorrelation } from './rank-correlation.ts';

describe('rankCorrelation', () => {
  it('is R’s cor.test(method = "spearman", exact = FALSE) with ties, and the interval of Bonett & Wright', () => {
    const spread = [0, 0.5, 0.55, 0, 1.1, 0.45, 0, 0.84, 0.55, 1.3, 0, 0.2];
    const error = [0.33, 0.5, 1, 0, 1.67, 0.5, 0.33, 0.67, 0.33, 2, 0.5, 0];
    const found = rankCorrelation(spread, error);
    expect(found.value).toBeCloseTo(0.773555802079007, 12);
    expect(found.p).toBeCloseTo(0.00316019191102597, 12);
    expect(found.lower).toBeCloseTo(0.27702006004073, 10);
    expect(found.upper).toBeCloseTo(0.944023509717942, 10);
  });

  it('gives equal values the mean of their ranks, and no figure where there is none', () => {
    expect(meanRanks([10, 20, 10, 30, 10])).toEqual([2, 4, 2, 5, 2]);
    expect(rankCorrelation([1, 2], [2, 1]).value).toBeNull();
    expect(rankCorrelation([1, 1, 1], [1, 2, 3]).value).toBeNull();
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toMatchObject({ value: -1, p: 0, lower: null });
    expect(() => rankCorrelation([1], [])).toThrow('1 values');
  });

  it('does not change under increasing maps, and turns its sign with one side', () => {
    const side = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 5, maxLength: 30 });
    fc.assert(
      fc.property(side, side, (a, b) => {
        const n = Math.min(a.length, b.length);
        const x = a.slice(0, n);
        const y = b.slice(0, n);
        const { value } = rankCorrelation(x, y);
        const other = rankCorrelation(
          x.map((one) => Math.exp(one / 10)),
          y,
        ).value;
        const turned = rankCorrelation(
          x,
          y.map((one) => -one),
        ).value;
        if (value === null) return expect([other, turned]).toEqual([null, null]);
        expect(other).toBeCloseTo(value, 12);
        expect(turned).toBeCloseTo(-value, 12);
        expect(Math.abs(value)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
