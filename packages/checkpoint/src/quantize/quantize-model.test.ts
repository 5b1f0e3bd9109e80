import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFourBitKernels, kernelQuantizer } from '../kernels/four-bit-kernels.ts';
import { openModelFolder } from '../safetensors/folder.ts';
import { writeSafetensors } from '../safetensors/writer.ts';
import { type Dtype, fromFloat32, toFloat32 } from '../tensor/dtype.ts';
import { elementCount } from '../tensor/tensor.ts';
import { dequantizeScales } from './double-quant.ts';
import { dequantizeFourBit } from './four-bit.ts';
import { decodeState } from './quant-state.ts';
import { type QuantizeModelOptions, quantizeModel } from './quantize-model.ts';
import { plannedTensors } from './quantize-tensor.ts';
import { keptBecause } from './select.ts';

let folder: string;
let input: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-quantize-'));
  input = join(folder, 'in');
  await mkdir(input);
});
afterEach(() => rm(folder, { recursive: true }));

const SHAPES: Record<string, number[]> = {
  'model.embed_tokens.weight': [32, 64],
  'model.layers.0.self_attn.q_proj.weight': [64, 64],
  'model.layers.0.self_attn.q_proj.bias': [64],
  'model.layers.0.mlp.up_proj.weight': [33, 63],
  'model.layers.0.input_layernorm.weight': [64],
  'model.norm.weight': [64],
  'lm_head.weight': [32, 64],
};
const weight = (name: string, spoil?: number) => {
  const values = Float32Array.from(
    { length: elementCount(SHAPES[name]!) },
    (_, i) => Math.sin(i * 12.9898) * 0.1,
  );
  if (spoil !== undefined) values[spoil] = Number.NaN;
  return values;
};

async function model(dtype: Dtype = 'F16', spoil?: string): Promise<void> {
  const names = Object.keys(SHAPES);
  await writeSafetensors(join(input, 'model.safetensors'), { names, overwrite: true }, async (writer) => {
    for (const name of names)
      await writer.add(
        { name, dtype, shape: SHAPES[name]! },
        fromFloat32(weight(name, name === spoil ? 70 : undefined), dtype),
      );
  });
  await writeFile(join(input, 'config.json'), '{\n  "model_type": "llama",\n  "rope_theta": 10000.0\n}\n');
  await writeFile(join(input, 'tokenizer.json'), '{"a":1}');
}

const nf4 = { kind: 'nf4', blockSize: 64, doubleQuant: true } as const;
const quantize = (options: Partial<QuantizeModelOptions> = {}) =>
  quantizeModel({ input, output: join(folder, 'out'), scheme: nf4, ...options });

