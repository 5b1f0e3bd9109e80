/** Products of matrices on threads with SIMD. */

import { OptionError } from '../errors.ts';
import { createKernelPool, type KernelCall } from './kernel-pool.ts';
import { MATMUL_WASM } from './matmul.wasm.ts';

/** a (m × k) · bᵀ (n × k); rows stand `strideA` and `strideB` elements apart, k unless told. */
export interface Product {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly strideA?: number;
  readonly strideB?: number;
}

export interface Matmul {
  readonly threads: number;
  /** m × n. */
  product(product: Product): Promise<Float32Array<ArrayBuffer>>;
  /** Several at once, one a thread. */
  products(list: readonly Product[]): Promise<Float32Array<ArrayBuffer>[]>;
  close(): Promise<void>;
}

const DATA_AT = 1024;
const pad = (bytes: number): number => Math.ceil((bytes + 16) / 64) * 64;

/** Rows of `a` that go through the kernels' memory at once: 64 MiB and its result. */
const MAX_BYTES = 64 * 2 ** 20;

/** @param threads Two unless told. Calls are answered one after another. */
export function createMatmul(threads = 2): Matmul {
  const pool = createKernelPool(threads, MATMUL_WASM);
  let last: Promise<unknown> = Promise.resolve();
  /** One at a time: all share one memory. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work, work);
    last = result.catch(() => {});
    return result;
  };

  const place = (list: readonly Product[]) => {
    let end = DATA_AT;
    const take = (bytes: number) => {
      const at = end;
      end += pad(bytes);
      return at;
    };
    const placed = list.map((product) => ({
      product,
      a: take(product.a.byteLength),
      b: take(product.b.byteLength),
      c: take(product.m * product.n * 4),
    }));
    if (end > 2 ** 32)
      throw new OptionError('TOO_LARGE', `A product that needs ${end} bytes exceeds WebAssembly's 4 GiB.`);
    const buffer = pool.memory(end);
    for (const { product, a, b } of placed) {
      new Float32Array(buffer, a, product.a.length).set(product.a);
      new Float32Array(buffer, b, product.b.length).set(product.b);
    }
    return { buffer, placed };
  };

  const run = async (list: readonly Product[], share: boolean) => {
    const { buffer, placed } = place(list);
    const calls = placed.flatMap(({ product, a, b, c }): KernelCall[] => {
      const { m, n, k, strideA = k, strideB = k } = product;
      const rows = share ? Math.max(4, Math.ceil(m / pool.threads / 4) * 4) : m;
      const parts: KernelCall[] = [];
      for (let from = 0; from < m; from += rows)
        parts.push([
          'matmul',
          ...[a + from * strideA * 4, strideA * 4, b, strideB * 4, c + from * n * 4, n * 4],
          ...[Math.min(rows, m - from), n, k],
        ]);
      return parts;
    });
    await pool.run(calls);
    return placed.map(({ product: { m, n }, c }) => new Float32Array(buffer, c, m * n).slice());
  };

  return {
    threads: pool.threads,
    product: ({ a, m, n, k, strideA = k, ...rest }) =>
      inTurn(async () => {
        const out = new Float32Array(m * n);
        const rows = Math.max(4, Math.floor(MAX_BYTES / 4 / Math.max(strideA, n)));
        for (let from = 0; from < m; from += rows) {
          const count = Math.min(rows, m - from);
          const piece = a.subarray(from * strideA, Math.min(a.length, (from + count) * strideA));
          const [part] = await run([{ ...rest, a: piece, m: count, n, k, strideA }], true);
          if (part) out.set(part, from * n);
        }
        return out;
      }),
    products: (list) => inTurn(() => run(list, false)),
    close: () => pool.close(),
  };
}
