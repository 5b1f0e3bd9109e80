/** Reads GGUF files of versions 2 and 3: the header at once, the tensors one by one or as a stream. */
import { HeaderCursor } from './cursor.ts';
import { GgufError } from './errors.ts';
import type { ByteSource } from './source.ts';
import {
  DEFAULT_ALIGNMENT,
  GGML_TYPES,
  type GgufArray,
  type GgufMetadata,
  type GgufTensor,
  type GgufTypedArray,
  type GgufValue,
  type GgufValueType,
  ggmlTypeById,
  tensorBytes,
  VALUE_TYPES,
} from './types.ts';

export interface ReadOptions {
  /** Bytes that the header may take at most; the largest tokenizers need some 30 MB. Default 1 GiB. */
  readonly maxHeaderBytes?: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly metadata: GgufMetadata;
  readonly tensors: readonly GgufTensor[];
  readonly alignment: number;
  /** First byte of the tensor data. */
  readonly dataStart: number;
}

const MAX_DIMENSIONS = 4;
const MAX_TENSOR_NAME = 63;
const MAX_NESTING = 8;
const MAGIC = 0x46554747;
/** A key has a length of 8 bytes, a type of 4 and a value; a tensor a name, dimensions, type and offset. */
const LEAST_PAIR_BYTES = 13;
const LEAST_TENSOR_BYTES = 24;

const WIDTH: Readonly<Record<GgufValueType, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  bool: 1,
  string: 8,
  array: 12,
  uint64: 8,
  int64: 8,
  float64: 8,
};

const ARRAY_OF = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  float64: Float64Array,
} as const;

