/** The compiled kernels with a memory of their own, and an arena that lays buffers out in it. */
import { TRANSFORMER_WASM } from './transformer.wasm.ts';

/** Addresses and strides are in bytes; see assembly/transformer.ts. */
export interface Kernels {
  gemm(
    m: number,
    n: number,
    k: number,
    a: number,
    aRow: number,
    aColumn: number,
    b: number,
    bRow: number,
    c: number,
    cRow: number,
    add: number,
  ): void;
  transpose(from: number, rows: number, columns: number, row: number, to: number, wide: number): void;
  zero(at: number, count: number): void;
  embed(
    ids: number,
    count: number,
    table: number,
    soft: number,
    vocabulary: number,
    width: number,
    out: number,
  ): void;
  embedBack(
    ids: number,
    count: number,
    slope: number,
    table: number,
    soft: number,
    vocabulary: number,
    width: number,
  ): void;
  norm(
    x: number,
    gain: number,
    out: number,
    inverse: number,
    rows: number,
    width: number,
    epsilon: number,
  ): void;
  normBack(
    slope: number,
    x: number,
    gain: number,
    inverse: number,
    slopeX: number,
    slopeGain: number,
    rows: number,
    width: number,
  ): void;
  rope(
    qkv: number,
    rows: number,
    places: number,
    heads: number,
    head: number,
    cos: number,
    sin: number,
    turn: number,
    scale: number,
  ): void;
  attend(
    qkv: number,
    rows: number,
    length: number,
    heads: number,
    head: number,
    prefix: number,
    ahead: number,
    weights: number,
    scratch: number,
    out: number,
  ): void;
  attendBack(
    qkv: number,
    slope: number,
    rows: number,
    length: number,
    heads: number,
    head: number,
    prefix: number,
    ahead: number,
    weights: number,
    scratch: number,
    slopeQkv: number,
    slopePrefix: number,
  ): void;
  attendNext(
    qkv: number,
    rows: number,
    places: number,
    slots: number,
    heads: number,
    head: number,
    ahead: number,
    cache: number,
    context: number,
    scratch: number,
    out: number,
  ): void;
  swiglu(gateUp: number, rows: number, hidden: number, out: number): void;
  swigluBack(gateUp: number, slope: number, rows: number, hidden: number, slopeGateUp: number): void;
  pick(from: number, which: number, count: number, width: number, to: number): void;
  unpick(from: number, which: number, count: number, width: number, to: number): void;
  crossEntropy(logits: number, targets: number, rows: number, vocabulary: number, wide: number): number;
}

const PAGE = 65_536;
/** The module's constants lie below; nothing is laid out there. */
const BASE = PAGE;

let compiled: WebAssembly.Module | undefined;

function moduleOf(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(TRANSFORMER_WASM), (letter) => letter.charCodeAt(0)),
  );
  return compiled;
}

/** Kernels and their memory; all of it goes when nothing refers to it any more. */
export class Arena {
  readonly kernels: Kernels;
  private readonly memory: WebAssembly.Memory;
  private top = BASE;

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536 });
    const instance = new WebAssembly.Instance(moduleOf(), { env: { memory: this.memory } });
    this.kernels = instance.exports as unknown as Kernels;
  }

  /** Bytes in use and set aside. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Forgets every buffer; the memory stays for the next ones. */
  reset(): void {
    this.top = BASE;
  }

  /** Room for `count` numbers, at a multiple of 16 bytes. */
  take(count: number): number {
    const at = this.top;
    this.top += (4 * count + 15) & ~15;
    const missing = this.top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    return at;
  }

  /** Views; good until the next `take`. */
  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, count);
  }
  integers(at: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, count);
  }
}
