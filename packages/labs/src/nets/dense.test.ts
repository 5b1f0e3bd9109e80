import { numpy as np, valueAndGrad } from '@jax-js/jax';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { createRandom } from '../engine/random.ts';
import { backward, crossEntropy, forward, timesTransposed, transpose } from './dense.ts';
import { applyMlp, initMlp, toArrays } from './mlp.ts';

beforeAll(async () => {
  await startEngine();
});

const sizes = [5, 9, 7, 3];
const rows = 11;
const random = createRandom(4);
const weights = initMlp(sizes, random);
for (const at of [1, 3, 5]) weights[at] = random.normals(weights[at]!.length);
const x = random.normals(rows * 5);
const labels = Uint8Array.from({ length: rows }, () => random.below(3));

describe('dense networks', () => {
  it('multiply as the plain triple loop does, whatever the shapes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 7 }),
        (r, c, inner) => {
          const a = createRandom(r).normals(r * inner);
          const b = createRandom(c).normals(c * inner);
          const out = timesTransposed(a, b, r, c, inner);
          for (let i = 0; i < r; i++)
            for (let j = 0; j < c; j++) {
              let sum = 0;
              for (let k = 0; k < inner; k++) sum += a[i * inner + k]! * b[j * inner + k]!;
              expect(out[i * c + j]).toBeCloseTo(sum, 5);
            }
          expect([...transpose(transpose(a, r, inner), inner, r)]).toEqual([...a]);
        },
      ),
    );
  });

  it('have the outputs, the loss and the gradients of the engine', async () => {
    const trace = forward(sizes, weights, x, rows);
    const { loss, slope } = crossEntropy(trace.output, labels, 3);
    const ours = backward(sizes, trace, slope);
    // The engine's layers stand input by input.
    const turned = weights.map((values, at) =>
      at % 2 === 0 ? transpose(values, sizes[at / 2 + 1]!, sizes[at / 2]!) : values,
    );
    const hot = Float32Array.from({ length: rows * 3 }, (_, at) =>
      labels[Math.floor(at / 3)] === at % 3 ? 1 : 0,
    );
    const [value, slopes] = valueAndGrad((parameters: np.Array[]) => {
      const out = applyMlp(parameters, np.array(new Float32Array(x)).reshape([rows, 5]), 'relu');
      const log = out.ref.sub(np.log(np.exp(out).sum(1, { keepdims: true })));
      return log
        .mul(np.array(hot).reshape([rows, 3]))
        .sum()
        .mul(-1 / rows);
    })(toArrays(turned, sizes));
    expect(((await value.data()) as Float32Array)[0]).toBeCloseTo(loss, 5);
    for (const [at, one] of (slopes as np.Array[]).entries()) {
      const theirs = (await one.data()) as Float32Array;
      const mine = at % 2 === 0 ? transpose(ours[at]!, sizes[at / 2 + 1]!, sizes[at / 2]!) : ours[at]!;
      for (let i = 0; i < mine.length; i++) expect(mine[i]).toBeCloseTo(theirs[i]!, 5);
    }
  });

  it('multiply with what hooks give, and pass slopes through them', () => {
    const seen: number[] = [];
    const hooks = {
      weight: (values: Float32Array) => values.map((one) => 2 * one),
      input: (values: Float32Array, layer: number) => values.map((one) => one + layer),
      inputSlope: (_: Float32Array, layer: number) => seen.push(layer),
    };
    const trace = forward(sizes, weights, x, rows, hooks);
    expect(trace.weights[0]![0]).toBe(2 * weights[0]![0]!);
    expect(trace.inputs[1]![0]).toBe(Math.max(0, trace.sums[0]![0]!) + 1);
    backward(sizes, trace, crossEntropy(trace.output, labels, 3).slope, {
      inputSlope: (_, layer) => seen.push(layer),
    });
    expect(seen).toEqual([2, 1, 0]);
  });

  it('cross-entropy of certain and of even outputs', () => {
    const { loss, accuracy } = crossEntropy(Float32Array.of(30, 0, 0, 0, 0, 30), [0, 2], 3);
    expect(loss).toBeLessThan(1e-9);
    expect(accuracy).toBe(1);
    expect(crossEntropy(new Float32Array(4), [1], 4).loss).toBeCloseTo(Math.log(4), 12);
  });
});