describe('quantising a model folder', () => {
  it('writes weights that give the values back within the error that it reports', async () => {
    await model();
    const report = await quantize();
    const out = await openModelFolder(join(folder, 'out'));
    const done = report.tensors.filter(({ error }) => error);
    expect(done.map(({ name }) => name)).toEqual([
      'model.layers.0.self_attn.q_proj.weight',
      'model.layers.0.mlp.up_proj.weight',
    ]);
    for (const { name, shape, error, bytesAfter } of done) {
      const read = async (suffix: string) => {
        const tensor = out.tensors.find(`${name}${suffix}`)!;
        return out.tensors.read(tensor);
      };
      const state = decodeState(await read('.quant_state.bitsandbytes__nf4'), 'f', name);
      expect(state).toMatchObject({ type: 'nf4', blockSize: 64, dtype: 'float16', shape });
      const absmax = dequantizeScales({
        codes: await read('.absmax'),
        absmax: toFloat32(await read('.nested_absmax'), 'F32'),
        offset: state.nestedOffset!,
      });
      const back = dequantizeFourBit({ packed: await read(''), absmax }, 'nf4', 64, elementCount(shape));
      const original = toFloat32(fromFloat32(weight(name), 'F16'), 'F16');
      const worst = Math.max(...back.map((value, i) => Math.abs(value - original[i]!)));
      expect(worst).toBeCloseTo(error!.maxAbs, 7);
      expect(error!.sqnrDb).toBeGreaterThan(15);
      expect(bytesAfter).toBeLessThanOrEqual(plannedBytes(name, shape));
    }
    // Untouched tensors are the same bytes.
    for (const { name, kept } of report.tensors)
      if (kept)
        expect(await out.tensors.read(out.tensors.find(name)!)).toEqual(fromFloat32(weight(name), 'F16'));
    await out.close();
  });

  const plannedBytes = (name: string, shape: readonly number[]) =>
    plannedTensors(name, shape, nf4).reduce(
      (sum, { dtype, shape }) => sum + elementCount(shape) * (dtype === 'F32' ? 4 : 1),
      0,
    );

  it('keeps the text of config.json and copies the tokenizer', async () => {
    await model('BF16');
    const report = await quantize({ skip: ['q_proj'] });
    const text = await readFile(join(folder, 'out', 'config.json'), 'utf8');
    expect(text).toContain('"rope_theta": 10000.0,');
    expect(text).toContain('"llm_int8_threshold": 6.0');
    expect(JSON.parse(text).quantization_config).toMatchObject({
      quant_method: 'bitsandbytes',
      load_in_4bit: true,
      bnb_4bit_compute_dtype: 'bfloat16',
      bnb_4bit_use_double_quant: true,
      llm_int8_skip_modules: ['lm_head', 'model.embed_tokens', 'model.layers.0.self_attn.q_proj'],
    });
    expect(await readFile(join(folder, 'out', 'tokenizer.json'), 'utf8')).toBe('{"a":1}');
    expect(report.files).toEqual(['model.safetensors', 'config.json', 'tokenizer.json']);
    expect(report.warnings.join()).toContain('whole number of blocks');
  });

  it('cuts into shards that an index describes, the same bytes as in one file, on threads too', async () => {
    await model();
    const kernels = createFourBitKernels(2);
    await quantize();
    await quantize({
      output: join(folder, 'sharded'),
      maxShardBytes: 5000,
      quantize: kernelQuantizer(kernels),
    });
    await kernels.close();
    const [one, many] = [
      await openModelFolder(join(folder, 'out')),
      await openModelFolder(join(folder, 'sharded')),
    ];
    expect(many.tensors.files.length).toBeGreaterThan(2);
    expect(many.tensors.tensors.map(({ name }) => name).sort()).toEqual(
      one.tensors.tensors.map(({ name }) => name).sort(),
    );
    for (const tensor of one.tensors.tensors)
      expect(await many.tensors.read(many.tensors.find(tensor.name)!), tensor.name).toEqual(
        await one.tensors.read(tensor),
      );
    await Promise.all([one.close(), many.close()]);
  });

  it('leaves nothing behind when a weight is not finite, when stopped, or when the disk refuses', async () => {
    await model('F32', 'model.layers.0.self_attn.q_proj.weight');
    await expect(quantize()).rejects.toThrow(
      /model\.safetensors, tensor "model\.layers\.0\.self_attn\.q_proj\.weight": the weight at row 1, column 6 is NaN/,
    );
    await model();
    await expect(quantize({ signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped');
    const controller = new AbortController();
    const stopped = quantize({
      signal: controller.signal,
      onProgress: ({ tensorsDone }) => tensorsDone > 2 && controller.abort(new Error('midway')),
    });
    await expect(stopped).rejects.toThrow('midway');
    expect(await readdir(folder)).toEqual(['in']);
  });

  it('refuses what is quantised already, transposed, or in the way', async () => {
    await model();
    await quantize();
    await expect(quantize()).rejects.toMatchObject({ code: 'EXISTS' });
    await expect(
      quantize({ input: join(folder, 'out'), output: join(folder, 'again') }),
    ).rejects.toMatchObject({ code: 'ALREADY_QUANTIZED' });
    await writeFile(join(input, 'config.json'), '{"model_type":"gpt2"}');
    await expect(quantize({ output: join(folder, 'again') })).rejects.toMatchObject({
      code: 'TRANSPOSED_LAYERS',
    });
    await writeFile(join(input, 'config.json'), '{}');
    await expect(quantize({ output: join(folder, 'again'), skip: ['layers'] })).rejects.toMatchObject({
      code: 'NOTHING_TO_QUANTIZE',
    });
  });

  it('quantises the output head when asked, and says so where there is none of its own', async () => {
    await model();
    const skipped = async (name: string) =>
      JSON.parse(await readFile(join(folder, name, 'config.json'), 'utf8')).quantization_config
        .llm_int8_skip_modules;
    const report = await quantize({ lmHead: true });
    expect(report.tensors.find(({ name }) => name === 'lm_head.weight')?.kept).toBeUndefined();
    expect(await skipped('out')).toEqual(['model.embed_tokens']);
    const { 'lm_head.weight': head, ...rest } = SHAPES;
    await writeSafetensors(
      join(input, 'model.safetensors'),
      { names: Object.keys(rest), overwrite: true },
      async (writer) => {
        for (const [name, shape] of Object.entries(rest))
          await writer.add({ name, dtype: 'F16', shape }, fromFloat32(weight(name), 'F16'));
      },
    );
    expect(head).toBeDefined();
    const tied = await quantize({ output: join(folder, 'tied'), lmHead: true });
    expect(tied.warnings.join()).toContain('shares the weights of the embedding');
    expect(await skipped('tied')).toEqual(['lm_head', 'model.embed_tokens']);
  });

  it('tells how far it is', async () => {
    await model();
    const seen: number[] = [];
    await quantize({
      onProgress: ({ tensorsDone, tensors, bytesDone, bytes, secondsLeft }) => {
        seen.push(tensorsDone);
        expect(tensors).toBe(7);
        expect(bytesDone).toBeLessThanOrEqual(bytes);
        if (tensorsDone === tensors) expect(secondsLeft).toBe(0);
      },
    });
    expect(seen.at(-1)).toBe(7);
  });
});

describe('which tensors stay', () => {
  const why = (name: string, shape = [8, 8], dtype = 'F16', options = {}) =>
    keptBecause({ name, shape, dtype, byteLength: 0, offset: 0, file: '' }, options);
  it.each([
    ['model.layers.0.self_attn.q_proj.weight', undefined],
    ['model.layers.0.mlp.gate_proj.weight', undefined],
    ['bert.encoder.layer.0.attention.output.dense.weight', undefined],
    ['bert.encoder.layer.11.output.dense.weight', undefined],
    ['bert.embeddings.word_embeddings.weight', 'embedding'],
    ['transformer.wte.weight', 'embedding'],
    ['lm_head.weight', 'output head'],
    ['model.layers.3.block_sparse_moe.experts.0.w1.weight', 'expert'],
    ['model.layers.0.self_attn.q_norm.weight', 'norm'],
    ['model.layers.0.self_attn.q_proj.bias', 'not a weight'],
  ])('%s: %s', (name, reason) => expect(why(name)).toBe(reason));
  it('obeys what is asked', () => {
    expect(why('lm_head.weight', [8, 8], 'F16', { lmHead: true })).toBeUndefined();
    expect(why('a.q_proj.weight', [8, 8], 'F16', { skip: ['q_proj'] })).toBe('asked');
    expect(why('a.q_proj.weight', [8])).toBe('not a matrix');
    expect(why('a.q_proj.weight', [0, 8])).toBe('not a matrix');
    expect(why('a.q_proj.weight', [8, 8], 'F64')).toBe('number format');
  });
});
