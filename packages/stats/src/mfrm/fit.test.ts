import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statementText } from '../statements/statement-text.ts';
import { type RatingRow, ratingsTable } from '../table/ratings-table.ts';
import { simulateRatings } from '../table/simulate.ts';
import { readRatings } from '../testing/fixtures.ts';
import { biasInteractions, unexpectedRatings } from './bias.ts';
import { fitRatings } from './fit.ts';
import { toFitJson } from './fit-json.ts';

const core = readRatings('mfrmr-core.csv');

const rowsOf = (table: typeof core): RatingRow[] =>
  Array.from({ length: table.size }, (_, at) => ({
    person: table.persons[table.person[at]!]!,
    rater: table.raters[table.rater[at]!]!,
    item: table.items[table.item[at]!]!,
    score: table.score[at]!,
  }));

/** Every number anywhere in a value. */
function numbers(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.flatMap(numbers);
  return value && typeof value === 'object' ? Object.values(value).flatMap(numbers) : [];
}

const anyRows = fc.array(
  fc.record({
    person: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
    rater: fc.constantFrom('r', 's', 't'),
    item: fc.constantFrom('x', 'y', 'z'),
    score: fc.integer({ min: 1, max: 5 }),
  }),
  { maxLength: 60 },
);

describe('any small table', () => {
  it.each([
    ['rsm', 'jml'],
    ['pcm', 'jml'],
    ['rsm', 'mml'],
    ['pcm', 'mml'],
  ] as const)('%s %s: never a NaN or an infinity, never an exception', (model, method) => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const fit = fitRatings(ratingsTable(rows), { model, method });
        for (const number of numbers(fit)) expect(Number.isFinite(number)).toBe(true);
        expect(JSON.parse(JSON.stringify(toFitJson(fit)))).toEqual(toFitJson(fit));
        for (const statement of fit.trust.statements) expect(statement.text).not.toMatch(/[{}]/);
        if (fit.trust.usable) {
          const live = fit.raters.filter(({ extreme, measure }) => !extreme && measure !== null);
          expect(live.reduce((sum, { measure }) => sum + measure!, 0)).toBeCloseTo(0, 6);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('invariances', () => {
  const base = fitRatings(core);
  const measures = (fit: typeof base, facet: 'persons' | 'raters' | 'items') =>
    new Map(fit[facet].map(({ id, measure }) => [id, measure!]));

  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => {
        const shuffled = rowsOf(core)
          .map((row) => ({ row, key: stream.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ row }) => row);
        const fit = fitRatings(ratingsTable(shuffled));
        for (const facet of ['persons', 'raters', 'items'] as const)
          for (const [id, measure] of measures(fit, facet))
            expect(measure).toBeCloseTo(measures(base, facet).get(id)!, 6);
      }),
      { numRuns: 5 },
    );
  });

  it('does not depend on names, and follows raters when they are relabelled', () => {
    const swap: Record<string, string> = { R01: 'R03', R03: 'R01' };
    const fit = fitRatings(
      ratingsTable(rowsOf(core).map((row) => ({ ...row, rater: swap[row.rater] ?? row.rater }))),
    );
    expect(measures(fit, 'raters').get('R03')).toBeCloseTo(measures(base, 'raters').get('R01')!, 8);
    expect(measures(fit, 'persons').get('P001')).toBeCloseTo(measures(base, 'persons').get('P001')!, 8);
  });

  it('does not depend on where the scale starts, and turns round when the scale does', () => {
    const shifted = fitRatings(ratingsTable(rowsOf(core).map((row) => ({ ...row, score: row.score! + 7 }))));
    expect(measures(shifted, 'persons').get('P010')).toBeCloseTo(measures(base, 'persons').get('P010')!, 8);
    expect(shifted.persons[0]!.fairAverage).toBeCloseTo(base.persons[0]!.fairAverage! + 7, 8);
    const turned = fitRatings(ratingsTable(rowsOf(core).map((row) => ({ ...row, score: 5 - row.score! }))));
    expect(measures(turned, 'persons').get('P010')).toBeCloseTo(-measures(base, 'persons').get('P010')!, 6);
  });

  it('satisfies the likelihood equations: observed and expected totals agree', () => {
    const report = biasInteractions(base, 'item');
    const total = report.terms.reduce(
      (sum, term) => sum + term.count * (term.observedAverage - term.expectedAverage),
      0,
    );
    expect(total).toBeCloseTo(0, 5);
    for (const facet of ['raters', 'items'] as const)
      expect(base[facet].reduce((sum, { measure }) => sum + measure!, 0)).toBeCloseTo(0, 9);
    expect(base.steps.reduce((sum, { measure }) => sum + measure, 0)).toBeCloseTo(0, 9);
  });
});

