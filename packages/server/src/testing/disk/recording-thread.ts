/** PGlite's thread with its disk written down, and full when a test says so. */
import { workerData } from 'node:worker_threads';
import { recordDisk } from './record-disk.ts';

export interface Recording {
  folder: string;
  log: string;
  counter: Int32Array;
  left: Int32Array;
}

const { recording } = workerData as { recording: Recording };
recordDisk(recording.folder, recording.log, recording.counter, { left: recording.left });
// Not before: what it imports from `node:fs` has to be what was just put there.
await import('../../store/pglite-thread.ts');
