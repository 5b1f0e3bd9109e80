/** Writes safetensors as a stream: each tensor goes to the disk as it comes, the header into space kept free for it. */

import { FormatError, OptionError } from '../errors.ts';
import { type AtomicWriteOptions, atomicWriteFile, type FileSink } from '../files/atomic-write.ts';
import { DTYPE_BYTES } from '../tensor/dtype.ts';
import { elementCount } from '../tensor/tensor.ts';
import { encodeHeader, type NewTensor } from './header.ts';

export interface SafetensorsWriter {
  /** @throws FormatError where the bytes are not what shape and format say, or the name is taken. */
  add(tensor: NewTensor, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
}

export interface SafetensorsWriteOptions extends AtomicWriteOptions {
  /** `format: pt` tells transformers that the names are PyTorch's; it refuses files without. */
  metadata?: Readonly<Record<string, string>>;
  /** Names of all tensors that may be added, to know how long the header can become. */
  names: readonly string[];
}

/**
 * Writes one file, whole or not at all. Tensors may be added in any order; those whose length is not a multiple of
 * eight bytes are kept in memory and go to the end, so that every other one stands where PyTorch can map it.
 * @throws FileError, FormatError, or what `fill` throws; then nothing stands under the name.
 */
export function writeSafetensors(
  path: string,
  options: SafetensorsWriteOptions,
  fill: (writer: SafetensorsWriter) => Promise<void>,
): Promise<{ bytes: number; tensorBytes: number }> {
  const { metadata = { format: 'pt' }, names, overwrite = false } = options;
  return atomicWriteFile(
    path,
    async (sink) => {
      const reserved = reserve(names, metadata);
      await sink.write(new Uint8Array(8 + reserved));
      const finish = await fillBody(path, sink, fill);
      const header = encodeHeader(finish, metadata, reserved);
      if (header.length !== 8 + reserved)
        throw new OptionError('HEADER_RESERVE', 'received more or longer tensor names than announced.', {
          file: path,
        });
      await sink.writeAt(0, header);
      const tensorBytes = finish.reduce((sum, { byteLength }) => sum + byteLength, 0);
      return { bytes: sink.bytesWritten, tensorBytes };
    },
    { overwrite },
  );
}

type Written = NewTensor & { byteLength: number };

async function fillBody(
  file: string,
  sink: FileSink,
  fill: (writer: SafetensorsWriter) => Promise<void>,
): Promise<Written[]> {
  const written: Written[] = [];
  const odd: (Written & { bytes: Uint8Array })[] = [];
  const names = new Set<string>();
  await fill({
    async add(tensor, content) {
      const { name, dtype, shape } = tensor;
      const where = { file, tensor: name };
      if (names.has(name) || name === '__metadata__')
        throw new FormatError('DUPLICATE_KEY', 'would stand in the file twice.', where);
      names.add(name);
      const byteLength = elementCount(shape) * DTYPE_BYTES[dtype];
      if (byteLength % 8 !== 0) odd.push({ name, dtype, shape, byteLength, bytes: await collect(content) });
      else {
        const before = sink.bytesWritten;
        if (content instanceof Uint8Array) await sink.write(content);
        else for await (const bytes of content) await sink.write(bytes);
        written.push({ name, dtype, shape, byteLength: sink.bytesWritten - before });
      }
      const got = byteLength % 8 !== 0 ? odd.at(-1)?.bytes.length : written.at(-1)?.byteLength;
      if (got !== byteLength)
        throw new FormatError('WRONG_LENGTH', `is ${byteLength} bytes by its shape, but ${got} came.`, where);
    },
  });
  odd.sort((a, b) => alignmentOf(b) - alignmentOf(a));
  for (const { bytes, ...tensor } of odd) {
    await sink.write(bytes);
    written.push(tensor);
  }
  return written;
}

/** The largest power of two that both the element and the whole length allow: in falling order, all stay aligned. */
function alignmentOf({ dtype, byteLength }: Written): number {
  const width = DTYPE_BYTES[dtype];
  for (const power of [4, 2])
    if (byteLength % power === 0 && width <= power) return power + (width === power ? 0.5 : 0);
  return 1;
}

async function collect(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

/** An upper bound: format, six sizes of 16 digits and two offsets beside the name. */
function reserve(names: readonly string[], metadata: Readonly<Record<string, string>>): number {
  const encoder = new TextEncoder();
  const bytes = names.reduce(
    (sum, name) => sum + encoder.encode(JSON.stringify(name)).length + 192,
    64 + encoder.encode(JSON.stringify(metadata)).length,
  );
  return Math.ceil(bytes / 8) * 8;
}
