/** Threads that quantise, each with kernels of its own. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type KernelResult, Kernels, kernelModule, type SourceType, type TargetType } from './kernels.ts';
import type { ThreadAnswer, ThreadTask } from './thread.ts';

export interface QuantisePool {
  readonly threads: number;
  /** Converts a piece; its buffer is moved to the thread, is empty afterwards, and may come back with the result. */
  convert(
    bytes: Uint8Array<ArrayBuffer>,
    from: SourceType,
    to: TargetType,
    options?: { readonly measure?: boolean | undefined },
  ): Promise<KernelResult>;
  /** Ends the threads; what is under way is refused. */
  close(): Promise<void>;
}

/** Starts a thread from the build, or, in tests, from the source by way of tsx. */
function startThread(workerData: unknown): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./thread.js', import.meta.url), { workerData });
  const url = new URL('./thread.ts', import.meta.url).href;
  const code = `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(url)}, ${JSON.stringify(import.meta.url)}))`;
  return new Worker(code, { eval: true, execArgv: [], workerData });
}

/** Converts in this thread, for pieces too few to be worth starting others. */
function withoutThreads(): QuantisePool {
  const kernels = new Kernels();
  return {
    threads: 1,
    convert: async (bytes, from, to, options) =>
      kernels.convert(bytes, from, to, { ...options, overwrite: true }),
    close: async () => {},
  };
}

/**
 * @param threads how many; 0 converts in the calling thread. Default: the cores of the machine
 */
export function openQuantisePool(threads = availableParallelism()): QuantisePool {
  if (threads <= 0) return withoutThreads();
  interface Waiting {
    readonly thread: number;
    resolve(result: KernelResult): void;
    reject(error: Error): void;
  }
  const waiting = new Map<number, Waiting>();
  const load: number[] = new Array(threads).fill(0);
  let nextId = 1;
  let dead: Error | undefined;

  const refuseAll = (error: Error) => {
    dead ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };

  const workers = Array.from({ length: threads }, (_, index) => {
    const worker = startThread({ module: kernelModule() });
    worker.on('message', (answer: ThreadAnswer) => {
      const task = waiting.get(answer.id);
      if (!task) return;
      waiting.delete(answer.id);
      load[index] = (load[index] ?? 1) - 1;
      if ('result' in answer) task.resolve(answer.result);
      else task.reject(new Error(answer.fault));
    });
    worker.on('error', (error) => refuseAll(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => {
      if (code !== 0) refuseAll(new Error(`a quantising thread ended with status ${code}`));
    });
    return worker;
  });

  return {
    threads,
    convert(bytes, from, to, { measure = false } = {}) {
      if (dead) return Promise.reject(dead);
      const thread = load.indexOf(Math.min(...load));
      const id = nextId;
      nextId += 1;
      load[thread] = (load[thread] ?? 0) + 1;
      return new Promise<KernelResult>((resolve, reject) => {
        waiting.set(id, { thread, resolve, reject });
        workers[thread]?.postMessage({ id, bytes, from, to, measure } satisfies ThreadTask, [bytes.buffer]);
      });
    },
    async close() {
      refuseAll(new Error('the quantising threads have been closed'));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
