import { numpy as np } from '@jax-js/jax';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { createRandom } from '../engine/random.ts';
import { AdamW, rateAt } from '../nets/adamw.ts';
import { type Batch, IGNORED, type Point, padRows, type Slopes } from './batch.ts';
import { initWeights, rotaryTables, type TransformerConfig, TransformerError, viewOf } from './config.ts';
import { Decoder, generate } from './decoder.ts';
import { JaxEngine, rmsNorm, rotate, swiGlu } from './jax-engine.ts';
import { KernelEngine } from './kernel-engine.ts';
import { Learner } from './learner.ts';
import { scoreRows } from './score.ts';
import { TRANSFORMER_WASM } from './transformer.wasm.ts';
import { fullTuning, loraTuning, prefixTuning, softPromptTuning, softTokens } from './tuning.ts';

beforeAll(async () => {
  await startEngine('wasm');
});

const SMALL: TransformerConfig = { vocabulary: 13, width: 16, layers: 2, heads: 2, hidden: 20, context: 24 };

function example(config: TransformerConfig, { rows = 3, length = 9, soft = 0, ahead = 0, seed = 1 } = {}) {
  const random = createRandom(seed);
  const point: Point = { weights: initWeights(config, random) };
  // Gains and embeddings away from where they start, so that nothing hides behind a one or a small number.
  for (let at = 0; at < point.weights.length; at++)
    point.weights[at] = (point.weights[at] as number) + 0.1 * random.normal();
  if (soft > 0) point.soft = random.normals(soft * config.width);
  if (ahead > 0) point.prefix = random.normals(2 * config.layers * ahead * config.width);
  const count = rows * length;
  const batch: Batch = {
    rows,
    length,
    tokens: Int32Array.from({ length: count }, () => random.below(config.vocabulary + soft)),
    targets: Int32Array.from({ length: count }, (_, at) =>
      at % 4 === 1 ? IGNORED : random.below(config.vocabulary),
    ),
  };
  return { point, batch, random };
}

const furthest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] as number))), 0);
const keep = (slopes: Slopes): Slopes => ({
  loss: slopes.loss,
  weights: slopes.weights.slice(),
  ...(slopes.soft && { soft: slopes.soft.slice() }),
  ...(slopes.prefix && { prefix: slopes.prefix.slice() }),
});

describe('kernels against the engine’s own differentiation', () => {
  for (const [name, config, shape] of [
    ['plain', SMALL, {}],
    ['one row of one token', SMALL, { rows: 1, length: 1 }],
    ['soft prompt and prefix', SMALL, { soft: 3, ahead: 5 }],
    ['rows longer than a block of queries', { ...SMALL, width: 24, heads: 3, context: 40 }, { length: 37 }],
    ['without positions', { ...SMALL, positions: 'none' as const }, {}],
  ] as const)
    test(name, async () => {
      const { point, batch } = example(config, shape);
      const reference = new JaxEngine(config);
      const kernels = new KernelEngine(config);
      const expected = await reference.slopes(point, batch);
      const found = await kernels.slopes(point, batch);
      expect(found.loss).toBeCloseTo(expected.loss, 5);
      for (const part of ['weights', 'soft', 'prefix'] as const)
        if (expected[part]) {
          expect(found[part]?.some((value) => Math.abs(value) > 1e-4)).toBe(true);
          expect(furthest(found[part] as Float32Array, expected[part])).toBeLessThan(2e-6);
        }
      expect(furthest(await kernels.logits(point, batch), await reference.logits(point, batch))).toBeLessThan(
        2e-5,
      );
      reference.dispose();
      kernels.dispose();
    });
});

