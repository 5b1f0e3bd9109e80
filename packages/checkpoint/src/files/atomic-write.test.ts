import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

  it('names the file that cannot be written', async () => {
    const path = join(folder, 'missing', 'a.bin');
    await expect(atomicWriteFile(path, async () => {})).rejects.toThrow(path);
  });
});
