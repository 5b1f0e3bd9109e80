/** Both engines and the optimiser against PyTorch (reference/labs/transformer.py). */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { AdamW } from '../nets/adamw.ts';
import type { TransformerConfig } from './config.ts';
import { JaxEngine } from './jax-engine.ts';
import { KernelEngine } from './kernel-engine.ts';

interface Golden {
  config: TransformerConfig;
  rows: number;
  length: number;
  tokens: number[];
  targets: number[];
  weights: number[];
  soft: number[];
  prefix: number[];
  logits: number[];
  loss: number;
  slopes: Record<'weights' | 'soft' | 'prefix', number[]>;
  adamw: { start: number[]; slopes: number[][]; end: number[] };
}

const golden = JSON.parse(
  readFileSync(new URL('./transformer.golden.json', import.meta.url), 'utf8'),
) as Golden;
const furthest = (found: Float32Array, expected: readonly number[]): number => {
  expect(found).toHaveLength(expected.length);
  return expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (found[at] as number))), 0);
};

beforeAll(async () => {
  await startEngine('wasm');
});

for (const [name, Engine] of [
  ['jax-js', JaxEngine],
  ['kernels', KernelEngine],
] as const)
  test(`logits, loss and gradient of PyTorch: ${name}`, async () => {
    const engine = new Engine(golden.config);
    const point = {
      weights: Float32Array.from(golden.weights),
      soft: Float32Array.from(golden.soft),
      prefix: Float32Array.from(golden.prefix),
    };
    const batch = {
      rows: golden.rows,
      length: golden.length,
      tokens: Int32Array.from(golden.tokens),
      targets: Int32Array.from(golden.targets),
    };
    expect(furthest(await engine.logits(point, batch), golden.logits)).toBeLessThan(2e-5);
    const slopes = await engine.slopes(point, batch);
    expect(slopes.loss).toBeCloseTo(golden.loss, 5);
    for (const part of ['weights', 'soft', 'prefix'] as const)
      expect(furthest(slopes[part] as Float32Array, golden.slopes[part])).toBeLessThan(2e-6);
    engine.dispose();
  });

test('three steps of AdamW as in PyTorch', () => {
  const { start, slopes, end } = golden.adamw;
  const weights = Float32Array.from(start);
  const optimiser = new AdamW(start.length, {
    rate: 0.05,
    decay: 0.1,
    beta1: 0.9,
    beta2: 0.99,
    epsilon: 1e-8,
  });
  for (const slope of slopes) optimiser.step(weights, Float32Array.from(slope));
  expect(furthest(weights, end)).toBeLessThan(2e-6);
});
