/** Memory of one session's networks, and the compiled kernels over it. What is given up is given up as a whole. */
import { NET_WASM } from './net.wasm.ts';

/** A place in the memory, bytes. */
export type Pointer = number;

/** What a dense layer works on: rows, inputs, outputs, scratch. */
type Dense = [rows: number, from: number, to: number, scratch: Pointer];
type Conv = [batch: number, side: number, from: number, to: number, stride: number, scratch: Pointer];

/** The exports of assembly/net.ts, where each is explained. */
interface Kernels {
  dense(x: Pointer, w: Pointer, out: Pointer, ...shape: Dense): void;
  denseWeights(x: Pointer, d: Pointer, dw: Pointer, ...shape: Dense): void;
  denseInput(d: Pointer, w: Pointer, dx: Pointer, ...shape: Dense): void;
  conv(x: Pointer, w: Pointer, out: Pointer, ...shape: Conv): void;
  convKernel(x: Pointer, d: Pointer, dw: Pointer, ...shape: Conv): void;
  convInput(d: Pointer, w: Pointer, dx: Pointer, ...shape: Conv): void;
  addBias(x: Pointer, bias: Pointer, rows: number, cols: number): void;
  columnSums(x: Pointer, rows: number, cols: number, out: Pointer): void;
  activate(kind: number, z: Pointer, a: Pointer, count: number): void;
  slope(kind: number, z: Pointer, a: Pointer, d: Pointer, count: number): void;
  grow(x: Pointer, out: Pointer, batch: number, side: number, channels: number): void;
  growBack(d: Pointer, dx: Pointer, batch: number, side: number, channels: number): void;
  addToPixels(x: Pointer, e: Pointer, batch: number, pixels: number, channels: number): void;
  sumOfPixels(d: Pointer, e: Pointer, batch: number, pixels: number, channels: number): void;
  add(from: Pointer, to: Pointer, count: number): void;
  copy(from: Pointer, to: Pointer, count: number): void;
  zero(to: Pointer, count: number): void;
  adam(
    ...args: [
      ...pointers: [w: Pointer, g: Pointer, m: Pointer, v: Pointer],
      ...numbers: [count: number, beta1: number, beta2: number, size: number, small: number],
    ]
  ): void;
  average(mean: Pointer, w: Pointer, count: number, decay: number): void;
}

const PAGE = 65_536;
/** Compiled once, and at once: ten kilobytes take a millisecond, in the worker or process that trains. */
let compiled: WebAssembly.Module | null = null;
const living = new Set<Arena>();

const compile = (): WebAssembly.Module => {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(NET_WASM), (char) => char.charCodeAt(0)));
  return compiled;
};

export class Arena {
  readonly kernels: Kernels;
  private memory: WebAssembly.Memory | null;
  private end = 1024;

  constructor() {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: PAGE });
    this.memory = memory;
    const { exports } = new WebAssembly.Instance(compile(), { env: { memory } });
    this.kernels = exports as unknown as Kernels;
    living.add(this);
  }

  /** Arenas that nobody has freed. */
  static get live(): number {
    return living.size;
  }

  /** Bytes in use. */
  get size(): number {
    return this.end;
  }

  /** Room for `count` floats, zeros; a little more, so that kernels may work in fours. */
  floats(count: number): Pointer {
    if (!this.memory) throw new Error('This arena has been freed.');
    const at = this.end;
    this.end += (Math.ceil(count / 4) * 4 + 4) * 4;
    const short = this.end - this.memory.buffer.byteLength;
    if (short > 0) this.memory.grow(Math.ceil(short / PAGE));
    return at;
  }

  /** The floats at a place. A later `floats` may detach it: look again instead of keeping it. */
  view(at: Pointer, count: number): Float32Array {
    if (!this.memory) throw new Error('This arena has been freed.');
    return new Float32Array(this.memory.buffer, at, count);
  }

  dispose(): void {
    this.memory = null;
    living.delete(this);
  }
}
