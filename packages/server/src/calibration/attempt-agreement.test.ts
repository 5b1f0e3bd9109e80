import fc from 'fast-check';
import { expect, it } from 'vitest';
import { attemptAgreement, wilson } from './attempt-agreement.ts';

it('has Wilson’s intervals: as R’s prop.test(x, n, correct = FALSE) gives them', () => {
  const close = (estimate: ReturnType<typeof wilson>, lower: number, upper: number) => {
    expect(estimate.lower).toBeCloseTo(lower, 6);
    expect(estimate.upper).toBeCloseTo(upper, 6);
  };
  close(wilson(3, 6), 0.187616306, 0.812383694);
  close(wilson(6, 6), 0.609665712, 1);
  close(wilson(0, 6), 0, 0.390334288);
});

it('is 1 for the experts’ own scores, near 0 for one score throughout, and null where the set has changed', () => {
  const experts = [1, 4, 2, 5, 3, 2];
  const given = (scores: number[]) =>
    attemptAgreement(scores.map((score, at) => ({ score, expert: experts[at] ?? 0 })));
  expect(given(experts)).toMatchObject({
    transcripts: 6,
    exact: { value: 1 },
    kappa: { value: expect.closeTo(1, 9), upper: expect.closeTo(1, 9) },
  });
  expect(given([3, 3, 3, 3, 3, 3])).toMatchObject({
    exact: { value: 1 / 6 },
    kappa: { value: expect.closeTo(0, 9) },
  });
  expect(attemptAgreement([])).toBeNull();
});

it('keeps every figure within its bounds', () => {
  const score = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(fc.array(fc.record({ score, expert: score }), { minLength: 1, maxLength: 12 }), (pairs) => {
      const found = attemptAgreement(pairs);
      for (const one of [found?.exact, found?.withinOne]) {
        expect(one?.lower).toBeGreaterThanOrEqual(0);
        expect(one?.upper).toBeLessThanOrEqual(1);
        expect(one?.lower).toBeLessThanOrEqual(one?.value ?? 0);
        expect(one?.upper).toBeGreaterThanOrEqual(one?.value ?? 1);
      }
      const { value } = found?.kappa ?? {};
      if (typeof value === 'number') expect(Math.abs(value)).toBeLessThanOrEqual(1);
    }),
  );
});
