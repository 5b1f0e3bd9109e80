import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readCounts } from './g-study.ts';
import { registerStats } from './register.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-stats-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs `viva stats …` in this process and gives back what it printed. */
async function viva(...words: string[]): Promise<{ out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void out.push(text));
  vi.spyOn(console, 'error').mockImplementation((text: string) => void err.push(text));
  const program = new Command('viva').exitOverride();
  registerStats(program);
  await program.parseAsync(['stats', ...words, ...(words[0] === 'simulate' ? [] : ['--lang', 'en'])], {
    from: 'user',
  });
  return { out: out.join('\n'), err: err.join('\n') };
}

const file = (name: string): string => join(folder, name);
const write = async (name: string, text: string): Promise<string> => {
  await writeFile(file(name), text);
  return file(name);
};

describe('viva stats fit', () => {
  it('prints the JSON that is promised, with measures that lie near the truth of a simulation', async () => {
    await viva(
      'simulate',
      '--persons',
      '200',
      '--seed',
      '7',
      '--out',
      file('r.csv'),
      '--truth',
      file('t.json'),
    );
    const fit = JSON.parse((await viva('fit', file('r.csv'), '--json')).out);
    expect(fit).toMatchObject({ model: 'rsm', method: 'jml', converged: true, warnings: expect.any(Array) });
    expect(Object.keys(fit).slice(0, 12)).toEqual(
      expect.arrayContaining([
        'model',
        'method',
        'converged',
        'iterations',
        'logLik',
        'persons',
        'raters',
        'items',
        'steps',
      ]),
    );
    expect(Object.keys(fit.raters[0])).toEqual([
      'id',
      'measure',
      'se',
      'infit',
      'outfit',
      'extreme',
      'fairAverage',
    ]);
    for (const key of ['raters', 'items', 'steps'])
      expect(
        fit[key].reduce((sum: number, { measure }: { measure: number }) => sum + measure, 0),
      ).toBeCloseTo(0, 9);
    const truth = JSON.parse(await readFile(file('t.json'), 'utf8'));
    for (const { id, measure, se } of fit.raters)
      expect(Math.abs(measure - truth.raters[id]), id).toBeLessThan(4 * se);
    expect(fit.reliability).toEqual({
      persons: expect.any(Number),
      raters: expect.any(Number),
      items: expect.any(Number),
    });
  });

  it('answers in words: trust first, then raters with readings, then what to do', async () => {
    await viva('simulate', '--severity-sd', '1', '--out', file('w.csv'));
    const { out } = await viva('fit', file('w.csv'), '--bias', 'item');
    const order = [
      'These measures may be used.',
      'Raters (measure = severity)',
      'Persons',
      'Bias, raters',
      'What to do next',
    ];
    const at = order.map((text) => out.indexOf(text));
    expect(at.every((place) => place >= 0)).toBe(true);
    expect([...at].sort((a, b) => a - b)).toEqual(at);
    expect(out).toMatch(/points (lower|higher) than the panel/);
  });

  it('finds columns by name in either language, or by flags', async () => {
    const rows = [1, 2, 3, 4, 5, 6]
      .flatMap((p) => ['a', 'b', 'c'].map((r, at) => `p${p};${r};${1 + ((p + at) % 4)}`))
      .join('\n');
    await write('zh.csv', `﻿候选人;面试官;分数\n${rows}\n`);
    expect(JSON.parse((await viva('fit', file('zh.csv'), '--json')).out).persons).toHaveLength(6);
    await write('odd.csv', `who;by;points\n${rows}\n`);
    await expect(viva('fit', file('odd.csv'))).rejects.toThrow(/No column for the person.*who, by, points/);
    const named = await viva(
      'fit',
      file('odd.csv'),
      '--person',
      'who',
      '--rater',
      'by',
      '--score',
      'points',
      '--json',
    );
    expect(JSON.parse(named.out).raters).toHaveLength(3);
  });

  it('names every bad row by its number and what is wrong, and goes on only when told to', async () => {
    const good = [1, 2, 3, 4, 5, 6].flatMap((p) => [
      `p${p},a,q,${1 + (p % 4)}`,
      `p${p},b,q,${1 + ((p + 1) % 4)}`,
    ]);
    await write(
      'bad.csv',
      ['person,rater,item,score', ...good, 'p1,,q,3', 'p2,a,q,often', 'p3,a'].join('\n'),
    );
    const said: string[] = [];
    await expect(
      viva('fit', file('bad.csv')).catch((error: Error) => {
        said.push(...vi.mocked(console.error).mock.calls.map(([text]) => String(text)));
        throw error;
      }),
    ).rejects.toThrow(/3 of 15 rows .* --skip-bad-rows/);
    expect(said[0]).toMatch(/Row 13 \(line 14\): the rater in column “rater” is empty/);
    expect(said[1]).toMatch(/Row 14 .*“often” in column “score” is not a number/);
    expect(said[2]).toMatch(/Row 15 .*has 2 fields/);
    const { out } = await viva('fit', file('bad.csv'), '--skip-bad-rows', '--json');
    expect(JSON.parse(out).persons).toHaveLength(6);
  });

  it('says plainly what three candidates and two raters cannot tell, without a NaN', async () => {
    const rows = ['x', 'y', 'z'].flatMap((p, n) => [`${p},a,q,${n + 2}`, `${p},b,q,${n + 1}`]);
    await write('tiny.csv', ['person,rater,item,score', ...rows].join('\n'));
    const { out } = await viva('fit', file('tiny.csv'));
    expect(out).toContain('must not be used');
    expect(out).not.toMatch(/NaN|Infinity/);
    expect(JSON.parse((await viva('fit', file('tiny.csv'), '--json')).out).usable).toBe(false);
  });

  it('writes a report whole, or names the place and leaves nothing behind', async () => {
    await viva('simulate', '--out', file('h.csv'));
    await viva('fit', file('h.csv'), '--html', file('h.html'));
    const html = await readFile(file('h.html'), 'utf8');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    await expect(viva('fit', file('h.csv'), '--html', join(folder, 'no', 'h.html'))).rejects.toThrow(
      /could not be written/,
    );
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it.each([
    [['fit', 'nowhere.csv'], /There is no file nowhere.csv/],
    [['fit', '.'], /is a folder/],
    [['fit', 'r.csv', '--model', 'grm'], /rsm or pcm/],
    [['fit', 'r.csv', '--scale', '5'], /lowest and the highest/],
    [['fit', 'r.csv', '--bias', 'mood'], /item or group/],
    [['fit', 'r.csv', '--bias', 'group'], /No person has a group/],
    [['gstudy', 'r.csv', '--design', 'nested'], /raters-in-items/],
    [['gstudy', 'r.csv', '--raters', '4-2'], /whole numbers/],
    [['simulate', '--persons', '0'], /at least 1/],
    [['simulate', '--seed', 'x'], /--seed x/],
  ])('%j is refused in words', async (words, message) => {
    await viva('simulate', '--out', file('r.csv'));
    const [command, name, ...rest] = words as [string, string, ...string[]];
    const known = name === 'r.csv' ? file(name) : name;
    await expect(viva(command, known, ...rest)).rejects.toThrow(message);
  });
});

describe('viva stats agreement and gstudy', () => {
  it('print their tables and their JSON', async () => {
    await viva('simulate', '--persons', '60', '--out', file('a.csv'));
    const agreement = await viva('agreement', file('a.csv'));
    expect(agreement.out).toMatch(/Krippendorff’s alpha +0\.\d\d +0\.\d\d … 0\.\d\d/);
    expect(agreement.out).toContain('ICC(2,k)');
    const study = await viva('gstudy', file('a.csv'), '--raters', '1-3', '--items', '6');
    expect(study.out).toMatch(/person +\d/);
    const json = JSON.parse(
      (await viva('gstudy', file('a.csv'), '--json', '--raters', '2', '--items', '6')).out,
    );
    expect(json.grid).toHaveLength(1);
    expect(json.components.reduce((sum: number, { share }: { share: number }) => sum + share, 0)).toBeCloseTo(
      1,
      9,
    );
  });

  it('reads counts as lists and ranges', () => {
    expect(readCounts('--raters', '4, 1-3,2')).toEqual([1, 2, 3, 4]);
  });
});
