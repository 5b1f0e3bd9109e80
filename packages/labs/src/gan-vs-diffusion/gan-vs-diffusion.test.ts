import { numpy as np } from '@jax-js/jax';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { distribution } from '../data/distributions.ts';
import { startEngine } from '../engine/engine.ts';
import { createRandom, streamOf } from '../engine/random.ts';
import { Arena } from '../kernels/arena.ts';
import { runLab } from '../lab.ts';
import { Adam } from '../nets/adam.ts';
import { denseLayers } from '../nets/layers.ts';
import { applyMlp, initMlp, toArrays } from '../nets/mlp.ts';
import { plainForward, toPlain } from '../testing/plain-net.ts';
import { Diffusion } from './diffusion.ts';
import { ganVsDiffusion } from './lab.ts';
import { posteriorVariance, schedule, spacedSteps } from './schedule.ts';

beforeAll(async () => {
  await startEngine();
});

describe('the plain layers', () => {
  it('a small step against the gradient lowers a loss: Adam on a least-squares fit', () => {
    const weights = [new Float32Array([3, -2])];
    const adam = new Adam(weights, { rate: 0.1 });
    for (let step = 0; step < 400; step++) adam.step(weights, [weights[0]!.map((value) => 2 * (value - 1))]);
    expect(weights[0]![0]).toBeCloseTo(1, 2);
    expect(weights[0]![1]).toBeCloseTo(1, 2);
  });

  it('the engine’s forward pass of a network by its sizes is the plain one', async () => {
    const sizes = [2, 5, 1];
    const weights = initMlp(sizes, createRandom(1));
    const out = applyMlp(toArrays(weights, sizes), np.array([[0.3, -0.8]]), 'leaky-relu');
    const plain = plainForward(denseLayers(sizes, 'leaky-relu'), toPlain(weights), [0.3, -0.8]);
    expect(((await out.data()) as Float32Array)[0]).toBeCloseTo(plain[0]!, 5);
  });
});

describe('schedules', () => {
  it('fall from the data to noise, by their closed forms', () => {
    const linear = schedule('linear', 1000);
    expect(linear.beta[0]).toBeCloseTo(1e-4, 12);
    expect(linear.beta[999]).toBeCloseTo(0.02, 12);
    // Ho et al. (2020): ᾱ_T is about 4e-5.
    expect(linear.alphaBar[1000]).toBeGreaterThan(3.9e-5);
    expect(linear.alphaBar[1000]).toBeLessThan(4.2e-5);
    const cosine = schedule('cosine', 200);
    const f = (t: number): number => Math.cos(((t / 200 + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
    for (const t of [1, 50, 100, 150]) expect(cosine.alphaBar[t]).toBeCloseTo(f(t) / f(0), 9);
  });

  it('decrease, stay within (0, 1], and space their steps to the last', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('linear' as const, 'cosine' as const),
        fc.integer({ min: 20, max: 1000 }),
        fc.integer({ min: 1, max: 60 }),
        (name, steps, n) => {
          const { alphaBar, beta } = schedule(name, steps);
          for (let t = 1; t <= steps; t++) {
            expect(alphaBar[t]!).toBeLessThan(alphaBar[t - 1]!);
            expect(alphaBar[t]!).toBeGreaterThan(0);
            expect(beta[t - 1]!).toBeLessThan(1);
          }
          const times = spacedSteps(steps, Math.min(n, steps));
          expect(times[0]).toBe(steps);
          expect(times.every((t, at) => t >= 1 && (at === 0 || t < times[at - 1]!))).toBe(true);
        },
      ),
    );
  });

  it('DDIM with η = 1 over all steps has the variance of ancestral sampling', () => {
    const made = schedule('linear', 100);
    for (let t = 2; t <= 100; t++) {
      const now = made.alphaBar[t]!;
      const next = made.alphaBar[t - 1]!;
      expect(((1 - next) / (1 - now)) * (1 - now / next)).toBeCloseTo(posteriorVariance(made, t), 12);
    }
  });
});

describe('diffusion', () => {
  const options = {
    schedule: 'cosine',
    prediction: 'epsilon',
    noiseSteps: 50,
    hidden: 16,
    batch: 64,
    rate: 2e-3,
    average: 0.99,
  } as const;

  it('deterministic sampling depends on nothing but its start', async () => {
    const model = new Diffusion(options, 1, 3, createRandom(5));
    const start = createRandom(2).normals(20);
    const one = await model.sample(start, 10, 0, createRandom(1));
    const other = await model.sample(start, 10, 0, createRandom(99));
    expect([...one]).toEqual([...other]);
    const ancestral = await model.sample(start, 50, 1, createRandom(1));
    expect([...(await model.sample(start, 50, 1, createRandom(1)))]).toEqual([...ancestral]);
    expect([...(await model.sample(start, 50, 1, createRandom(2)))]).not.toEqual([...ancestral]);
    model.dispose();
  });

  it('keeps estimates where data can be', async () => {
    const model = new Diffusion(options, 1.5, 3, createRandom(5));
    const samples = await model.sample(createRandom(2).normals(200), 50, 0, createRandom(1));
    expect(Math.max(...samples.map(Math.abs))).toBeLessThan(3.5);
    model.dispose();
  });
});

