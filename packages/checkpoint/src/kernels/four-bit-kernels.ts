/** NF4 and FP4 on threads with SIMD: the same bits as `quantize/four-bit.ts`, faster. */

import { OptionError, type Where } from '../errors.ts';
import { BOUNDS, type FourBitType, LEVELS, RISING } from '../quantize/codebooks.ts';
import { dequantizeScales, quantizeScales } from '../quantize/double-quant.ts';
import { addError, type ErrorSums, noError, summarizeError } from '../quantize/error-measure.ts';
import {
  type BlockSize,
  dequantizeFourBit,
  type FourBitBlocks,
  quantizeFourBit,
} from '../quantize/four-bit.ts';
import type { TensorQuantizer } from '../quantize/quantize-model.ts';
import { notFinite, packageFourBit, quantizeTensor } from '../quantize/quantize-tensor.ts';
import { type Dtype, fromFloat32, toFloat32 } from '../tensor/dtype.ts';
import { FOUR_BIT_WASM } from './four-bit.wasm.ts';
import { createKernelPool, type KernelCall, type KernelPool } from './kernel-pool.ts';

/** Formats that the kernels read and write, by their number there. */
const KERNEL_DTYPES = { F32: 0, F16: 1, BF16: 2 } as const;
export type KernelDtype = keyof typeof KERNEL_DTYPES;
const WIDTH: Readonly<Record<KernelDtype, number>> = { F32: 4, F16: 2, BF16: 2 };

/** WebAssembly has 4 GiB; a larger weight with its codes and scales is left to plain TypeScript. */
const MAX_INPUT = 2.5 * 2 ** 30;

