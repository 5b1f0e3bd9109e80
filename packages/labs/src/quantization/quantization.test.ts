import { readFileSync } from 'node:fs';
import { mixedPrecisionProduct, quantizeInt8Rows } from '@viva/checkpoint/browser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelledTask } from '../data/labelled.ts';
import { createRandom } from '../engine/random.ts';
import { type Measures, runLab } from '../lab.ts';
import { forward, timesTransposed } from '../nets/dense.ts';
import { initMlp } from '../nets/mlp.ts';
import { normalQuantile } from './benchmarks.ts';
import { quantization } from './lab.ts';
import { keepOutliers, scaleColumns, smoothingFactors, withOutliers } from './outliers.ts';
import { LIVE, settingOf } from './params.ts';
import { firstStep, learntSteps, roundWithStep, stepSlope, straightThrough } from './qat.ts';
import { evaluate, QuantisedNet } from './quantised-net.ts';
import { DEFAULT_SCHEME, quantiseWeight, type Scheme, sqnr } from './schemes.ts';
import { skewOf } from './sweep.ts';
import { workedExample } from './worked-example.ts';

const random = createRandom(5);
const sizes = [6, 12, 10, 4];
const weights = initMlp(sizes, random);
const x = random.normals(40 * 6);
const batch = { rows: 40, x, labels: Uint8Array.from({ length: 40 }, (_, at) => at % 4) };

describe('schemes', () => {
  const anyScheme = fc.record({
    scheme: fc.constantFrom('symmetric', 'asymmetric', 'nf4', 'fp4') as fc.Arbitrary<Scheme['scheme']>,
    bits: fc.integer({ min: 2, max: 8 }),
    granularity: fc.constantFrom('tensor', 'channel', 'group') as fc.Arbitrary<Scheme['granularity']>,
    doubleQuant: fc.boolean(),
  });

  it('give back a level of their own, nearest or next to it, and count their bits', () => {
    fc.assert(
      fc.property(anyScheme, fc.nat(), (part, seed) => {
        const values = createRandom(seed).normals(16 * 20);
        const made = quantiseWeight(values, 20, { ...DEFAULT_SCHEME, group: 16, ...part });
        const { values: scaled, levels } = made.normalised();
        for (let at = 0; at < values.length; at++) {
          const back = (made.values[at]! / values[at]!) * scaled[at]!;
          // Zero points shift what is scaled; there only the distance to the next level counts.
          const near = Math.min(...levels.map((level) => Math.abs(level - scaled[at]!)));
          const own = part.scheme === 'asymmetric' ? near : Math.abs(back - scaled[at]!);
          expect(own).toBeLessThan(near + 0.02 * Math.max(1, levels.at(-1)!) + 1e-4);
        }
        expect(made.bitsPerValue).toBeGreaterThan(
          part.scheme === 'nf4' || part.scheme === 'fp4' ? 4 : part.bits,
        );
      }),
      { numRuns: 60 },
    );
  });

  it('refuse bits that are none', () => {
    expect(() => quantiseWeight(new Float32Array(4), 2, { ...DEFAULT_SCHEME, bits: 9 })).toThrow(/bits/);
  });
});

describe('the worked example', () => {
  it('is 193 by levels, 194 by steps, and 193 by cells', () => {
    const [levels, steps, cells] = workedExample({ value: 0.75689, min: 0, max: 1, bits: 8 });
    expect([levels!.code, steps!.code, cells!.code]).toEqual([193, 194, 193]);
    expect(levels!.exact).toBeCloseTo(193.00695, 5);
    expect(steps!.exact).toBeCloseTo(193.76384, 5);
    expect(levels!.back).toBeCloseTo(193 / 255, 12);
    const [, end] = workedExample({ value: 1, min: 0, max: 1, bits: 8 });
    expect(end).toMatchObject({ rounded: 256, code: 255, clipped: true });
    const parallel = workedExample({ value: 0.62347, min: 0, max: 1, bits: 8 });
    expect(parallel.slice(0, 2).map(({ code }) => code)).toEqual([159, 160]);
  });

  it('keeps codes in range and errors within half a step, in any range', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -50, max: 50, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.integer({ min: 2, max: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (min, width, bits, share) => {
          const max = min + width;
          const [levels, steps, cells] = workedExample({ value: min + share * width, min, max, bits });
          const count = 2 ** bits;
          for (const one of [levels!, steps!, cells!]) {
            expect(one.code).toBeGreaterThanOrEqual(0);
            expect(one.code).toBeLessThan(count);
          }
          expect(Math.abs(levels!.error)).toBeLessThanOrEqual((width / (count - 1)) * 0.5 + 1e-9);
          expect(Math.abs(cells!.error)).toBeLessThanOrEqual((width / count) * 0.5 + 1e-9);
          // By steps the end of the range has no level.
          expect(Math.abs(steps!.error)).toBeLessThanOrEqual(
            (width / count) * (steps!.clipped ? 1 : 0.5) + 1e-9,
          );
        },
      ),
    );
  });
});

