import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bank, loadBank, type Question } from '@viva/bank';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LABS } from '../../lab/find-lab.ts';
import { cacheFolder, installedLabs, labVersions, labWorld, openCache } from './cache.ts';
import { runClaims } from './check-claims.ts';
import { planClaims } from './plan.ts';
import { claimsReport } from './report.ts';

const shipped = await loadBank(fileURLToPath(new URL('../../../../../../bank', import.meta.url)));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-claims-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const params = { steps: 20, hidden: 32, batch: 64, noiseSteps: 50 };
const check = (assert: string[], seeds = [1, 2], more: object = {}) => ({
  lab: 'gan-vs-diffusion',
  params: { ...params, ...more },
  seeds,
  assert,
});

/** The shipped bank with these checks as the claims of one question. */
function bankWith(checks: ReturnType<typeof check>[]): Bank {
  const question = shipped.questions.get('gan-vs-diffusion')!;
  const claims = checks.map((one, index) => ({
    id: `c${index}`,
    text: { 'zh-CN': `论断 ${index}。`, en: `Claim ${index} <b>.` },
    check: one,
  }));
  const own: Question = { ...question, claims };
  return { ...shipped, questions: new Map([[own.id, own]]) };
}

describe('planning', () => {
  it('plans each of several runs that a check holds against each other, and judges them by name', async () => {
    const varied = {
      ...check([
        'max(one.gan.modes) < min(other.gan.modes)',
        'mean(other.gan.modes) == 5',
        'mean(gan.modes) > 0',
      ]),
      vary: { one: { batch: 64 }, other: { batch: 128 } },
    };
    const odd = { ...check(['mean(odd.gan.modes) > 0']), vary: { odd: { batch: 7 } } };
    const plan = planClaims(bankWith([varied, check(['mean(gan.modes) > 0']), odd]), LABS);
    expect(plan.runs).toHaveLength(4);
    expect(plan.claims[0]?.bySeed.map(Object.keys)).toEqual([
      ['one', 'other'],
      ['one', 'other'],
    ]);
    expect(plan.claims[2]?.reason).toMatch(/do not fit, in odd: batch/);
    const { claims } = await runClaims(plan, {
      cache: {
        read: async ({ params: { batch }, seed }) => ({
          measures: { 'gan.modes': batch === 128 ? 3 + seed + (seed === 1 ? 1 : 0) : seed },
          seconds: 1,
        }),
        write: async () => undefined,
      },
    });
    // Measures without a run's name are not there: what cannot be judged does not hold.
    expect(claims[0]?.assertions.map(({ holds }) => holds)).toEqual([true, true, false]);
    expect(claims.map(({ verdict, runs, cached }) => [verdict, runs, cached])).toEqual([
      ['refuted', 4, 4],
      ['holds', 2, 2],
      ['not-run', 0, 0],
    ]);
  });

  it('shares a run between claims whose parameters are the same once the lab has read them', () => {
    const usual = LABS[0]!.params.parse(params) as typeof params;
    const plan = planClaims(
      bankWith([
        check(['max(gan.evaluations) == 1']),
        { ...check(['min(gan.evaluations) == 1'], [2, 3]), params: usual },
      ]),
      LABS,
    );
    expect(plan.claims.map(({ runs }) => runs.length)).toEqual([2, 2]);
    expect(plan.runs.map(({ seed }) => seed)).toEqual([1, 2, 3]);
  });

  it('says why a claim cannot be run', () => {
    const plan = planClaims(
      bankWith([{ ...check(['max(a) > 1']), lab: 'nowhere' }, check(['max(a) > 1'], [1], { steps: -1 })]),
      LABS,
    );
    expect(plan.runs).toEqual([]);
    expect(plan.claims.map(({ reason }) => reason)).toEqual([
      'there is no lab nowhere',
      expect.stringMatching(/^its parameters do not fit: steps: /),
    ]);
  });

  it('takes only the area or the questions asked for', () => {
    const all = planClaims(shipped, LABS).claims;
    expect(all.length).toBeGreaterThan(0);
    expect(
      planClaims(shipped, LABS, { area: 'generative' }).claims.every(({ area }) => area === 'generative'),
    ).toBe(true);
    expect(planClaims(shipped, LABS, { questions: ['none'] }).claims).toEqual([]);
  });
});

