/** Threads of this workspace: from the build, or, in tests and with tsx, from the source. */
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** @param module the thread's source, as in `new URL('./thread.ts', import.meta.url)`; the build has `.js` beside it */
export function startThread(module: URL, options: WorkerOptions = {}): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL(module.href.replace(/\.ts$/, '.js')), options);
  const code = `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(module.href)}, ${JSON.stringify(import.meta.url)}))`;
  return new Worker(code, { ...options, eval: true, execArgv: ['--conditions=source'] });
}
