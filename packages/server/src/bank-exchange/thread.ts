/** The thread that packs and unpacks, so that neither a large bank nor a hostile file stops the server from answering. */
import { parentPort, workerData } from 'node:worker_threads';
import { ExchangeError, exportBank, previewImport, SelectionError } from '@viva/bank/exchange';
import type { Job, JobResult } from './job.ts';

const port = parentPort;
if (!port) throw new Error('this file runs only as a worker thread');

async function work(job: Job): Promise<JobResult> {
  try {
    return job.kind === 'export'
      ? { ok: true, file: exportBank(job.bank, job.options) }
      : { ok: true, preview: await previewImport(job.bytes, job.name, job.bank) };
  } catch (error) {
    if (error instanceof SelectionError)
      return { ok: false, code: error.code, file: '', message: error.message };
    if (!(error instanceof ExchangeError)) throw error;
    const { code, file, place, message } = error;
    return { ok: false, code, file, message, ...(place === undefined ? {} : { place }) };
  }
}

port.postMessage(await work(workerData as Job));
