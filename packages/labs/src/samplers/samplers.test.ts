import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distribution } from '../data/distributions.ts';
import { createRandom } from '../engine/random.ts';
import { posteriorVariance, schedule } from '../gan-vs-diffusion/schedule.ts';
import { type Denoiser, drain, exactDenoiser } from './denoiser.ts';
import { CLEAN, type Level, NoiseLevels, type Spacing, spaced } from './levels.ts';
import { denoiseMixture, flowOfGaussian, type Mixture, mixtureOf } from './mixture.ts';
import {
  begin,
  evaluationsOf,
  freshNoise,
  freshNoiseLarge,
  SAMPLERS,
  type SamplerName,
  sampling,
} from './samplers.ts';
import { distance, spreadWithin } from './trial.ts';

const { closedForm } = JSON.parse(readFileSync(new URL('./oracle.json', import.meta.url), 'utf8')) as {
  closedForm: { id: string; number: number; tolerance: number }[];
};
const oracle = (id: string): { number: number; tolerance: number } =>
  closedForm.find((one) => one.id === id)!;
const expectOracle = (id: string, found: number): void => {
  const { number, tolerance } = oracle(id);
  expect(Math.abs(found - number), `${id}: ${found}`).toBeLessThanOrEqual(tolerance);
};

const SPACINGS = ['leading', 'trailing', 'quadratic', 'log-snr', 'karras'] as const;
const anySchedule = fc.constantFrom('linear' as const, 'cosine' as const);
const unused = { random: createRandom(1), eta: 0 };
const solve = (
  name: SamplerName,
  start: Float64Array,
  levels: readonly Level[],
  denoiser: Denoiser,
): Promise<Float64Array> => drain(sampling(name, start, levels, unused), denoiser);

describe('noise levels', () => {
  it('agree with the schedule at its steps, rise with time, and are found again by their σ', () => {
    fc.assert(
      fc.property(
        anySchedule,
        fc.constantFrom(100, 200, 1000),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (name, steps, share) => {
          const made = schedule(name, steps);
          const levels = new NoiseLevels(made);
          const t = Math.max(1, Math.floor(share * steps));
          const bar = made.alphaBar[t]!;
          expect(levels.at(t).sigma / Math.sqrt((1 - bar) / bar)).toBeCloseTo(1, 9);
          const time = share * steps;
          expect(levels.at(time).sigma).toBeLessThan(
            levels.at(Math.min(steps, time * 1.01 + 0.01)).sigma + 1e-12,
          );
          expect(levels.of(levels.at(time).sigma).time).toBeCloseTo(time, 4);
        },
      ),
    );
  });

  it('are spaced downwards from the noise to the first step, n of them, evenly in what they are even in', () => {
    fc.assert(
      fc.property(
        anySchedule,
        fc.constantFrom(...SPACINGS),
        fc.constantFrom(100, 1000),
        fc.integer({ min: 2, max: 100 }),
        (name, spacing, steps, n) => {
          const levels = new NoiseLevels(schedule(name, steps));
          const found = spaced(levels, name, spacing, n);
          expect(found).toHaveLength(n);
          for (const [at, { time, sigma }] of found.entries()) {
            expect(sigma).toBeGreaterThan(0);
            expect(levels.at(time).sigma / sigma).toBeCloseTo(1, 6);
            if (at > 0) expect(sigma).toBeLessThan(found[at - 1]!.sigma);
          }
          const first = found[0]!;
          const last = found.at(-1)!;
          if (spacing === 'trailing') expect(first.time).toBe(steps);
          else expect(last.time).toBeCloseTo(1, 6);
          const even: Partial<Record<Spacing, (level: Level) => number>> = {
            quadratic: ({ time }) => Math.sqrt((time - 1) / (steps - 1)),
            'log-snr': ({ sigma }) => -Math.log(sigma),
            karras: ({ sigma }) => sigma ** (1 / 7),
          };
          const measure = even[spacing];
          if (measure && n > 2) {
            const gaps = found.slice(1).map((level, at) => measure(level) - measure(found[at]!));
            for (const gap of gaps) expect(gap / gaps[0]!).toBeCloseTo(1, 3);
          }
        },
      ),
    );
  });

  it('takes every step once where as many are asked for as there are', () => {
    const levels = new NoiseLevels(schedule('linear', 200));
    for (const spacing of ['leading', 'trailing'] as const)
      expect(spaced(levels, 'linear', spacing, 200).map(({ time }) => time)).toEqual(
        Array.from({ length: 200 }, (_, at) => 200 - at),
      );
  });
});

