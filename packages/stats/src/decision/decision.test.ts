import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adverseImpact, fisherExact } from './adverse-impact.ts';
import { pairwiseProbabilities, probabilityAbove, rankingUncertainty, weightSensitivity } from './ranking.ts';

describe('adverse impact', () => {
  it("agrees with R's fisher.test (4.2.2)", () => {
    expect(fisherExact(12, 28, 9, 51).p).toBeCloseTo(0.0837699546, 9);
    // Fisher's tea: 0.4857142857.
    expect(fisherExact(3, 1, 1, 3).p).toBeCloseTo(0.4857142857, 9);
    // matrix(c(1, 9, 11, 3), 2): 0.002759456.
    expect(fisherExact(1, 11, 9, 3).p).toBeCloseTo(0.002759456185, 9);
  });

  it('compares every group with the one selected most', () => {
    const { reference, groups } = adverseImpact([
      { group: 'a', selected: 12, total: 40 },
      { group: 'b', selected: 9, total: 60 },
      { group: 'c', selected: 0, total: 0 },
    ]);
    expect(reference).toBe('a');
    expect(groups[0]).toMatchObject({ ratio: 1, belowFourFifths: false, test: null });
    expect(groups[1]).toMatchObject({ ratio: 0.5, belowFourFifths: true, fragile: false });
    expect(groups[1]!.test!.midP).toBeLessThan(groups[1]!.test!.p);
    expect(groups[2]).toMatchObject({ rate: null, ratio: null, test: null });
  });

  it('says when one decision would turn the rule', () => {
    const { groups, statements } = adverseImpact([
      { group: 'a', selected: 3, total: 6 },
      { group: 'b', selected: 2, total: 6 },
    ]);
    expect(groups[1]).toMatchObject({ belowFourFifths: true, fragile: true });
    expect(statements.map(({ code }) => code)).toContain('few-persons');
    expect(adverseImpact([{ group: 'a', selected: 0, total: 5 }]).statements.map(({ code }) => code)).toEqual(
      ['one-group', 'nobody-selected'],
    );
  });

  it('is symmetric and stays within its bounds', () => {
    const count = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(count, count, count, count, (a, b, c, d) => {
        const { p, midP } = fisherExact(a, b, c, d);
        expect(p).toBeCloseTo(fisherExact(c, d, a, b).p, 9);
        expect(p).toBeCloseTo(fisherExact(b, a, d, c).p, 9);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(midP).toBeLessThan(p);
        expect(midP).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('refuses counts that cannot be', () => {
    expect(() => adverseImpact([{ group: 'a', selected: 3, total: 2 }])).toThrow('3 of 2');
    expect(() => fisherExact(-1, 0, 0, 1)).toThrow('not negative');
  });
});

describe('ranking', () => {
  const persons = [
    { id: 'a', score: 1.2, se: 0.3 },
    { id: 'b', score: 1.0, se: 0.3 },
    { id: 'c', score: -0.5, se: 0.4 },
    { id: 'd', score: -0.6, se: 0.2 },
  ];

  it('P(above) is the normal probability of the difference', () => {
    // Φ(0.2 / √0.18)
    expect(probabilityAbove(persons[0]!, persons[1]!)).toBeCloseTo(0.6813240559, 8);
    const matrix = pairwiseProbabilities(persons);
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) expect(matrix[i]![j]! + matrix[j]![i]!).toBeCloseTo(1, 12);
    expect(probabilityAbove({ score: 1, se: 0 }, { score: 1, se: 0 })).toBe(0.5);
  });

  it('P(top k) sums to k, and agrees with the pair probability where there are two', () => {
    const ranking = rankingUncertainty(persons, { k: 2, draws: 20_000 });
    expect(ranking.persons.reduce((sum, { topK }) => sum + topK, 0)).toBeCloseTo(2, 9);
    expect(ranking.persons.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    expect(ranking.sameSet).toBeGreaterThan(0.98);
    const two = rankingUncertainty(persons.slice(0, 2), { k: 1, draws: 40_000 });
    expect(Math.abs(two.persons[0]!.topK - 0.6813)).toBeLessThan(0.01);
    for (const { lowerRank, upperRank, expectedRank } of ranking.persons) {
      expect(lowerRank).toBeLessThanOrEqual(expectedRank + 0.5);
      expect(upperRank).toBeGreaterThanOrEqual(expectedRank - 0.5);
    }
  });

  it('is the same for the same seed, and certain without error', () => {
    expect(rankingUncertainty(persons, { seed: 5 })).toEqual(rankingUncertainty(persons, { seed: 5 }));
    const sure = rankingUncertainty(
      persons.map((person) => ({ ...person, se: 0 })),
      { k: 1 },
    );
    expect(sure.persons.map(({ topK }) => topK)).toEqual([1, 0, 0, 0]);
    expect(sure.persons.map(({ lowerRank, upperRank }) => [lowerRank, upperRank])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    expect(rankingUncertainty([]).persons).toEqual([]);
  });

  it('shows when a choice hangs on the weights', () => {
    const even = weightSensitivity(
      [
        { id: 'specialist', scores: [5, 1] },
        { id: 'all-round', scores: [3, 3] },
        { id: 'best', scores: [5, 5] },
      ],
      [0.5, 0.5],
      { k: 2 },
    );
    expect(even.persons[2]!.topK).toBeCloseTo(1, 9);
    expect(even.persons[0]!.topK).toBeGreaterThan(0.3);
    expect(even.persons[0]!.topK).toBeLessThan(0.7);
    expect(even.stable).toBeLessThan(0.7);
    expect(() => weightSensitivity([], [0, 0])).toThrow('not all 0');
  });
});