describe('what cannot be known', () => {
  const codes = (fit: ReturnType<typeof fitRatings>): string[] =>
    fit.trust.statements.map(({ code }) => code);

  it('names panels that share items but neither persons nor raters', () => {
    const { table } = simulateRatings({ persons: 60, raters: 4, items: 5, seed: 3 });
    const rows = rowsOf(table).filter(
      ({ person, rater }) => Number(person.slice(1)) <= 30 === ['R1', 'R2'].includes(rater),
    );
    const fit = fitRatings(ratingsTable(rows));
    expect(fit.trust).toMatchObject({ usable: true, connected: false, subsets: 2 });
    expect(codes(fit)).toContain('disconnected');
    expect(fit.advice.map(({ code }) => code)).toContain('link-panels');
    expect(new Set(fit.persons.map(({ subset }) => subset)).size).toBe(2);
    // Each panel is centred by itself: the split that assumes least.
    const sum = (ids: string[]) =>
      fit.raters.filter(({ id }) => ids.includes(id)).reduce((total, { measure }) => total + measure!, 0);
    expect(sum(['R1', 'R2'])).toBeCloseTo(0, 3);
    expect(sum(['R3', 'R4'])).toBeCloseTo(0, 3);
    // One person seen by both panels joins them.
    const joined = fitRatings(
      ratingsTable([...rows, ...rowsOf(table).filter(({ person }) => person === 'P01')]),
    );
    expect(joined.trust).toMatchObject({ connected: true, subsets: 1 });
  });

  it('tells raters from items only where they mix', () => {
    const { table } = simulateRatings({ persons: 40, raters: 2, items: 4, seed: 5 });
    const rows = rowsOf(table).filter(({ rater, item }) => (rater === 'R1') === ['Q1', 'Q2'].includes(item));
    const fit = fitRatings(ratingsTable(rows));
    expect(fit.trust).toMatchObject({ connected: false, subsets: 1 });
    expect(codes(fit)).toContain('raters-items-confounded');
  });

  it('says when there is one rater, too little, no variation, nothing', () => {
    const { table } = simulateRatings({ persons: 40, raters: 1, items: 6, seed: 1 });
    expect(codes(fitRatings(table))).toContain('one-rater');
    const small = simulateRatings({ persons: 3, raters: 2, items: 8, seed: 1 });
    const fit = fitRatings(small.table);
    expect(fit.trust.usable).toBe(false);
    expect(codes(fit)).toContain('too-small');
    expect(fit.advice[0]?.code).toBe('use-raw-averages');
    expect(codes(fitRatings(ratingsTable([{ person: 'a', rater: 'r', item: 'x', score: 3 }])))).toEqual([
      'no-variation',
    ]);
    expect(codes(fitRatings(ratingsTable([])))).toEqual(['no-ratings']);
  });

  it('names a score nobody used, and scores at the ends of the given scale', () => {
    const { table } = simulateRatings({ persons: 80, raters: 3, items: 5, seed: 2 });
    const rows = rowsOf(table).map((row) => ({ ...row, score: row.score === 3 ? 4 : row.score! }));
    const fit = fitRatings(ratingsTable(rows), { scale: { min: 1, max: 6 } });
    const statement = fit.trust.statements.find(({ code }) => code === 'category-unused');
    expect(statement?.params.scores).toEqual(['3', '6']);
    expect(fit.steps.map(({ category }) => category)).toEqual([2, 4, 5]);
  });

  it('gives extreme persons finite measures beyond everybody else, flagged', () => {
    const { table } = simulateRatings({ persons: 60, raters: 3, items: 4, seed: 8 });
    const rows = rowsOf(table).map((row) =>
      row.person === 'P01' ? { ...row, score: 5 } : row.person === 'P02' ? { ...row, score: 1 } : row,
    );
    for (const method of ['jml', 'mml'] as const) {
      const fit = fitRatings(ratingsTable(rows), { method });
      const [high, low, ...rest] = fit.persons;
      expect(high).toMatchObject({ extreme: 'high' });
      expect(low).toMatchObject({ extreme: 'low' });
      for (const { measure } of rest) {
        expect(measure!).toBeLessThan(high!.measure!);
        expect(measure!).toBeGreaterThan(low!.measure!);
      }
      expect(high!.se!).toBeGreaterThan(rest[0]!.se!);
    }
  });

  it('holds a rater who gave only top scores apart', () => {
    const { table } = simulateRatings({ persons: 60, raters: 4, items: 4, seed: 8 });
    const fit = fitRatings(
      ratingsTable(rowsOf(table).map((row) => (row.rater === 'R1' ? { ...row, score: 5 } : row))),
    );
    const lenient = fit.raters.find(({ id }) => id === 'R1')!;
    expect(lenient.extreme).toBe('high');
    expect(lenient.measure!).toBeLessThan(
      Math.min(...fit.raters.filter(({ id }) => id !== 'R1').map(({ measure }) => measure!)),
    );
    expect(codes(fit)).toContain('extreme-raters');
  });
});

