/** Puts a GGUF file on disk: whole under its name, or not at all. */
import { type AtomicWriteOptions, atomicWriteFile } from '../../files/atomic-write.ts';
import { encodeGguf, type GgufContent, layOut } from './write.ts';

export interface WriteProgress {
  /** Tensors finished. */
  readonly tensors: number;
  readonly tensorCount: number;
  /** Bytes of the output written. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface WriteOptions extends AtomicWriteOptions {
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
  /** Cancels; nothing is left behind. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a file under a temporary name beside its own, flushes it to the disk and only then gives it its name.
 *
 * @returns the file's size in bytes
 * @throws GgufError for content that cannot be written, FileError where the file cannot be or stands there already,
 *   the signal's reason when cancelled
 */
export async function writeGguf(
  path: string,
  content: GgufContent,
  { onProgress, signal, ...options }: WriteOptions = {},
): Promise<number> {
  const { fileBytes } = layOut(path, content);
  const tensorCount = content.tensors.length;
  return atomicWriteFile(
    path,
    async (sink) => {
      let tensors = 0;
      const finished = (index: number) => {
        tensors = index + 1;
      };
      for await (const chunk of encodeGguf(path, content, finished)) {
        signal?.throwIfAborted();
        await sink.write(chunk);
        onProgress?.({ tensors, tensorCount, bytes: sink.bytesWritten, totalBytes: fileBytes });
      }
      return fileBytes;
    },
    options,
  );
}
