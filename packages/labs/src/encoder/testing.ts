/** Opens encoders in tests, and the real one if it has been fetched (scripts/fetch-encoder.mjs). */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type EncoderFiles, encoderFiles } from './model/open-encoder.ts';

/** The files of a folder as a page would be given them. */
export async function folderFiles(folder: string): Promise<EncoderFiles> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
  const files = await Promise.all(
    names.map(async ({ name }) => new File([await readFile(join(folder, name))], name)),
  );
  return encoderFiles(files, folder);
}

/** The folder of all-MiniLM-L6-v2, or undefined, in which case a line says why tests are skipped. */
export function realEncoder(): string | undefined {
  const path = join(
    process.env.VIVA_MODEL_CACHE ?? join(homedir(), '.cache/viva/models'),
    'all-MiniLM-L6-v2',
  );
  if (existsSync(join(path, 'model.safetensors'))) return path;
  console.warn(
    `SKIPPED: tests on the real encoder, because ${path} is missing. Fetch it (83 MB, once): node packages/labs/scripts/fetch-encoder.mjs`,
  );
  return undefined;
}

/** An array as the reference scripts pack it. */
export interface Packed {
  shape: number[];
  base64: string;
}

export const unpack = ({ base64 }: Packed): Float32Array => {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    // A NaN must not pass for a small difference.
    if (!(difference <= most)) most = difference;
  }
  return most;
};
