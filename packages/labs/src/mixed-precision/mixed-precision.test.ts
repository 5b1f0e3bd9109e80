import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelledTask } from '../data/labelled.ts';
import { createRandom, streamOf } from '../engine/random.ts';
import { runLab } from '../lab.ts';
import { Adam } from '../nets/adam.ts';
import { initMlp } from '../nets/mlp.ts';
import { ARM_IDS, Arm, type ArmId, type ArmOptions } from './arm.ts';
import { FIRST_BIN, factsOf, LAST_BIN, shareBelow, sizesOf } from './facts.ts';
import { mixedPrecision } from './lab.ts';
import { createOptimiser } from './optimiser.ts';
import { createScaler } from './scaler.ts';

const OPTIONS: ArmOptions = {
  optimiser: 'sgd',
  rate: 0.02,
  weight: 1,
  staticScale: 1,
  dynamicScale: 1,
  growthInterval: 100,
};
const sizes = [2, 16, 16, 3];
const task = labelledTask('spirals');

function trained(id: ArmId, options: Partial<ArmOptions>, steps = 40): Arm {
  const arm = new Arm(id, sizes, initMlp(sizes, createRandom(3)), { ...OPTIONS, ...options });
  const random = createRandom(8);
  for (let step = 0; step < steps; step++) arm.step(task.draw(32, random));
  return arm;
}
const weightsOf = (arm: Arm): number[][] => arm.weights.map((values) => [...values]);

describe('arms', () => {
  it.each(['sgd', 'adam'] as const)(
    'single precision does not notice the weight of the loss: %s',
    (optimiser) => {
      const rate = optimiser === 'sgd' ? 0.02 : 0.002;
      expect(weightsOf(trained('fp32', { optimiser, rate, weight: 2 ** -16 }))).toEqual(
        weightsOf(trained('fp32', { optimiser, rate })),
      );
    },
  );

  it('scaling by the inverse of the weight gives the run without either, bit for bit', () => {
    const scaled = trained('static', { weight: 2 ** -16, staticScale: 2 ** 16 });
    expect(weightsOf(scaled)).toEqual(weightsOf(trained('fp16Master', {})));
    expect(weightsOf(trained('fp16Master', { weight: 2 ** -16 }))).not.toEqual(weightsOf(scaled));
  });

  it('the scale does not change the rate: factors that neither flush nor overflow give the same weights', () => {
    const [a, b] = [trained('static', { staticScale: 64 }), trained('static', { staticScale: 1024 })];
    for (const [layer, values] of a.weights.entries())
      for (const [at, value] of values.entries())
        expect(Math.abs(value - b.weights[layer]![at]!)).toBeLessThan(2e-3);
  });

  it('without a master copy hold nothing that their format cannot', () => {
    for (const id of ['fp16', 'bf16Pure'] as const)
      for (const values of trained(id, {}).weights) {
        const bits = new Uint32Array(values.slice().buffer);
        expect(bits.every((bit) => (bit & (id === 'fp16' ? 0x1fff : 0xffff)) === 0)).toBe(true);
      }
  });

  it('count what is flushed and what is lost', () => {
    const { tally } = trained('fp16', { weight: 2 ** -16 });
    expect(tally.flushed / tally.slopes).toBeGreaterThan(0.2);
    expect(trained('fp32', { weight: 2 ** -16 }).tally.flushed).toBe(0);
    const slow = trained('bf16Pure', { rate: 0.0005 }).tally;
    expect(slow.lost / slow.updates).toBeGreaterThan(0.6);
    expect(slow.lost).toBeLessThan(slow.updates);
  });

  it('skip steps that overflow, and change nothing then', () => {
    const arm = trained('static', { staticScale: 2 ** 40 });
    expect(arm.scaler.skipped).toBe(40);
    expect(weightsOf(arm)).toEqual(initMlp(sizes, createRandom(3)).map((values) => [...values]));
  });

  it('Adam in half precision divides zero by zero', () => {
    expect(trained('fp16', { optimiser: 'adam', rate: 0.002 }).broken).toBe(true);
    expect(trained('fp16Master', { optimiser: 'adam', rate: 0.002 }).broken).toBe(false);
  });
});

describe('the optimiser', () => {
  it('in single precision is the Adam of the other labs', () => {
    const start = [createRandom(1).normals(50)];
    const [mine, theirs] = [[start[0]!.slice()], [start[0]!.slice()]];
    const own = createOptimiser('adam', mine, { precision: 'fp32', rate: 0.01, weight: 1 });
    const other = new Adam(theirs, { rate: 0.01 });
    const random = createRandom(2);
    for (let step = 0; step < 30; step++) {
      const slopes = [random.normals(50)];
      own.step(mine, slopes);
      other.step(theirs, slopes);
    }
    for (const [at, value] of mine[0]!.entries()) expect(value).toBeCloseTo(theirs[0]![at]!, 5);
  });

  it('descends as written: v ← 0.9 v + g, w ← w − rate v', () => {
    const weights = [Float32Array.of(1)];
    const own = createOptimiser('sgd', weights, { precision: 'fp32', rate: 0.1, weight: 1 });
    own.step(weights, [Float32Array.of(1)]);
    own.step(weights, [Float32Array.of(1)]);
    expect(weights[0]![0]).toBeCloseTo(1 - 0.1 - 0.19, 6);
  });
});

