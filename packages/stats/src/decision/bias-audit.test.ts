import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { biasAuditCsv, renderBiasAudit } from '../report/bias-audit-report.ts';
import { parseApplicants } from '../table/parse-applicants.ts';
import { type Applicant, biasAudit, median } from './bias-audit.ts';

const many = (n: number, applicant: Applicant): Applicant[] => Array.from({ length: n }, () => applicant);

describe('by hand', () => {
  // Women 60, of whom 24 selected (.40); men 40, of whom 20 (.50): ratio .40 / .50 = .80. Two of unknown sex, one selected.
  const people = [
    ...many(24, { sex: 'F', race: 'Asian', selected: true }),
    ...many(16, { sex: 'F', race: 'Asian', selected: false }),
    ...many(20, { sex: 'F', race: 'White', selected: false }),
    ...many(15, { sex: 'M', race: 'White', selected: true }),
    ...many(15, { sex: 'M', race: 'White', selected: false }),
    ...many(5, { sex: 'M', race: null, selected: true }),
    ...many(5, { sex: 'M', race: 'Black', selected: false }),
    { sex: null, race: 'Black', selected: true },
    { sex: null, race: null, selected: false },
  ];
  const audit = biasAudit(people, 'selection');
  const table = (by: string) => audit.tables.find((one) => one.by === by);

  it('takes selection rates and ratios by sex', () => {
    expect(audit).toMatchObject({ total: 102, counted: 45, median: null });
    expect(table('sex')).toEqual({
      by: 'sex',
      unknown: 2,
      categories: [
        { names: ['F'], total: 60, counted: 24, rate: 0.4, ratio: 0.8, excluded: false },
        { names: ['M'], total: 40, counted: 20, rate: 0.5, ratio: 1, excluded: false },
      ],
    });
  });

  it('takes them by race/ethnicity, and for both together', () => {
    // Asian 24/40 = .6; Black 1/6; White 15/50 = .3. Highest .6.
    expect(table('race')?.categories.map(({ names, ratio }) => [names[0], ratio])).toEqual([
      ['Asian', 1],
      ['Black', 1 / 6 / 0.6],
      ['White', 0.5],
    ]);
    expect(table('race')?.unknown).toBe(6);
    // F Asian 24/40 = .6; F White 0/20; M Black 0/5; M White 15/30 = .5.
    expect(
      table('intersection')?.categories.map(({ names, rate, ratio }) => [names.join('/'), rate, ratio]),
    ).toEqual([
      ['F/Asian', 0.6, 1],
      ['F/White', 0, 0],
      ['M/Black', 0, 0],
      ['M/White', 0.5, 0.5 / 0.6],
    ]);
    expect(table('intersection')?.unknown).toBe(7);
  });

  it('leaves small categories out of the ratios, the highest rate included, and keeps their count and rate', () => {
    // One of 101 is 0.99 %, with a rate of 1 that would otherwise be everybody's reference.
    const small = biasAudit(
      [
        ...many(50, { sex: 'F', race: 'A', selected: true }),
        ...many(50, { sex: 'M', race: 'A', selected: false }),
        { sex: 'X', race: 'A', selected: true },
      ],
      'selection',
      { excludeBelow: 0.02 },
    );
    expect(small.tables[0]?.categories).toEqual([
      { names: ['F'], total: 50, counted: 50, rate: 1, ratio: 1, excluded: false },
      { names: ['M'], total: 50, counted: 0, rate: 0, ratio: 0, excluded: false },
      { names: ['X'], total: 1, counted: 1, rate: 1, ratio: null, excluded: true },
    ]);
    expect(() => biasAudit(people, 'selection', { excludeBelow: 0.05 })).toThrow('2 %');
  });

  it('counts scores above the median of the whole sample, unknown categories included', () => {
    // Scores 1 2 3 4 5 9: median 3.5. F has 1, 4, 5 (two above), M has 2, 3 (none), unknown 9.
    const scored = biasAudit(
      [
        ...[1, 4, 5].map((score) => ({ sex: 'F', race: 'A', score })),
        ...[2, 3].map((score) => ({ sex: 'M', race: 'A', score })),
        { sex: null, race: 'A', score: 9 },
        { sex: 'M', race: 'A', score: null },
      ],
      'scoring',
    );
    expect(scored).toMatchObject({ total: 6, counted: 3, median: 3.5 });
    expect(scored.tables[0]).toMatchObject({
      unknown: 1,
      categories: [
        { names: ['F'], total: 3, counted: 2, rate: 2 / 3, ratio: 1 },
        { names: ['M'], total: 2, counted: 0, rate: 0, ratio: 0 },
      ],
    });
  });

  it('has no ratio where nobody at all was selected', () => {
    const none = biasAudit(many(3, { sex: 'F', race: 'A', selected: false }), 'selection');
    expect(none.tables[0]?.categories[0]?.ratio).toBeNull();
    expect(() => biasAudit([], 'selection')).toThrow('Nobody');
  });
});

const applicant: fc.Arbitrary<Applicant> = fc.record({
  sex: fc.constantFrom('F', 'M', null),
  race: fc.constantFrom('A', 'B', 'C', null),
  selected: fc.boolean(),
  score: fc.integer({ min: 1, max: 9 }),
});

it('accounts for everybody, has a highest ratio of one, and never more than half above the median', () => {
  fc.assert(
    fc.property(fc.array(applicant, { minLength: 1, maxLength: 200 }), (people) => {
      for (const kind of ['selection', 'scoring'] as const) {
        const audit = biasAudit(people, kind);
        for (const { categories, unknown } of audit.tables) {
          expect(categories.reduce((sum, { total }) => sum + total, unknown)).toBe(people.length);
          const ratios = categories.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
          if (ratios.length > 0) expect(Math.max(...ratios)).toBe(1);
        }
        if (kind === 'scoring') expect(audit.counted).toBeLessThanOrEqual(people.length / 2);
      }
    }),
  );
});

it('takes the middle of an odd and of an even count', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, null]);
});

it('reads a CSV in either language, and names every cell that it cannot read', () => {
  const { applicants } = parseApplicants(
    '\uFEFF性别,种族,入选,得分\r\n女,"汉, 其他",是,4\r\n男,未知,否,\r\n',
  );
  expect(applicants).toEqual([
    { sex: '女', race: '汉, 其他', selected: true, score: 4 },
    { sex: '男', race: null, selected: false, score: null },
  ]);
  expect(() => parseApplicants('sex,selected\nF,maybe\nM,1\nF,perhaps\n')).toThrow(
    /line 2.*maybe.*line 4.*perhaps/,
  );
  expect(() => parseApplicants('name,selected\nA,1\n')).toThrow('--sex');
  expect(() => parseApplicants('sex,name\nF,A\n')).toThrow('--score');
});

it('prints tables in which nothing of the data can run', () => {
  const audit = biasAudit(
    [
      { sex: '<script>alert(1)</script>', race: '=cmd', selected: true },
      { sex: 'M', race: 'B', selected: false },
    ],
    'selection',
  );
  expect(renderBiasAudit([audit], { locale: 'zh-CN', justification: '<b>few</b>' })).not.toMatch(
    /<script>|<b>few/,
  );
  expect(biasAuditCsv([audit])).toContain("'=cmd");
});
