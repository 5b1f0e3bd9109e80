/** Opens one safetensors file of this machine. */

import { openToRead, readInto } from '../files/read-file.ts';
import type { TensorReader } from '../tensor/tensor.ts';
import { openSafetensorsSource } from './source-reader.ts';

/**
 * Reads and checks the header; tensors are read when asked for.
 * @throws FileError, FormatError naming file and tensor.
 */
export async function openSafetensors(file: string): Promise<TensorReader> {
  const { handle, bytes: size } = await openToRead(file);
  return openSafetensorsSource({
    name: file,
    size,
    async read(offset, length, tensor) {
      const bytes = new Uint8Array(length);
      await readInto(handle, bytes, offset, tensor === undefined ? { file } : { file, tensor });
      return bytes;
    },
    close: () => handle.close(),
  });
}
