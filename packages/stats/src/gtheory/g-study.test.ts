import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ratingsTable } from '../table/ratings-table.ts';
import { simulateRatings } from '../table/simulate.ts';
import { readJson } from '../testing/fixtures.ts';
import { dStudy, dStudyGrid, type GSource, gStudy } from './g-study.ts';

interface Golden {
  source: string;
  complete: { data: number[][]; components: Record<string, number> };
  missing: { data: number[][]; components: Record<string, number> };
}

const golden = readJson<Golden>('gtheory.golden.json');
const NAMES: Record<string, GSource> = {
  p: 'person',
  r: 'rater',
  i: 'item',
  'p:r': 'person:rater',
  'p:i': 'person:item',
  'r:i': 'rater:item',
  Residual: 'residual',
};
const tableOf = (data: number[][]) =>
  ratingsTable(data.map(([p, r, i, x]) => ({ person: `p${p}`, rater: `r${r}`, item: `i${i}`, score: x })));

describe(`persons × raters × items, against ${golden.source}`, () => {
  it('complete data: the same components', () => {
    const study = gStudy(tableOf(golden.complete.data));
    expect(study.usable).toBe(true);
    for (const [theirs, variance] of Object.entries(golden.complete.components)) {
      const ours = study.components.find(({ source }) => source === NAMES[theirs])!;
      expect(Math.abs(ours.variance - variance), theirs).toBeLessThan(1e-4);
    }
  });

  it('30 % of cells missing: within 10 % of the largest component of the likelihood estimates', () => {
    const study = gStudy(tableOf(golden.missing.data));
    expect(study.size.missing).toBe(60 * 6 * 8 - golden.missing.data.length);
    for (const [theirs, variance] of Object.entries(golden.missing.components)) {
      const ours = study.components.find(({ source }) => source === NAMES[theirs])!;
      // Two unbiased methods on the same data; they need not be equal.
      expect(Math.abs(ours.variance - variance), theirs).toBeLessThan(0.1);
    }
  });
});

describe('Brennan (2001), table 3.2: p × (r : t)', () => {
  const rows = readFileSync(new URL('../fixtures/brennan-3.2.csv', import.meta.url), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.replaceAll('"', '').split(','))
    .map(([item = '', person = '', rater = '', score]) => ({ person, rater, item, score: Number(score) }));
  const study = gStudy(ratingsTable(rows), { design: 'raters-in-items' });

  it('has the published components', () => {
    const published: Partial<Record<GSource, number>> = {
      person: 0.47302,
      item: 0.32532,
      'rater:item': 0.64749,
      'person:item': 0.55955,
      residual: 2.38029,
    };
    for (const { source, variance } of study.components) expect(variance).toBeCloseTo(published[source]!, 3);
    expect(study.components).toHaveLength(5);
  });

  it('has the published coefficients for 3 tasks of 4 raters (R package gtheory)', () => {
    const result = dStudy(study, { raters: 4, items: 3 });
    // gtheory takes lme4's components, which stopped early in the fourth digit; the mean squares give ours exactly.
    expect(Math.abs(result.generalizability! - 0.55138)).toBeLessThan(2e-4);
    expect(Math.abs(result.dependability! - 0.46361)).toBeLessThan(2e-4);
    expect(Math.abs(result.relativeError - 0.38487)).toBeLessThan(2e-4);
    expect(Math.abs(result.absoluteError - 0.54727)).toBeLessThan(2e-4);
    const of = (source: GSource) => study.components.find((part) => part.source === source)!.variance;
    // (MS_p − MS_pt) / 12 and (MS_pt − MS_residual) / 4 from R's aov on the same table.
    expect(of('person')).toBeCloseTo((10.296296 - 4.618519) / 12, 6);
    expect(of('person:item')).toBeCloseTo((4.618519 - 2.380247) / 4, 6);
  });
});

describe('what cannot be known', () => {
  const codes = (study: ReturnType<typeof gStudy>) => study.statements.map(({ code }) => code);

  it('says so, and never gives a NaN', () => {
    expect(codes(gStudy(ratingsTable([])))).toEqual(['no-ratings']);
    expect(codes(gStudy(simulateRatings({ persons: 30, raters: 1, items: 4 }).table))).toContain('one-rater');
    expect(codes(gStudy(simulateRatings({ persons: 30, raters: 3, items: 1 }).table))).toContain('one-item');
    const row = fc.record({
      person: fc.constantFrom('a', 'b', 'c', 'd'),
      rater: fc.constantFrom('r', 's', 't'),
      item: fc.constantFrom('x', 'y'),
      score: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 30 }),
        fc.constantFrom('crossed' as const, 'raters-in-items' as const, 'raters-in-persons' as const),
        (rows, design) => {
          const study = gStudy(ratingsTable(rows), { design });
          for (const { variance, share, raw } of study.components)
            for (const value of [variance, share, raw]) expect(Number.isFinite(value)).toBe(true);
          for (const { text } of study.statements) expect(text).not.toMatch(/[{}]|undefined/);
          if (study.usable)
            for (const { generalizability } of dStudyGrid(study))
              expect(generalizability ?? 0).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('does not depend on a constant, and says when raters disagree about persons', () => {
    const { table } = simulateRatings({
      persons: 60,
      raters: 4,
      items: 5,
      personSd: 0.3,
      interactionSd: 1.5,
      seed: 6,
    });
    const study = gStudy(table);
    expect(codes(study)).toContain('interaction-dominates');
    const moved = gStudy({ ...table, score: table.score.map((score) => score + 1000) });
    for (const [at, { variance }] of moved.components.entries())
      expect(variance).toBeCloseTo(study.components[at]!.variance, 6);
  });

  it('rises with more raters and with more items', () => {
    const study = gStudy(
      simulateRatings({ persons: 80, raters: 4, items: 5, interactionSd: 0.7, seed: 6 }).table,
    );
    const of = (raters: number, items: number) => dStudy(study, { raters, items }).generalizability!;
    expect(of(4, 5)).toBeGreaterThan(of(2, 5));
    expect(of(4, 10)).toBeGreaterThan(of(4, 5));
    expect(study.current!.generalizability).toBeCloseTo(of(4, 5), 12);
    expect(() => dStudy(study, { raters: 0, items: 1 })).toThrow('more than 0');
  });
});