describe('outlying channels', () => {
  it('leave the function as it is, bit for bit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 }), (count, shift) => {
        const other = forward(sizes, withOutliers(sizes, weights, count, shift), x, 40);
        expect([...other.output]).toEqual([...forward(sizes, weights, x, 40).output]);
      }),
      { numRuns: 30 },
    );
    const grown = forward(sizes, withOutliers(sizes, weights, 1, 5), x, 40).inputs[1]!;
    const before = forward(sizes, weights, x, 40).inputs[1]!;
    expect(grown[0]).toBe(32 * before[0]!);
    expect(grown[1]).toBe(before[1]);
  });

  it('SmoothQuant at α = ½ makes activations and weights equally large, and changes no product', () => {
    const input = random.normals(30 * 8).map((value, at) => (at % 8 === 2 ? 40 * value : value));
    const weight = random.normals(5 * 8);
    const factors = smoothingFactors(input, weight, 8, 0.5);
    const largest = (values: Float32Array, column: number): number =>
      Math.max(...values.filter((_, at) => at % 8 === column).map(Math.abs));
    const [a, w] = [scaleColumns(input, factors, -1), scaleColumns(weight, factors, 1)];
    for (let column = 0; column < 8; column++) {
      expect(largest(a, column)).toBeCloseTo(largest(w, column), 4);
      expect(largest(a, column)).toBeCloseTo(Math.sqrt(largest(input, column) * largest(weight, column)), 4);
    }
    const [one, other] = [timesTransposed(input, weight, 30, 5, 8), timesTransposed(a, w, 30, 5, 8)];
    for (const [at, value] of one.entries()) expect(other[at]).toBeCloseTo(value, 3);
    expect([...smoothingFactors(new Float32Array(8), weight, 8, 0.5)]).toEqual(new Array(8).fill(1));
  });

  it('LLM.int8() multiplies as the checkpoint package does in whole numbers', () => {
    const input = random.normals(20 * 8).map((value, at) => (at % 8 === 2 ? 40 * value : value));
    const weight = random.normals(5 * 8);
    const rows = quantizeInt8Rows(weight, 8);
    const whole = mixedPrecisionProduct(input, rows, 8, 6);
    expect(whole.outliers).toEqual([2]);
    const back = Float32Array.from(rows.codes, (code, at) => (code * rows.absmax[Math.floor(at / 8)]!) / 127);
    const ours = timesTransposed(keepOutliers(input, 8, 6), back, 20, 5, 8);
    for (const [at, value] of whole.values.entries()) expect(ours[at]).toBeCloseTo(value, 3);
  });
});

describe('quantised networks', () => {
  const params = quantization.params.parse({});
  const error = async (part: Partial<typeof params>): Promise<number> => {
    const net = await QuantisedNet.of(sizes, weights, settingOf({ ...params, ...part }), batch);
    const [right, got] = [
      forward(sizes, weights, x, 40).output,
      forward(sizes, weights, x, 40, net.hooks).output,
    ];
    return right.reduce((sum, value, at) => sum + (value - got[at]!) ** 2, 0);
  };

  it('lose less with more bits, and little with eight of both', async () => {
    expect(await error({ bits: 8 })).toBeLessThan(0.02 * (await error({ bits: 4 })));
    expect(await error({ bits: 4 })).toBeLessThan(0.5 * (await error({ bits: 2 })));
    const both = { quantise: 'both', bits: 8 } as const;
    expect(await error({ ...both, activationRange: 'dynamic' })).toBeLessThan(
      0.02 * (await error({ bits: 2 })),
    );
    expect(await error({ ...both, treatment: 'smoothquant' })).toBeLessThan(
      0.02 * (await error({ bits: 2 })),
    );
    expect(await error({ ...both, treatment: 'llm-int8' })).toBeLessThan(0.02 * (await error({ bits: 2 })));
  });

  it('GPTQ and AWQ leave less in the outputs than rounding to nearest', async () => {
    const three = { scheme: 'asymmetric', bits: 3 } as const;
    expect(await error({ ...three, rounding: 'gptq' })).toBeLessThan(0.9 * (await error(three)));
    expect(await error({ ...three, rounding: 'awq' })).toBeLessThanOrEqual(1.05 * (await error(three)));
  });

  it('a zero point gains one bit behind a ReLU: 20 log₁₀ of 255 over 127 dB', () => {
    const { gain } = skewOf(sizes, weights, batch, 8);
    expect(gain).toBeGreaterThan(20 * Math.log10(255 / 127) - 0.6);
    expect(gain).toBeLessThan(20 * Math.log10(255 / 127) + 0.6);
  });
});

