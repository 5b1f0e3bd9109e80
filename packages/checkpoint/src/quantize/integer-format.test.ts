import { cpSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelFolder } from '../safetensors/folder.ts';
import { writeSafetensors } from '../safetensors/writer.ts';
import { fromFloat32 } from '../tensor/dtype.ts';
import { addError, noError, summarizeError } from './error-measure.ts';
import { type IntegerScheme, packageIntegers, packIntegers, unpackIntegers } from './integer-format.ts';
import { logicalWeights } from './logical-weights.ts';
import { quantizeModel } from './quantize-model.ts';
import type { WeightScheme } from './quantize-tensor.ts';

/** Made by reference/checkpoint/make_packed.py with compressed-tensors. */
const golden = JSON.parse(readFileSync(new URL('packed.golden.json', import.meta.url), 'utf8')) as Record<
  'codes' | 'packed' | 'zeros' | 'packedZeros' | 'scales' | 'values',
  number[]
>;
const words = (bytes: Uint8Array<ArrayBuffer>) => [...new Int32Array(bytes.buffer, bytes.byteOffset)];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-integers-'));
});
afterEach(() => rm(folder, { recursive: true }));

const llama = fileURLToPath(new URL('../gguf/convert/fixtures/llama', import.meta.url));
const SCHEMES: [string, IntegerScheme][] = [
  ['8 bits, symmetric, a tensor', { kind: 'int', bits: 8, symmetric: true, granularity: { per: 'tensor' } }],
  [
    '8 bits, asymmetric, a tensor',
    { kind: 'int', bits: 8, symmetric: false, granularity: { per: 'tensor' } },
  ],
  [
    '8 bits, symmetric, a channel',
    { kind: 'int', bits: 8, symmetric: true, granularity: { per: 'channel' } },
  ],
  [
    '8 bits, asymmetric, a group',
    { kind: 'int', bits: 8, symmetric: false, granularity: { per: 'group', size: 16 } },
  ],
  [
    '4 bits, symmetric, a channel',
    { kind: 'int', bits: 4, symmetric: true, granularity: { per: 'channel' } },
  ],
  [
    '4 bits, asymmetric, a group',
    { kind: 'int', bits: 4, symmetric: false, granularity: { per: 'group', size: 16 } },
  ],
];

describe('packed integers', () => {
  it('are those of compressed-tensors', () => {
    const scheme: IntegerScheme = {
      ...{ kind: 'int', bits: 4, symmetric: false },
      granularity: { per: 'group', size: 8 },
    };
    const weight = {
      codes: Int8Array.from(golden.codes),
      scales: Float32Array.from(golden.scales),
      zeroPoints: Int8Array.from(golden.zeros),
      values: Float32Array.from(golden.values),
    };
    const tensors = packageIntegers('w.weight', [11, 40], scheme, 'F32', weight);
    const bytes = (name: string) => tensors.find((each) => each.name === name)!.bytes;
    expect(words(bytes('w.weight_packed'))).toEqual(golden.packed);
    expect(words(bytes('w.weight_zero_point'))).toEqual(golden.packedZeros);
  });

  it('come back, whatever their number', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 4, 8),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        (bits, rows, columns, seed) => {
          const codes = Int8Array.from({ length: rows * columns }, (_, i) => {
            const half = 2 ** (bits - 1);
            return (((seed + i) * 2654435761) % (2 * half)) - half;
          });
          const packed = packIntegers(codes, bits, rows, columns);
          expect(unpackIntegers(packed, bits, rows, columns, {})).toEqual(codes);
        },
      ),
    );
  });

  it('of another shape are refused by file and tensor', () => {
    expect(() => unpackIntegers(new Uint8Array(16), 4, 2, 40, { file: 'm', tensor: 't' })).toThrow(
      /m, tensor "t": has 16 bytes, which are not 2 × 40 integers of 4 bits/,
    );
  });
});

