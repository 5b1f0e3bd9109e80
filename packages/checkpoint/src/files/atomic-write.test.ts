import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { atomicWriteFile, atomicWriteFolder } from './atomic-write.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-atomic-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writing aside', () => {
  it('shows the file only when it is whole', async () => {
    const path = join(folder, 'a.bin');
    await atomicWriteFile(path, async (sink) => {
      await sink.write(new Uint8Array(4));
      await sink.write(new Uint8Array([5, 6]));
      await sink.writeAt(1, new Uint8Array([9]));
      expect(await readdir(folder)).not.toContain('a.bin');
      expect(sink.bytesWritten).toBe(6);
    });
    expect([...(await readFile(path))]).toEqual([0, 9, 0, 0, 5, 6]);
    expect(await readdir(folder)).toEqual(['a.bin']);
  });

  it('leaves nothing behind when writing fails', async () => {
    const failed = atomicWriteFile(join(folder, 'a.bin'), async (sink) => {
      await sink.write(new Uint8Array(4));
      throw new Error('disk on fire');
    });
    await expect(failed).rejects.toThrow('disk on fire');
    const folderFailed = atomicWriteFolder(join(folder, 'model'), async (aside) => {
      await writeFile(join(aside, 'x'), 'x');
      throw new Error('cancelled');
    });
    await expect(folderFailed).rejects.toThrow('cancelled');
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses to replace unless told', async () => {
    const path = join(folder, 'a.bin');
    await writeFile(path, 'old');
    await expect(atomicWriteFile(path, async () => {})).rejects.toMatchObject({ code: 'EXISTS' });
    await expect(atomicWriteFolder(folder, async () => {})).rejects.toMatchObject({ code: 'EXISTS' });
    expect(await readFile(path, 'utf8')).toBe('old');
    await atomicWriteFile(path, (sink) => sink.write(Buffer.from('new')), { overwrite: true });
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  it('flushes the content before it gives the name, and the folder after', async () => {
    const probe = await open(join(folder, 'probe'), 'w');
    const flush = vi.spyOn(Object.getPrototypeOf(probe) as { sync(): Promise<void> }, 'sync');
    const names: string[][] = [];
    flush.mockImplementation(async () => void names.push(await readdir(folder)));
    await atomicWriteFile(join(folder, 'a.bin'), (sink) => sink.write(new Uint8Array(4)));
    // The first flush finds only the file aside, the second, of the folder, finds the name.
    expect(names.map((list) => list.includes('a.bin'))).toEqual([false, true]);
    names.length = 0;
    await atomicWriteFolder(join(folder, 'model'), (aside) =>
      atomicWriteFile(join(aside, 'x'), (sink) => sink.write(new Uint8Array(4))),
    );
    expect(names.map((list) => list.includes('model'))).toEqual([false, false, false, true]);
    flush.mockRestore();
    await probe.close();
  });

  it('names the file that cannot be written', async () => {
    const path = join(folder, 'missing', 'a.bin');
    await expect(atomicWriteFile(path, async () => {})).rejects.toThrow(path);
  });
});
