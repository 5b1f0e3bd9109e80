/** The quantising kernels: loads the WebAssembly module, moves bytes in and out, checks what comes out. */
import { addError, type ErrorSums, noError } from '../../quantize/error-measure.ts';
import { dequantise } from './dequantise.ts';
import { KERNELS_BASE64 } from './kernels.wasm.ts';

/** Element types that can be quantised from. */
export type SourceType = 'F32' | 'F16' | 'BF16';

/** Types that tensors can be converted to. */
export const TARGET_TYPES = [
  'F32',
  'F16',
  'BF16',
  'Q4_0',
  'Q4_1',
  'Q5_0',
  'Q5_1',
  'Q8_0',
  'Q4_K',
  'Q5_K',
  'Q6_K',
  'IQ4_NL',
] as const;

export type TargetType = (typeof TARGET_TYPES)[number];

type Unary = (src: number, dst: number, count: number) => void;

interface Exports {
  readonly memory: WebAssembly.Memory;
  heap(): number;
  firstNotFinite(src: number, count: number): number;
  readonly halfToSingle: Unary;
  readonly bfloatToSingle: Unary;
  readonly singleToHalf: Unary;
  readonly singleToBfloat: Unary;
  readonly quantizeQ4_0: Unary;
  readonly quantizeQ4_1: Unary;
  readonly quantizeQ5_0: Unary;
  readonly quantizeQ5_1: Unary;
  readonly quantizeQ8_0: Unary;
  readonly quantizeQ4_K: Unary;
  readonly quantizeQ5_K: Unary;
  readonly quantizeQ6_K: Unary;
  readonly quantizeIQ4_NL: Unary;
}

/** Elements a block, bytes a block, and where in the block the half-precision scales lie. */
export const BLOCKS: Readonly<
  Record<TargetType, { size: number; bytes: number; scales: readonly number[] }>
> = {
  F32: { size: 1, bytes: 4, scales: [] },
  F16: { size: 1, bytes: 2, scales: [0] },
  BF16: { size: 1, bytes: 2, scales: [] },
  Q4_0: { size: 32, bytes: 18, scales: [0] },
  Q4_1: { size: 32, bytes: 20, scales: [0, 2] },
  Q5_0: { size: 32, bytes: 22, scales: [0] },
  Q5_1: { size: 32, bytes: 24, scales: [0, 2] },
  Q8_0: { size: 32, bytes: 34, scales: [0] },
  Q4_K: { size: 256, bytes: 144, scales: [0, 2] },
  Q5_K: { size: 256, bytes: 176, scales: [0, 2] },
  Q6_K: { size: 256, bytes: 210, scales: [208] },
  IQ4_NL: { size: 32, bytes: 18, scales: [0] },
};

export const SOURCE_BYTES: Readonly<Record<SourceType, number>> = { F32: 4, F16: 2, BF16: 2 };

/** What a kernel found wrong with its input: the element's index, and whether it came in so or would not fit. */
export interface Unfit {
  readonly element: number;
  readonly reason: 'not_finite' | 'too_large';
}

/** `sums` where they were asked for: how far the values that come back are from those that went in. */
export type KernelResult =
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly sums?: ErrorSums }
  | { readonly unfit: Unfit };

export interface ConvertOptions {
  /** Measure what is lost. */
  readonly measure?: boolean | undefined;
  /** Write the result over the input where it fits: no fresh memory, whose pages cost more than a fast kernel. */
  readonly overwrite?: boolean | undefined;
  /** Leave the result in the kernels' memory: a view, good until the next call. */
  readonly view?: boolean | undefined;
}

let compiled: WebAssembly.Module | undefined;

/** The compiled module, to be handed to threads. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Buffer.from(KERNELS_BASE64, 'base64'));
  return compiled;
}

/** One instance of the kernels, with memory of its own. Not to be shared between threads. */
export class Kernels {
  readonly #wasm: Exports;

  constructor(module: WebAssembly.Module = kernelModule()) {
    const abort = () => {
      throw new Error('a quantising kernel aborted');
    };
    this.#wasm = new WebAssembly.Instance(module, { env: { abort } }).exports as unknown as Exports;
  }

