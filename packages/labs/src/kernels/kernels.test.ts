import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../engine/random.ts';
import { Adam } from '../nets/adam.ts';
import { denseLayers, initLayers, type Layer } from '../nets/layers.ts';
import { plainForward, plainSlope, toPlain, worstGradient } from '../testing/plain-net.ts';
import { Arena } from './arena.ts';
import { KernelNet } from './kernel-net.ts';
import { NET_WASM } from './net.wasm.ts';

const NETWORKS: Record<string, Layer[]> = {
  'dense, ReLU': denseLayers([3, 7, 5, 2], 'relu'),
  'dense, leaky ReLU, one output': denseLayers([2, 9, 6, 1], 'leaky-relu'),
  'dense, SiLU': denseLayers([5, 8, 8, 3], 'silu'),
  'dense, tanh': denseLayers([4, 6, 4], 'tanh'),
  convolutions: [
    { kind: 'conv', side: 6, from: 2, to: 3, stride: 1 },
    { kind: 'activate', by: 'leaky-relu', width: 108 },
    { kind: 'conv', side: 6, from: 3, to: 4, stride: 2 },
    { kind: 'activate', by: 'leaky-relu', width: 36 },
    { kind: 'dense', from: 36, to: 1 },
  ],
  'a growing generator': [
    { kind: 'dense', from: 3, to: 2 * 2 * 4 },
    { kind: 'grow', side: 2, channels: 4 },
    { kind: 'conv', side: 4, from: 4, to: 1, stride: 1 },
    { kind: 'activate', by: 'tanh', width: 16 },
  ],
  'time and skips': [
    { kind: 'conv', side: 4, from: 1, to: 3, stride: 1 },
    { kind: 'time', from: 4, pixels: 16, channels: 3 },
    { kind: 'activate', by: 'silu', width: 48 },
    { kind: 'keep', width: 48 },
    { kind: 'conv', side: 4, from: 3, to: 4, stride: 2 },
    { kind: 'time', from: 4, pixels: 4, channels: 4 },
    { kind: 'activate', by: 'silu', width: 16 },
    { kind: 'keep', width: 16 },
    { kind: 'dense', from: 16, to: 5 },
    { kind: 'time', from: 4, pixels: 1, channels: 5 },
    { kind: 'activate', by: 'silu', width: 5 },
    { kind: 'dense', from: 5, to: 16 },
    { kind: 'add', width: 16 },
    { kind: 'grow', side: 2, channels: 4 },
    { kind: 'conv', side: 4, from: 4, to: 3, stride: 1 },
    { kind: 'add', width: 48 },
    { kind: 'activate', by: 'silu', width: 48 },
    { kind: 'conv', side: 4, from: 3, to: 1, stride: 1 },
  ],
};

function made(layers: readonly Layer[], seed: number, options: object = {}) {
  const random = createRandom(seed);
  const weights = initLayers(layers, random);
  // Biases too, or their part in everything would go unseen.
  for (const values of weights)
    for (let at = 0; at < values.length; at++) values[at]! += 0.1 * random.normal();
  const arena = new Arena();
  const net = new KernelNet(arena, layers, weights, { rows: 5, ...options });
  return { arena, net, weights, random };
}

