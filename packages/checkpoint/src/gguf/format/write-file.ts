/** Puts a GGUF file on disk: whole under its name, or not at all. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { encodeGguf, type GgufContent, layOut } from './write.ts';

export interface WriteProgress {
  /** Tensors finished. */
  readonly tensors: number;
  readonly tensorCount: number;
  /** Bytes of the output written. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface WriteOptions {
  readonly onProgress?: (progress: WriteProgress) => void;
  /** Cancels; nothing is left behind. */
  readonly signal?: AbortSignal;
}

/**
 * Writes a file under a temporary name beside its own, flushes it to the disk and only then gives it its name.
 *
 * @returns the file's size in bytes
 * @throws GgufError for content that cannot be written, the signal's reason when cancelled
 */
export async function writeGguf(
  path: string,
  content: GgufContent,
  { onProgress, signal }: WriteOptions = {},
): Promise<number> {
  const { fileBytes } = layOut(path, content);
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.partial`;
  const handle = await open(temporary, 'wx');
  let finished = false;
  try {
    let tensors = 0;
    let bytes = 0;
    for await (const chunk of encodeGguf(path, content, (index) => {
      tensors = index + 1;
    })) {
      signal?.throwIfAborted();
      await handle.write(chunk);
      bytes += chunk.length;
      onProgress?.({ tensors, tensorCount: content.tensors.length, bytes, totalBytes: fileBytes });
    }
    await handle.sync();
    finished = true;
  } finally {
    await handle.close();
    if (!finished) await rm(temporary, { force: true });
  }
  await rename(temporary, path);
  return fileBytes;
}