describe('the lab', () => {
  const small = { steps: 30, hidden: 32, batch: 64, noiseSteps: 50 } as const;
  /** Times differ from run to run; everything else may not. */
  const figures = (measures: object) =>
    Object.fromEntries(Object.entries(measures).filter(([key]) => !key.endsWith('msPerSample')));

  it('gives the same figures for the same seed, and others for another', async () => {
    const params = ganVsDiffusion.params.parse(small);
    const one = figures(await runLab(ganVsDiffusion, params, { seed: 4 }));
    expect(figures(await runLab(ganVsDiffusion, params, { seed: 4 }))).toEqual(one);
    expect(figures(await runLab(ganVsDiffusion, params, { seed: 5 }))).not.toEqual(one);
    for (const { id } of ganVsDiffusion.metrics)
      expect(Object.keys({ ...one, 'gan.msPerSample': 0, 'diffusion.msPerSample': 0 })).toContain(id);
  });

  it('gives both models the same budget by multiply-adds', async () => {
    const params = ganVsDiffusion.params.parse({ ...small, budget: 'multiply-adds', discriminatorSteps: 3 });
    const session = await ganVsDiffusion.begin(params, 1);
    await session.advance(20);
    const { spent } = session as unknown as { spent: { gan: number; diffusion: number } };
    expect(spent.diffusion / spent.gan).toBeGreaterThan(0.95);
    expect(spent.diffusion / spent.gan).toBeLessThan(1.1);
    session.dispose();
  });

  it('measures and draws without changing the run', async () => {
    const params = ganVsDiffusion.params.parse(small);
    const plain = await ganVsDiffusion.begin(params, 2);
    const watched = await ganVsDiffusion.begin(params, 2);
    for (let turn = 0; turn < 3; turn++) {
      await plain.advance(5);
      await watched.advance(5);
      await watched.frame({ scoreAt: 0.4 });
      await watched.measure();
    }
    const [a, b] = [await plain.frame({ scoreAt: null }), await watched.frame({ scoreAt: null })];
    expect([...a.gan.samples]).toEqual([...b.gan.samples]);
    expect([...a.diffusion.samples]).toEqual([...b.diffusion.samples]);
    plain.dispose();
    watched.dispose();
  });

  it('a round taken part by part is the round, and parts out of turn are counted', async () => {
    const params = ganVsDiffusion.params.parse(small);
    const [plain, slow] = [await ganVsDiffusion.begin(params, 2), await ganVsDiffusion.begin(params, 2)];
    await plain.advance(3);
    for (const part of ['discriminator', 'generator', 'diffusion'] as const) await slow.advance(1, part);
    expect(slow.at).toBe(1);
    // A round that has begun is finished first.
    await slow.advance(1, 'discriminator');
    await slow.advance(2);
    expect(slow.at).toBe(3);
    const [a, b] = [await plain.frame({ scoreAt: null }), await slow.frame({ scoreAt: null })];
    expect([...a.gan.samples]).toEqual([...b.gan.samples]);
    expect([...a.diffusion.samples]).toEqual([...b.diffusion.samples]);
    expect(b).toMatchObject({ byHand: 0, next: 'discriminator' });
    await slow.advance(1, 'generator');
    expect(slow.at).toBe(3);
    const after = await slow.frame({ scoreAt: null });
    expect(after).toMatchObject({ byHand: 1, next: 'discriminator' });
    expect([...after.gan.samples]).not.toEqual([...b.gan.samples]);
    plain.dispose();
    slow.dispose();
  });

  it('draws the generator’s mesh and the pull on its samples where asked, and no plane for digits', async () => {
    const points = await ganVsDiffusion.begin(ganVsDiffusion.params.parse(small), 1);
    await points.advance(2);
    const frame = await points.frame({ scoreAt: 0.3, mesh: true, pull: true });
    expect(frame.gan.mesh?.places.length).toBe(2 * 17 * 17);
    expect(frame.gan.pull?.by.length).toBe(frame.gan.pull?.at.length);
    expect(Math.max(...(frame.gan.pull?.by.map(Math.abs) ?? [0]))).toBeGreaterThan(0);
    points.dispose();
    const params = ganVsDiffusion.params.parse({
      data: 'digits',
      steps: 20,
      batch: 64,
      hidden: 32,
      latent: 4,
    });
    const digits = await ganVsDiffusion.begin(params, 1);
    await digits.advance(1);
    const images = await digits.frame({ scoreAt: 0.3, mesh: true, pull: true });
    expect(images).toMatchObject({ space: 'images', side: 14, modeCount: 10, modes: null });
    expect(images.gan).toMatchObject({ heat: null, mesh: null, pull: null });
    expect(images.gan.real?.length).toBe(64);
    expect(images.diffusion.places).toHaveLength(11);
    expect(images.diffusion.samples.length).toBe(64 * 196);
    digits.dispose();
  });

  it('stops where it is told to, and frees what it held', async () => {
    const controller = new AbortController();
    const before = Arena.live;
    const params = ganVsDiffusion.params.parse({ ...small, steps: 1000 });
    let last = 0;
    await expect(
      runLab(ganVsDiffusion, params, {
        seed: 1,
        signal: controller.signal,
        onProgress: ({ step }) => {
          last = step;
          if (step >= 20) controller.abort();
        },
      }),
    ).rejects.toThrow(/abort/i);
    expect(last).toBe(20);
    expect(Arena.live).toBe(before);
  });

  it.each(['ring8', 'grid25', 'spiral', 'moons', 'drawn'] as const)(
    '%s: data lie in their square, the same for the same seed',
    (name) => {
      const data = distribution(name, [1, 1, -1, 0.5]);
      const points = data.draw(2000, streamOf(3, 'x'));
      expect([...points.slice(0, 50)]).toEqual([...data.draw(25, streamOf(3, 'x'))]);
      expect(Math.max(...points.map(Math.abs))).toBeLessThan(data.reach);
    },
  );
});
