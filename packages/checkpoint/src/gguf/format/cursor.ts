/** Reads a GGUF header field by field through a window, never past the end and never more than a limit. */
import { GgufError } from './errors.ts';
import type { ByteSource } from './source.ts';

const WINDOW = 1 << 20;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class HeaderCursor {
  readonly #source: ByteSource;
  readonly #limit: number;
  #window = new Uint8Array(0);
  #view = new DataView(this.#window.buffer);
  #windowStart = 0;
  /** Byte of the file that the next field begins at. */
  position = 0;

  /** @param limit bytes of header at most */
  constructor(source: ByteSource, limit: number) {
    this.#source = source;
    this.#limit = limit;
  }

  /** Bytes between here and the end of the file. */
  get remaining(): number {
    return this.#source.size - this.position;
  }

  fail(code: GgufError['code'], message: string, tensor?: string): GgufError {
    return new GgufError(code, this.#source.name, message, tensor);
  }

  /** Refuses a field of `length` bytes that the file is too short for, before anything is allocated for it. */
  need(length: number | bigint, what: string, tensor?: string): number {
    if (length > this.remaining)
      throw this.fail(
        'GGUF_TRUNCATED',
        `${what} at byte ${this.position} needs ${length} bytes, but the file ends after ${this.remaining} more; it is truncated or damaged`,
        tensor,
      );
    if (this.position + Number(length) > this.#limit)
      throw this.fail(
        'GGUF_TOO_LARGE',
        `the header goes on past ${this.#limit} bytes (at ${what}, byte ${this.position}); raise maxHeaderBytes if the file is to be trusted`,
        tensor,
      );
    return Number(length);
  }

  /** Makes the next `length` bytes present in the window; returns where in it they begin. */
  async #load(length: number, what: string, tensor?: string): Promise<number> {
    this.need(length, what, tensor);
    const from = this.position - this.#windowStart;
    if (from + length > this.#window.length) {
      const size = Math.min(Math.max(WINDOW, length), this.remaining);
      this.#window = await this.#source.read(this.position, size);
      this.#view = new DataView(this.#window.buffer, this.#window.byteOffset);
      this.#windowStart = this.position;
      this.position += length;
      return 0;
    }
    this.position += length;
    return from;
  }

  /** The view is looked up only after the window has been loaded, which may replace it. */
  async #number<T>(length: number, get: (view: DataView, at: number) => T, what: string, tensor?: string) {
    const at = await this.#load(length, what, tensor);
    return get(this.#view, at);
  }

  uint8(what: string): Promise<number> {
    return this.#number(1, (view, at) => view.getUint8(at), what);
  }
  int8(what: string): Promise<number> {
    return this.#number(1, (view, at) => view.getInt8(at), what);
  }
  uint16(what: string): Promise<number> {
    return this.#number(2, (view, at) => view.getUint16(at, true), what);
  }
  int16(what: string): Promise<number> {
    return this.#number(2, (view, at) => view.getInt16(at, true), what);
  }
  uint32(what: string, tensor?: string): Promise<number> {
    return this.#number(4, (view, at) => view.getUint32(at, true), what, tensor);
  }
  int32(what: string): Promise<number> {
    return this.#number(4, (view, at) => view.getInt32(at, true), what);
  }
  float32(what: string): Promise<number> {
    return this.#number(4, (view, at) => view.getFloat32(at, true), what);
  }
  float64(what: string): Promise<number> {
    return this.#number(8, (view, at) => view.getFloat64(at, true), what);
  }
  uint64(what: string, tensor?: string): Promise<bigint> {
    return this.#number(8, (view, at) => view.getBigUint64(at, true), what, tensor);
  }
  int64(what: string): Promise<bigint> {
    return this.#number(8, (view, at) => view.getBigInt64(at, true), what);
  }

  /** A copy of the next bytes, aligned for typed arrays. */
  async bytes(length: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
    const from = await this.#load(length, what);
    return this.#window.slice(from, from + length);
  }

  /** A string: its length as 64 bits, then UTF-8. */
  async string(what: string): Promise<string> {
    const length = this.need(await this.uint64(`the length of ${what}`), what);
    const at = this.position;
    const from = await this.#load(length, what);
    try {
      return utf8.decode(this.#window.subarray(from, from + length));
    } catch {
      throw this.fail('GGUF_METADATA', `${what} at byte ${at} is not valid UTF-8`);
    }
  }
}
