import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobSource, openGgufSource, openSafetensorsSource, toFloat32 } from './browser.ts';
import { openGguf } from './gguf/format/open-gguf.ts';
import { writeGguf } from './gguf/format/write-file.ts';
import { openSafetensors } from './safetensors/reader.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-browser-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const blobOf = async (path: string): Promise<Blob> => new Blob([await readFile(path)]);

describe('the entry for browsers', () => {
  it('needs no module of Node, however far one follows its imports', async () => {
    const seen = new Set<string>();
    const walk = async (file: string): Promise<void> => {
      if (seen.has(file)) return;
      seen.add(file);
      const text = await readFile(file, 'utf8');
      expect(text, file).not.toMatch(/from 'node:|\bBuffer\b|\bprocess\./);
      for (const [, path = ''] of text.matchAll(/(?:import|export)\s[^;]*?from '(\.[^']+)'/g))
        await walk(resolve(dirname(file), path));
    };
    await walk(fileURLToPath(new URL('./browser.ts', import.meta.url)));
    expect(seen.size).toBeGreaterThan(15);
  });

  it('reads a safetensors file from a Blob as from the disk', async () => {
    const path = fileURLToPath(new URL('./fixtures/bitsandbytes.safetensors', import.meta.url));
    const [file, blob] = [
      await openSafetensors(path),
      await openSafetensorsSource(blobSource('dropped', await blobOf(path))),
    ];
    expect(blob.tensors.map(({ name, shape }) => [name, shape])).toEqual(
      file.tensors.map(({ name, shape }) => [name, shape]),
    );
    for (const tensor of file.tensors.slice(0, 5))
      expect(await blob.read(tensor)).toEqual(await file.read(tensor));
    await file.close();
  });

  it('reads a GGUF file from a Blob as from the disk', async () => {
    const path = join(folder, 'tiny.gguf');
    const values = Float32Array.of(1, -2, 0.5, 3);
    await writeGguf(path, {
      metadata: new Map([['general.architecture', { type: 'string', value: 'llama' }]]),
      tensors: [
        {
          name: 'a',
          type: 'F32',
          dimensions: [4],
          data: async function* () {
            yield new Uint8Array(values.buffer);
          },
        },
      ],
    });
    const file = await openGguf(path);
    const blob = await openGgufSource(blobSource('dropped', await blobOf(path)));
    expect(blob.tensors).toEqual(file.tensors);
    const bytes = await blob.read(blob.tensor('a'));
    expect([...toFloat32(new Uint8Array(bytes), 'F32')]).toEqual([...values]);
    await file.close();
  });

  it('refuses what is neither, and a file that shrinks, by name', async () => {
    const rubbish = new Blob([new Uint8Array(64).fill(7)]);
    await expect(openSafetensorsSource(blobSource('x.safetensors', rubbish))).rejects.toThrow(
      /x\.safetensors/,
    );
    await expect(openGgufSource(blobSource('x.gguf', rubbish))).rejects.toThrow(/x\.gguf/);
    await expect(blobSource('cut', rubbish).read(60, 8, 'w')).rejects.toThrow(/cut, tensor "w": ends/);
  });
});
