import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread, summarise } from './summarise.ts';

const items = [
  { question: 'a', competency: 'x', weight: 1 },
  { question: 'b', competency: 'x', weight: 3 },
  { question: 'c', competency: 'y', weight: 1 },
];
const competencies = [
  { id: 'x', weight: 0.75 },
  { id: 'y', weight: 0.25 },
];
const rate = (raterId: string, question: string, score: number | null) => ({ raterId, question, score });

describe('summarise', () => {
  it('weighs items within competencies, and competencies within the whole', () => {
    const {
      overall,
      coverage,
      competencies: shown,
    } = summarise(items, competencies, [
      rate('r', 'a', 5),
      rate('s', 'a', 3),
      rate('r', 'b', 2),
      rate('r', 'c', 5),
    ]);
    // x: (1 · 4 + 3 · 2) / 4 = 2.5; y: 5; overall: 0.75 · 2.5 + 0.25 · 5 = 3.125
    expect(shown.map(({ score }) => score)).toEqual([2.5, 5]);
    expect(overall).toBe(3.125);
    expect(coverage).toBe(1);
  });

  it('leaves out what was not asked, and says how much that is, instead of counting a zero', () => {
    const { overall, coverage } = summarise(items, competencies, [
      rate('r', 'a', 4),
      rate('r', 'b', null),
      rate('r', 'c', null),
    ]);
    expect(overall).toBe(4);
    expect(coverage).toBeCloseTo(0.75 / 4, 12);
  });

  it('has no number where nobody scored', () => {
    expect(summarise(items, competencies, [])).toMatchObject({ overall: null, coverage: 0 });
  });

  const ratings = fc.array(
    fc.record({
      raterId: fc.constantFrom('r', 's', 't'),
      question: fc.constantFrom('a', 'b', 'c'),
      score: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
    }),
  );
  it('lies between the lowest and the highest score, in any order of rows', () => {
    fc.assert(
      fc.property(ratings, (rows) => {
        const { overall, coverage } = summarise(items, competencies, rows);
        const scores = rows.flatMap(({ score }) => (score === null ? [] : [score]));
        if (scores.length === 0) expect(overall).toBeNull();
        else {
          expect(overall).toBeGreaterThanOrEqual(Math.min(...scores) - 1e-9);
          expect(overall).toBeLessThanOrEqual(Math.max(...scores) + 1e-9);
        }
        expect(coverage).toBeGreaterThanOrEqual(0);
        expect(coverage).toBeLessThanOrEqual(1 + 1e-12);
        expect(summarise(items, competencies, [...rows].reverse()).overall ?? 0).toBeCloseTo(overall ?? 0, 9);
      }),
    );
  });

  it('does not change when all weights are scaled alike', () => {
    fc.assert(
      fc.property(ratings, fc.double({ min: 0.1, max: 50, noNaN: true }), (rows, factor) => {
        const scaled = summarise(
          items.map((item) => ({ ...item, weight: item.weight * factor })),
          competencies.map((competency) => ({ ...competency, weight: competency.weight * factor })),
          rows,
        );
        expect(scaled.overall ?? 0).toBeCloseTo(summarise(items, competencies, rows).overall ?? 0, 9);
      }),
    );
  });
});

describe('spread', () => {
  it('is the sample standard deviation', () => {
    expect(spread([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({
      mean: 5,
      sd: Math.sqrt(32 / 7),
      min: 2,
      max: 9,
      n: 8,
    });
    expect(spread([3])).toMatchObject({ mean: 3, sd: null });
    expect(spread([])).toEqual({ mean: null, sd: null, min: null, max: null, n: 0 });
  });
});
