/** The commands that need a text: GPTQ, AWQ, static activations; and folders and GGUF files made of one another. */
import { cpSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openGguf, openModelFolder } from '@viva/checkpoint';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { modelConvert } from './convert.ts';
import { modelInspect } from './inspect.ts';
import { modelPerplexity, type PerplexityReport } from './perplexity.ts';
import { modelQuantize } from './quantize.ts';
import { quantizeGguf } from './quantize-gguf.ts';
import type { QuantizeOptions } from './quantize-options.ts';

const tiny = fileURLToPath(
  new URL('../../../../checkpoint/src/gguf/convert/fixtures/llama', import.meta.url),
);
const shared = await mkdtemp(join(tmpdir(), 'viva-calibrated-'));
const text = join(shared, 'text.txt');
await writeFile(
  text,
  'Quantisation maps 32-bit weights to 4 bits. 结构化面试对每位候选人提出同样的问题。\n'.repeat(30),
);
afterAll(() => rm(shared, { recursive: true }));

let folder: string;
const printed: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-calibrated-'));
  printed.length = 0;
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const options = { blockSize: '64', maxShard: '5', threads: '1', sequences: '6', sequenceLength: '64' };
const integers = { ...options, scheme: 'w4a16', groupSize: '16' };
const config = async (path: string) =>
  (JSON.parse(await readFile(join(path, 'config.json'), 'utf8')) as Record<string, unknown>)
    .quantization_config;
const perplexity = async (path: string): Promise<number> => {
  await modelPerplexity(path, text, { context: '64', threads: '1', maxTokens: '300', json: true });
  return (JSON.parse(printed.at(-1) ?? '') as PerplexityReport).perplexity;
};

