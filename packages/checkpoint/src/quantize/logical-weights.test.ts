/** Damaged quantised files: read, or refused by an error of this package, and never anything else. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointError } from '../errors.ts';
import { openModelFolder } from '../safetensors/folder.ts';
import { writeSafetensors } from '../safetensors/writer.ts';
import { fromFloat32 } from '../tensor/dtype.ts';
import { logicalWeights } from './logical-weights.ts';
import { quantizeModel } from './quantize-model.ts';
import type { WeightScheme } from './quantize-tensor.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-logical-'));
  const name = 'model.layers.0.mlp.up_proj.weight';
  const values = Float32Array.from({ length: 8 * 64 }, (_, i) => Math.sin(i * 12.9898) * 0.1);
  await writeSafetensors(join(folder, 'plain.safetensors'), { names: [name] }, (writer) =>
    writer.add({ name, dtype: 'F16', shape: [8, 64] }, fromFloat32(values, 'F16')),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const SCHEMES: [string, WeightScheme][] = [
  ['nf4, doubly quantised', { kind: 'nf4', blockSize: 64, doubleQuant: true }],
  ['LLM.int8()', { kind: 'int8' }],
  ['8-bit integers', { kind: 'int', bits: 8, symmetric: false, granularity: { per: 'channel' } }],
  ['packed integers', { kind: 'int', bits: 4, symmetric: false, granularity: { per: 'group', size: 32 } }],
];

async function loadAll(path: string): Promise<number> {
  const model = await openModelFolder(path);
  let values = 0;
  try {
    const weights = logicalWeights(model);
    for (const { name } of weights.list) {
      values += (await weights.load(name)).length;
      await weights.shapeOf(name);
    }
  } finally {
    await model.close();
  }
  return values;
}

describe.each(SCHEMES)('%s', (name, scheme) => {
  it('damaged anywhere is read or refused', async () => {
    const output = join(folder, name.replaceAll(/\W+/g, '-'));
    await quantizeModel({ input: join(folder, 'plain.safetensors'), output, scheme });
    const good = await readFile(join(output, 'model.safetensors'));
    expect(await loadAll(join(output, 'model.safetensors'))).toBe(8 * 64);
    const bad = join(folder, 'bad.safetensors');
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        // Digits and letters of the header changed for others keep it JSON more often.
        fc.option(fc.tuple(fc.nat(600), fc.constantFrom(...'0123456789abwt_')), { freq: 1 }),
        async (changes, letter) => {
          const bytes = Buffer.from(good);
          if (letter) bytes[8 + letter[0]] = letter[1].charCodeAt(0);
          else for (const [at, value] of changes) bytes[at] = value;
          await writeFile(bad, bytes);
          try {
            await loadAll(bad);
          } catch (error) {
            if (!(error instanceof CheckpointError)) throw error;
            expect(error.message).toContain('bad.safetensors');
            refused++;
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(refused).toBeGreaterThan(20);
  });
});
