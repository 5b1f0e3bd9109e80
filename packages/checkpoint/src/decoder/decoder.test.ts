import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createMatmul } from '../kernels/matmul.ts';
import { MATMUL_WASM } from '../kernels/matmul.wasm.ts';
import { openModelFolder } from '../safetensors/folder.ts';
import { decoderConfig } from './config.ts';
import { openDecoder, sequenceLogProbabilities } from './decoder.ts';
import { transpose } from './layer.ts';
import { cutSequences, openTokenizer } from './tokenize.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../gguf/convert/fixtures/${name}`, import.meta.url));
/** Made by reference/checkpoint/decoder_logits.py with transformers. */
const golden = JSON.parse(readFileSync(new URL('logits.golden.json', import.meta.url), 'utf8')) as {
  sequences: number[][];
} & Record<string, string[][]>;
const PLACES = [0, 9, -1];
const MODELS = ['llama', 'mistral', 'qwen2', 'qwen3'] as const;

const matmul = createMatmul(2);
afterAll(() => matmul.close());

describe('products of matrices', () => {
  it('are those of plain sums, for all sizes and strides', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.nat(14), fc.nat(60), fc.nat(37), fc.nat(3), fc.nat(3)),
        async ([m0, n0, k0, padA, padB]) => {
          const [m, n, k] = [m0 + 1, n0 + 1, k0 + 1];
          const [strideA, strideB] = [k + padA, k + padB];
          const a = Float32Array.from({ length: m * strideA }, (_, i) => Math.sin(i * 1.7));
          const b = Float32Array.from({ length: n * strideB }, (_, i) => Math.cos(i * 0.9));
          const out = await matmul.product({ a, b, m, n, k, strideA, strideB });
          expect(out).toHaveLength(m * n);
          for (let i = 0; i < m; i++)
            for (let j = 0; j < n; j++) {
              let sum = 0;
              for (let x = 0; x < k; x++) sum += a[i * strideA + x]! * b[j * strideB + x]!;
              expect(Math.abs(out[i * n + j]! - sum)).toBeLessThan(1e-4);
            }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are what the AssemblyScript source compiles to', async () => {
    const { compile } = (await import('../../assembly/build.mjs' as string)) as {
      compile: (name: string) => Promise<Uint8Array>;
    };
    expect(Buffer.from(await compile('matmul')).toString('base64')).toBe(MATMUL_WASM);
  });

  it('a transposed matrix has its elements in their places', () => {
    const values = Float32Array.from({ length: 35 * 70 }, (_, i) => i);
    const turned = transpose(values, 35, 70);
    expect(turned[3 * 35 + 20]).toBe(20 * 70 + 3);
    expect(transpose(turned, 70, 35)).toEqual(values);
  });
});

describe.each(MODELS)('%s', (name) => {
  it('has the logits of transformers, for two sequences at once', async () => {
    const model = await openModelFolder(fixture(name));
    const decoder = openDecoder(model, matmul);
    const states = await decoder.states(golden.sequences);
    const { hidden } = decoder.config;
    let first = 0;
    let largest = 0;
    for (const [s, sequence] of golden.sequences.entries()) {
      for (const [p, place] of PLACES.entries()) {
        const at = first + (place < 0 ? sequence.length + place : place);
        const logits = await decoder.logits(states.slice(at * hidden, (at + 1) * hidden));
        const expected = new Float32Array(
          new Uint8Array(Buffer.from(golden[name]![s]![p]!, 'base64')).buffer,
        );
        expect(logits).toHaveLength(expected.length);
        for (const [i, logit] of logits.entries())
          largest = Math.max(largest, Math.abs(logit - expected[i]!));
      }
      first += sequence.length;
    }
    // Logits reach ±5; both add up in single precision, in another order.
    expect(largest).toBeLessThan(3e-5);
    await model.close();
  });

  it('has the tokens of transformers', async () => {
    const tokenize = await openTokenizer(fixture(name));
    const file = new URL(`../gguf/convert/fixtures/${name}.golden.json`, import.meta.url);
    const { ids } = JSON.parse(readFileSync(file, 'utf8')) as { ids: Record<string, number[]> };
    for (const [text, expected] of Object.entries(ids)) expect(tokenize(text), text).toEqual(expected);
  });
});

it('gives each token its probability after those before it', async () => {
  const model = await openModelFolder(fixture('qwen2'));
  const decoder = openDecoder(model, matmul);
  const [both] = await sequenceLogProbabilities(decoder, [[5, 9, 31, 7]]);
  const [alone] = await sequenceLogProbabilities(decoder, [[5, 9]]);
  expect(both).toHaveLength(3);
  expect(both![0]).toBeCloseTo(alone![0]!, 5);
  // Over the whole vocabulary the probabilities of the next token are one.
  const all = await sequenceLogProbabilities(
    decoder,
    Array.from({ length: decoder.config.vocabulary }, (_, token) => [5, token]),
  );
  expect(all.reduce((sum, [log]) => sum + Math.exp(log!), 0)).toBeCloseTo(1, 4);
  await model.close();
});

describe('what cannot be run', () => {
  const base = JSON.parse(readFileSync(`${fixture('llama')}/config.json`, 'utf8')) as Record<string, never>;
  it.each([
    [{ model_type: 'mamba' }, /type mamba cannot be run here/],
    [{ hidden_act: 'gelu' }, /activation gelu/],
    [{ rope_parameters: { rope_type: 'yarn', rope_theta: 1e4 } }, /scaling of type yarn/],
    [{ rms_norm_eps: null }, /rms_norm_eps/],
  ])('%j', (change, message) => {
    expect(() => decoderConfig({ ...base, ...change } as never, 'm/config.json')).toThrow(message);
  });

  it('sequences of no or too many tokens, or of tokens that the model has not', async () => {
    const model = await openModelFolder(fixture('llama'));
    const decoder = openDecoder(model, matmul);
    await expect(decoder.states([[]])).rejects.toThrow(/sequence of 0 tokens/);
    await expect(decoder.states([Array.from({ length: 129 }, () => 1)])).rejects.toThrow(/129 tokens/);
    await expect(decoder.states([[1, 422]])).rejects.toThrow(/token 422 is none/);
    await model.close();
  });
});

it('a text is cut into sequences without overlap', () => {
  expect(cutSequences([1, 2, 3, 4, 5], 2)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(cutSequences([1, 2, 3, 4, 5], 2, 1)).toEqual([[1, 2]]);
  expect(cutSequences([1], 2)).toEqual([[1]]);
  expect(cutSequences([], 2)).toEqual([]);
});