  /** Makes room for `bytes` after the heap's start; returns that start. */
  #room(bytes: number): number {
    const start = this.#wasm.heap();
    const missing = start + bytes - this.#wasm.memory.buffer.byteLength;
    if (missing > 0) this.#wasm.memory.grow(Math.ceil(missing / 65536));
    return start;
  }

  /**
   * Room for input in the kernels' own memory: what is written there and passed to `convert` is not copied. Good until
   * the next call of this.
   */
  input(byteLength: number): Uint8Array<ArrayBuffer> {
    // Output and singles come after it; growing later would detach the view.
    const base = this.#room(byteLength * 7 + 128);
    return new Uint8Array(this.#wasm.memory.buffer, base, byteLength);
  }

  /**
   * Converts elements to `to`. The number of elements must be a multiple of the block.
   *
   * The result is what ggml's `quantize_row_…_ref` writes on x86-64 (its `quantize_iq4_nl` for IQ4_NL), bit for bit.
   * Elements that are infinite or NaN, and scales that overflow half precision, are refused, as llama-quantize does.
   *
   * @param bytes little-endian elements of type `from`
   */
  convert(
    bytes: Uint8Array<ArrayBuffer>,
    from: SourceType,
    to: TargetType,
    { measure = false, overwrite = false, view: inPlace = false }: ConvertOptions = {},
  ): KernelResult {
    const count = bytes.length / SOURCE_BYTES[from];
    const block = BLOCKS[to];
    if (!Number.isInteger(count / block.size))
      throw new RangeError(`${count} elements are not a whole number of blocks of ${to} (${block.size})`);
    const outBytes = (count / block.size) * block.bytes;
    const padded = (count + 3) & ~3;
    // Input, the input as singles, output: each begins on a boundary of 16.
    const singlesAt = (from === 'F32' ? 0 : padded * 2 + 15) & ~15;
    const outAt = (singlesAt + padded * 4 + 15) & ~15;
    const base = this.#room(outAt + outBytes + 16);
    let memory = new Uint8Array(this.#wasm.memory.buffer);
    if (bytes.buffer !== memory.buffer || bytes.byteOffset !== base) memory.set(bytes, base);
    const singles = base + singlesAt;
    if (from === 'F16') this.#wasm.halfToSingle(base, singles, count);
    if (from === 'BF16') this.#wasm.bfloatToSingle(base, singles, count);
    const bad = this.#wasm.firstNotFinite(singles, count);
    if (bad >= 0) return { unfit: { element: bad, reason: 'not_finite' } };
    const out = base + outAt;
    if (to === 'F32')
      return { bytes: memory.slice(singles, singles + outBytes), ...(measure ? { sums: noError() } : {}) };
    if (to === 'F16') this.#wasm.singleToHalf(singles, out, count);
    else if (to === 'BF16') this.#wasm.singleToBfloat(singles, out, count);
    else this.#wasm[`quantize${to}`](singles, out, count / block.size);
    memory = new Uint8Array(this.#wasm.memory.buffer);
    const view = memory.subarray(out, out + outBytes);
    const overflown = overflownBlock(view, to);
    if (overflown >= 0) return { unfit: { element: overflown * block.size, reason: 'too_large' } };
    if (inPlace && !measure) return { bytes: view };
    const reuse = overwrite && bytes.byteLength >= outBytes;
    const result = reuse ? bytes.subarray(0, outBytes) : new Uint8Array(outBytes);
    result.set(view);
    if (!measure) return { bytes: result };
    const sums = noError();
    addError(sums, new Float32Array(this.#wasm.memory.buffer, singles, count), dequantise(result, to));
    return { bytes: result, sums };
  }
}

/** The first block with a scale that is infinite or NaN in half precision, or -1. */
function overflownBlock(bytes: Uint8Array, type: TargetType): number {
  const block = BLOCKS[type];
  for (const offset of block.scales)
    for (let at = offset; at < bytes.length; at += block.bytes)
      if (((bytes[at + 1] ?? 0) & 0x7c) === 0x7c) return Math.floor(at / block.bytes);
  return -1;
}
