import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { Arena } from '../kernels/arena.ts';
import { runLab } from '../lab.ts';
import { samplers } from './lab.ts';
import { SAMPLERS } from './samplers.ts';

beforeAll(async () => {
  await startEngine();
});

const TRAINED = { steps: 30, hidden: 32, batch: 64, noiseSteps: 100, upTo: 10, samples: 250 } as const;
const EXACT = { model: 'exact', upTo: 20, samples: 500 } as const;
/** Times differ from run to run; everything else may not. */
const figures = (measures: object) =>
  Object.fromEntries(Object.entries(measures).filter(([key]) => !key.endsWith('msPerSample')));
const run = (given: object, seed: number) => runLab(samplers, samplers.params.parse(given), { seed });

describe('the lab', () => {
  it.each([TRAINED, EXACT])(
    'gives the same figures for the same seed, and others for another: %j',
    async (given) => {
      const one = figures(await run(given, 4));
      expect(figures(await run(given, 4))).toEqual(one);
      expect(figures(await run(given, 5))).not.toEqual(one);
    },
  );

  it('has a measure for every sampler at every number of steps, by the ids of the description', async () => {
    const found = await run({ ...TRAINED, prediction: 'v', schedule: 'cosine' }, 1);
    const listed = new Set(samplers.metrics.map(({ id }) => id));
    expect(Object.keys(found).filter((id) => !listed.has(id))).toEqual([]);
    for (const sampler of SAMPLERS)
      for (const steps of [5, 10]) {
        expect(found[`${sampler}.${steps}.slicedWasserstein`]).toBeGreaterThan(0);
        expect(found[`${sampler}.${steps}.evaluations`]).toBe(sampler === 'heun' ? 2 * steps - 1 : steps);
        expect(found[`${sampler}.${steps}.msPerSample`]).toBeGreaterThan(0);
        expect(found[`${sampler}.${steps}.referenceError`] === null).toBe(
          !['ddim', 'dpmpp2m', 'heun'].includes(sampler),
        );
      }
    expect(found['ddim.20.slicedWasserstein']).toBeUndefined();
  });

  it('counts its rounds as training steps and evaluations, and ends where it says', async () => {
    const session = await samplers.begin(samplers.params.parse(TRAINED), 1);
    // 30 of training, then three converged solutions of 2 · 200 − 1: DDIM begins lower with fewer steps (its paper's
    // spacing), the other two at T. Then 5 and 10 steps of five samplers, and of Heun.
    expect(session.steps).toBe(30 + 3 * 399 + 5 * 15 + 9 + 19);
    await session.advance(30);
    expect((await session.frame({ steps: 5 })).phase).toBe('sampling');
    await session.advance(10_000);
    expect(session.at).toBe(session.steps);
    const frame = await session.frame({ steps: 5 });
    expect(frame.phase).toBe('done');
    expect(frame.results).toHaveLength(12);
    session.dispose();
  });

  it('measures and draws without changing the run, and draws ways from noise to data', async () => {
    const params = samplers.params.parse(TRAINED);
    const plain = await samplers.begin(params, 2);
    const watched = await samplers.begin(params, 2);
    for (let turn = 0; turn < 3; turn++) {
      await plain.advance(400);
      await watched.advance(400);
      await watched.measure();
      const { ways } = await watched.frame({ steps: 10 });
      expect(ways.map(({ places }) => places.length)).toEqual(SAMPLERS.map(() => 11));
      // All from the same noise.
      expect(new Set(ways.map(({ places }) => places[0]![0]!.toFixed(5))).size).toBe(1);
    }
    expect(figures(await watched.measure())).toEqual(figures(await plain.measure()));
    plain.dispose();
    watched.dispose();
  });

  it('with the exact score brings every sampler to every mode, the deterministic ones to one another', async () => {
    const found = await run({ ...EXACT, upTo: 100 }, 3);
    for (const sampler of SAMPLERS) expect(found[`${sampler}.100.modes`], sampler).toBe(8);
    expect(found['heun.100.highQuality']).toBeGreaterThan(0.97);
    expect(found['dpmpp2m.20.referenceError']).toBeLessThan(0.5 * found['ddim.20.referenceError']!);
    expect(found['dpmpp2m.100.referenceError']).toBeLessThan(0.2 * found['dpmpp2m.20.referenceError']!);
  });

  it('counts guided evaluations twice', async () => {
    const found = await run({ ...EXACT, guidance: 4, upTo: 5 }, 1);
    expect(found['ddim.5.evaluations']).toBe(10);
    expect(found['heun.5.evaluations']).toBe(18);
    expect((await run({ ...EXACT, data: 'moons', guidance: 4, upTo: 5 }, 1))['ddim.5.evaluations']).toBe(5);
  });

  it('trains: the loss falls, and samples come nearer', async () => {
    const given = { ...TRAINED, batch: 256, upTo: 10 };
    const before = await run({ ...given, steps: 10 }, 1);
    const after = await run({ ...given, steps: 400 }, 1);
    expect(after.loss).toBeLessThan(0.8 * before.loss!);
    expect(after['ddim.10.slicedWasserstein']).toBeLessThan(0.7 * before['ddim.10.slicedWasserstein']!);
  });

  it.each([
    ['training', 20],
    ['sampling', 200],
  ])('stops where it is told to while %s, and frees what it held', async (_, at) => {
    const held = Arena.live;
    const controller = new AbortController();
    let last = 0;
    await expect(
      runLab(samplers, samplers.params.parse(TRAINED), {
        seed: 1,
        signal: controller.signal,
        onProgress: ({ step }) => {
          last = step;
          if (step >= at) controller.abort();
        },
      }),
    ).rejects.toThrow(/abort/i);
    expect(last).toBe(at);
    expect(Arena.live).toBe(held);
  });
});
