/** Opens one safetensors file. */

import type { FileHandle } from 'node:fs/promises';
import { OptionError } from '../errors.ts';
import { openToRead, readInto } from '../files/read-file.ts';
import type { ChunkOptions, TensorInfo, TensorReader } from '../tensor/tensor.ts';
import { headerLength, parseHeader } from './header.ts';

const CHUNK_BYTES = 8 * 2 ** 20;

/**
 * Reads and checks the header; tensors are read when asked for.
 * @throws FileError, FormatError naming file and tensor.
 */
export async function openSafetensors(file: string): Promise<TensorReader> {
  const { handle, bytes } = await openToRead(file);
  try {
    const first = new Uint8Array(Math.min(8, bytes));
    await readInto(handle, first, 0, { file });
    const json = new Uint8Array(headerLength(first, bytes, file));
    await readInto(handle, json, 8, { file });
    const { tensors, metadata } = parseHeader(json, bytes, file);
    return fileReader(file, handle, tensors, metadata);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function fileReader(
  file: string,
  handle: FileHandle,
  tensors: readonly TensorInfo[],
  metadata: Record<string, string>,
): TensorReader {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return {
    files: [file],
    tensors,
    metadata,
    find: (name) => byName.get(name),
    async read({ name, byteLength, offset }) {
      const bytes = new Uint8Array(byteLength);
      await readInto(handle, bytes, offset, { file, tensor: name });
      return bytes;
    },
    async *chunks({ name, byteLength, offset }, { chunkBytes = CHUNK_BYTES, signal }: ChunkOptions = {}) {
      if (chunkBytes < 16 || chunkBytes % 16 !== 0)
        throw new OptionError('CHUNK_BYTES', `chunkBytes is ${chunkBytes}; it must be a multiple of 16.`);
      for (let position = 0; position < byteLength; position += chunkBytes) {
        signal?.throwIfAborted();
        const bytes = new Uint8Array(Math.min(chunkBytes, byteLength - position));
        await readInto(handle, bytes, offset + position, { file, tensor: name });
        yield bytes;
      }
    },
    close: () => handle.close(),
  };
}
