/** GGUF bytes for tests: honest ones, and ones that lie. */
import { GgufError } from './errors.ts';
import { openGgufSource } from './read.ts';
import { memorySource } from './source.ts';
import type { GgufMetadata } from './types.ts';
import { encodeGguf, type GgufTensorInput } from './write.ts';

/** A whole file in memory. */
export async function encode(
  metadata: GgufMetadata,
  tensors: readonly GgufTensorInput[],
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of encodeGguf('test.gguf', { metadata, tensors })) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

export const openBytes = (bytes: Uint8Array, maxHeaderBytes?: number) =>
  openGgufSource(memorySource('test.gguf', bytes), maxHeaderBytes === undefined ? {} : { maxHeaderBytes });

/** The error that opening gives, or undefined when it opens. Anything but a GgufError is thrown on. */
export async function faultOf(bytes: Uint8Array): Promise<GgufError | undefined> {
  try {
    await openBytes(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof GgufError) return error;
    throw error;
  }
}

/** Writes fields one after another, as a forger would. */
export class Forge {
  readonly #parts: Uint8Array[] = [];

  u8(value: number): this {
    return this.raw(Uint8Array.of(value));
  }
  u32(value: number): this {
    return this.raw(new Uint8Array(Uint32Array.of(value).buffer));
  }
  u64(value: number | bigint): this {
    return this.raw(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  }
  text(value: string): this {
    return this.u64(Buffer.byteLength(value)).raw(Buffer.from(value));
  }
  raw(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }
  /** Magic, version and the two counts. */
  head(tensors: number | bigint, pairs: number | bigint, version = 3): this {
    return this.raw(Buffer.from('GGUF')).u32(version).u64(tensors).u64(pairs);
  }
  tensor(
    name: string,
    dimensions: readonly (number | bigint)[],
    type: number,
    offset: number | bigint,
  ): this {
    this.text(name).u32(dimensions.length);
    for (const size of dimensions) this.u64(size);
    return this.u32(type).u64(offset);
  }
  /** The bytes, with zeros up to the alignment and `data` bytes more. */
  bytes(data = 0): Uint8Array {
    const head = Buffer.concat(this.#parts);
    const out = new Uint8Array(data === 0 ? head.length : Math.ceil(head.length / 32) * 32 + data);
    out.set(head);
    return out;
  }
}
