import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelFolder } from '../safetensors/folder.ts';
import { fromFloat32 } from '../tensor/dtype.ts';
import { dequantizeModel } from './dequantize-model.ts';
import { logicalWeights } from './logical-weights.ts';
import { withoutQuantizationConfig, withQuantizationConfig } from './quantization-config.ts';
import { quantizeModel } from './quantize-model.ts';
import type { WeightScheme } from './quantize-tensor.ts';

const model = fileURLToPath(new URL('../gguf/convert/fixtures/llama', import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-dequantize-'));
});
afterEach(() => rm(folder, { recursive: true }));

it.each<[string, WeightScheme]>([
  ['nf4', { kind: 'nf4', blockSize: 64, doubleQuant: true }],
  ['LLM.int8()', { kind: 'int8' }],
  ['packed integers', { kind: 'int', bits: 4, symmetric: false, granularity: { per: 'group', size: 16 } }],
])('%s becomes a plain folder of the same names, shapes and files', async (_, scheme) => {
  const [quantized, output] = [join(folder, 'quantized'), join(folder, 'plain')];
  await quantizeModel({ input: model, output: quantized, scheme });
  await dequantizeModel({ input: quantized, output, dtype: 'F16', maxShardBytes: 40_000 });
  const opened = await Promise.all([model, quantized, output].map((path) => openModelFolder(path)));
  const [original, coded, plain] = opened as [
    (typeof opened)[number],
    (typeof opened)[number],
    (typeof opened)[number],
  ];
  const values = logicalWeights(coded);
  expect(plain.tensors.tensors.map(({ name }) => name).sort()).toEqual(
    original.tensors.tensors.map(({ name }) => name).sort(),
  );
  for (const tensor of plain.tensors.tensors) {
    const before = original.tensors.find(tensor.name)!;
    expect(tensor.shape).toEqual(before.shape);
    const expected =
      tensor.dtype === 'F16'
        ? fromFloat32(await values.load(tensor.name), 'F16')
        : await original.tensors.read(before);
    expect(Buffer.compare(await plain.tensors.read(tensor), expected)).toBe(0);
  }
  expect(plain.tensors.tensors.filter(({ dtype }) => dtype === 'F16')).toHaveLength(14);
  const text = await readFile(join(output, 'config.json'), 'utf8');
  expect(JSON.parse(text)).toEqual(JSON.parse(await readFile(join(model, 'config.json'), 'utf8')));
  expect(await readdir(output)).toContain('tokenizer.json');
  await Promise.all(opened.map((each) => each.close()));
});

it('a plain folder is refused', async () => {
  await expect(dequantizeModel({ input: model, output: join(folder, 'x'), dtype: 'F16' })).rejects.toThrow(
    /llama: holds no quantised weight/,
  );
  expect(await readdir(folder)).toEqual([]);
});

describe('the configuration', () => {
  it('goes out of any config.json and leaves the rest as it was written', () => {
    const value = fc.jsonValue().filter((each) => each !== undefined);
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => key !== 'quantization_config' && key !== '__proto__'),
          value,
        ),
        value,
        fc.nat(5),
        (others, own, place) => {
          const entries = Object.entries(others);
          entries.splice(Math.min(place, entries.length), 0, ['quantization_config', own]);
          const object = Object.fromEntries(entries);
          for (const space of [undefined, 2]) {
            const text = JSON.stringify(object, null, space);
            expect(JSON.parse(withoutQuantizationConfig(text))).toEqual(JSON.parse(JSON.stringify(others)));
          }
        },
      ),
    );
  });

  it('that was put in comes out again', () => {
    const text = '{\n  "a": "quantization_config",\n  "rope_theta": 10000.0\n}\n';
    const changed = withQuantizationConfig(text, { bits: 4, list: ['}', ','] });
    expect(changed).toContain('quantization_config": {');
    expect(withoutQuantizationConfig(changed)).toBe(text);
    expect(withoutQuantizationConfig(text)).toBe(text);
  });
});