export interface FourBitKernels {
  readonly threads: number;
  /** @throws DtypeError (`NOT_FINITE`) naming the element. */
  quantize(
    bytes: Uint8Array,
    dtype: KernelDtype,
    type: FourBitType,
    blockSize: BlockSize,
  ): Promise<FourBitBlocks>;
  /** `count` values in `dtype`, little-endian. */
  dequantize(
    blocks: FourBitBlocks,
    dtype: KernelDtype,
    type: FourBitType,
    blockSize: BlockSize,
    count: number,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** The same without a copy: a view of the kernels' memory, good until the next call. Whole blocks only. */
  dequantizeView(
    blocks: FourBitBlocks,
    dtype: KernelDtype,
    type: FourBitType,
    blockSize: BlockSize,
    count: number,
  ): Promise<Uint8Array>;
  /**
   * Room for a weight in the kernels' own memory: what is written there and passed to `quantize` is not copied. Good
   * until the next `dequantize`.
   */
  input(byteLength: number): Uint8Array;
  /** Sums of what is lost; `absmax` as a reader will compute it. */
  measure(
    bytes: Uint8Array<ArrayBuffer>,
    blocks: FourBitBlocks,
    dtype: KernelDtype,
    type: FourBitType,
    blockSize: BlockSize,
  ): Promise<ErrorSums>;
  close(): Promise<void>;
}

/** @param threads Two unless told. One call at a time. */
export function createFourBitKernels(threads = 2): FourBitKernels {
  const pool = createKernelPool(threads, FOUR_BIT_WASM);
  // The weight that the kernels' memory holds already: `measure` after `quantize` need not copy it again.
  let resident: Uint8Array | undefined;
  return {
    threads: pool.threads,
    quantize(bytes, dtype, type, blockSize) {
      resident = bytes;
      return quantize(pool, bytes, dtype, type, blockSize);
    },
    dequantize(blocks, dtype, type, blockSize, count) {
      resident = undefined;
      return dequantize(pool, blocks, dtype, type, blockSize, count);
    },
    dequantizeView: (blocks, dtype, type, blockSize, count) => {
      if (count % blockSize !== 0)
        throw new OptionError(
          'PARTIAL_BLOCK',
          `${count} values are no whole number of blocks of ${blockSize}.`,
        );
      return runDequantize(pool, blocks, dtype, type, blockSize, count);
    },
    input: (byteLength) => {
      resident = undefined;
      const { buffer, at } = layout(pool, byteLength);
      return new Uint8Array(buffer, at[0], byteLength);
    },
    measure(bytes, blocks, dtype, type, blockSize) {
      const there = resident === bytes;
      resident = bytes;
      return measure(pool, bytes, blocks, dtype, type, blockSize, there);
    },
    close: () => pool.close(),
  };
}

/** For `quantizeModel`: 4-bit weights on the kernels, everything else in plain TypeScript. */
export function kernelQuantizer(kernels: FourBitKernels): TensorQuantizer {
  return async (name, bytes, info, scheme, where) => {
    const { dtype, shape } = info;
    if (scheme.kind === 'int8' || scheme.kind === 'int' || !isKernelDtype(dtype) || bytes.length > MAX_INPUT)
      return quantizeTensor(name, bytes, info, scheme, where);
    const { kind: type, blockSize, doubleQuant } = scheme;
    const { packed, absmax } = await kernels
      .quantize(bytes, dtype, type, blockSize)
      .catch((error: unknown) => {
        throw error instanceof NotFiniteBlock ? locate(error, bytes, dtype, shape, where) : error;
      });
    const scales = doubleQuant ? quantizeScales(absmax) : absmax;
    const back = scales instanceof Float32Array ? scales : dequantizeScales(scales);
    const sums = await kernels.measure(bytes, { packed, absmax: back }, dtype, type, blockSize);
    return { tensors: packageFourBit(name, info, scheme, packed, scales), error: summarizeError(sums) };
  };
}

export const isKernelDtype = (dtype: string): dtype is KernelDtype => Object.hasOwn(KERNEL_DTYPES, dtype);

class NotFiniteBlock extends Error {
  readonly start: number;
  readonly end: number;
  constructor(start: number, end: number) {
    super('a weight is not finite');
    this.start = start;
    this.end = end;
  }
}

function locate(
  { start, end }: NotFiniteBlock,
  bytes: Uint8Array<ArrayBuffer>,
  dtype: KernelDtype,
  shape: readonly number[],
  where: Where,
): Error {
  const values = toFloat32(bytes.slice(start * WIDTH[dtype], end * WIDTH[dtype]), dtype);
  const index = values.findIndex((value) => !Number.isFinite(value));
  return notFinite(values[index] as number, start + index, shape[1] ?? 1, where);
}

/** Addresses in the shared memory: constants first, then whatever a call needs, each at a multiple of 64. */
const BOUNDS_AT = 1024;
const RISING_AT = BOUNDS_AT + 256;
const LEVELS_AT = RISING_AT + 64;
const SUMS_AT = 2048;
const DATA_AT = 65536;

function layout(pool: KernelPool, ...sizes: number[]): { buffer: ArrayBufferLike; at: number[] } {
  let end = DATA_AT;
  const at = sizes.map((size) => {
    const begin = end;
    end += Math.ceil((size + 16) / 64) * 64;
    return begin;
  });
  if (end > 2 ** 32)
    throw new OptionError(
      'TOO_LARGE',
      `A tensor that needs ${end} bytes does not fit the kernels' 4 GiB of memory.`,
    );
  return { buffer: pool.memory(end), at };
}

function setConstants(buffer: ArrayBufferLike, type: FourBitType): void {
  const bounds = new Float32Array(buffer, BOUNDS_AT, 60);
  for (let i = 0; i < 60; i++) bounds[i] = BOUNDS[type][i >> 2] as number;
  new Uint8Array(buffer, RISING_AT, 16).set(RISING[type]);
  new Float32Array(buffer, LEVELS_AT, 16).set(LEVELS[type]);
}

/** Whole blocks cut into one run of blocks a thread. */
function shares(blocks: number, threads: number): { first: number; count: number }[] {
  const share = Math.ceil(blocks / threads);
  const parts: { first: number; count: number }[] = [];
  for (let first = 0; first < blocks; first += share)
    parts.push({ first, count: Math.min(share, blocks - first) });
  return parts;
}

async function quantize(
  pool: KernelPool,
  bytes: Uint8Array,
  dtype: KernelDtype,
  type: FourBitType,
  blockSize: BlockSize,
): Promise<FourBitBlocks> {
  const width = WIDTH[dtype];
  const count = bytes.length / width;
  const whole = Math.floor(count / blockSize);
  const blocks = Math.ceil(count / blockSize);
  const { buffer, at } = layout(pool, bytes.length, Math.ceil(count / 2), blocks * 4);
  const [src = 0, packedAt = 0, absmaxAt = 0] = at;
  setConstants(buffer, type);
  // Where the bytes stand there already, as `input` lets them, nothing needs to move.
  if (bytes.byteOffset !== src || !(bytes.buffer instanceof SharedArrayBuffer))
    new Uint8Array(buffer, src, bytes.length).set(bytes);
  const parts = shares(whole, pool.threads);
  const bad = await pool.run(
    parts.map(({ first, count }): KernelCall => {
      const from = first * blockSize;
      const [to, scale] = [packedAt + from / 2, absmaxAt + first * 4];
      return [
        'quantize',
        src + from * width,
        KERNEL_DTYPES[dtype],
        count,
        blockSize,
        BOUNDS_AT,
        RISING_AT,
        to,
        scale,
      ];
    }),
  );
  for (const [i, block] of bad.entries())
    if (block >= 0) {
      const start = ((parts[i]?.first ?? 0) + block) * blockSize;
      throw new NotFiniteBlock(start, start + blockSize);
    }
  const packed = new Uint8Array(Math.ceil(count / 2));
  packed.set(new Uint8Array(buffer, packedAt, (whole * blockSize) / 2));
  const absmax = new Float32Array(blocks);
  absmax.set(new Float32Array(buffer, absmaxAt, whole));
  if (blocks > whole) {
    const rest = toFloat32(new Uint8Array(bytes.subarray(whole * blockSize * width)), dtype);
    if (!rest.every(Number.isFinite)) throw new NotFiniteBlock(whole * blockSize, count);
    const last = quantizeFourBit(rest, type, blockSize);
    packed.set(last.packed, (whole * blockSize) / 2);
    absmax.set(last.absmax, whole);
  }
  return { packed, absmax };
}

async function dequantize(
  pool: KernelPool,
  blocks: FourBitBlocks,
  dtype: KernelDtype,
  type: FourBitType,
  blockSize: BlockSize,
  count: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const view = await runDequantize(pool, blocks, dtype, type, blockSize, count);
  const values = new Uint8Array(count * WIDTH[dtype]);
  const whole = Math.floor(count / blockSize);
  const done = whole * blockSize;
  values.set(view.subarray(0, done * WIDTH[dtype]));
  if (done < count) {
    const rest = { packed: blocks.packed.slice(done / 2), absmax: blocks.absmax.slice(whole) };
    values.set(
      fromFloat32(dequantizeFourBit(rest, type, blockSize, count - done), dtype),
      done * WIDTH[dtype],
    );
  }
  return values;
}

/** Whole blocks; what follows them is left as it was. */
async function runDequantize(
  pool: KernelPool,
  { packed, absmax }: FourBitBlocks,
  dtype: KernelDtype,
  type: FourBitType,
  blockSize: BlockSize,
  count: number,
): Promise<Uint8Array> {
  const width = WIDTH[dtype];
  const { buffer, at } = layout(pool, packed.length, absmax.length * 4, count * width);
  const [packedAt = 0, absmaxAt = 0, out = 0] = at;
  setConstants(buffer, type);
  new Uint8Array(buffer, packedAt, packed.length).set(packed);
  new Float32Array(buffer, absmaxAt, absmax.length).set(absmax);
  await pool.run(
    shares(Math.floor(count / blockSize), pool.threads).map(({ first, count }): KernelCall => {
      const from = first * blockSize;
      const [codes, scale, to] = [packedAt + from / 2, absmaxAt + first * 4, out + from * width];
      return ['dequantize', codes, scale, count, blockSize, LEVELS_AT, KERNEL_DTYPES[dtype], to];
    }),
  );
  return new Uint8Array(buffer, out, count * width);
}

async function measure(
  pool: KernelPool,
  bytes: Uint8Array<ArrayBuffer>,
  { packed, absmax }: FourBitBlocks,
  dtype: KernelDtype,
  type: FourBitType,
  blockSize: BlockSize,
  resident: boolean,
): Promise<ErrorSums> {
  const width = WIDTH[dtype];
  const count = bytes.length / width;
  const whole = Math.floor(count / blockSize);
  const { buffer, at } = layout(pool, bytes.length, packed.length, absmax.length * 4);
  const [src = 0, packedAt = 0, absmaxAt = 0] = at;
  setConstants(buffer, type);
  if (!resident) new Uint8Array(buffer, src, bytes.length).set(bytes);
  new Uint8Array(buffer, packedAt, packed.length).set(packed);
  new Float32Array(buffer, absmaxAt, absmax.length).set(absmax);
  const parts = shares(whole, pool.threads);
  const sums = new Float64Array(buffer, SUMS_AT, 4 * parts.length).fill(0);
  await pool.run(
    parts.map(({ first, count }, i): KernelCall => {
      const from = first * blockSize;
      const [x, codes, scale] = [src + from * width, packedAt + from / 2, absmaxAt + first * 4];
      return [
        'measure',
        x,
        KERNEL_DTYPES[dtype],
        codes,
        scale,
        count,
        blockSize,
        LEVELS_AT,
        SUMS_AT + 32 * i,
      ];
    }),
  );
  const all = noError();
  for (let i = 0; i < parts.length; i++) {
    const [abs = 0, max = 0, signal = 0, noise = 0] = sums.subarray(4 * i);
    all.abs += abs;
    all.max = Math.max(all.max, max);
    all.signal += signal;
    all.noise += noise;
  }
  all.count = whole * blockSize;
  if (all.count < count) {
    const rest = { packed: packed.slice(all.count / 2), absmax: absmax.slice(whole) };
    const values = toFloat32(bytes.slice(all.count * width), dtype as Dtype);
    addError(all, values, dequantizeFourBit(rest, type, blockSize, values.length));
  }
  return all;
}
