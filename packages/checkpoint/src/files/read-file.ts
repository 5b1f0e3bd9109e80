/** Reading ranges of a file that may be damaged, shrink or vanish meanwhile. */

import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { FileError, FormatError } from '../errors.ts';

/** @throws FileError (`NOT_FOUND`, `NOT_READABLE`) naming the file. */
export async function openToRead(file: string): Promise<{ handle: FileHandle; bytes: number }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const found = await handle.stat();
    if (!found.isFile()) throw new Error('not a file');
    return { handle, bytes: found.size };
  } catch (cause) {
    await handle?.close();
    throw cannotRead(file, cause);
  }
}

/** Fills `target` from `position`. @throws FileError where the file ends before. */
export async function readInto(
  handle: FileHandle,
  target: Uint8Array,
  position: number,
  where: { file: string; tensor?: string },
): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const length = Math.min(target.length - done, 2 ** 30);
    const { bytesRead } = await handle.read(target, done, length, position + done);
    if (bytesRead === 0)
      throw new FileError(
        'SHRUNK',
        `ends at byte ${position + done} although it was longer when it was opened. Is something writing to it?`,
        where,
      );
    done += bytesRead;
  }
}

/** A small text file whole. @throws FileError; FormatError (`TOO_LARGE`) beyond `maxBytes`. */
export async function readSmallText(file: string, maxBytes = 100_000_000): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes)
      throw new FormatError('TOO_LARGE', `is ${size} bytes long; at most ${maxBytes} are read.`, { file });
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw cannotRead(file, cause);
  }
}

export function cannotRead(file: string, cause: unknown): Error {
  if (cause instanceof FormatError || cause instanceof FileError) return cause;
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new FileError('NOT_FOUND', 'is not there.', { file }, { cause });
  const why = cause instanceof Error ? cause.message : String(cause);
  return new FileError('NOT_READABLE', `cannot be read (${why}).`, { file }, { cause });
}