describe('training with rounding', () => {
  const range = { low: -2, high: 1 };

  it('LSQ rounds and clips as equations 1 and 2 say', () => {
    expect([...roundWithStep(Float32Array.of(0.1, 0.3, 0.9, -0.6, -3), 0.5, range)]).toEqual([
      0, 0.5, 0.5, -0.5, -1,
    ]);
  });

  it('has the slopes of equations 3 and 5, with the factor of section 2.2', () => {
    const slope = Float32Array.of(1, 1, 1, 1);
    const found = stepSlope(Float32Array.of(0.2, 0.3, 5, -5), slope, 0.5, range, 4);
    // Inside: round(v/s) − v/s; beyond: the ends.
    expect(found).toBeCloseTo((-0.4 + (1 - 0.6) + 1 - 2) / Math.sqrt(4 * 1), 6);
    expect([...slope]).toEqual([1, 1, 0, 0]);
    expect(firstStep(Float32Array.of(1, -3), 4)).toBeCloseTo((2 * 2) / 2, 6);
  });

  it.each(['straightThrough', 'learntSteps'] as const)(
    '%s: trains through the rounding, and stays on few levels',
    (kind) => {
      const task = labelledTask('spirals');
      const shape = [2, 24, 24, 3];
      const draw = createRandom(7);
      const start = initMlp(shape, createRandom(1));
      const options = { bits: 3, activations: kind === 'learntSteps', rate: 0.004 };
      const samples = task.draw(200, draw);
      const net =
        kind === 'straightThrough'
          ? straightThrough(shape, start, options)
          : learntSteps(shape, start, options, samples);
      const first = net.evaluate(samples).loss;
      for (let step = 0; step < 150; step++) net.step(task.draw(48, draw));
      expect(net.evaluate(samples).loss).toBeLessThan(0.9 * first);
      for (const values of net.quantised().slice(0, 1))
        expect(new Set(values).size).toBeLessThanOrEqual(kind === 'learntSteps' ? 8 : 24 * 7);
    },
  );
});

describe('the lab', () => {
  const params = quantization.params.parse({ task: 'spirals', steps: 60, qatSteps: 20, hidden: 32 });
  let found: Measures;

  it('gives the same figures for the same seed, others for another, and all that it announces', async () => {
    found = await runLab(quantization, params, { seed: 4 });
    expect(await runLab(quantization, params, { seed: 4 })).toEqual(found);
    const other = await runLab(quantization, params, { seed: 5 });
    expect(other['full.loss']).not.toBe(found['full.loss']);
    for (const { id } of quantization.metrics) expect(Object.keys(found), id).toContain(id);
  });

  it('agrees with the oracle', () => {
    const { figures } = JSON.parse(readFileSync(new URL('./oracle.json', import.meta.url), 'utf8')) as {
      figures: { id: string; value: number; tolerance: number }[];
    };
    const even = Float32Array.from({ length: 40_000 }, (_, at) => ((at * 7919) % 40_000) / 20_000 - 1);
    const ratio = (bits: number): number =>
      sqnr(
        even,
        quantiseWeight(even, 40_000, { ...DEFAULT_SCHEME, scheme: 'asymmetric', granularity: 'tensor', bits })
          .values,
      ) ?? 0;
    const all = { ...found, decibelsABit: (ratio(8) - ratio(5)) / 3 };
    for (const { id, value, tolerance } of figures)
      expect(Math.abs((all as Record<string, number>)[id]! - value), id).toBeLessThanOrEqual(tolerance);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 9);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 9);
  });

  it('measures and draws without changing the run, and takes live settings with a view', async () => {
    const [plain, watched] = [await quantization.begin(params, 2), await quantization.begin(params, 2)];
    for (let turn = 0; turn < 4; turn++) {
      await plain.advance(20);
      await watched.advance(20);
      const frame = await watched.frame({ layer: turn, live: { ...params, bits: 2, outliers: 2 } });
      expect(frame.now.bits).toBeLessThan(6);
      expect(frame.points.length).toBeGreaterThan(20);
      expect(frame.drawing.error).toHaveLength(frame.drawing.rows * frame.drawing.columns);
    }
    await watched.frame({ layer: 0, live: params });
    expect(await watched.measure()).toEqual(await plain.measure());
    watched.dispose();
    plain.dispose();
  });

  it('stops where it is told to', async () => {
    const controller = new AbortController();
    await expect(
      runLab(quantization, params, {
        seed: 1,
        signal: controller.signal,
        onProgress: ({ step }) => step >= 20 && controller.abort(),
      }),
    ).rejects.toThrow(/abort/i);
  });

  it('every preset is a valid setting, and live fields are parameters', () => {
    for (const { params: preset } of quantization.presets) quantization.params.parse(preset);
    for (const field of LIVE) expect(Object.keys(params)).toContain(field);
    expect(evaluate(sizes, weights, batch).loss).toBeGreaterThan(0);
  });
});
