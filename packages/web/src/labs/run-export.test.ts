import { describe, expect, it } from 'vitest';
import { measureRows } from './measures-panel.tsx';
import { runCsv, runJson } from './run-export.ts';
import type { SeedResult } from './use-seeds.ts';

const metric = (id: string) => ({
  id,
  label: { 'zh-CN': id, en: id },
  help: { 'zh-CN': '', en: '' },
  better: null,
  digits: 1,
});
const lab = { id: 'some', metrics: [metric('a.x'), metric('b.x')] };
const run = { params: { steps: 3 }, seed: 7, engine: 'wasm' };

describe('a run as files', () => {
  it('is the run on the screen where no seeds were run', () => {
    const measured = { step: 12, measures: { 'a.x': 1.25, 'b.x': null } };
    expect(JSON.parse(runJson(lab, { ...run, measured, seeds: [] }))).toEqual({
      lab: 'some',
      params: { steps: 3 },
      seeds: [{ seed: 7, metrics: { 'a.x': 1.25, 'b.x': null }, step: 12 }],
      summary: { 'a.x': { mean: 1.25, sd: null, min: 1.25, max: 1.25 } },
      engine: 'wasm',
    });
    expect(runCsv(lab, { ...run, measured, seeds: [] })).toBe('seed,a.x\r\n7,1.25\r\n');
  });

  it('is every seed where they were run, figures outside the list included', () => {
    const seeds: SeedResult[] = [
      { seed: 7, metrics: { 'a.x': 1, 'b.x': 2, 'odd,one': 5 }, engine: 'wasm' },
      { seed: 8, metrics: { 'a.x': 3, 'b.x': null }, engine: 'wasm' },
    ];
    expect(JSON.parse(runJson(lab, { ...run, measured: null, seeds })).summary['a.x'].mean).toBe(2);
    expect(runCsv(lab, { ...run, measured: null, seeds })).toBe(
      'seed,a.x,b.x,"odd,one"\r\n7,1,2,5\r\n8,3,,\r\n',
    );
  });
});

it('puts measures of one name side by side, and those of no column by themselves', () => {
  const columns = [
    { id: 'a', label: { 'zh-CN': 'a', en: 'a' } },
    { id: 'b', label: { 'zh-CN': 'b', en: 'b' } },
  ];
  const rows = measureRows({ metrics: [metric('a.x'), metric('b.x'), metric('b.y'), metric('z')], columns });
  expect(rows.map(({ ids }) => ids)).toEqual([
    ['a.x', 'b.x'],
    [null, 'b.y'],
    ['z', null],
  ]);
});
