import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitRatingScale } from './jml.ts';
import { type RatingRow, toRatingTable } from './ratings.ts';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

interface Reference {
  source: string;
  persons: { Person: string; Estimate: number; Extreme: string }[];
  facets: { Facet: string; Level: string; Estimate: number }[];
  steps: { Step: string; Estimate: number }[];
  logLik: number;
}

describe('the rating-scale model by JML', () => {
  const rows = fixture('mfrmr-core.csv')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line): RatingRow => {
      const [person = '', rater = '', item = '', score = ''] = line.replaceAll('"', '').split(',');
      return { person, rater, item, score: Number(score) };
    });
  const reference = JSON.parse(fixture('mfrmr-core-jml.json')) as Reference;
  const fit = fitRatingScale(toRatingTable(rows));

  it(`agrees to 0.005 logits with ${reference.source}, on its 768 ratings`, () => {
    expect(rows).toHaveLength(768);
    expect(fit.trust).toMatchObject({ converged: true, subsets: 1, unusedScores: [] });
    const all = new Map([...fit.raters, ...fit.items].map(({ id, measure }) => [id, measure]));
    expect(reference.facets.length).toBe(8);
    for (const { Level, Estimate } of reference.facets)
      expect(Math.abs((all.get(Level) ?? Number.NaN) - Estimate), Level).toBeLessThan(0.005);
    for (const [k, { Estimate }] of reference.steps.entries())
      expect(Math.abs((fit.steps[k]?.measure ?? Number.NaN) - Estimate), `step ${k + 1}`).toBeLessThan(0.005);
    const persons = new Map(fit.persons.map(({ id, measure }) => [id, measure]));
    for (const { Person, Estimate, Extreme } of reference.persons)
      if (Extreme === 'none')
        expect(Math.abs((persons.get(Person) ?? Number.NaN) - Estimate), Person).toBeLessThan(0.005);
    expect(Math.abs(fit.logLik - reference.logLik)).toBeLessThan(0.05);
  });

  it('solves its own likelihood equations: observed and expected totals agree', () => {
    const sum = (measures: { measure: number }[]) =>
      measures.reduce((total, { measure }) => total + measure, 0);
    for (const total of [sum(fit.raters), sum(fit.items), sum(fit.steps)])
      expect(Math.abs(total)).toBeLessThan(1e-9);
    // Infit is near 1 on average where the data fit.
    const infits = fit.persons.flatMap(({ infit }) => (infit === null ? [] : [infit]));
    expect(infits.reduce((total, infit) => total + infit, 0) / infits.length).toBeGreaterThan(0.8);
    expect(infits.reduce((total, infit) => total + infit, 0) / infits.length).toBeLessThan(1.2);
  });
});

const anyRows = fc.array(
  fc.record({
    person: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    rater: fc.constantFrom('r', 's', 't'),
    item: fc.constantFrom('x', 'y'),
    score: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 2, maxLength: 40 },
);

describe('on any small table', () => {
  it('never returns a NaN, extreme scores and gaps included', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        fc.pre(new Set(rows.map(({ score }) => score)).size > 1);
        const fit = fitRatingScale(toRatingTable(rows), { maxIterations: 60 });
        const numbers = (value: unknown): number[] =>
          typeof value === 'number'
            ? [value]
            : value && typeof value === 'object'
              ? Object.values(value).flatMap(numbers)
              : [];
        for (const number of numbers(fit)) expect(Number.isFinite(number)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        fc.pre(new Set(rows.map(({ score }) => score)).size > 1);
        const [one, other] = [rows, [...rows].reverse()].map((list) => fitRatingScale(toRatingTable(list)));
        // Where scores separate perfectly the likelihood has no maximum: the fit says that it did not converge.
        fc.pre(one?.trust.converged === true && other?.trust.converged === true && one.trust.subsets === 1);
        const measures = new Map(other?.raters.map(({ id, measure }) => [id, measure]));
        for (const { id, measure } of one?.raters ?? []) expect(measures.get(id)).toBeCloseTo(measure, 3);
      }),
      { numRuns: 60 },
    );
  });
});

it('names the row of a score that is none', () => {
  expect(() => toRatingTable([{ person: 'a', rater: 'r', item: 'x', score: 2.5 }])).toThrow(
    'Row 1: the score 2.5',
  );
  expect(() => toRatingTable([])).toThrow('no ratings');
});

it('says when panels share nobody', () => {
  const rows = ['a', 'b'].flatMap((person, at) =>
    [1, 3, 2].map((score, n) => ({ person, rater: `r${at}`, item: `x${at}${n}`, score })),
  );
  expect(fitRatingScale(toRatingTable(rows)).trust.subsets).toBe(2);
});
