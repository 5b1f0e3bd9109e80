/** Files and folders that appear under their name whole or not at all. */

import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FileError } from '../errors.ts';

/** Where content is written, in order. */
export interface FileSink {
  readonly bytesWritten: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Overwrites bytes already written, such as a header that is known only at the end. */
  writeAt(position: number, bytes: Uint8Array): Promise<void>;
}

export interface AtomicWriteOptions {
  /** Replace what stands under the name; otherwise an existing file is refused. */
  overwrite?: boolean;
}

/**
 * Writes a file aside (`.NAME.partial-…` in the same folder), flushes it to the disk, and renames it into place. If
 * `fill` throws, the partial file is removed and nothing stands under the name.
 * @returns what `fill` returned.
 * @throws FileError (`EXISTS`, `WRITE_FAILED`), or what `fill` threw.
 */
export async function atomicWriteFile<T>(
  path: string,
  fill: (sink: FileSink) => Promise<T>,
  { overwrite = false }: AtomicWriteOptions = {},
): Promise<T> {
  const target = resolve(path);
  if (!overwrite) await refuseExisting(target);
  const aside = partialName(target);
  const handle = await open(aside, 'wx').catch((cause: unknown) => {
    throw cannotWrite(target, cause);
  });
  try {
    let result: T;
    try {
      result = await fill(sinkOf(handle, target));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, target);
    await syncFolder(dirname(target));
    return result;
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

/**
 * Lets `fill` write a folder aside, then renames it into place. The files that `fill` writes must be flushed already,
 * as `atomicWriteFile` does.
 * @throws FileError (`EXISTS`) where the name is taken by anything but an empty folder, or what `fill` threw.
 */
export async function atomicWriteFolder<T>(path: string, fill: (folder: string) => Promise<T>): Promise<T> {
  const target = resolve(path);
  await refuseExisting(target);
  const aside = partialName(target);
  try {
    await mkdir(aside, { recursive: true });
  } catch (cause) {
    throw cannotWrite(target, cause);
  }
  try {
    const result = await fill(aside);
    await syncFolder(aside);
    await rename(aside, target);
    await syncFolder(dirname(target));
    return result;
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}

const partialName = (target: string): string =>
  join(dirname(target), `.${basename(target)}.partial-${randomBytes(6).toString('hex')}`);

function sinkOf(handle: FileHandle, target: string): FileSink {
  let position = 0;
  const put = async (bytes: Uint8Array, at: number): Promise<void> => {
    let done = 0;
    // Linux writes at most 2 GiB at once, and any write may be short.
    while (done < bytes.length) {
      const length = Math.min(bytes.length - done, 2 ** 30);
      try {
        done += (await handle.write(bytes, done, length, at + done)).bytesWritten;
      } catch (cause) {
        throw cannotWrite(target, cause);
      }
    }
  };
  return {
    get bytesWritten() {
      return position;
    },
    async write(bytes) {
      await put(bytes, position);
      position += bytes.length;
    },
    writeAt: (at, bytes) => put(bytes, at),
  };
}

async function refuseExisting(target: string): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (!found) return;
  if (found.isDirectory() && (await readdir(target)).length === 0) return;
  throw new FileError('EXISTS', 'already exists. Choose another name or remove it first.', { file: target });
}

function cannotWrite(file: string, cause: unknown): FileError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new FileError('WRITE_FAILED', `cannot be written (${why}).`, { file }, { cause });
}

/** A rename is durable only when its folder is flushed too. Windows cannot open folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