describe('random steps', () => {
  it('have with η = 1 the ancestral variance β̃ at every step of every schedule, and its mean', () => {
    fc.assert(
      fc.property(
        anySchedule,
        fc.integer({ min: 2, max: 1000 }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (name, t, clean) => {
          const made = schedule(name, 1000);
          const levels = new NoiseLevels(made);
          const { sigma } = levels.at(t);
          const to = levels.at(t - 1).sigma;
          const [now, next] = [made.alphaBar[t]!, made.alphaBar[t - 1]!];
          expectOracle('ddim-eta-one', (freshNoise(1, sigma, to) ** 2 * next) / posteriorVariance(made, t));
          expect((freshNoiseLarge(sigma, to) ** 2 * next) / made.beta[t - 1]!).toBeCloseTo(1, 6);
          // The mean, against Ho et al. (2020), equation 11, written in ε.
          const noise = 0.7;
          const x = Math.sqrt(now) * clean + Math.sqrt(1 - now) * noise;
          const beta = made.beta[t - 1]!;
          const ancestral = (x - (beta / Math.sqrt(1 - now)) * noise) / Math.sqrt(1 - beta);
          const own = freshNoise(1, sigma, to);
          const mean = Math.sqrt(next) * (clean + Math.sqrt(to * to - own * own) * noise);
          expect(mean).toBeCloseTo(ancestral, 6);
        },
      ),
    );
  });

  it.each(SPACINGS)(
    'keep N(0, 1) with variance β, and a point with β̃, at any number of steps: %s',
    (spacing) => {
      const levels = new NoiseLevels(schedule('linear', 1000));
      for (const n of [5, 20, 100]) {
        const found = spaced(levels, 'linear', spacing, n);
        // Of x̄; D = x̄ / (1 + σ²) for N(0, 1) and 0 for a point at 0: both linear, so variances can be carried along.
        let unit = 1 + found[0]!.sigma ** 2;
        let point = found[0]!.sigma ** 2;
        for (let at = 0; at + 1 < n; at++) {
          const [from, to] = [found[at]!.sigma, found[at + 1]!.sigma];
          const own = freshNoise(1, from, to);
          const kept = Math.sqrt(to * to - own * own);
          const slope = 1 / (1 + from * from) + (kept / from) * (1 - 1 / (1 + from * from));
          unit = slope ** 2 * unit + freshNoiseLarge(from, to) ** 2;
          point = (kept / from) ** 2 * point + own ** 2;
          expectOracle('unit-gaussian-variance', unit / (1 + to * to));
          expectOracle('point-mass', point / (to * to) - 1);
        }
      }
    },
  );

  it('draw samples of that variance', async () => {
    const unit: Mixture = { centres: new Float64Array([0, 0]), sd: 1 };
    const levels = spaced(new NoiseLevels(schedule('linear', 1000)), 'linear', 'trailing', 8);
    const start = begin(createRandom(4).normals(40_000), levels[0]!);
    const way = sampling('sigmaHat', start, levels, { random: createRandom(9), eta: 0 });
    const found = await drain(way, exactDenoiser(unit));
    const variance = found.reduce((sum, value) => sum + value * value, 0) / found.length;
    // Standard error of a variance from 40,000 deviates: √(2 / 40,000) = 0.7 %.
    expect(variance / (1 + levels.at(-1)!.sigma ** 2)).toBeGreaterThan(0.97);
    expect(variance / (1 + levels.at(-1)!.sigma ** 2)).toBeLessThan(1.03);
  });
});

describe('the exact denoiser', () => {
  it('is the slope of the log density: Tweedie’s formula by finite differences', () => {
    const mixture: Mixture = { centres: new Float64Array([-1, 0.2, 1.1, 0.4, 0, -0.9]), sd: 0.3 };
    const density = (x: number, y: number, sigma: number): number => {
      const v = mixture.sd ** 2 + sigma ** 2;
      let sum = 0;
      for (let k = 0; k < 3; k++)
        sum +=
          Math.exp(-((x - mixture.centres[2 * k]!) ** 2 + (y - mixture.centres[2 * k + 1]!) ** 2) / (2 * v)) /
          v;
      return Math.log(sum);
    };
    fc.assert(
      fc.property(
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.double({ min: 0.05, max: 5, noNaN: true }),
        (x, y, sigma) => {
          const h = 1e-5;
          const found = denoiseMixture(mixture, new Float64Array([x, y]), sigma);
          const dx = (density(x + h, y, sigma) - density(x - h, y, sigma)) / (2 * h);
          const dy = (density(x, y + h, sigma) - density(x, y - h, sigma)) / (2 * h);
          expect(found[0]!).toBeCloseTo(x + sigma * sigma * dx, 4);
          expect(found[1]!).toBeCloseTo(y + sigma * sigma * dy, 4);
        },
      ),
    );
  });

  it('stands for curves by components so close that twice as many change nothing', () => {
    const points = new Float64Array([0.5, 0.5, -1, 0.3, 1.9, -1.2, 0, 2]);
    for (const name of ['spiral', 'moons'] as const) {
      const { sd, modes, draw } = distribution(name);
      const mixture = mixtureOf(name, modes, sd, []);
      // Every sample of the lab's data is near a component.
      const data = draw(2000, createRandom(1));
      let far = 0;
      for (let at = 0; at < data.length; at += 2) {
        let best = Number.POSITIVE_INFINITY;
        for (let k = 0; k < mixture.centres.length; k += 2)
          best = Math.min(
            best,
            Math.hypot(data[at]! - mixture.centres[k]!, data[at + 1]! - mixture.centres[k + 1]!),
          );
        if (best > 3.5 * sd) far++;
      }
      expect(far / 2000).toBeLessThan(0.005);
      const half: Mixture = { centres: mixture.centres.filter((_, at) => at % 4 < 2), sd };
      const [whole, coarse] = [mixture, half].map((one) => denoiseMixture(one, points, 0.3));
      for (let at = 0; at < points.length; at++) expect(whole![at]!).toBeCloseTo(coarse![at]!, 1);
    }
  });

  it('guides away from other classes, twice the evaluations, and not at scale one', async () => {
    const mixture: Mixture = { centres: new Float64Array([-1, 0, 1, 0]), sd: 0.2 };
    const x = new Float64Array([0.1, 0.3, 0.1, 0.3]);
    const own = await exactDenoiser(mixture, 1).denoise(x, { time: 0, sigma: 1 });
    const guided = await exactDenoiser(mixture, 4).denoise(x, { time: 0, sigma: 1 });
    expect(exactDenoiser(mixture, 4).cost).toBe(2);
    const alone = denoiseMixture(mixture, x, 1, [0, 1]);
    expect(Math.max(...own.map((value, at) => Math.abs(value - alone[at]!)))).toBeLessThan(1e-12);
    expect(guided[0]!).toBeLessThan(own[0]!);
    expect(guided[2]!).toBeGreaterThan(own[2]!);
  });
});

describe('solvers', () => {
  const levels = new NoiseLevels(schedule('linear', 1000));
  const gaussian: Mixture = { centres: new Float64Array([0.8, -0.4]), sd: 0.5 };
  const mixture: Mixture = { centres: new Float64Array([-1, 0, 0.7, 0.9, 0.6, -0.8]), sd: 0.35 };
  const noise = createRandom(11).normals(200);

  it('go where the closed form of one Gaussian says, all of them, as steps grow', async () => {
    const fine = spaced(levels, 'linear', 'log-snr', 1000);
    const start = begin(noise, fine[0]!);
    for (const [name, least] of [
      ['ddim', 0.01],
      ['dpmpp2m', 1e-4],
      ['heun', 1e-4],
    ] as const) {
      const found = await solve(name, start, fine, exactDenoiser(gaussian));
      const worst = Math.max(
        ...found.map((value, at) =>
          Math.abs(
            value -
              flowOfGaussian(
                start[at]!,
                gaussian.centres[at % 2]!,
                gaussian.sd,
                fine[0]!.sigma,
                fine.at(-1)!.sigma,
              ),
          ),
        ),
      );
      expect(worst, name).toBeLessThan(least);
    }
  });

  it('converge at their order: one for DDIM, two for Heun and DPM-Solver++(2M)', async () => {
    const denoiser = exactDenoiser(mixture);
    const fine = spaced(levels, 'linear', 'log-snr', 4000);
    const start = begin(noise, fine[0]!);
    const reference = await solve('heun', start, fine, denoiser);
    for (const name of ['ddim', 'heun', 'dpmpp2m'] as const) {
      const errors: number[] = [];
      for (const n of [100, 200, 400])
        errors.push(
          distance(await solve(name, start, spaced(levels, 'linear', 'log-snr', n), denoiser), reference, 1),
        );
      expectOracle(`order-${name}`, Math.log2(errors[0]! / errors[2]!) / 2);
    }
  });

  it('agree with each other on the way to data, by every spacing', async () => {
    const denoiser = exactDenoiser(mixture);
    for (const spacing of SPACINGS) {
      const way = [...spaced(levels, 'linear', spacing, 800), CLEAN];
      const start = begin(noise, way[0]!);
      const [ddim, heun, multi] = await Promise.all(
        (['ddim', 'heun', 'dpmpp2m'] as const).map((name) => solve(name, start, way, denoiser)),
      );
      expect(distance(ddim!, heun!, 1), spacing).toBeLessThan(0.02);
      expect(distance(multi!, heun!, 1), spacing).toBeLessThan(0.005);
    }
  });

  it.each(SAMPLERS)('%s asks as often as it says, and repeats itself for the same seed', async (name) => {
    for (const steps of [1, 5, 20]) {
      const way = [...spaced(levels, 'linear', 'karras', steps), CLEAN];
      const start = begin(noise, way[0]!);
      const run = async (seed: number): Promise<{ asked: number; end: Float64Array }> => {
        let asked = 0;
        const counting: Denoiser = {
          cost: 1,
          denoise: (x, level) => {
            asked++;
            return exactDenoiser(mixture).denoise(x, level);
          },
        };
        const end = await drain(
          sampling(name, start, way, { random: createRandom(seed), eta: 0.5 }),
          counting,
        );
        return { asked, end };
      };
      const one = await run(3);
      expect(one.asked).toBe(evaluationsOf(name, steps));
      expect((await run(3)).end).toEqual(one.end);
      const random = steps > 1 && ['ddpm', 'sigmaHat', 'ddimEta'].includes(name);
      expect(distance((await run(4)).end, one.end, 1) > 0).toBe(random);
    }
  });
});

describe('measures of trials', () => {
  it('spread within modes is the data’s own for real samples, and nothing for points on the modes', () => {
    const { draw, modes, sd } = distribution('ring8');
    expect(spreadWithin(draw(20_000, createRandom(2)), modes!) / sd).toBeCloseTo(1, 1);
    expect(spreadWithin(modes!, modes!)).toBe(0);
    // Two points each way from a far centre: √(1/2) in each coordinate.
    const cross = new Float32Array([101, 0, 99, 0, 100, 1, 100, -1]);
    expect(spreadWithin(cross, new Float32Array([100, 0, -100, 0]))).toBeCloseTo(Math.SQRT1_2, 5);
  });
});
