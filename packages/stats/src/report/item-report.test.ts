import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../numeric/random.ts';
import { itemReport, type TimedRating, unseenShare } from './item-report.ts';

const SCALE = { min: 1, max: 5 };
const TAU = [-1.8, -0.6, 0.6, 1.8];

interface Plan {
  persons: number;
  seed: number;
  difficulty: Record<string, number>;
  severity: Record<string, number>;
  /** Extra severity of a rater on item `focus` for persons of the second half. */
  drift?: Record<string, number>;
}

/** Every rater scores every person on every item; persons come one after another. */
function simulate({ persons, seed, difficulty, severity, drift = {} }: Plan): TimedRating[] {
  const random = createRandom(seed);
  const ratings: TimedRating[] = [];
  for (let n = 0; n < persons; n++) {
    const theta = random.normal();
    for (const [rater, alpha] of Object.entries(severity))
      for (const [item, delta] of Object.entries(difficulty)) {
        const late = n >= persons / 2;
        const eta = theta - alpha - delta - (item === 'focus' && late ? (drift[rater] ?? 0) : 0);
        const weights = [0];
        for (const tau of TAU) weights.push((weights.at(-1) ?? 0) + eta - tau);
        const total = weights.reduce((sum, w) => sum + Math.exp(w), 0);
        let left = random.next() * total;
        let score = 1;
        for (const w of weights) {
          left -= Math.exp(w);
          if (left <= 0) break;
          score++;
        }
        ratings.push({ person: `p${n}`, rater, item, score: Math.min(5, score), at: n });
      }
  }
  return ratings;
}

const TRUE = {
  difficulty: { focus: 0.8, a: -0.4, b: 0, c: -0.4 },
  severity: { ann: 0.3, ben: 0, cao: -0.3 },
};

describe('itemReport', () => {
  it('finds the difficulty, and no drift where there is none', () => {
    const report = itemReport(simulate({ persons: 160, seed: 3, ...TRUE }), ['focus'], SCALE);
    expect(report.basis).toBe('model');
    const [version] = report.versions;
    expect(version?.difficulty?.lower).toBeLessThan(0.8);
    expect(version?.difficulty?.upper).toBeGreaterThan(0.8);
    expect(version?.ratings).toBe(480);
    expect(version?.infit).toBeGreaterThan(0.7);
    expect(version?.infit).toBeLessThan(1.3);
    expect(report.split).toBe(80);
    for (const { drift } of report.raters) expect(drift?.pAdjusted).toBeGreaterThan(0.05);
  });

  it('finds who became severer on the item, and nobody else', () => {
    const report = itemReport(
      simulate({ persons: 160, seed: 4, ...TRUE, drift: { cao: 1.6 } }),
      ['focus'],
      SCALE,
    );
    const by = new Map(report.raters.map((one) => [one.id, one]));
    expect(by.get('cao')?.drift?.pAdjusted).toBeLessThan(0.001);
    expect(by.get('cao')?.drift?.lower).toBeGreaterThan(0);
    expect(Math.max(...report.raters.map(({ drift }) => drift?.value ?? 0))).toBe(
      by.get('cao')?.drift?.value,
    );
  });

  it('does not take the item’s own change for the raters’', () => {
    const all = { ann: 1.2, ben: 1.2, cao: 1.2 };
    const report = itemReport(simulate({ persons: 160, seed: 5, ...TRUE, drift: all }), ['focus'], SCALE);
    for (const { drift } of report.raters) expect(drift?.pAdjusted).toBeGreaterThan(0.05);
  });

  it('tells versions apart', () => {
    const before = simulate({
      persons: 120,
      seed: 6,
      difficulty: { focus: 1, a: 0, b: 0 },
      severity: TRUE.severity,
    });
    const after = simulate({
      persons: 120,
      seed: 7,
      difficulty: { focus: -1, a: 0, b: 0 },
      severity: TRUE.severity,
    });
    const report = itemReport(
      [
        ...before.map((one) => ({ ...one, item: one.item === 'focus' ? 'v1' : one.item })),
        ...after.map((one) => ({
          ...one,
          person: `q${one.person}`,
          item: one.item === 'focus' ? 'v2' : one.item,
          at: one.at + 1000,
        })),
      ],
      ['v1', 'v2'],
      SCALE,
    );
    const [v1, v2] = report.versions;
    expect((v1?.difficulty?.value ?? 0) - (v2?.difficulty?.value ?? 0)).toBeGreaterThan(1.5);
  });

  it('says how much a score that was never given may still be worth', () => {
    const ratings = simulate({ persons: 20, seed: 8, ...TRUE }).map((one) =>
      one.item === 'focus' && one.score === 5 ? { ...one, score: 4 } : one,
    );
    const report = itemReport(ratings, ['focus'], SCALE);
    expect(report.scores[4]).toEqual({ score: 5, count: 0, atMost: unseenShare(60) });
    // Rule of three: about 3 in n.
    expect(unseenShare(60)).toBeCloseTo(0.0487, 3);
    expect(report.scores.slice(0, 4).every(({ atMost, count }) => (atMost === null) === count > 0)).toBe(
      true,
    );
  });

  it('has no difficulty where it cannot be told: one item only, few ratings, none', () => {
    const alone = simulate({ persons: 60, seed: 9, difficulty: { focus: 0 }, severity: TRUE.severity });
    expect(itemReport(alone, ['focus'], SCALE).versions[0]?.difficulty).toBeNull();
    const few = itemReport(simulate({ persons: 2, seed: 10, ...TRUE }), ['focus'], SCALE);
    expect(few.basis).toBe('plain');
    expect(few.versions[0]).toMatchObject({ ratings: 6, difficulty: null, infit: null });
    expect(few.statements.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['too-small', 'item-few-ratings']),
    );
    expect(few.raters.every(({ difference, severity }) => difference !== null && severity === null)).toBe(
      true,
    );
    expect(itemReport([], ['focus'], SCALE)).toMatchObject({ basis: 'none', raters: [], split: null });
  });

  it('never gives a number that is none', { timeout: 60_000 }, () => {
    const rating = fc.record({
      person: fc.constantFrom('p', 'q', 'r', 's', 'u'),
      rater: fc.constantFrom('ann', 'ben'),
      item: fc.constantFrom('focus', 'other'),
      score: fc.integer({ min: 1, max: 5 }),
      at: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(rating, { maxLength: 30 }), (ratings) => {
        const text = JSON.stringify(itemReport(ratings, ['focus'], SCALE), (_, value) =>
          typeof value === 'number' && !Number.isFinite(value) ? 'not a number' : value,
        );
        expect(text).not.toContain('not a number');
      }),
      { numRuns: 40 },
    );
  });
});