test('gradients agree with central differences', async () => {
  const { point, batch, random } = example(SMALL, { soft: 2, ahead: 3 });
  const engine = new KernelEngine(SMALL);
  const slopes = keep(await engine.slopes(point, batch));
  for (const part of ['weights', 'soft', 'prefix'] as const) {
    const values = point[part] as Float32Array;
    const slope = slopes[part] as Float32Array;
    // Along random directions: single-precision sums hide the difference that one number of thousands makes.
    for (let turn = 0; turn < 4; turn++) {
      const direction = random.normals(values.length);
      const size = 5e-4;
      const before = values.slice();
      const at = async (sign: number): Promise<number> => {
        for (let i = 0; i < values.length; i++)
          values[i] = (before[i] as number) + sign * size * (direction[i] as number);
        return (await engine.slopes(point, batch)).loss;
      };
      const difference = ((await at(1)) - (await at(-1))) / (2 * size);
      values.set(before);
      const expected = slope.reduce((sum, one, i) => sum + one * (direction[i] as number), 0);
      expect(Math.abs(difference - expected)).toBeLessThan(0.005 * Math.abs(expected) + 2e-3);
    }
  }
  engine.dispose();
});

describe('what the model must be', () => {
  const engine = new KernelEngine(SMALL);

  test('causal: later tokens change nothing before them', async () => {
    const { point, batch } = example(SMALL);
    const before = await engine.logits(point, batch);
    const changed = batch.tokens.slice();
    for (let row = 0; row < batch.rows; row++)
      for (let at = 5; at < batch.length; at++)
        changed[row * batch.length + at] = ((changed[row * batch.length + at] as number) + 1) % 13;
    const after = await engine.logits(point, { ...batch, tokens: changed });
    for (let row = 0; row < batch.rows; row++)
      for (let at = 0; at < 5 * 13; at++)
        expect(after[row * batch.length * 13 + at]).toBe(before[row * batch.length * 13 + at]);
    expect(furthest(after, before)).toBeGreaterThan(0.01);
  });

  test('without positions one layer sees a set, with them an order', async () => {
    const config: TransformerConfig = { ...SMALL, layers: 1, positions: 'none' };
    const none = new KernelEngine(config);
    const { point } = example(config);
    const swap = (tokens: number[]) => ({ rows: 1, length: tokens.length, tokens: Int32Array.from(tokens) });
    const last = (logits: Float32Array): Float32Array => logits.subarray(logits.length - 13);
    const a = last(await none.logits(point, swap([1, 2, 3, 4]))).slice();
    const b = last(await none.logits(point, swap([3, 1, 2, 4])));
    expect(furthest(a, b)).toBeLessThan(1e-5);
    const rope = new KernelEngine({ ...config, positions: 'rope' });
    const c = last(await rope.logits(point, swap([1, 2, 3, 4]))).slice();
    const d = last(await rope.logits(point, swap([3, 1, 2, 4])));
    expect(furthest(c, d)).toBeGreaterThan(1e-3);
  });

  test('ids and lengths that do not fit are refused', async () => {
    const { point, batch } = example(SMALL);
    await expect(engine.logits(point, { ...batch, tokens: batch.tokens.map(() => 13) })).rejects.toThrow(
      TransformerError,
    );
    expect(() => padRows([{ tokens: Array.from({ length: 26 }, () => 0) }], 24)).toThrow(/context of 24/);
    expect(() => new KernelEngine({ ...SMALL, heads: 3 })).toThrow(/multiple of 4/);
  });
});

