import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromFloat32, writeSafetensors } from '@viva/checkpoint';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { duration, size, table } from './format.ts';
import { modelInspect } from './inspect.ts';
import { modelQuantize } from './quantize.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-model-'));
  await mkdir(join(folder, 'in'));
  const names = ['model.embed_tokens.weight', 'model.layers.0.mlp.up_proj.weight'];
  await writeSafetensors(join(folder, 'in', 'model.safetensors'), { names }, async (writer) => {
    for (const name of names) {
      const values = Float32Array.from({ length: 128 * 64 }, (_, i) => Math.sin(i * i) * 0.1);
      await writer.add({ name, dtype: 'F16', shape: [128, 64] }, fromFloat32(values, 'F16'));
    }
  });
  await writeFile(join(folder, 'in', 'config.json'), '{"model_type":"llama"}');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function printed(work: () => Promise<void>): Promise<string> {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void lines.push(text));
  await work();
  vi.restoreAllMocks();
  return lines.join('\n');
}

const options = { scheme: 'nf4', blockSize: '64', maxShard: '5', threads: '1' };

describe('viva model', () => {
  it('inspects: what is there, what stays, what quantising would save', async () => {
    const path = join(folder, 'in');
    const text = await printed(() => modelInspect(path, {}));
    expect(text).toContain('2 tensors, 16,384 parameters, 32.8 kB in 1 file (F16 32.8 kB)');
    expect(text).toMatch(/embed_tokens\.weight +F16 +128×64 +16\.4 kB +stays: embedding/);
    const report = JSON.parse(await printed(() => modelInspect(path, { json: true })));
    expect(report).toMatchObject({ parameters: 16384, bytes: 32768 });
    // What it foretells is what quantising then makes, but for the length of quant_state.
    const made = JSON.parse(
      await printed(() => modelQuantize(path, join(folder, 'out'), { ...options, json: true })),
    );
    const foretold = report.schemes.find(({ scheme }: { scheme: string }) => scheme === 'nf4').bytes;
    expect(foretold - made.bytesAfter).toBeGreaterThanOrEqual(0);
    expect(foretold - made.bytesAfter).toBeLessThan(256);
    expect(made.peakRssBytes).toBeGreaterThan(1e6);
  });

  it('quantises with a summary, and inspects the result by its real parameters', async () => {
    const out = join(folder, 'out');
    const text = await printed(() =>
      modelQuantize(join(folder, 'in'), out, { ...options, doubleQuant: true }),
    );
    expect(text).toMatch(/up_proj\.weight +16\.4 kB +5\.\d+ kB +\d\.\d+e-\d +\d\.\d+e-\d +\d\d\.\d\d/);
    expect(text).toContain('1 weights quantised, 1 tensors kept; 16,384 parameters.');
    const after = await printed(() => modelInspect(out, {}));
    expect(after).toContain('16,384 parameters');
    expect(after).toContain('quantised already');
  });

  it.each([
    [{ scheme: 'int3' }, '--scheme int3'],
    [{ scheme: 'int8', doubleQuant: true }, '--double-quant'],
    [{ blockSize: '63' }, 'block size 63'],
    [{ maxShard: 'big' }, '--max-shard big'],
    [{ computeDtype: 'int8' }, '--compute-dtype int8'],
    [{ threads: '0' }, '--threads 0'],
  ])('refuses %j', async (wrong, message) => {
    await expect(
      modelQuantize(join(folder, 'in'), join(folder, 'x'), { ...options, ...wrong }),
    ).rejects.toThrow(message);
  });
});

describe('figures', () => {
  it('read well', () => {
    expect([0, 999, 1000, 14.5e9, 999_600].map(size)).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '14.5 GB',
      '1.00 MB',
    ]);
    expect([0.2, 75, 3700, Number.POSITIVE_INFINITY].map(duration)).toEqual([
      '1 s',
      '1 min 15 s',
      '1 h 1 min',
      '…',
    ]);
    expect(
      table([
        ['a', '1'],
        ['bcd', '22'],
      ]),
    ).toBe('a     1\nbcd  22');
  });
});
