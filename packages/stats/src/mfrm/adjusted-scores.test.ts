import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ratingsTable } from '../table/ratings-table.ts';
import { type Simulation, simulateRatings } from '../table/simulate.ts';
import { adjustedScores, type ScorePlan } from './adjusted-scores.ts';
import { fitRatings } from './fit.ts';

/** Two components: the first four items, and the rest with twice the weight. */
const planOf = (items: readonly string[]): ScorePlan => ({
  components: [0, 1].map((c) => ({
    id: `c${c}`,
    weight: 1 + c,
    items: items.slice(4 * c, 4 * c + 4).map((id) => ({ id, weight: 1 })),
  })),
});

/** The expected score at mean severity, from the parameters that the ratings were drawn with. */
function trueScore({ truth }: Simulation, theta: number): number {
  const { steps, items } = truth;
  const one = (i: number): number => {
    let log = 0;
    let sum = 1;
    let total = 1;
    for (let k = 0; k < steps.length; k++) {
      log += theta - (items[i] as number) - (steps[k] as number);
      sum += Math.exp(log);
      total += Math.exp(log) * (k + 2);
    }
    return total / sum;
  };
  const component = (c: number): number => [0, 1, 2, 3].reduce((sum, i) => sum + one(4 * c + i) / 4, 0);
  return (component(0) + 2 * component(1)) / 3;
}