describe('the dynamic scaler', () => {
  const make = () => createScaler({ kind: 'dynamic', staticScale: 1, dynamicScale: 256, growthInterval: 5 });

  it('halves on overflow and skips, doubles after a run of good steps', () => {
    const scaler = make();
    expect(scaler.after(false)).toBe(false);
    expect(scaler.scale).toBe(128);
    for (let step = 0; step < 4; step++) expect(scaler.after(true)).toBe(true);
    expect(scaler.scale).toBe(128);
    scaler.after(true);
    expect(scaler.scale).toBe(256);
    expect(scaler.applied).toBe(128);
  });

  it('stays a power of two, at least one, and skips exactly the overflows, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (finite) => {
        const scaler = make();
        for (const one of finite) expect(scaler.after(one)).toBe(one);
        expect(Number.isInteger(Math.log2(scaler.scale))).toBe(true);
        expect(scaler.scale).toBeGreaterThanOrEqual(1);
        expect(scaler.skipped).toBe(finite.filter((one) => !one).length);
      }),
    );
  });
});

describe('facts', () => {
  it('are those of the sources', () => {
    const { figures } = JSON.parse(readFileSync(new URL('./oracle.json', import.meta.url), 'utf8')) as {
      figures: { id: string; value: number }[];
    };
    const found: Record<string, number> = {};
    for (const format of ['fp16', 'bf16'] as const) {
      const { least, largest, lost } = factsOf(format);
      Object.assign(found, {
        [`${format}.least`]: least,
        [`${format}.largest`]: largest,
        [`${format}.lostAt1024`]: lost[1024],
        [`${format}.lostAt4096`]: lost[4096],
      });
    }
    expect(figures.length).toBeGreaterThan(5);
    for (const { id, value } of figures) expect(found[id], id).toBe(value);
    // Between the two it is the mantissa that decides: of [1, 2) only 1 itself is lost at 1/2048.
    expect(factsOf('fp16').lost[2048]).toBe(1 / 1024);
  });

  it('count sizes in bins of a power of two, and the share below', () => {
    const counts = sizesOf([Float32Array.of(1, 1.9, 2, 0, -(2 ** -30), Number.POSITIVE_INFINITY, 1e-30)]);
    expect(counts[-FIRST_BIN]).toBe(2);
    expect(counts[1 - FIRST_BIN]).toBe(1);
    expect(counts[-30 - FIRST_BIN]).toBe(1);
    expect(counts[0]).toBe(1);
    expect(counts[LAST_BIN - FIRST_BIN]).toBe(1);
    expect(shareBelow(counts)).toBeCloseTo(2 / 6);
    expect(sizesOf([Float32Array.of(1)], 8)[3 - FIRST_BIN]).toBe(1);
  });
});

describe('the lab', () => {
  const params = mixedPrecision.params.parse({ task: 'spirals', steps: 30, hidden: 32 });

  it('gives the same figures for the same seed, others for another, and all that it announces', async () => {
    const one = await runLab(mixedPrecision, params, { seed: 4 });
    expect(await runLab(mixedPrecision, params, { seed: 4 })).toEqual(one);
    expect(await runLab(mixedPrecision, params, { seed: 5 })).not.toEqual(one);
    for (const { id } of mixedPrecision.metrics) expect(Object.keys(one)).toContain(id);
  });

  it('measures and draws without changing the run', async () => {
    const [plain, watched] = [await mixedPrecision.begin(params, 2), await mixedPrecision.begin(params, 2)];
    for (let turn = 0; turn < 3; turn++) {
      await plain.advance(5);
      await watched.advance(5);
      const frame = await watched.frame({ arm: ARM_IDS[turn + 1]! });
      expect(frame.step).toHaveLength(5 * (turn + 1));
      expect(frame.sizes.exact.reduce((a, b) => a + b)).toBeGreaterThan(1000);
      await watched.measure();
    }
    expect(await plain.measure()).toEqual(await watched.measure());
    plain.dispose();
    watched.dispose();
  });

  it('stops where it is told to', async () => {
    const controller = new AbortController();
    await expect(
      runLab(mixedPrecision, params, {
        seed: 1,
        signal: controller.signal,
        onProgress: ({ step }) => step >= 20 && controller.abort(),
      }),
    ).rejects.toThrow(/abort/i);
  });

  it('every preset is a valid setting', () => {
    for (const { params: preset } of mixedPrecision.presets) mixedPrecision.params.parse(preset);
  });
});

describe('tasks', () => {
  it.each(['spirals', 'digits', 'letters'] as const)(
    '%s: the same for the same seed, labels in range',
    (name) => {
      const made = labelledTask(name);
      const [a, b] = [made.draw(200, streamOf(1, 'x')), made.draw(200, streamOf(1, 'x'))];
      expect([...a.x]).toEqual([...b.x]);
      expect(a.x).toHaveLength(200 * made.inputs);
      expect(Math.max(...a.labels)).toBeLessThan(made.classes);
      expect(new Set(a.labels).size).toBeGreaterThan(2);
    },
  );
});
