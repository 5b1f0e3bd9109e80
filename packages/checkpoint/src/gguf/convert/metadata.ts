/** Building metadata in order, by type. */
import type { GgufMetadata, GgufValue } from '../format/types.ts';

export class MetadataBuilder {
  readonly #entries = new Map<string, GgufValue>();

  #set(key: string, value: GgufValue): this {
    this.#entries.set(key, value);
    return this;
  }
  /** Left out when undefined; so are all the others. */
  uint32(key: string, value: number | undefined): this {
    return value === undefined ? this : this.#set(key, { type: 'uint32', value });
  }
  float32(key: string, value: number | undefined): this {
    return value === undefined ? this : this.#set(key, { type: 'float32', value });
  }
  bool(key: string, value: boolean | undefined): this {
    return value === undefined ? this : this.#set(key, { type: 'bool', value });
  }
  string(key: string, value: string | undefined): this {
    return value === undefined ? this : this.#set(key, { type: 'string', value });
  }
  strings(key: string, value: readonly string[]): this {
    return this.#set(key, { type: 'array', of: 'string', value });
  }
  int32s(key: string, value: readonly number[]): this {
    return this.#set(key, { type: 'array', of: 'int32', value: Int32Array.from(value) });
  }
  float32s(key: string, value: readonly number[]): this {
    return this.#set(key, { type: 'array', of: 'float32', value: Float32Array.from(value) });
  }
  build(): GgufMetadata {
    return this.#entries;
  }
}
