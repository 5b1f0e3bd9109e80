import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDecoder } from '../../decoder/decoder.ts';
import { openTokenizer } from '../../decoder/tokenize.ts';
import { createMatmul } from '../../kernels/matmul.ts';
import { openModelFolder } from '../../safetensors/folder.ts';
import { convertFolder } from '../convert/convert.ts';
import { readTestFolder } from '../convert/testing-folder.ts';
import type { GgufValue } from '../format/types.ts';
import { writeGguf } from '../format/write-file.ts';
import { openQuantisePool } from '../quantise/pool.ts';
import { quantiseContent } from '../quantise/quantise.ts';
import { ggufToFolder } from './to-folder.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../convert/fixtures/${name}`, import.meta.url));
const matmul = createMatmul(2);
afterAll(() => matmul.close());
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-to-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function logits(path: string): Promise<Float32Array> {
  const model = await openModelFolder(path);
  const decoder = openDecoder(model, matmul);
  const out = await decoder.logits(await decoder.states([[5, 17, 300, 42, 7, 99, 128]]));
  await model.close();
  return out;
}

describe.each(['llama', 'mistral', 'qwen2', 'qwen3'])('%s', (name) => {
  it('comes back from GGUF: the same weights, logits and tokens', async () => {
    const [file, output] = [join(folder, 'm.gguf'), join(folder, 'back')];
    await writeGguf(file, convertFolder(readTestFolder(fixture(name))));
    const report = await ggufToFolder({ input: file, output, dtype: 'BF16' });
    expect(report.files).toEqual([
      'model.safetensors',
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    const [before, after] = [await openModelFolder(fixture(name)), await openModelFolder(output)];
    const names = before.tensors.tensors.map((tensor) => tensor.name);
    expect(after.tensors.tensors.map((tensor) => tensor.name).sort()).toEqual(names.sort());
    for (const tensor of before.tensors.tensors) {
      const other = after.tensors.find(tensor.name)!;
      expect(other.shape).toEqual(tensor.shape);
      expect(Buffer.compare(await after.tensors.read(other), await before.tensors.read(tensor))).toBe(0);
    }
    await Promise.all([before.close(), after.close()]);
    expect(await logits(output)).toEqual(await logits(fixture(name)));
    const tokenize = await openTokenizer(output);
    const { ids } = JSON.parse(await readFile(`${fixture(name)}.golden.json`, 'utf8')) as {
      ids: Record<string, number[]>;
    };
    for (const [text, expected] of Object.entries(ids)) expect(tokenize(text), text).toEqual(expected);
  });
});

it('dequantises, in shards and with progress', async () => {
  const [file, output] = [join(folder, 'q.gguf'), join(folder, 'back')];
  const pool = openQuantisePool(0);
  const content = convertFolder(readTestFolder(fixture('qwen3')));
  await writeGguf(file, quantiseContent(content, { scheme: 'q8_0', pool, name: 'qwen3' }));
  const seen: string[] = [];
  await ggufToFolder({
    ...{ input: file, output, dtype: 'F32', maxShardBytes: 60_000 },
    onProgress: ({ tensor }) => void seen.push(tensor),
  });
  expect(seen).toContain('model.layers.1.self_attn.q_norm.weight');
  expect(await readdir(output)).toContain('model.safetensors.index.json');
  const [a, b] = [await logits(output), await logits(fixture('qwen3'))];
  let [noise, signal] = [0, 0];
  for (const [i, value] of b.entries()) {
    noise += (value - a[i]!) ** 2;
    signal += value * value;
  }
  expect(noise).toBeGreaterThan(0);
  expect(noise).toBeLessThan(2e-3 * signal);
});

describe('refused are, and nothing is left', () => {
  const change = async (key: string, value: GgufValue) => {
    const content = convertFolder(readTestFolder(fixture('llama')));
    const metadata = new Map(content.metadata).set(key, value);
    const file = join(folder, 'm.gguf');
    await writeGguf(file, { ...content, metadata });
    const result = ggufToFolder({ input: file, output: join(folder, 'back') });
    await result.catch(() => {});
    expect(await readdir(folder)).toEqual(['m.gguf']);
    return result;
  };
  it.each<[string, GgufValue, RegExp]>([
    ['general.architecture', { type: 'string', value: 'gemma' }, /architecture gemma/],
    ['tokenizer.ggml.model', { type: 'string', value: 't5' }, /tokenizer of kind t5/],
    ['tokenizer.ggml.pre', { type: 'string', value: 'deepseek' }, /pre-tokenizer deepseek/],
    ['llama.rope.freq_base', { type: 'float32', value: 3 }, /rope_freqs\.weight is not of the kind/],
    ['llama.block_count', { type: 'string', value: 'two' }, /lack llama\.block_count/],
  ])('%s %j', async (key, value, message) => {
    await expect(change(key, value)).rejects.toThrow(message);
  });
});
