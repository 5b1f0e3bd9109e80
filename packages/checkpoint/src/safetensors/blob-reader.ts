/** Opens a safetensors file that a browser holds: a File that somebody chose, or any other Blob. */

import { FileError, OptionError } from '../errors.ts';
import type { ChunkOptions, TensorReader } from '../tensor/tensor.ts';
import { headerLength, parseHeader } from './header.ts';

const CHUNK_BYTES = 8 * 2 ** 20;

/**
 * The same checks as for a file on disk; tensors are read when asked for.
 * @param name for messages
 * @throws FileError, FormatError naming file and tensor.
 */
export async function openSafetensorsBlob(blob: Blob, name: string): Promise<TensorReader> {
  const read = async (from: number, length: number): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = await blob
      .slice(from, from + length)
      .arrayBuffer()
      .catch((cause: unknown) => {
        throw new FileError(
          'NOT_READABLE',
          'cannot be read. Has it been moved or changed since it was chosen? Choose it again.',
          { file: name },
          { cause },
        );
      });
    return new Uint8Array(bytes);
  };
  const first = await read(0, Math.min(8, blob.size));
  const json = await read(8, headerLength(first, blob.size, name));
  const { tensors, metadata } = parseHeader(json, blob.size, name);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return {
    files: [name],
    tensors,
    metadata,
    find: (tensor) => byName.get(tensor),
    read: ({ offset, byteLength }) => read(offset, byteLength),
    async *chunks({ offset, byteLength }, { chunkBytes = CHUNK_BYTES, signal }: ChunkOptions = {}) {
      if (chunkBytes < 16 || chunkBytes % 16 !== 0)
        throw new OptionError('CHUNK_BYTES', `chunkBytes is ${chunkBytes}; it must be a multiple of 16.`);
      for (let position = 0; position < byteLength; position += chunkBytes) {
        signal?.throwIfAborted();
        yield await read(offset + position, Math.min(chunkBytes, byteLength - position));
      }
    },
    close: () => Promise.resolve(),
  };
}
