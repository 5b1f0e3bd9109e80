import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ratingTendency } from './rating-tendency.ts';

const experts = [1, 2, 3, 4, 5];
const given = (scores: number[]) =>
  ratingTendency(scores.map((score, at) => ({ score, expert: experts[at] ?? 0 })));

it('tells severity, leniency and central tendency apart', () => {
  expect(given([1, 2, 3, 4, 5])).toMatchObject({ bias: 0, leaning: 'even', spread: 1, range: 'alike' });
  expect(given([2, 3, 4, 5, 5])).toMatchObject({ bias: 0.8, leaning: 'lenient' });
  expect(given([1, 1, 2, 3, 4])).toMatchObject({ bias: -0.8, leaning: 'severe' });
  // All in the middle: no bias, and no difference between a 1 and a 5.
  expect(given([3, 3, 3, 3, 3])).toMatchObject({ bias: 0, leaning: 'even', spread: 0, range: 'central' });
  expect(given([2, 3, 3, 3, 4])).toMatchObject({ bias: 0, leaning: 'even', range: 'central' });
  // Always the same at one end: no difference between answers either, and no middle.
  expect(given([5, 5, 5, 5, 5])).toMatchObject({ leaning: 'lenient', spread: 0, range: 'narrow' });
  expect(given([1, 1, 3, 5, 5])).toMatchObject({ bias: 0, range: 'alike' });
  expect(
    ratingTendency([2, 3, 4].map((expert) => ({ score: expert === 3 ? 3 : expert < 3 ? 1 : 5, expert }))),
  ).toMatchObject({
    bias: 0,
    spread: 2,
    range: 'extreme',
  });
});

it('says nothing of a tendency from one or two scores', () => {
  expect(given([5])).toMatchObject({ transcripts: 1, leaning: 'early', spread: null, range: 'early' });
  expect(given([5, 5])).toMatchObject({ leaning: 'early', range: 'early' });
  expect(() => ratingTendency([])).toThrow(RangeError);
});

it('turns round when all scores are turned round', () => {
  const score = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(fc.array(fc.record({ score, expert: score }), { minLength: 3, maxLength: 12 }), (pairs) => {
      const one = ratingTendency(pairs);
      const other = ratingTendency(pairs.map((pair) => ({ score: 6 - pair.score, expert: 6 - pair.expert })));
      expect(other.bias).toBeCloseTo(-one.bias, 9);
      expect(other.spread ?? 0).toBeCloseTo(one.spread ?? 0, 9);
      expect(other.exact).toEqual(one.exact);
    }),
  );
});
