import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDecoder } from '../decoder/decoder.ts';
import { cutSequences, openTokenizer } from '../decoder/tokenize.ts';
import { createMatmul } from '../kernels/matmul.ts';
import type { IntegerScheme } from '../quantize/integer-format.ts';
import { quantizeModel } from '../quantize/quantize-model.ts';
import { openModelFolder } from '../safetensors/folder.ts';
import { toFloat32 } from '../tensor/dtype.ts';
import { quantizeWithText, withAwqModel } from './quantize-with-text.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../gguf/convert/fixtures/${name}`, import.meta.url));
const MODELS = ['llama', 'mistral', 'qwen2', 'qwen3'] as const;

/** Ours, written for this: it has many of the tiny tokenizers' pieces. */
const TEXT = [
  'A structured interview asks every candidate the same questions, and each answer is scored against anchors.',
  'Quantisation maps weights of 32 bits to integers of 4; what is lost depends on the inputs that a layer sees.',
  '结构化面试对每位候选人提出同样的问题。量化把权重变成整数，误差取决于这一层看到的输入。',
  'def scale(values, levels):\n    return max(abs(x) for x in values) / levels\n',
  'The second reader disagrees with the first; 3 of 7 raters gave 4, the others 2. Is that noise, or severity?',
].join('\n');
const HELD_OUT =
  'Every rater reads the answer alone and writes evidence down before any number; 评分者各自独立打分，先写证据，再给分数。';
const calibration = { text: TEXT.repeat(6), sequenceLength: 96, sequences: 16 };

const w4: IntegerScheme = {
  ...{ kind: 'int', bits: 4, symmetric: false },
  granularity: { per: 'group', size: 16 },
};

const matmul = createMatmul(2);
afterAll(() => matmul.close());
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-with-text-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function logitsOf(path: string, tokenizer: string, text: string): Promise<Float32Array> {
  const model = await openModelFolder(path);
  const decoder = openDecoder(model, matmul);
  const [tokens] = cutSequences((await openTokenizer(tokenizer))(text), 90, 1);
  const logits = await decoder.logits(await decoder.states([tokens!]));
  await model.close();
  return logits;
}

function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (const [i, value] of a.entries()) sum += (value - b[i]!) ** 2;
  return sum / a.length;
}

describe('GPTQ', () => {
  it.each(MODELS)(
    '%s: its logits on other text are nearer to the model’s than after rounding',
    async (name) => {
      const input = fixture(name);
      const [plain, better] = [join(folder, 'rounded'), join(folder, 'gptq')];
      await quantizeModel({ input, output: plain, scheme: w4 });
      const report = await quantizeWithText({ input, output: better, scheme: w4, calibration, gptq: {} });
      expect(report.tensors.filter(({ error }) => error)).toHaveLength(14);
      const original = await logitsOf(input, input, HELD_OUT);
      const lost = distance(original, await logitsOf(better, input, HELD_OUT));
      expect(lost).toBeGreaterThan(0);
      expect(lost).toBeLessThan(0.8 * distance(original, await logitsOf(plain, input, HELD_OUT)));
    },
  );

  it('is the same file each time, reports errors, and leaves what is to be skipped', async () => {
    const input = fixture('llama');
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    const options = { input, scheme: w4, calibration, gptq: { activationOrder: true }, skip: ['up_proj'] };
    const report = await quantizeWithText({ ...options, output: a });
    await quantizeWithText({ ...options, output: b, threads: 1 });
    expect(await readFile(join(a, 'model.safetensors'))).toEqual(
      await readFile(join(b, 'model.safetensors')),
    );
    expect(report.tensors.find(({ name }) => name.includes('up_proj'))?.kept).toBe('asked');
    for (const { error } of report.tensors) if (error) expect(error.sqnrDb).toBeGreaterThan(10);
  });
});

