/** A thread that converts what it is sent and sends it back. */
import { parentPort, workerData } from 'node:worker_threads';
import { type KernelResult, Kernels, type SourceType, type TargetType } from './kernels.ts';

export interface ThreadTask {
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly from: SourceType;
  readonly to: TargetType;
  readonly measure: boolean;
}

export type ThreadAnswer =
  | { readonly id: number; readonly result: KernelResult }
  | { readonly id: number; readonly fault: string };

const port = parentPort;
if (port) {
  const kernels = new Kernels((workerData as { module: WebAssembly.Module }).module);
  port.on('message', ({ id, bytes, from, to, measure }: ThreadTask) => {
    try {
      const result = kernels.convert(bytes, from, to, { measure, overwrite: true });
      port.postMessage({ id, result } satisfies ThreadAnswer, 'bytes' in result ? [result.bytes.buffer] : []);
    } catch (error) {
      port.postMessage({ id, fault: error instanceof Error ? error.message : String(error) });
    }
  });
}