const shown = (name: string) => JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}…` : name);

async function valueType(cursor: HeaderCursor, what: string): Promise<GgufValueType> {
  const at = cursor.position;
  const id = await cursor.uint32(`the type of ${what}`);
  const type = VALUE_TYPES[id];
  if (!type)
    throw cursor.fail(
      'GGUF_METADATA',
      `${what} has the unknown value type ${id} at byte ${at} (known: 0 to 12)`,
    );
  return type;
}

async function boolean(cursor: HeaderCursor, what: string): Promise<boolean> {
  const at = cursor.position;
  const byte = await cursor.uint8(what);
  if (byte > 1)
    throw cursor.fail('GGUF_METADATA', `${what} is a bool of value ${byte} at byte ${at}, not 0 or 1`);
  return byte === 1;
}

async function arrayValue(cursor: HeaderCursor, what: string, depth: number): Promise<GgufArray> {
  if (depth > MAX_NESTING)
    throw cursor.fail('GGUF_METADATA', `${what} nests arrays more than ${MAX_NESTING} deep`);
  const of = await valueType(cursor, `the elements of ${what}`);
  const count64 = await cursor.uint64(`the length of ${what}`);
  cursor.need(count64 * BigInt(WIDTH[of]), `${what}, an array of ${count64} × ${of},`);
  const count = Number(count64);
  if (of === 'bool' || of === 'string' || of === 'array') {
    const value: (boolean | string | GgufArray)[] = [];
    for (let i = 0; i < count; i += 1) {
      const element = `element ${i} of ${what}`;
      if (of === 'bool') value.push(await boolean(cursor, element));
      else if (of === 'string') value.push(await cursor.string(element));
      else value.push(await arrayValue(cursor, element, depth + 1));
    }
    return { type: 'array', of, value } as GgufArray;
  }
  const bytes = await cursor.bytes(count * WIDTH[of], what);
  return { type: 'array', of, value: new ARRAY_OF[of](bytes.buffer) as GgufTypedArray };
}

async function readValue(cursor: HeaderCursor, key: string): Promise<GgufValue> {
  const what = `the value of ${shown(key)}`;
  const type = await valueType(cursor, what);
  switch (type) {
    case 'string':
      return { type, value: await cursor.string(what) };
    case 'bool':
      return { type, value: await boolean(cursor, what) };
    case 'array':
      return arrayValue(cursor, what, 1);
    case 'uint64':
    case 'int64':
      return { type, value: await cursor[type](what) };
    default:
      return { type, value: await cursor[type](what) };
  }
}

async function readMetadata(cursor: HeaderCursor, count: number): Promise<Map<string, GgufValue>> {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i += 1) {
    const key = await cursor.string(`metadata key ${i}`);
    if (metadata.has(key)) throw cursor.fail('GGUF_METADATA', `the metadata key ${shown(key)} occurs twice`);
    metadata.set(key, await readValue(cursor, key));
  }
  return metadata;
}

function alignmentOf(cursor: HeaderCursor, metadata: GgufMetadata): number {
  const entry = metadata.get('general.alignment');
  if (!entry) return DEFAULT_ALIGNMENT;
  const value = entry.type === 'uint32' ? entry.value : Number.NaN;
  if (!(value > 0 && value <= 1 << 30 && (value & (value - 1)) === 0))
    throw cursor.fail(
      'GGUF_METADATA',
      `general.alignment is ${entry.type} ${String(entry.value).slice(0, 40)}; it must be a uint32 and a power of two`,
    );
  return value;
}

interface RelativeTensor {
  name: string;
  type: GgufTensor['type'];
  dimensions: number[];
  offset: bigint;
}

async function readTensorInfo(cursor: HeaderCursor, index: number): Promise<RelativeTensor> {
  const name = await cursor.string(`the name of tensor ${index}`);
  const where = `tensor ${shown(name)}`;
  if (name.length === 0) throw cursor.fail('GGUF_TENSOR', `tensor ${index} has an empty name`);
  if (new TextEncoder().encode(name).length > MAX_TENSOR_NAME)
    throw cursor.fail('GGUF_TENSOR', `${where} has a name of more than ${MAX_TENSOR_NAME} bytes`, name);
  const rank = await cursor.uint32(`the number of dimensions of ${where}`, name);
  if (rank > MAX_DIMENSIONS)
    throw cursor.fail(
      'GGUF_TENSOR',
      `${where} has ${rank} dimensions; at most ${MAX_DIMENSIONS} are allowed`,
      name,
    );
  const dimensions: number[] = [];
  let elements = 1n;
  for (let axis = 0; axis < rank; axis += 1) {
    const size = await cursor.uint64(`dimension ${axis} of ${where}`, name);
    elements *= size;
    if (size === 0n) throw cursor.fail('GGUF_TENSOR', `${where} has a dimension of size 0`, name);
    if (elements > BigInt(Number.MAX_SAFE_INTEGER))
      throw cursor.fail(
        'GGUF_TENSOR',
        `${where} claims more than 2^53 elements (dimension ${axis} is ${size})`,
        name,
      );
    dimensions.push(Number(size));
  }
  const typeId = await cursor.uint32(`the type of ${where}`, name);
  const type = ggmlTypeById(typeId);
  if (!type)
    throw cursor.fail(
      'GGUF_TENSOR',
      `${where} has the element type ${typeId}, which is unknown or withdrawn`,
      name,
    );
  return { name, type, dimensions, offset: await cursor.uint64(`the offset of ${where}`, name) };
}

/** Gives each tensor its place in the file; refuses what lies past the end, off the alignment or upon another. */
function place(
  cursor: HeaderCursor,
  source: ByteSource,
  infos: readonly RelativeTensor[],
  dataStart: number,
  alignment: number,
): GgufTensor[] {
  const tensors = infos.map(({ name, type, dimensions, offset }): GgufTensor => {
    const where = `tensor ${shown(name)}`;
    const bytes = tensorBytes(type, dimensions);
    if (bytes === undefined)
      throw cursor.fail(
        'GGUF_TENSOR',
        `${where} has rows of ${dimensions[0]} elements, which is not a multiple of the block of ${type}, ${GGML_TYPES[type].blockSize}`,
        name,
      );
    if (offset % BigInt(alignment) !== 0n)
      throw cursor.fail(
        'GGUF_TENSOR',
        `${where} begins at ${offset}, off the alignment of ${alignment}`,
        name,
      );
    if (BigInt(dataStart) + offset + BigInt(bytes) > BigInt(source.size))
      throw cursor.fail(
        'GGUF_TRUNCATED',
        `${where} needs bytes ${BigInt(dataStart) + offset} to ${BigInt(dataStart) + offset + BigInt(bytes)}, but the file has ${source.size}; it is truncated or damaged`,
        name,
      );
    return { name, type, dimensions, start: dataStart + Number(offset), bytes };
  });
  const ordered = [...tensors].sort((a, b) => a.start - b.start);
  for (const [i, tensor] of ordered.entries()) {
    const next = ordered[i + 1];
    if (next && next.start < tensor.start + tensor.bytes)
      throw cursor.fail(
        'GGUF_TENSOR',
        `tensors ${shown(tensor.name)} and ${shown(next.name)} overlap at byte ${next.start}`,
        next.name,
      );
  }
  return tensors;
}

/**
 * Reads and checks the whole header.
 *
 * @throws GgufError when the file is not GGUF, is truncated, or says something that cannot be true
 */
export async function readHeader(source: ByteSource, options: ReadOptions = {}): Promise<GgufHeader> {
  const cursor = new HeaderCursor(source, options.maxHeaderBytes ?? 2 ** 30);
  if (source.size < 4 || (await cursor.uint32('the magic number')) !== MAGIC)
    throw cursor.fail('GGUF_NOT_GGUF', 'this is not a GGUF file: it does not begin with the letters GGUF');
  const version = await cursor.uint32('the version');
  if (version !== 2 && version !== 3)
    throw cursor.fail(
      'GGUF_VERSION',
      version > 0 && version % 65536 === 0
        ? 'this file is big-endian; only little-endian GGUF can be read. Convert it with gguf-py’s gguf_convert_endian'
        : `GGUF version ${version} cannot be read, only 2 and 3; convert the model again with a current tool`,
    );
  const tensorCount = await cursor.uint64('the number of tensors');
  const pairCount = await cursor.uint64('the number of metadata pairs');
  cursor.need(pairCount * BigInt(LEAST_PAIR_BYTES), `the metadata, ${pairCount} pairs,`);
  cursor.need(tensorCount * BigInt(LEAST_TENSOR_BYTES), `the list of ${tensorCount} tensors`);
  const metadata = await readMetadata(cursor, Number(pairCount));
  const alignment = alignmentOf(cursor, metadata);
  const infos: RelativeTensor[] = [];
  const names = new Set<string>();
  for (let i = 0; i < Number(tensorCount); i += 1) {
    const info = await readTensorInfo(cursor, i);
    if (names.has(info.name))
      throw cursor.fail('GGUF_TENSOR', `the tensor ${shown(info.name)} occurs twice`, info.name);
    names.add(info.name);
    infos.push(info);
  }
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  return {
    version,
    metadata,
    alignment,
    dataStart,
    tensors: place(cursor, source, infos, dataStart, alignment),
  };
}

/** An open GGUF file. Close it when done. */
export interface GgufFile extends GgufHeader {
  readonly path: string;
  readonly fileBytes: number;
  /** @throws GgufError `GGUF_MISSING` when there is none of that name */
  tensor(name: string): GgufTensor;
  /** All bytes of a tensor. */
  read(tensor: GgufTensor): Promise<Uint8Array>;
  /** A tensor's bytes in pieces of whole blocks, at most about `chunkBytes` each. */
  stream(tensor: GgufTensor, chunkBytes?: number): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

/** Opens a source that is already at hand as GGUF; closes it when its header is at fault. */
export async function openGgufSource(source: ByteSource, options: ReadOptions = {}): Promise<GgufFile> {
  let header: GgufHeader;
  try {
    header = await readHeader(source, options);
  } catch (error) {
    await source.close();
    throw error;
  }
  const byName = new Map(header.tensors.map((tensor) => [tensor.name, tensor]));
  return {
    ...header,
    path: source.name,
    fileBytes: source.size,
    tensor(name) {
      const tensor = byName.get(name);
      if (!tensor)
        throw new GgufError('GGUF_MISSING', source.name, `there is no tensor ${shown(name)}`, name);
      return tensor;
    },
    read: (tensor) => source.read(tensor.start, tensor.bytes),
    async *stream(tensor, chunkBytes = 4 << 20) {
      const { blockBytes } = GGML_TYPES[tensor.type];
      const step = Math.max(1, Math.floor(chunkBytes / blockBytes)) * blockBytes;
      for (let from = 0; from < tensor.bytes; from += step)
        yield await source.read(tensor.start + from, Math.min(step, tensor.bytes - from));
    },
    close: () => source.close(),
  };
}