describe('parts against their closed forms', () => {
  test('RMSNorm (Zhang & Sennrich 2019, equation 4)', async () => {
    const x = createRandom(4).normals(8);
    const gain = createRandom(5).normals(8);
    const size = Math.sqrt(x.reduce((sum, one) => sum + one * one, 0) / 8 + 1e-5);
    const found = (await rmsNorm(
      np.array(new Float32Array(x)).reshape([1, 8]),
      np.array(new Float32Array(gain)),
    ).data()) as Float32Array;
    for (let at = 0; at < 8; at++)
      expect(found[at]).toBeCloseTo(((x[at] as number) / size) * (gain[at] as number), 5);
  });

  test('SwiGLU (Shazeer 2020, equation 6)', async () => {
    const [x, gateUp, down] = [3, 3 * 8, 4 * 2].map((count) => createRandom(count).normals(count)) as [
      Float32Array<ArrayBuffer>,
      Float32Array<ArrayBuffer>,
      Float32Array<ArrayBuffer>,
    ];
    const found = (await swiGlu(
      np.array(x).reshape([1, 3]),
      np.array(gateUp).reshape([3, 8]),
      np.array(down).reshape([4, 2]),
    ).data()) as Float32Array;
    const row = (column: number): number =>
      x.reduce((sum, one, at) => sum + one * (gateUp[at * 8 + column] as number), 0);
    for (let out = 0; out < 2; out++) {
      let sum = 0;
      for (let unit = 0; unit < 4; unit++) {
        const gate = row(unit);
        sum += (gate / (1 + Math.exp(-gate))) * row(4 + unit) * (down[unit * 2 + out] as number);
      }
      expect(found[out]).toBeCloseTo(sum, 4);
    }
  });

  test('rotary positions: a product of query and key hangs on their distance alone (Su et al. 2021, 3.2.1)', async () => {
    const { cos, sin } = rotaryTables({ ...SMALL, width: 16, heads: 2, context: 24 });
    const wide = (table: Float32Array, at: number): np.Array =>
      np.array([0, 1].flatMap(() => [...table.subarray(4 * at, 4 * at + 4)])).reshape([1, 8]);
    const at = async (values: Float32Array, place: number): Promise<Float32Array> =>
      (await rotate(
        np.array(values.slice()).reshape([1, 8]),
        wide(cos, place),
        wide(sin, place),
      ).data()) as Float32Array;
    const query = createRandom(6).normals(8);
    const key = createRandom(7).normals(8);
    const product = async (m: number, n: number): Promise<number> => {
      const [a, b] = [await at(query, m), await at(key, n)];
      return a.reduce((sum, one, index) => sum + one * (b[index] as number), 0);
    };
    for (const distance of [0, 1, 5])
      expect(await product(distance + 17, 17)).toBeCloseTo(await product(distance, 0), 4);
    expect(Math.abs((await product(5, 0)) - (await product(0, 0)))).toBeGreaterThan(0.01);
    // The angle of pair i at position m is m · base^(−i / half): the first pair turns by one radian a position.
    const [one] = await at(Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0), 2);
    expect(one).toBeCloseTo(Math.cos(2), 5);
  });
});