describe('running', () => {
  it('runs in processes, keeps what is done, and gives the same figures from the cache', async () => {
    const bank = bankWith([
      check(['max(gan.evaluations) == 1', 'mean(gan.slicedWasserstein) >= 0']),
      check(['max(gan.evaluations) == 2'], [1]),
      check(['mean(no.such.measure) > 0'], [2]),
    ]);
    const plan = planClaims(bank, LABS);
    const cache = openCache(join(folder, 'cache'), () => 'v1');
    const first = await runClaims(plan, { cache, jobs: 2 });
    expect(first.claims.map(({ verdict }) => verdict)).toEqual(['holds', 'refuted', 'refuted']);
    expect(first.runs).toEqual({ all: 2, cached: 0, run: 2 });
    expect(first.jobs).toBe(2);
    const again = await runClaims(plan, { cache });
    expect(again.runs).toEqual({ all: 2, cached: 2, run: 0 });
    expect(again.claims.map(({ assertions }) => assertions)).toEqual(
      first.claims.map(({ assertions }) => assertions),
    );

    // Another version of the lab's code knows nothing of them.
    const other = openCache(join(folder, 'cache'), () => 'v2');
    expect(await other.read(plan.runs[0]!)).toBeUndefined();
    // What is damaged counts as not there.
    for (const name of await readdir(join(folder, 'cache')))
      await writeFile(join(folder, 'cache', name), '{');
    expect(await cache.read(plan.runs[0]!)).toBeUndefined();

    const html = claimsReport(bank, first, 'en');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/<script|src=|undefined|NaN|<b>/);
    expect(html.indexOf('Claim 1')).toBeLessThan(html.indexOf('Claim 0'));
    expect(html).toContain(shipped.errata.entries[0]!.text.en.says.replaceAll('"', '&#34;').slice(0, 20));
    expect(claimsReport(bank, again, 'zh-CN')).toContain('缓存 2/2');
  }, 120_000);

  it('stops when told, leaving what was not done as not run and no process behind', async () => {
    const plan = planClaims(
      bankWith([check(['max(gan.evaluations) == 1'], [1, 2, 3, 4], { steps: 20_000 })]),
      LABS,
    );
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 3000);
    const result = await runClaims(plan, { cache: undefined, signal: controller.signal, jobs: 1 });
    expect(result.stopped).toBe(true);
    expect(result.claims).toMatchObject([{ verdict: 'not-run', reason: 'stopped before it was done' }]);
  }, 60_000);
});

describe('versions', () => {
  it('change with the lab’s own code and with shared code, not with another lab’s or with tests', async () => {
    const root = await mkdtemp(join(folder, 'labs-'));
    const write = async (name: string, text: string) => {
      const { mkdir } = await import('node:fs/promises');
      await mkdir(join(root, name, '..'), { recursive: true });
      await writeFile(join(root, name), text);
    };
    const both = async () => {
      const version = await labVersions(root, 'wasm');
      return [version('a'), version('b')];
    };
    await write('a/lab.ts', '1');
    await write('b/lab.ts', '1');
    await write('nets/mlp.ts', '1');
    const before = await both();
    expect(before[0]).not.toBe(before[1]);
    await write('a/lab.test.ts', 'x');
    await write('index.ts', 'x');
    expect(await both()).toEqual(before);
    await write('a/lab.ts', '2');
    const after = await both();
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    await write('nets/mlp.ts', '2');
    expect((await both())[1]).not.toBe(before[1]);
    await write('b/model.ts', "import { x } from '../a/x.ts';");
    const [, taking] = await both();
    await write('a/x.ts', '3');
    expect((await both())[1]).not.toBe(taking);
    expect((await labVersions(root, 'webgpu'))('a')).not.toBe((await both())[0]);
    expect(await readFile(join(root, 'nets/mlp.ts'), 'utf8')).toBe('2');
  });
  it('change with the bank and the models only for the lab that reads them', async () => {
    const bank = await mkdtemp(join(folder, 'bank-'));
    await writeFile(join(bank, 'a.md'), '1');
    const before = await labWorld(bank, '/nowhere');
    await writeFile(join(bank, 'a.md'), '2');
    const after = await labWorld(bank, '/nowhere');
    expect(Object.keys(after)).toEqual(['encoder']);
    expect(after).not.toEqual(before);
    expect(LABS.map(({ id }) => id)).toContain('encoder');
    const [one, other] = [await installedLabs(before), await installedLabs(after)];
    expect(one('encoder')).not.toBe(other('encoder'));
    expect(one('gan-vs-diffusion')).toBe(other('gan-vs-diffusion'));
  });
  it('finds the cache where the system keeps caches', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'viva', 'claims'));
  });
});
