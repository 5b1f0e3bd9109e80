/** Threads that run the WebAssembly kernels on one shared memory. */

import { Worker } from 'node:worker_threads';
import { CheckpointError } from '../errors.ts';

/** An exported function and its arguments. */
export type KernelCall = readonly [string, ...number[]];

export interface KernelPool {
  readonly threads: number;
  /** The memory that all kernels see, at least `bytes` large. Earlier views stay valid. */
  memory(bytes: number): ArrayBufferLike;
  /** Runs the calls beside one another, one a thread. @returns what each returned. */
  run(calls: readonly KernelCall[]): Promise<number[]>;
  close(): Promise<void>;
}

const PAGE = 65536;
const MAX_PAGES = 65536;

/**
 * What a thread does: instantiate, then answer calls. Kept as text, since a worker of a file would need another path in
 * a build than in the source.
 */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const instance = new WebAssembly.Instance(workerData.module, {
  env: { memory: workerData.memory, abort() { throw new Error('kernel aborted'); } },
});
parentPort.on('message', ([id, name, ...args]) => {
  try {
    parentPort.postMessage([id, instance.exports[name](...args) ?? 0]);
  } catch (error) {
    parentPort.postMessage([id, 0, String(error)]);
  }
});
`;

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, { resolve: (value: number) => void; reject: (error: Error) => void }>;
}

/**
 * @param wasm The compiled kernels in base 64.
 * @throws CheckpointError (`NO_SIMD`) where this engine has no WebAssembly SIMD.
 */
export function createKernelPool(threads: number, wasm: string): KernelPool {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: MAX_PAGES, shared: true });
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(Buffer.from(wasm, 'base64'));
  } catch (cause) {
    throw new CheckpointError('NO_SIMD', 'This JavaScript engine has no WebAssembly SIMD.', {}, { cause });
  }
  const pool = Array.from({ length: Math.max(1, threads) }, () => startThread(module, memory));
  let next = 0;
  return {
    threads: pool.length,
    memory(bytes) {
      const missing = Math.ceil(bytes / PAGE) - memory.buffer.byteLength / PAGE;
      if (missing > 0) {
        try {
          memory.grow(missing);
        } catch (cause) {
          throw new CheckpointError(
            'OUT_OF_MEMORY',
            `The kernels cannot have ${bytes} bytes of memory.`,
            {},
            { cause },
          );
        }
      }
      return memory.buffer;
    },
    run: (calls) =>
      Promise.all(
        calls.map(
          (call, i) =>
            new Promise<number>((resolve, reject) => {
              const thread = pool[i % pool.length] as Thread;
              const id = next++;
              if (thread.waiting.size === 0) thread.worker.ref();
              thread.waiting.set(id, { resolve, reject });
              thread.worker.postMessage([id, ...call]);
            }),
        ),
      ),
    async close() {
      await Promise.all(pool.map(({ worker }) => worker.terminate()));
    },
  };
}

function startThread(module: WebAssembly.Module, memory: WebAssembly.Memory): Thread {
  // Without the program's own flags: `--input-type=module` would forbid the `require` above.
  const worker = new Worker(WORKER, { eval: true, execArgv: [], workerData: { module, memory } });
  const waiting: Thread['waiting'] = new Map();
  worker.on('message', ([id, value, error]: [number, number, string?]) => {
    const call = waiting.get(id);
    waiting.delete(id);
    // An idle thread must not keep the program alive.
    if (waiting.size === 0) worker.unref();
    if (error === undefined) call?.resolve(value);
    else call?.reject(new CheckpointError('KERNEL_FAILED', error));
  });
  worker.on('error', (cause: Error) => {
    for (const { reject } of waiting.values())
      reject(new CheckpointError('KERNEL_FAILED', `A kernel thread ended: ${cause.message}`, {}, { cause }));
    waiting.clear();
  });
  worker.unref();
  return { worker, waiting };
}
