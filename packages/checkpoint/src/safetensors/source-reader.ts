/** Reads safetensors from any source of bytes: a file of this machine, memory, or what a person drops on a page. */

import { OptionError } from '../errors.ts';
import type { ByteSource } from '../gguf/format/source.ts';
import type { ChunkOptions, TensorReader } from '../tensor/tensor.ts';
import { headerLength, parseHeader } from './header.ts';

const CHUNK_BYTES = 8 * 2 ** 20;

/**
 * Reads and checks the header; tensors are read when asked for. The source is closed when its header is at fault.
 * @throws FormatError naming file and tensor.
 */
export async function openSafetensorsSource(source: ByteSource): Promise<TensorReader> {
  const { name: file, size } = source;
  try {
    const first = await source.read(0, Math.min(8, size));
    const json = await source.read(8, headerLength(first, size, file));
    const { tensors, metadata } = parseHeader(json, size, file);
    return readerOf(source, tensors, metadata);
  } catch (error) {
    await source.close();
    throw error;
  }
}

function readerOf(
  source: ByteSource,
  tensors: TensorReader['tensors'],
  metadata: TensorReader['metadata'],
): TensorReader {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return {
    files: [source.name],
    tensors,
    metadata,
    find: (name) => byName.get(name),
    read: ({ name, byteLength, offset }) => source.read(offset, byteLength, name),
    async *chunks({ name, byteLength, offset }, { chunkBytes = CHUNK_BYTES, signal }: ChunkOptions = {}) {
      if (chunkBytes < 16 || chunkBytes % 16 !== 0)
        throw new OptionError('CHUNK_BYTES', `chunkBytes is ${chunkBytes}; it must be a multiple of 16.`);
      for (let position = 0; position < byteLength; position += chunkBytes) {
        signal?.throwIfAborted();
        yield await source.read(offset + position, Math.min(chunkBytes, byteLength - position), name);
      }
    },
    close: () => source.close(),
  };
}