describe('viva model quantize', () => {
  it('by GPTQ: nearer to the model than rounding, on the text that it saw', async () => {
    const [rounded, better] = [join(folder, 'rounded'), join(folder, 'gptq')];
    await modelQuantize(tiny, rounded, integers);
    await modelQuantize(tiny, better, { ...integers, gptq: text });
    expect(printed[0]).toMatch(/mlp\.up_proj\.weight +4\.10 kB/);
    expect(await config(better)).toMatchObject({ format: 'pack-quantized' });
    const original = await perplexity(tiny);
    const [a, b] = [await perplexity(rounded), await perplexity(better)];
    expect(Math.abs(Math.log(b / original))).toBeLessThan(Math.abs(Math.log(a / original)));
  });

  it('with static activations, and dynamic ones', async () => {
    const scheme = { ...options, scheme: 'w8a8' };
    const [fixed, dynamic] = [join(folder, 'static'), join(folder, 'dynamic')];
    await modelQuantize(tiny, fixed, { ...scheme, activations: 'static', text, calibration: 'entropy' });
    const model = await openModelFolder(fixed);
    expect(model.tensors.find('model.layers.0.self_attn.q_proj.input_scale')?.shape).toEqual([1]);
    await model.close();
    await modelQuantize(tiny, dynamic, { ...scheme, lang: 'zh-CN' });
    expect(printed.join('\n')).toMatch(/量化了 14 个权重，7 个张量保持原样/);
    const input = { dynamic: true, strategy: 'token', num_bits: 8 };
    expect(await config(dynamic)).toMatchObject({
      config_groups: { group_0: { input_activations: input } },
    });
  });

  it.each(['nf4', 'q4_0'])('after AWQ, to %s, and leaves nothing but the result', async (scheme) => {
    if (scheme === 'nf4') await modelQuantize(tiny, join(folder, 'out'), { ...options, scheme, awq: text });
    else await quantizeGguf(tiny, join(folder, 'out.gguf'), { ...options, scheme, awq: text });
    expect(await readdir(folder)).toEqual([scheme === 'nf4' ? 'out' : 'out.gguf']);
  });

  it.each<[Partial<QuantizeOptions>, string]>([
    [{ scheme: 'nf4', gptq: text }, '--gptq belongs to w4a16, w8a16 and w8a8, not to nf4'],
    [{ scheme: 'nf4', groupSize: '32' }, '--group-size belongs to'],
    [{ scheme: 'w8a16', activations: 'static' }, '--activations belongs to w8a8'],
    [{ scheme: 'w8a8', calibration: 'mse' }, '--calibration belongs to w8a8 with --activations static'],
    [{ scheme: 'w8a8', activations: 'static' }, 'needs a text to calibrate with'],
    [{ scheme: 'w8a8', activations: 'some' }, 'neither dynamic nor static'],
    [{ scheme: 'w8a8', activations: 'static', text, calibration: 'max' }, '--calibration max is none'],
    [{ scheme: 'w8a16', granularity: 'row' }, '--granularity row is none'],
    [{ scheme: 'w8a16', granularity: 'channel', groupSize: '8' }, '--group-size belongs to --granularity'],
    [{ scheme: 'w4a16', granularity: 'tensor' }, 'not one a tensor'],
    [{ scheme: 'w4a16', activationOrder: true }, '--activation-order belongs to --gptq'],
    [{ scheme: 'w4a16', groupSize: '24' }, 'groups of 24 do not divide'],
    [{ scheme: 'w4a16', gptq: join(shared, 'none.txt') }, 'none.txt could not be read'],
  ])('refuses %j', async (wrong, message) => {
    const call = modelQuantize(tiny, join(folder, 'x'), { ...options, ...wrong } as QuantizeOptions);
    await expect(call).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('viva model convert', () => {
  it('makes folders of GGUF files, and those that are quantised only as they are asked to be', async () => {
    const [file, out] = [join(folder, 'm.gguf'), join(folder, 'back')];
    await quantizeGguf(tiny, file, { scheme: 'q8_0', threads: '1' });
    await modelConvert(file, out, { dtype: 'bfloat16', maxShard: '5', lang: 'zh' });
    expect(printed.at(-1)).toMatch(/21 个张量，bfloat16 格式/);
    expect(Math.abs(Math.log((await perplexity(out)) / (await perplexity(tiny))))).toBeLessThan(0.05);
    // A folder scheme takes the GGUF file itself, but says first that it is quantised.
    const again = { ...integers, scheme: 'w8a16' };
    await expect(modelQuantize(file, join(folder, 'x'), again)).rejects.toThrow(
      /m\.gguf: tensor .* is quantised already \(Q8_0\).*--requantize/,
    );
    await modelQuantize(file, join(folder, 'x'), { ...again, requantize: true });
    expect((await readdir(folder)).sort()).toEqual(['back', 'm.gguf', 'x']);
  });

  it('makes plain folders of quantised ones', async () => {
    const [quantized, out] = [join(folder, 'q'), join(folder, 'plain')];
    await modelQuantize(tiny, quantized, { ...options, scheme: 'nf4', doubleQuant: true });
    await modelConvert(quantized, out, { dtype: 'float16', maxShard: '5', json: true });
    expect(JSON.parse(printed.at(-1) ?? '')).toMatchObject({ tensors: 21, dtype: 'float16' });
    expect(await perplexity(out)).toBeCloseTo(await perplexity(quantized), 0);
  });

  it.each([
    [['int8', '5', 'x'], '--dtype int8'],
    [['float16', 'big', 'x'], '--max-shard big'],
    [['float16', '5', 'x.gguf'], 'viva model quantize'],
  ] as const)('refuses %j', async ([dtype, maxShard, name], message) => {
    await expect(modelConvert(tiny, join(folder, name), { dtype, maxShard })).rejects.toThrow(message);
    await expect(
      modelConvert(join(folder, 'no'), join(folder, 'x'), { dtype: 'float16', maxShard: '5' }),
    ).rejects.toThrow(/no could not be opened/);
  });
});

describe('viva model inspect', () => {
  it('foretells what GGUF’s schemes make of a folder and of a file', async () => {
    const [f16, q4] = [join(folder, 'f16.gguf'), join(folder, 'q4.gguf')];
    await modelInspect(tiny, { json: true });
    const { ggufSchemes } = JSON.parse(printed.at(-1) ?? '') as {
      ggufSchemes: { scheme: string; bytes: number }[];
    };
    await quantizeGguf(tiny, f16, { scheme: 'f16', threads: '1' });
    await quantizeGguf(tiny, q4, { scheme: 'q4_k_m', threads: '1' });
    await modelInspect(f16, { json: true });
    const report = JSON.parse(printed.at(-1) ?? '') as { schemes: { scheme: string; bytes: number }[] };
    const made = await openGguf(q4);
    const bytes = made.tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
    await made.close();
    for (const list of [ggufSchemes, report.schemes])
      expect(list.find(({ scheme }) => scheme === 'q4_k_m')?.bytes).toBe(bytes);
    printed.length = 0;
    await modelInspect(q4, {});
    const said = printed.join('\n');
    expect(said).toContain('GGUF version 3: 22 tensors');
    expect(said).toContain('it is quantised already');
    expect(said).toMatch(/--scheme q8_0 +\d/);
    printed.length = 0;
    await modelInspect(tiny, {});
    expect(printed.join('\n')).toMatch(/As a GGUF file:\n--scheme f32/);
  });

  it('says why no GGUF file can be made of a folder', async () => {
    const other = join(folder, 'other');
    cpSync(tiny, other, { recursive: true });
    const text = await readFile(join(other, 'config.json'), 'utf8');
    await writeFile(join(other, 'config.json'), text.replace('LlamaForCausalLM', 'GemmaForCausalLM'));
    await modelInspect(other, {});
    expect(printed.join('\n')).toMatch(/No GGUF file can be made of it: .*GemmaForCausalLM/);
  });
});
