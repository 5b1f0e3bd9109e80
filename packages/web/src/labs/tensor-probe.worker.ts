/** Reads a file of the reader's own off the page's thread, and says what quantisation does to a tensor of it. */
import {
  DEFAULT_SCHEME,
  type ListedTensor,
  type OpenedFile,
  openDropped,
  reportOf,
  type TensorReport,
} from '@viva/labs';
import type { LiveParams } from '@viva/labs/catalog';
import { buffersOf } from './worker-loop.ts';

export type ProbeCommand = { kind: 'open'; file: File } | { kind: 'probe'; tensor: string; live: LiveParams };
export type ProbeReport =
  | { kind: 'opened'; format: OpenedFile['kind']; tensors: ListedTensor[] }
  | { kind: 'report'; tensor: string; report: TensorReport }
  | { kind: 'failed'; message: string };

let file: OpenedFile | null = null;
let last: { name: string; read: Awaited<ReturnType<OpenedFile['read']>> } | null = null;
let queue: Promise<void> = Promise.resolve();

const post = (report: ProbeReport): void => self.postMessage(report, { transfer: [...buffersOf(report)] });

async function answer(command: ProbeCommand): Promise<void> {
  if (command.kind === 'open') {
    last = null;
    file = await openDropped(command.file.name, command.file);
    post({ kind: 'opened', format: file.kind, tensors: file.tensors });
    return;
  }
  if (!file) return;
  if (last?.name !== command.tensor) last = { name: command.tensor, read: await file.read(command.tensor) };
  const { live } = command;
  const scheme = { ...DEFAULT_SCHEME, ...live, doubleQuant: live.doubleQuant === 'yes' };
  post({ kind: 'report', tensor: command.tensor, report: reportOf(last.read, scheme) });
}

self.onmessage = ({ data }: MessageEvent<ProbeCommand>) => {
  queue = queue
    .then(() => answer(data))
    .catch((error: unknown) =>
      post({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
    );
};
