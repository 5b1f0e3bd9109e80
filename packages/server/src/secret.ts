/** The secret that signs cookies and keys digests: made once, whole or absent, readable by the owner of the folder only. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeDurably } from './keys/durable-file.ts';

/** Shorter is not ours, but what a power cut left of one. */
const SHORTEST = 32;

/** Reads it, or makes it; of several processes that begin at once, all get the same one. */
export async function readSecret(folder: string): Promise<string> {
  const path = join(folder, 'secret');
  const read = async (): Promise<string | undefined> => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kept = await read();
  if (kept !== undefined && kept.length >= SHORTEST) return kept;
  if (kept !== undefined) await rm(path, { force: true });
  const mine = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeDurably(mine, randomBytes(32).toString('base64url'));
  try {
    await link(mine, path);
    await syncFolder(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(mine, { force: true });
  }
  return (await read()) ?? readSecret(folder);
}
