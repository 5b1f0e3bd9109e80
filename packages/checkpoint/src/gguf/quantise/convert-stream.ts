/** Streams of tensor bytes from one element type to another, several pieces at work at once, in order. */

import type { ErrorSums } from '../../quantize/error-measure.ts';
import type { GgmlType } from '../format/types.ts';
import { dequantise } from './dequantise.ts';
import {
  BLOCKS,
  type KernelResult,
  SOURCE_BYTES,
  type SourceType,
  type TargetType,
  type Unfit,
} from './kernels.ts';
import type { QuantisePool } from './pool.ts';

/** Elements a piece: a multiple of every block size, 1 MiB as singles. */
const PIECE = 1 << 18;

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The same bytes in pieces of `size`, the last one shorter; each with a buffer of its own. */
export async function* inPieces(chunks: Chunks, size: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let piece = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const take = Math.min(chunk.length - from, size - filled);
      piece.set(chunk.subarray(from, from + take), filled);
      from += take;
      filled += take;
      if (filled === size) {
        yield piece;
        piece = new Uint8Array(size);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield piece.slice(0, filled);
}

const isSource = (type: GgmlType): type is SourceType => type in SOURCE_BYTES;

async function* asSingles(chunks: Chunks, type: GgmlType, blockBytes: number): AsyncGenerator<Uint8Array> {
  for await (const piece of inPieces(chunks, blockBytes * 4096))
    yield new Uint8Array(dequantise(piece, type).buffer);
}

export interface ConvertStreamOptions {
  readonly pool: QuantisePool;
  /** Bytes of a block of the source type. */
  readonly sourceBlockBytes: number;
  /** The error for an element that cannot be converted; `element` counts from the beginning of the tensor. */
  fault(unfit: Unfit): Error;
  /** Called with what each piece has lost; without it nothing is measured. */
  onError?: ((sums: ErrorSums) => void) | undefined;
}

/**
 * Converts a tensor's bytes piece by piece. At most two pieces a thread are in memory.
 *
 * @throws what `fault` makes, at the first element that is infinite, NaN or too large for the type
 */
export async function* convertStream(
  chunks: Chunks,
  from: GgmlType,
  to: TargetType,
  { pool, sourceBlockBytes, fault, onError }: ConvertStreamOptions,
): AsyncGenerator<Uint8Array> {
  const source: SourceType = isSource(from) ? from : 'F32';
  const plain = isSource(from) ? chunks : asSingles(chunks, from, sourceBlockBytes);
  const underWay: { base: number; result: Promise<KernelResult> }[] = [];
  let base = 0;

  const next = async (): Promise<Uint8Array> => {
    const first = underWay.shift();
    if (!first) throw new Error('no piece is under way');
    const result = await first.result;
    if ('unfit' in result)
      throw fault({ element: first.base + result.unfit.element, reason: result.unfit.reason });
    if (result.sums) onError?.(result.sums);
    return result.bytes;
  };

  try {
    for await (const piece of inPieces(plain, PIECE * SOURCE_BYTES[source])) {
      const elements = piece.length / SOURCE_BYTES[source];
      if (elements % BLOCKS[to].size !== 0)
        throw new RangeError(`${elements} elements are not a whole number of blocks of ${to}`);
      const result = pool.convert(piece, source, to, { measure: onError !== undefined });
      result.catch(() => {});
      underWay.push({ base, result });
      base += elements;
      if (underWay.length >= pool.threads * 2) yield await next();
    }
    while (underWay.length > 0) yield await next();
  } finally {
    await Promise.allSettled(underWay.map(({ result }) => result));
  }
}