describe('adjustedScores', () => {
  it.each([
    [0, 0.92, 0.975],
    [0.5, 0.92, 0.975],
    [1, 0.91, 0.975],
  ])(
    'interaction %d logits: 95 % intervals hold the true score, as plain model intervals do not',
    (interactionSd, least, most) => {
      let hits = 0;
      let plain = 0;
      let tries = 0;
      for (let seed = 1; seed <= 150; seed++) {
        const simulation = simulateRatings({
          persons: 40,
          raters: 8,
          ratersPerPerson: 3,
          items: 8,
          interactionSd,
          seed,
        });
        const fit = fitRatings(simulation.table, { method: 'mml' });
        const scores = adjustedScores(fit, planOf(simulation.table.items));
        for (const [n, { overall }] of scores.persons.entries()) {
          const truth = trueScore(simulation, simulation.truth.persons[n] as number);
          tries++;
          if ((overall.lower as number) <= truth && truth <= (overall.upper as number)) hits++;
          const naive = (overall.se as number) / Math.sqrt(scores.inflation.overall);
          if (Math.abs((overall.value as number) - truth) < 1.96 * naive) plain++;
        }
      }
      expect(hits / tries).toBeGreaterThan(least);
      expect(hits / tries).toBeLessThan(most);
      if (interactionSd >= 0.5) expect(plain / tries).toBeLessThan(0.88);
    },
    120_000,
  );

  it('is the raw mean again where all raters scored everybody, but for the curve of the scale', () => {
    const { table } = simulateRatings({ persons: 30, raters: 4, items: 8, severitySd: 1, seed: 4 });
    const scores = adjustedScores(fitRatings(table), planOf(table.items));
    for (const [n, { components }] of scores.persons.entries())
      for (const [c, { value }] of components.entries()) {
        const own = Array.from(table.score).filter(
          (_, row) => table.person[row] === n && Math.floor((table.item[row] as number) / 4) === c,
        );
        const raw = own.reduce((sum, score) => sum + score, 0) / own.length;
        expect(Math.abs((value as number) - raw)).toBeLessThan(0.2);
      }
  });

  it('takes the luck of the draw out: two alike, one with severe raters, come out alike', () => {
    const { table, truth } = simulateRatings({
      persons: 400,
      raters: 6,
      ratersPerPerson: 2,
      items: 8,
      severities: [-1.5, -1.5, -1.5, 1.5, 1.5, 1.5],
      seed: 11,
    });
    const scores = adjustedScores(fitRatings(table, { method: 'mml' }), planOf(table.items));
    const sums = new Map<number, number>();
    for (let row = 0; row < table.size; row++) {
      const n = table.person[row] as number;
      sums.set(n, (sums.get(n) ?? 0) + (table.score[row] as number) / 16);
    }
    const correlation = (values: number[]): number => {
      const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
      const x = mean(values);
      const y = mean([...truth.persons]);
      let xy = 0;
      let xx = 0;
      let yy = 0;
      for (const [n, value] of values.entries()) {
        xy += (value - x) * ((truth.persons[n] as number) - y);
        xx += (value - x) ** 2;
        yy += ((truth.persons[n] as number) - y) ** 2;
      }
      return xy / Math.sqrt(xx * yy);
    };
    const raw = correlation(table.persons.map((_, n) => sums.get(n) as number));
    const adjusted = correlation(scores.persons.map(({ overall }) => overall.value as number));
    expect(raw).toBeLessThan(0.8);
    expect(adjusted).toBeGreaterThan(0.9);
  });

  it('stays on the scale, keeps its ends around its value, and follows the weights', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (seed, missing) => {
          const { table } = simulateRatings({ persons: 12, raters: 4, items: 8, personSd: 3, missing, seed });
          const fit = fitRatings(table);
          if (!fit.trust.usable) return;
          const plan = planOf(table.items);
          const both = adjustedScores(fit, plan);
          const first = adjustedScores(fit, {
            components: plan.components.map((part, at) => ({ ...part, weight: at === 0 ? 1 : 0 })),
          });
          for (const [n, { overall, components }] of both.persons.entries()) {
            for (const { value, lower, upper } of [overall, ...components]) {
              if (value === null) continue;
              expect(lower as number).toBeGreaterThanOrEqual(1);
              expect(upper as number).toBeLessThanOrEqual(5);
              expect(lower as number).toBeLessThanOrEqual(value);
              expect(upper as number).toBeGreaterThanOrEqual(value);
            }
            expect(first.persons[n]?.overall.value).toBe(components[0]?.value);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has no number for a component that nobody asked, and gives its weight to the others', () => {
    const { table } = simulateRatings({ persons: 20, raters: 4, items: 8, seed: 2 });
    const rows = Array.from({ length: table.size }, (_, row) => ({
      person: table.persons[table.person[row] as number] as string,
      rater: table.raters[table.rater[row] as number] as string,
      item: table.items[table.item[row] as number] as string,
      score: table.score[row] as number,
    })).filter(({ person, item }) => !(person === 'P01' && ['Q5', 'Q6', 'Q7', 'Q8'].includes(item)));
    const less = ratingsTable(rows);
    const [first] = adjustedScores(fitRatings(less), planOf(less.items)).persons;
    expect(first?.components[1]).toEqual({
      id: 'c1',
      value: null,
      se: null,
      lower: null,
      upper: null,
      ratings: 0,
    });
    expect(first?.overall.value).toBe(first?.components[0]?.value);
  });

  it('refuses a plan that does not fit', () => {
    const { table } = simulateRatings({ persons: 20, raters: 3, items: 8, seed: 2 });
    const fit = fitRatings(table);
    const [a, b] = planOf(table.items).components;
    if (!a || !b) throw new Error('two components');
    expect(() => adjustedScores(fit, { components: [a] })).toThrow(/where the item “Q5” belongs/);
    expect(() => adjustedScores(fit, { components: [a, { ...b, items: [...b.items, ...a.items] }] })).toThrow(
      /twice/,
    );
    expect(() => adjustedScores(fit, { components: [a, { ...b, weight: -1 }] })).toThrow(/weight -1/);
    expect(() =>
      adjustedScores(fit, {
        components: [
          { ...a, weight: 0 },
          { ...b, weight: 0 },
        ],
      }),
    ).toThrow(/above 0/);
    expect(() => adjustedScores(JSON.parse(JSON.stringify(fit)), { components: [a, b] })).toThrow(
      /same thread/,
    );
  });
});