describe('anchors', () => {
  it('reproduces the fit when everything but persons is fixed to it', () => {
    const free = fitRatings(core);
    const fixed = fitRatings(core, {
      anchors: {
        raters: Object.fromEntries(free.raters.map(({ id, measure }) => [id, measure!])),
        items: Object.fromEntries(free.items.map(({ id, measure }) => [id, measure!])),
        steps: Object.fromEntries(free.steps.map(({ category, measure }) => [category, measure])),
      },
    });
    for (const [at, { measure }] of fixed.persons.entries())
      expect(measure).toBeCloseTo(free.persons[at]!.measure!, 6);
    expect(fixed.raters[0]).toMatchObject({ anchored: true, se: 0 });
  });

  it('moves the origin with an anchored rater', () => {
    const free = fitRatings(core);
    const r1 = free.raters[0]!;
    const fixed = fitRatings(core, { anchors: { raters: { [r1.id]: r1.measure! + 1 } } });
    expect(fixed.raters[1]!.measure).toBeCloseTo(free.raters[1]!.measure! + 1, 6);
    expect(fixed.persons[0]!.measure).toBeCloseTo(free.persons[0]!.measure! + 1, 6);
  });

  it('refuses an anchor for somebody who is not there', () => {
    expect(() => fitRatings(core, { anchors: { raters: { Nobody: 0 } } })).toThrow('“Nobody”');
  });
});

describe('bias and unexpected ratings', () => {
  it('finds a planted rater × item and rater × group bias, and nothing much where there is none', () => {
    const { table } = simulateRatings({ persons: 200, raters: 4, items: 5, groups: 2, seed: 4 });
    const rows = Array.from({ length: table.size }, (_, at): RatingRow => {
      return {
        person: table.persons[table.person[at]!]!,
        rater: table.raters[table.rater[at]!]!,
        item: table.items[table.item[at]!]!,
        score: table.score[at]!,
        group: table.groups[table.personGroup[table.person[at]!]!],
      };
    });
    const none = biasInteractions(fitRatings(ratingsTable(rows)), 'item');
    expect(none.terms.filter(({ pAdjusted }) => pAdjusted < 0.01)).toEqual([]);
    const harsh = rows.map((row) =>
      row.rater === 'R2' && row.item === 'Q3' ? { ...row, score: Math.max(1, row.score! - 1) } : row,
    );
    const [first] = biasInteractions(fitRatings(ratingsTable(harsh)), 'item').terms;
    expect(first).toMatchObject({ rater: 'R2', other: 'Q3' });
    expect(first!.bias).toBeGreaterThan(0.5);
    const unfair = rows.map((row) =>
      row.rater === 'R1' && row.group === 'G2' ? { ...row, score: Math.max(1, row.score! - 1) } : row,
    );
    const [worst] = biasInteractions(fitRatings(ratingsTable(unfair)), 'group').terms;
    expect(worst!.rater).toBe('R1');
    expect(worst!.pAdjusted).toBeLessThan(0.001);
  });

  it('lists the ratings to talk about', () => {
    const { table } = simulateRatings({ persons: 50, raters: 3, items: 6, seed: 9 });
    const first = rowsOf(table)[0]!;
    const rows = rowsOf(table).map((row) =>
      row.person === first.person && row.item === first.item && row.rater === 'R1'
        ? { ...row, score: row.score! > 2 ? 1 : 5 }
        : row,
    );
    const list = unexpectedRatings(fitRatings(ratingsTable(rows)));
    expect(list.length).toBeGreaterThan(0);
    for (const { z, score, expected } of list) expect(Math.sign(z)).toBe(Math.sign(score - expected));
    expect(() => unexpectedRatings({ ...fitRatings(core) })).toThrow('same thread');
  });
});

describe('labels and errors at the edge', () => {
  const rows = [
    ['A', 'Q1', 3],
    ['A', 'Q2', 4],
    ['B', 'Q1', 2],
    ['B', 'Q2', 3],
    ['C', 'Q1', 5],
    ['C', 'Q2', 5],
  ] as const;
  const fit = fitRatings(
    ratingsTable(rows.map(([person, item, score]) => ({ person, rater: 'R1', item, score }))),
  );
  it('names a step by a score of the scale, also where an extreme person alone used the one above', () => {
    expect(fit.steps.map(({ category }) => category)).toEqual([3, 4]);
  });
  it('gives the only rater no standard error: zero is where the scale begins, not an estimate', () => {
    expect(fit.raters[0]).toMatchObject({ measure: 0, se: null, seConditional: null });
    expect(fit.items.every(({ se }) => se !== null && se > 0)).toBe(true);
  });
  it('speaks of one in the singular', () => {
    const { code, params } = fit.trust.statements.find((one) => one.code === 'extreme-persons')!;
    expect(statementText(code, params, 'en')).toMatch(/^1 person has only top/);
    expect(statementText(code, { ...params, count: 2 }, 'en')).toMatch(/^2 persons have only top/);
  });
});