describe('generation', () => {
  for (const shape of [{}, { soft: 2, ahead: 3 }])
    test(`with a cache equals the whole row each time ${JSON.stringify(shape)}`, async () => {
      const { point, random } = example(SMALL, shape);
      const engine = new KernelEngine(SMALL);
      const decoder = new Decoder(SMALL, point, 2);
      const rows = [0, 1].map(() => Array.from({ length: 20 }, () => random.below(13)));
      // The second row starts later, so that the slots stand at different positions.
      for (let at = 0; at < 20; at++) {
        const slots = at < 3 ? [0] : [1, 0];
        const logits = decoder.feed(
          slots,
          slots.map((slot) => rows[slot]?.[slot === 1 ? at - 3 : at] as number),
        );
        for (const [index, slot] of slots.entries()) {
          const tokens = Int32Array.from((rows[slot] as number[]).slice(0, slot === 1 ? at - 2 : at + 1));
          const whole = await engine.logits(point, { rows: 1, length: tokens.length, tokens });
          expect(furthest(logits[index] as Float32Array, whole.subarray(whole.length - 13))).toBeLessThan(
            2e-5,
          );
        }
      }
      decoder.dispose();
      engine.dispose();
    });

  test('does not hang on how many rows go at once, and stops where told', () => {
    const { point, random } = example(SMALL);
    const prompts = Array.from({ length: 9 }, (_, at) =>
      Array.from({ length: 1 + (at % 4) }, () => random.below(13)),
    );
    const one = generate(SMALL, point, prompts, { tokens: 10, slots: 1 });
    expect(generate(SMALL, point, prompts, { tokens: 10, slots: 4 })).toEqual(one);
    expect(one.every((row) => row.length === 10)).toBe(true);
    const stop = one[0]?.[3] as number;
    expect(generate(SMALL, point, prompts, { tokens: 10, stop })[0]).toEqual(
      one[0]?.slice(0, one[0].indexOf(stop)),
    );
  });

  test('a copied slot goes on as its source does, and a full one says so', () => {
    const { point } = example(SMALL);
    const decoder = new Decoder(SMALL, point, 2);
    for (const token of [1, 2, 3]) decoder.feed([0], [token]);
    decoder.copy(0, 1);
    const [a, b] = decoder.feed([0, 1], [4, 4]);
    expect(furthest(a as Float32Array, b as Float32Array)).toBe(0);
    for (let at = decoder.length(0); at < 24; at++) decoder.feed([0], [1]);
    expect(() => decoder.feed([0], [1])).toThrow(/whole context/);
  });

  test('by temperature the shares are the softmax’s', () => {
    const { point } = example(SMALL);
    const decoder = new Decoder(SMALL, point, 1);
    const logits = (decoder.feed([0], [5])[0] as Float32Array).slice();
    const total = logits.reduce((sum, one) => sum + Math.exp(one), 0);
    const seen = new Float64Array(13);
    for (const [token] of generate(
      SMALL,
      point,
      Array.from({ length: 4000 }, () => [5]),
      { tokens: 1, temperature: 1, random: createRandom(3) },
    ))
      seen[token as number] = (seen[token as number] as number) + 1 / 4000;
    for (let id = 0; id < 13; id++)
      expect(Math.abs((seen[id] as number) - Math.exp(logits[id] as number) / total)).toBeLessThan(0.03);
  });
});

describe('tunings', () => {
  test('adapters start at the base, and their gradient is the chain rule’s', async () => {
    const { point, batch, random } = example(SMALL);
    const engine = new KernelEngine(SMALL);
    const lora = loraTuning(SMALL, point.weights, { rank: 2 }, random);
    expect(lora.point().weights).toEqual(point.weights);
    for (let at = 0; at < lora.parameters.length; at++)
      lora.parameters[at] = (lora.parameters[at] as number) + 0.1 * random.normal();
    const slope = lora.pull(await engine.slopes(lora.point(), batch)).slice();
    const direction = random.normals(slope.length);
    const before = lora.parameters.slice();
    const at = async (sign: number): Promise<number> => {
      for (let i = 0; i < before.length; i++)
        lora.parameters[i] = (before[i] as number) + sign * 1e-3 * (direction[i] as number);
      return (await engine.slopes(lora.point(), batch)).loss;
    };
    const difference = ((await at(1)) - (await at(-1))) / 2e-3;
    const expected = slope.reduce((sum, one, i) => sum + one * (direction[i] as number), 0);
    expect(Math.abs(difference - expected)).toBeLessThan(0.01 * Math.abs(expected) + 2e-3);
  });

  test('each lowers the loss, and only full tuning moves the base', async () => {
    for (const kind of ['full', 'lora', 'soft', 'prefix'] as const) {
      const { point, random } = example(SMALL);
      const base = point.weights.slice();
      const engine = new KernelEngine(SMALL);
      const tuning = {
        full: () => fullTuning(SMALL, point.weights),
        lora: () => loraTuning(SMALL, point.weights, { rank: 2 }, random),
        soft: () => softPromptTuning(SMALL, point.weights, { length: 4 }, random),
        prefix: () => prefixTuning(SMALL, point.weights, { length: 4 }, random),
      }[kind]();
      const ahead = kind === 'soft' ? softTokens(SMALL, 4) : [];
      const batch = padRows(
        [
          [1, 2, 3, 4],
          [5, 6, 7],
        ].map((tokens) => ({
          tokens: [...ahead, ...tokens],
          learn: { from: ahead.length + 1 },
        })),
        SMALL.context,
      );
      const learner = new Learner(engine, tuning, { rate: 0.03, decay: 0 });
      const first = await learner.step(batch);
      let last = first;
      for (let step = 0; step < 60; step++) last = await learner.step(batch);
      expect(last).toBeLessThan(0.9 * first);
      if (kind !== 'full') expect(point.weights).toEqual(base);
      else expect(furthest(point.weights, base)).toBeGreaterThan(0.01);
      engine.dispose();
    }
  });
});