describe('static activations', () => {
  it.each(['min-max', 'percentile', 'mse', 'entropy'] as const)('get a scale by %s', async (method) => {
    const found = method === 'percentile' ? ({ method, percentile: 99.9 } as const) : ({ method } as const);
    const scheme: IntegerScheme = {
      ...{ kind: 'int', bits: 8, symmetric: true, granularity: { per: 'channel' } },
      activations: { dynamic: false, symmetric: false, method: found },
    };
    const output = join(folder, 'out');
    await quantizeWithText({ input: fixture('qwen2'), output, scheme, calibration });
    const model = await openModelFolder(output);
    const read = async (name: string, dtype: 'BF16' | 'I8') =>
      toFloat32(await model.tensors.read(model.tensors.find(name)!), dtype)[0]!;
    const module = 'model.layers.1.mlp.down_proj';
    const scale = await read(`${module}.input_scale`, 'BF16');
    const zero = await read(`${module}.input_zero_point`, 'I8');
    // The layer's inputs on the calibration text, as transformers would see them.
    const original = await openModelFolder(fixture('qwen2'));
    const decoder = openDecoder(original, matmul);
    const tokens = cutSequences((await openTokenizer(fixture('qwen2')))(calibration.text), 96, 16);
    const run = await decoder.start(tokens);
    let [min, max] = [0, 0];
    const seen = async ({ kind, inputs }: { kind: string; inputs: Float32Array }) => {
      if (kind !== 'down') return undefined;
      [min, max] = [0, 0];
      for (const value of inputs) [min, max] = [Math.min(min, value), Math.max(max, value)];
      return undefined;
    };
    while (run.done < 2) await run.next(seen);
    const [low, high] = [(-128 - zero) * scale, (127 - zero) * scale];
    expect(high - low).toBeLessThan(1.02 * (max - min));
    // Weights before this layer were rounded, so that the range differs a little from that of the original.
    if (method === 'min-max') expect(high - low).toBeGreaterThan(0.95 * (max - min));
    else expect(high - low).toBeGreaterThan(0.05 * (max - min));
    expect(low).toBeLessThanOrEqual(0);
    expect(high).toBeGreaterThanOrEqual(0);
    await Promise.all([model.close(), original.close()]);
  });
});

describe('AWQ', () => {
  it.each(MODELS)('%s: the scaled model computes the same, and loses less by rounding', async (name) => {
    const input = fixture(name);
    const original = await logitsOf(input, input, TEXT);
    const rounding = { kind: 'groups', bits: 3, groupSize: 16 } as const;
    await withAwqModel(
      join(folder, 'x'),
      { input, calibration, rounding, steps: 8 },
      async (scaled, groups) => {
        expect(groups).toHaveLength(8);
        for (const { error, plainError } of groups) expect(error).toBeLessThanOrEqual(plainError);
        const [gain, plain] = groups.reduce(
          ([a, b], { error, plainError }) => [a + error, b + plainError],
          [0, 0],
        );
        expect(gain).toBeLessThan(0.98 * plain);
        // Folded weights are stored in bfloat16 again, which costs a little.
        const same = await logitsOf(scaled, input, TEXT);
        let power = 0;
        for (const value of original) power += value * value;
        expect(distance(original, same)).toBeLessThan((1e-3 * power) / original.length);
      },
    );
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('refused are', () => {
  it('a text too short, a scale a tensor, another kind of model; and nothing is left', async () => {
    const output = join(folder, 'out');
    const input = fixture('llama');
    await expect(
      quantizeWithText({ input, output, scheme: w4, calibration: { text: 'Hi' }, gptq: {} }),
    ).rejects.toThrow(/text has \d tokens/);
    const whole: IntegerScheme = { ...w4, bits: 8, granularity: { per: 'tensor' } };
    await expect(quantizeWithText({ input, output, scheme: whole, calibration, gptq: {} })).rejects.toThrow(
      /a scale a row or a group/,
    );
    await expect(
      quantizeWithText({ input: fixture('bert'), output, scheme: w4, calibration, gptq: {} }),
    ).rejects.toThrow(/type bert cannot be run here/);
    const quantized = join(folder, 'quantized');
    await quantizeModel({ input, output: quantized, scheme: w4 });
    const rounding = { kind: 'nf4', blockSize: 64, doubleQuant: false } as const;
    await expect(
      withAwqModel(output, { input: quantized, calibration, rounding }, async () => {}),
    ).rejects.toThrow(/AWQ starts from a model that is not quantised/);
    expect(await readdir(folder)).toEqual(['quantized']);
  });
});