describe('the kernels', () => {
  it('are what the AssemblyScript source compiles to', async () => {
    const { compile } = (await import('../../assembly/build.mjs' as string)) as {
      compile: (name: string) => Promise<Uint8Array>;
    };
    expect(Buffer.from(await compile('net')).toString('base64')).toBe(NET_WASM);
  });

  it('multiply matrices of any shape, and their transposes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 21 }),
        fc.integer({ min: 1, max: 21 }),
        fc.integer({ min: 1, max: 21 }),
        fc.integer(),
        (rows, from, to, seed) => {
          const random = createRandom(seed);
          const arena = new Arena();
          const put = (values: Float32Array): number => {
            const at = arena.floats(values.length);
            arena.view(at, values.length).set(values);
            return at;
          };
          const [x, w, d] = [
            random.normals(rows * from),
            random.normals(from * to),
            random.normals(rows * to),
          ];
          const scratch = arena.floats(4000);
          const places = [put(x), put(w), put(d)] as const;
          const [out, dw, dx] = [arena.floats(rows * to), arena.floats(from * to), arena.floats(rows * from)];
          arena.kernels.dense(places[0], places[1], out, rows, from, to, scratch);
          arena.kernels.denseWeights(places[0], places[2], dw, rows, from, to, scratch);
          arena.kernels.denseInput(places[2], places[1], dx, rows, from, to, scratch);
          const sum = (n: number, of: (k: number) => number): number => {
            let total = 0;
            for (let k = 0; k < n; k++) total += of(k);
            return total;
          };
          for (let i = 0; i < rows; i++)
            for (let j = 0; j < to; j++)
              expect(arena.view(out, rows * to)[i * to + j]).toBeCloseTo(
                sum(from, (k) => x[i * from + k]! * w[k * to + j]!),
                4,
              );
          for (let i = 0; i < from; i++)
            for (let j = 0; j < to; j++)
              expect(arena.view(dw, from * to)[i * to + j]).toBeCloseTo(
                sum(rows, (k) => x[k * from + i]! * d[k * to + j]!),
                4,
              );
          for (let i = 0; i < rows; i++)
            for (let j = 0; j < from; j++)
              expect(arena.view(dx, rows * from)[i * from + j]).toBeCloseTo(
                sum(to, (k) => d[i * to + k]! * w[j * to + k]!),
                4,
              );
          arena.dispose();
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(Object.keys(NETWORKS))('forward and every gradient of: %s', (name) => {
    const layers = NETWORKS[name]!;
    const { arena, net, weights, random } = made(layers, 4);
    const rows = 3;
    const x = random.normals(rows * net.before);
    const time = random.normals(rows * 4);
    const target = random.normals(rows * net.after);
    arena.view(net.input, x.length).set(x);
    if (layers.some(({ kind }) => kind === 'time')) arena.view(net.time, time.length).set(time);
    const out = arena.view(net.forward(rows), target.length).slice();
    const plain = toPlain(weights);
    const input = [...x];
    const forward = (row: number): number[] =>
      plainForward(
        layers,
        plain,
        input.slice(row * net.before, (row + 1) * net.before),
        [...time].slice(row * 4, row * 4 + 4),
      );
    for (let row = 0; row < rows; row++)
      for (const [at, value] of forward(row).entries())
        expect(out[row * net.after + at]).toBeCloseTo(value, 4);
    arena.view(net.slope, target.length).set(target);
    net.zeroGradients();
    const back = arena.view(net.backward(rows, { parameters: true, input: true }), x.length).slice();
    const value = (): number => {
      let sum = 0;
      for (let row = 0; row < rows; row++)
        for (const [at, one] of forward(row).entries()) sum += one * target[row * net.after + at]!;
      return sum;
    };
    expect(worstGradient(plain, net.list(net.gradients), value)).toBeLessThan(1e-4);
    expect(worstGradient([input], [back], value)).toBeLessThan(1e-4);
    arena.dispose();
  });

  it.each(['dense, leaky ReLU, one output', 'convolutions'])('the gradient of a slope: %s', (name) => {
    const layers = NETWORKS[name]!;
    const { arena, net, weights, random } = made(layers, 9, { penalised: true });
    const rows = 2;
    const x = random.normals(rows * net.before);
    const v = random.normals(rows * net.before);
    arena.view(net.input, x.length).set(x);
    net.forward(rows);
    arena.view(net.slope, rows).fill(1);
    const slope = arena.view(net.backward(rows, { signals: true, input: true }), x.length).slice();
    const plain = toPlain(weights);
    const row = (values: Float32Array, at: number): number[] => [
      ...values.subarray(at * net.before, (at + 1) * net.before),
    ];
    for (let at = 0; at < rows; at++)
      for (const [n, value] of plainSlope(layers, plain, row(x, at)).entries())
        expect(slope[at * net.before + n]).toBeCloseTo(value, 4);
    net.zeroGradients();
    arena.view(net.tangent, v.length).set(v);
    net.addTangent(rows);
    const value = (): number => {
      let sum = 0;
      for (let at = 0; at < rows; at++) {
        // A piecewise linear network's directional slope, exact for a step that crosses no kink.
        const at0 = row(x, at);
        const along = (by: number): number =>
          plainForward(
            layers,
            plain,
            at0.map((one, n) => one + by * v[at * net.before + n]!),
          )[0]!;
        sum += (along(1e-5) - along(-1e-5)) / 2e-5;
      }
      return sum;
    };
    expect(worstGradient(plain, net.list(net.gradients), value, { h: 1e-4 })).toBeLessThan(1e-3);
    arena.dispose();
  });

  it('Adam is the one on plain arrays', () => {
    const layers = denseLayers([3, 5, 2], 'relu');
    const { arena, net, weights, random } = made(layers, 1);
    const adam = new Adam(weights, { rate: 0.01, beta1: 0.5, beta2: 0.99 });
    for (let step = 0; step < 20; step++) {
      const gradients = weights.map(({ length }) => random.normals(length));
      let offset = 0;
      for (const values of gradients) {
        arena.view(net.gradients + 4 * offset, values.length).set(values);
        offset += values.length;
      }
      adam.step(weights, gradients);
      net.descend({ rate: 0.01, beta1: 0.5, beta2: 0.99 });
    }
    for (const [layer, values] of net.list(net.parameters).entries())
      for (const [at, value] of values.entries()) expect(value).toBeCloseTo(weights[layer]![at]!, 5);
    arena.dispose();
  });

  it('apply takes any number of rows, and an arena that is freed is gone', () => {
    const { arena, net, weights, random } = made(denseLayers([2, 6, 3], 'silu'), 2);
    const x = random.normals(2 * 13);
    const out = net.apply(x);
    for (let row = 0; row < 13; row++)
      for (const [at, value] of plainForward(net.layers, toPlain(weights), [
        x[2 * row]!,
        x[2 * row + 1]!,
      ]).entries())
        expect(out[3 * row + at]).toBeCloseTo(value, 5);
    const before = Arena.live;
    arena.dispose();
    expect(Arena.live).toBe(before - 1);
    expect(() => arena.view(0, 1)).toThrow(/freed/);
  });
});