describe('the optimiser', () => {
  test('the rate warms up, then falls along a cosine', () => {
    const options = { rate: 1, warmup: 10, steps: 110, floor: 0.1 };
    expect(rateAt(0, options)).toBeCloseTo(0.1);
    expect(rateAt(9, options)).toBe(1);
    expect(rateAt(60, options)).toBeCloseTo(0.55);
    expect(rateAt(110, options)).toBeCloseTo(0.1);
  });

  test('the first step is the rate against the sign, whatever the gradient’s size', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (size) => {
        const weights = Float32Array.of(1, 1);
        new AdamW(2, { rate: 0.1, decay: 0 }).step(weights, Float32Array.of(size, -size));
        expect(weights[0]).toBeCloseTo(0.9, 3);
        expect(weights[1]).toBeCloseTo(1.1, 3);
      }),
    );
  });

  test('decay shrinks only its own ranges', () => {
    const weights = Float32Array.of(1, 1);
    new AdamW(2, { rate: 0.1, decay: 0.5 }, [[0, 1]]).step(weights, Float32Array.of(0, 0));
    expect([...weights]).toEqual([Math.fround(0.95), 1]);
  });
});

test('training: same seed, same figures, and memory stays flat', async () => {
  const run = async (): Promise<{ losses: number[]; bytes: number[] }> => {
    const random = createRandom(7);
    const engine = new KernelEngine(SMALL);
    const learner = new Learner(engine, fullTuning(SMALL, initWeights(SMALL, random)), {
      rate: 3e-3,
      warmup: 20,
      steps: 400,
    });
    const losses: number[] = [];
    const bytes: number[] = [];
    for (let step = 0; step < 400; step++) {
      const start = random.below(13);
      const rows = Array.from({ length: 8 }, (_, row) => ({
        tokens: Array.from({ length: 12 }, (_, at) => (start + row + 2 * at) % 13),
      }));
      losses.push(await learner.step(padRows(rows, SMALL.context)));
      bytes.push(engine.bytes);
    }
    engine.dispose();
    expect(engine.bytes).toBe(0);
    return { losses, bytes };
  };
  const first = await run();
  const second = await run();
  expect(second.losses).toEqual(first.losses);
  expect(first.losses.at(-1)).toBeLessThan(0.15);
  expect(new Set(first.bytes.slice(1)).size).toBe(1);
});

test('scores are the mean of what the loss counts', async () => {
  const { point } = example(SMALL);
  const engine = new KernelEngine(SMALL);
  const rows = [
    { tokens: [1, 2, 3, 4, 5], learn: { from: 3 } },
    { tokens: [4, 4], learn: { from: 1 } },
  ];
  const scores = await scoreRows(engine, SMALL, point, rows);
  const { loss } = await engine.slopes(point, padRows(rows, SMALL.context));
  expect(scores.map(({ tokens }) => tokens)).toEqual([2, 1]);
  expect(-scores.reduce((sum, one) => sum + one.logProbability, 0) / 3).toBeCloseTo(loss, 5);
});

test('a weight is found by its name', () => {
  expect(viewOf(SMALL, initWeights(SMALL, createRandom(1)), '1.norm2')).toEqual(new Float32Array(16).fill(1));
  expect(() => viewOf(SMALL, new Float32Array(1), 'nothing')).toThrow(TransformerError);
});

test('the compiled kernels are those of the source', async () => {
  const { compile } = (await import('../../assembly/build.mjs' as string)) as {
    compile(name: string): Promise<Uint8Array>;
  };
  expect(Buffer.from(await compile('transformer')).toString('base64')).toBe(TRANSFORMER_WASM);
});
