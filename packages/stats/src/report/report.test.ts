import { describe, expect, it } from 'vitest';
import { fitRatings } from '../mfrm/fit.ts';
import { ADVICE, STATEMENTS } from '../statements/statement-text.ts';
import { ratingsTable } from '../table/ratings-table.ts';
import { simulateRatings } from '../table/simulate.ts';
import { agreementReport } from './agreement-report.ts';
import { compareRaters } from './compare-raters.ts';
import { renderFitHtml } from './fit-html.ts';
import { WORDS } from './fit-html-words.ts';
import { gStudyReport } from './g-study-report.ts';
import { readRaters } from './read-raters.ts';
import { spread } from './wright-map.ts';

const { table } = simulateRatings({
  persons: 60,
  raters: 4,
  items: 5,
  severities: [1, 0, -0.3, -0.7],
  seed: 3,
});

describe('the agreement report', () => {
  it('has every coefficient of a complete panel', () => {
    const report = agreementReport(table);
    expect(report.usable).toBe(true);
    expect(report.size.units).toBe(300);
    expect(report.plain.pairs).toBe(300 * 6);
    expect(report.items).toHaveLength(5);
    expect(report.pairs).toHaveLength(6);
    expect(report.alpha!.lower!).toBeLessThan(report.alpha!.value!);
    expect(report.icc!.forms['2,k'].value!).toBeGreaterThan(report.icc!.forms['2,1'].value!);
    const severe = report.pairs.find(({ first, second }) => first === 'R1' && second === 'R4')!;
    expect(severe.difference).toBeLessThan(-0.5);
  });

  it('says what cannot be known', () => {
    const codes = (rows: Parameters<typeof ratingsTable>[0]) =>
      agreementReport(ratingsTable(rows)).statements.map(({ code }) => code);
    expect(codes([])).toEqual(['no-ratings']);
    expect(codes([{ person: 'a', rater: 'r', item: 'x', score: 1 }])).toEqual(['one-rater']);
    expect(
      codes([
        { person: 'a', rater: 'r', item: 'x', score: 1 },
        { person: 'b', rater: 's', item: 'x', score: 2 },
      ]),
    ).toEqual(['no-overlap']);
    expect(
      codes([
        { person: 'a', rater: 'r', item: 'x', score: 1 },
        { person: 'a', rater: 's', item: 'x', score: 2 },
      ]),
    ).toContain('few-units');
  });

  it('warns where nearly all ratings are alike', () => {
    const rows = Array.from({ length: 60 }, (_, n) =>
      ['r', 's'].map((rater) => ({
        person: `p${n}`,
        rater,
        item: 'x',
        score: (n === 0 && rater === 'r') || (n === 1 && rater === 's') ? 3 : 5,
      })),
    ).flat();
    expect(agreementReport(ratingsTable(rows)).statements.map(({ code }) => code)).toContain('prevalence');
  });
});

it('the G study report says how many raters a decision takes', () => {
  const report = gStudyReport(
    simulateRatings({ persons: 80, raters: 2, items: 3, interactionSd: 1, seed: 5 }).table,
  );
  const needed = report.needed.map(({ raters }) => raters ?? 99);
  expect(needed[0]!).toBeLessThanOrEqual(needed[1]!);
  expect(needed[1]!).toBeGreaterThan(2);
  expect(report.advice[0]).toMatchObject({ code: 'more-raters' });
  expect(report.grid.length).toBe(36);
  expect(gStudyReport(ratingsTable([])).usable).toBe(false);
});

it('reads raters in words', () => {
  const fit = fitRatings(table);
  const [first] = readRaters(fit);
  expect(first).toMatchObject({ id: 'R1', clear: true, consistency: 'consistent' });
  expect(first!.text).toMatch(/^scores about 0\.\d points lower than the panel; consistent$/);
  expect(readRaters(fit, 'zh-CN')[0]!.text).toMatch(/^比评委组约低 0\.\d 分（偏严）；前后一致$/);
});

it('compares raters without a model, on the same answers only', () => {
  const rows = ['x', 'y', 'z'].flatMap((person, n) => [
    { person, rater: 'mild', item: 'q', score: 4 },
    { person, rater: 'harsh', item: 'q', score: n === 0 ? 3 : 2 },
    { person, rater: 'harsh', item: 'alone', score: 1 },
  ]);
  const [mild, harsh] = compareRaters(ratingsTable(rows));
  expect(mild).toMatchObject({ shared: 3, difference: 5 / 3, range: { least: 1, most: 2 } });
  expect(harsh!.difference).toBeCloseTo(-5 / 3, 12);
  expect(harsh!.text).toBe(
    'on average 1.7 points below the others (3 answers; the same way for every person)',
  );
  const [alone] = compareRaters(ratingsTable([{ person: 'x', rater: 'r', item: 'q', score: 3 }]), 'zh-CN');
  expect(alone).toMatchObject({ shared: 0, difference: null, range: null });
  expect(alone!.text).toContain('无法比较');
});

describe('the HTML report', () => {
  const fit = fitRatings(table);

  it.each(['en', 'zh-CN'] as const)('stands alone: %s', (locale) => {
    const html = renderFitHtml(fit, { locale });
    expect(html).toContain(`<html lang="${locale}">`);
    expect(html).not.toMatch(/<script|https?:|url\(|src=|undefined|NaN|\{\w+\}(?![;}])/);
    for (const id of ['P01', 'R4', 'Q5']) expect(html).toContain(`<th scope="row">${id}</th>`);
    expect(html).toContain('role="img"');
    expect(renderFitHtml(fit, { locale })).toBe(html);
  });

  it('escapes what comes from the data', () => {
    const evil = '<img src=x onerror="alert(1)">';
    const rows = Array.from({ length: table.size }, (_, at) => ({
      person: table.person[at] === 0 ? evil : table.persons[table.person[at]!]!,
      rater: table.rater[at] === 0 ? evil : table.raters[table.rater[at]!]!,
      item: table.items[table.item[at]!]!,
      score: table.score[at]!,
    }));
    const html = renderFitHtml(fitRatings(ratingsTable(rows)), { title: evil });
    expect(html).not.toContain('<img');
  });

  it('says first that a hopeless fit must not be used', () => {
    const html = renderFitHtml(fitRatings(ratingsTable([])));
    expect(html).toContain('must not be used');
    expect(html).toContain('There are no ratings');
  });

  it('keeps labels of the map apart, in order', () => {
    const places = spread([10, 11, 12, 40], 12);
    for (let at = 1; at < places.length; at++) expect(places[at]! - places[at - 1]!).toBeGreaterThan(11);
  });
});

it('says everything in both languages, with the same figures in each', () => {
  const figures = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [code, texts] of Object.entries({ ...STATEMENTS, ...ADVICE, ...WORDS })) {
    expect(texts['zh-CN'].length, code).toBeGreaterThan(0);
    // The Chinese may leave a figure out, never add one.
    for (const figure of figures(texts['zh-CN'])) expect(figures(texts.en), code).toContain(figure);
  }
});
