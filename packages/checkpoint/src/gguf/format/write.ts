/** Writes GGUF version 3: the header, then each tensor as its bytes arrive. */
import { elementCount } from '../../tensor/tensor.ts';
import { GgufError } from './errors.ts';
import {
  DEFAULT_ALIGNMENT,
  GGML_TYPES,
  type GgmlType,
  type GgufMetadata,
  type GgufValue,
  type GgufValueType,
  tensorBytes,
  VALUE_TYPES,
} from './types.ts';

/** A tensor to be written. Its bytes are asked for once, when its turn comes. */
export interface GgufTensorInput {
  readonly name: string;
  readonly type: GgmlType;
  /** Contiguous dimension first. */
  readonly dimensions: readonly number[];
  data(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface GgufContent {
  readonly metadata: GgufMetadata;
  readonly tensors: readonly GgufTensorInput[];
}

type NumberType = Exclude<GgufValueType, 'string' | 'array' | 'bool'>;

/** Width in bytes, and how a value is put there. */
const SETTERS: Readonly<
  Record<NumberType, readonly [number, (view: DataView, at: number, value: number | bigint) => void]>
> = {
  uint8: [1, (view, at, value) => view.setUint8(at, Number(value))],
  int8: [1, (view, at, value) => view.setInt8(at, Number(value))],
  uint16: [2, (view, at, value) => view.setUint16(at, Number(value), true)],
  int16: [2, (view, at, value) => view.setInt16(at, Number(value), true)],
  uint32: [4, (view, at, value) => view.setUint32(at, Number(value), true)],
  int32: [4, (view, at, value) => view.setInt32(at, Number(value), true)],
  float32: [4, (view, at, value) => view.setFloat32(at, Number(value), true)],
  float64: [8, (view, at, value) => view.setFloat64(at, Number(value), true)],
  uint64: [8, (view, at, value) => view.setBigUint64(at, BigInt(value), true)],
  int64: [8, (view, at, value) => view.setBigInt64(at, BigInt(value), true)],
};

class ByteBuilder {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  #room(extra: number): number {
    const at = this.length;
    this.length += extra;
    if (this.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  number(type: NumberType, value: number | bigint): void {
    const [width, set] = SETTERS[type];
    const at = this.#room(width);
    set(this.#view, at, value);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  string(value: string): void {
    const bytes = Buffer.from(value, 'utf8');
    this.number('uint64', bytes.length);
    this.raw(bytes);
  }

  finish(paddedTo: number): Uint8Array {
    this.#room(paddedTo - this.length);
    return this.#bytes.subarray(0, this.length);
  }
}

const pad = (size: number, alignment: number) => Math.ceil(size / alignment) * alignment;

function putValue(out: ByteBuilder, value: GgufValue, withType = true): void {
  if (withType) out.number('uint32', VALUE_TYPES.indexOf(value.type));
  if (value.type === 'bool') out.number('uint8', value.value ? 1 : 0);
  else if (value.type === 'string') out.string(value.value);
  else if (value.type !== 'array') out.number(value.type, value.value);
  else {
    out.number('uint32', VALUE_TYPES.indexOf(value.of));
    out.number('uint64', value.value.length);
    if (value.of === 'string') for (const element of value.value) out.string(element);
    else if (value.of === 'bool') for (const element of value.value) out.number('uint8', element ? 1 : 0);
    else if (value.of === 'array') for (const element of value.value) putValue(out, element, false);
    else out.raw(new Uint8Array(value.value.buffer, value.value.byteOffset, value.value.byteLength));
  }
}

export interface GgufLayout {
  readonly header: Uint8Array;
  /** Offset of each tensor from the beginning of the file. */
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
  readonly fileBytes: number;
  readonly alignment: number;
}

/**
 * Lays a file out: the bytes of its header, and where each tensor will begin.
 *
 * @param path what messages call the file
 * @throws GgufError when names repeat or are too long, or a row is not a whole number of blocks
 */
export function layOut(path: string, { metadata, tensors }: GgufContent): GgufLayout {
  const alignmentEntry = metadata.get('general.alignment');
  const alignment = alignmentEntry?.type === 'uint32' ? alignmentEntry.value : DEFAULT_ALIGNMENT;
  if (!(alignment > 0 && (alignment & (alignment - 1)) === 0))
    throw new GgufError('GGUF_METADATA', path, `general.alignment ${alignment} is not a power of two`);
  const out = new ByteBuilder();
  out.raw(new Uint8Array([0x47, 0x47, 0x55, 0x46]));
  out.number('uint32', 3);
  out.number('uint64', tensors.length);
  out.number('uint64', metadata.size);
  for (const [key, value] of metadata) {
    out.string(key);
    putValue(out, value);
  }
  const seen = new Set<string>();
  const offsets: number[] = [];
  const sizes: number[] = [];
  let offset = 0;
  for (const { name, type, dimensions } of tensors) {
    const fail = (message: string) => new GgufError('GGUF_TENSOR', path, `tensor ${name} ${message}`, name);
    if (seen.has(name)) throw fail('is given twice');
    seen.add(name);
    if (name.length === 0 || Buffer.byteLength(name) > 63) throw fail('must have a name of 1 to 63 bytes');
    if (dimensions.length > 4) throw fail(`has ${dimensions.length} dimensions; GGUF allows 4`);
    const bytes = tensorBytes(type, dimensions);
    if (bytes === undefined)
      throw fail(
        `has rows of ${dimensions[0]} elements, which ${type} cannot hold (blocks of ${GGML_TYPES[type].blockSize})`,
      );
    if (!(Number.isSafeInteger(bytes) && elementCount(dimensions) > 0)) throw fail('is empty or too large');
    out.string(name);
    out.number('uint32', dimensions.length);
    for (const size of dimensions) out.number('uint64', size);
    out.number('uint32', GGML_TYPES[type].id);
    out.number('uint64', offset);
    offsets.push(offset);
    sizes.push(bytes);
    offset = pad(offset + bytes, alignment);
  }
  const dataStart = pad(out.length, alignment);
  return {
    header: out.finish(dataStart),
    starts: offsets.map((start) => dataStart + start),
    sizes,
    fileBytes: dataStart + offset,
    alignment,
  };
}

/**
 * The file, piece by piece, in order: what a writer has to put on disk.
 *
 * @throws GgufError when a tensor's data come out longer or shorter than its type and dimensions say
 */
export async function* encodeGguf(
  path: string,
  content: GgufContent,
  onTensor?: (index: number) => void,
): AsyncGenerator<Uint8Array> {
  const { header, sizes, alignment } = layOut(path, content);
  yield header;
  for (const [i, tensor] of content.tensors.entries()) {
    const size = sizes[i] ?? 0;
    let written = 0;
    for await (const chunk of tensor.data()) {
      written += chunk.length;
      if (written > size) break;
      yield chunk;
    }
    if (written !== size)
      throw new GgufError(
        'GGUF_TENSOR',
        path,
        `tensor ${tensor.name} should have ${size} bytes, but its data are ${written > size ? 'longer' : `${written} long`}`,
        tensor.name,
      );
    const padding = pad(size, alignment) - size;
    if (padding > 0) yield new Uint8Array(padding);
    onTensor?.(i);
  }
}
