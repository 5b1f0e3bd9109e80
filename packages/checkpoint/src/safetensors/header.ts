/** The header of a safetensors file: eight bytes of length, then JSON. */

import { FormatError, quote } from '../errors.ts';
import { isRecord, parseJsonObject } from '../json/strict-json.ts';
import { DTYPE_BYTES, isDtype } from '../tensor/dtype.ts';
import type { TensorInfo } from '../tensor/tensor.ts';

/** The reference implementation refuses longer ones too. */
export const MAX_HEADER_BYTES = 100_000_000;

export interface SafetensorsHeader {
  /** In the order of offsets. */
  readonly tensors: TensorInfo[];
  readonly metadata: Record<string, string>;
}

export interface NewTensor {
  readonly name: string;
  readonly dtype: keyof typeof DTYPE_BYTES;
  readonly shape: readonly number[];
}

/**
 * How long the header says it is.
 * @param first The first eight bytes of the file.
 * @throws FormatError (`TRUNCATED`, `HEADER_LENGTH`) where that cannot be.
 */
export function headerLength(first: Uint8Array, fileBytes: number, file: string): number {
  if (first.length < 8)
    throw new FormatError(
      'TRUNCATED',
      `is ${fileBytes} bytes long; a safetensors file begins with 8 bytes of length.`,
      {
        file,
      },
    );
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw new FormatError(
      'HEADER_LENGTH',
      `says its header is ${length} bytes long; at most ${MAX_HEADER_BYTES} are allowed. This is no safetensors file, or a hostile one.`,
      { file },
    );
  if (length < 2n)
    throw new FormatError('HEADER_LENGTH', `says its header is ${length} bytes long, too short for one.`, {
      file,
    });
  if (Number(length) > fileBytes - 8)
    throw new FormatError(
      'TRUNCATED',
      `says its header is ${length} bytes long, but only ${fileBytes - 8} bytes follow. Download it again.`,
      { file },
    );
  return Number(length);
}

/**
 * Parses and checks the JSON: known formats, whole shapes, lengths that match, and offsets that cover the data without
 * hole or overlap.
 * @param fileBytes Size of the whole file.
 * @throws FormatError naming file and tensor.
 */
export function parseHeader(json: Uint8Array, fileBytes: number, file: string): SafetensorsHeader {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
  } catch (cause) {
    throw new FormatError(
      'BAD_JSON',
      'has a header that is not UTF-8. The file is damaged.',
      { file },
      { cause },
    );
  }
  if (!text.startsWith('{'))
    throw new FormatError(
      'BAD_JSON',
      'has a header that does not begin with "{". This is no safetensors file.',
      {
        file,
      },
    );
  const { __metadata__: metadata = {}, ...entries } = parseJsonObject(text, file);
  const start = 8 + json.length;
  const tensors = Object.entries(entries).map(([name, entry]) => parseEntry(name, entry, start, file));
  tensors.sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  checkCover(tensors, start, fileBytes, file);
  return { tensors, metadata: parseMetadata(metadata, file) };
}

/** A header for tensors that stand in this order, padded with spaces so that the data begin at a multiple of 8. */
export function encodeHeader(
  tensors: readonly (NewTensor & { byteLength: number })[],
  metadata: Readonly<Record<string, string>> = {},
  padTo = 0,
): Uint8Array<ArrayBuffer> {
  let position = 0;
  const parts: string[] = [];
  if (Object.keys(metadata).length > 0) parts.push(`"__metadata__":${JSON.stringify(metadata)}`);
  for (const { name, dtype, shape, byteLength } of tensors) {
    const offsets = [position, position + byteLength];
    position += byteLength;
    parts.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: offsets })}`);
  }
  const json = new TextEncoder().encode(`{${parts.join(',')}}`);
  const length = Math.max(padTo, Math.ceil(json.length / 8) * 8);
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

function parseEntry(name: string, entry: unknown, start: number, file: string): TensorInfo {
  const where = { file, tensor: name };
  if (!isRecord(entry)) throw new FormatError('BAD_ENTRY', 'is not described by a JSON object.', where);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !isDtype(dtype))
    throw new FormatError(
      'UNKNOWN_DTYPE',
      `has the number format ${quote(String(dtype))}; known are ${Object.keys(DTYPE_BYTES).join(', ')}.`,
      where,
    );
  if (!isSizes(shape))
    throw new FormatError(
      'BAD_SHAPE',
      `has the shape ${quote(JSON.stringify(shape) ?? 'none')}, not a list of sizes.`,
      where,
    );
  const [begin = 0, end = -1] = isSizes(offsets) && offsets.length === 2 ? offsets : [];
  if (end < begin)
    throw new FormatError(
      'BAD_OFFSETS',
      `has the offsets ${quote(JSON.stringify(offsets) ?? 'none')}; expected [begin, end] in bytes.`,
      where,
    );
  const needed = shape.reduce((bytes, size) => bytes * BigInt(size), BigInt(DTYPE_BYTES[dtype]));
  if (needed !== BigInt(end - begin))
    throw new FormatError(
      'WRONG_LENGTH',
      `has the shape [${quote(shape.join(', ')).slice(1, -1)}] of ${dtype}, which takes ${needed} bytes, but its offsets span ${end - begin}.`,
      where,
    );
  return { name, dtype, shape, byteLength: end - begin, offset: start + begin, file };
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

function checkCover(tensors: TensorInfo[], start: number, fileBytes: number, file: string): void {
  let position = start;
  let before: TensorInfo | undefined;
  for (const tensor of tensors) {
    const where = { file, tensor: tensor.name };
    if (tensor.offset + tensor.byteLength > fileBytes)
      throw new FormatError(
        'TRUNCATED',
        `ends at byte ${tensor.offset + tensor.byteLength}, but the file has only ${fileBytes}. Download it again.`,
        where,
      );
    if (tensor.offset < position)
      throw new FormatError('OVERLAP', `overlaps ${quote(before?.name ?? '')} in the file.`, where);
    if (tensor.offset > position)
      throw new FormatError(
        'HOLE',
        `is preceded by ${tensor.offset - position} bytes that belong to no tensor.`,
        where,
      );
    position = tensor.offset + tensor.byteLength;
    before = tensor;
  }
  if (position !== fileBytes)
    throw new FormatError('HOLE', `ends with ${fileBytes - position} bytes that belong to no tensor.`, {
      file,
    });
}

function parseMetadata(metadata: unknown, file: string): Record<string, string> {
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    throw new FormatError('BAD_METADATA', 'has a __metadata__ that is not an object of strings.', { file });
  return metadata as Record<string, string>;
}