describe('a folder of', () => {
  it.each(SCHEMES)('%s is read back as what was reported', async (_, scheme) => {
    const output = join(folder, 'out');
    const report = await quantizeModel({ input: llama, output, scheme });
    const [before, after] = [await openModelFolder(llama), await openModelFolder(output)];
    const [old, back] = [logicalWeights(before), logicalWeights(after)];
    expect(back.list.map(({ name }) => name).sort()).toEqual(old.list.map(({ name }) => name).sort());
    for (const { name, error, shape } of report.tensors) {
      const [a, b] = [await old.load(name), await back.load(name)];
      expect(await back.shapeOf(name)).toEqual(shape);
      if (!error) expect(b).toEqual(a);
      else {
        const sums = noError();
        addError(sums, a, b);
        expect(summarizeError(sums).meanAbs).toBeCloseTo(error.meanAbs, 8);
        expect(error.sqnrDb).toBeGreaterThan(scheme.bits === 8 ? 35 : 12);
      }
    }
    const { quantization_config: config } = JSON.parse(
      await readFile(join(output, 'config.json'), 'utf8'),
    ) as { quantization_config: Record<string, unknown> };
    expect(config).toMatchObject({
      quant_method: 'compressed-tensors',
      format: scheme.bits === 8 ? 'int-quantized' : 'pack-quantized',
      ignore: ['lm_head', 'model.embed_tokens'],
      config_groups: {
        group_0: {
          weights: { num_bits: scheme.bits, symmetric: scheme.symmetric, strategy: scheme.granularity.per },
        },
      },
    });
    await Promise.all([before.close(), after.close()]);
  });

  it.each<[string, WeightScheme, number]>([
    ['nf4, doubly quantised', { kind: 'nf4', blockSize: 64, doubleQuant: true }, 18],
    ['fp4', { kind: 'fp4', blockSize: 64, doubleQuant: false }, 15],
    ['LLM.int8()', { kind: 'int8' }, 35],
  ])('%s is read back as what was reported', async (_, scheme, sqnr) => {
    const output = join(folder, 'out');
    const report = await quantizeModel({ input: llama, output, scheme });
    const [before, after] = [await openModelFolder(llama), await openModelFolder(output)];
    const [old, back] = [logicalWeights(before), logicalWeights(after)];
    for (const { name, error, shape } of report.tensors) {
      const [a, b] = [await old.load(name), await back.load(name)];
      expect(await back.shapeOf(name)).toEqual(shape);
      if (!error) continue;
      const sums = noError();
      addError(sums, a, b);
      expect(summarizeError(sums).sqnrDb).toBeCloseTo(error.sqnrDb, 3);
      expect(error.sqnrDb).toBeGreaterThan(sqnr);
    }
    await Promise.all([before.close(), after.close()]);
  });

  it('finer groups lose less, and zero points help where weights are skewed', async () => {
    const columns = 64;
    const values = Float32Array.from(
      { length: 32 * columns },
      (_, i) =>
        // Few are large, as in trained weights.
        0.05 + Math.sin(i * 12.9898) * Math.sin(i * 78.233) * Math.sin(i * 3.7) * 0.2,
    );
    const model = join(folder, 'skewed');
    cpSync(llama, model, { recursive: true });
    const name = 'model.layers.0.self_attn.q_proj.weight';
    await writeSafetensors(join(model, 'model.safetensors'), { names: [name], overwrite: true }, (writer) =>
      writer.add({ name, dtype: 'F32', shape: [32, columns] }, fromFloat32(values, 'F32')),
    );
    const lost = async (symmetric: boolean, size: number) => {
      const scheme: IntegerScheme = {
        ...{ kind: 'int', bits: 4, symmetric },
        granularity: { per: 'group', size },
      };
      const output = join(folder, `${symmetric}${size}`);
      const { tensors } = await quantizeModel({ input: model, output, scheme });
      return tensors[0]!.error!.sqnrDb;
    };
    const coarse = await lost(true, 64);
    expect(await lost(true, 16)).toBeGreaterThan(coarse);
    expect(await lost(false, 64)).toBeGreaterThan(coarse + 1);
  });
});

describe('refused are', () => {
  it('groups that do not divide a row, before anything is written', async () => {
    const scheme: IntegerScheme = {
      ...{ kind: 'int', bits: 4, symmetric: true },
      granularity: { per: 'group', size: 24 },
    };
    await expect(quantizeModel({ input: llama, output: join(folder, 'out'), scheme })).rejects.toThrow(
      /model\.safetensors, tensor "model\.layers\.0\..*rows of 64, which groups of 24 do not divide. These do: 64, 32, 16/,
    );
  });

  it('files with a scale missing or too many', async () => {
    const output = join(folder, 'out');
    const scheme: IntegerScheme = {
      ...{ kind: 'int', bits: 8, symmetric: true },
      granularity: { per: 'channel' },
    };
    await quantizeModel({ input: llama, output, scheme });
    const name = 'model.layers.0.mlp.up_proj.weight';
    const spoil = async (suffix: string, shape: number[] | undefined) => {
      const model = await openModelFolder(output);
      const names = model.tensors.tensors.map((each) => each.name);
      const copy = join(folder, 'spoilt.safetensors');
      await writeSafetensors(copy, { names, overwrite: true }, async (writer) => {
        for (const tensor of model.tensors.tensors)
          if (tensor.name !== `${name}${suffix}`)
            await writer.add(
              { name: tensor.name, dtype: tensor.dtype as 'I8', shape: tensor.shape },
              await model.tensors.read(tensor),
            );
          else if (shape)
            await writer.add(
              { name: tensor.name, dtype: 'F32', shape },
              new Uint8Array(4 * shape.reduce((a, b) => a * b, 1)),
            );
      });
      await model.close();
      const spoilt = await openModelFolder(copy);
      const load = logicalWeights(spoilt).load(name);
      await load.catch(() => {});
      await spoilt.close();
      return load;
    };
    await expect(spoil('_scale', [3, 1])).rejects.toThrow(/up_proj\.weight": has 3 scales for 64 × 32/);
    await expect(spoil('_scale', undefined)).rejects.toThrow(/weight_scale": is missing beside its weight/);
  });
});
