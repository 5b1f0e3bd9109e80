/** Runs an export or an import in a thread of its own, within bounds of time and memory. */
import type { Worker } from 'node:worker_threads';
import type { ExportedFile, ExportOptions, ImportPreview } from '@viva/bank/exchange';
import type { Context } from '../context.ts';
import { Refusal } from '../errors.ts';
import { startThread } from '../start-thread.ts';
import type { Job, JobResult } from './job.ts';

const SECONDS = 60;
const MEMORY_MIB = 512;
/** More at a time would only share the same cores. */
const MOST = 2;
let running = 0;

/** @throws Refusal 422 where the file is refused, 429 where others are at work, 404 where there is nothing of that name */
async function run(job: Job): Promise<JobResult & { ok: true }> {
  if (running >= MOST)
    throw new Refusal(429, 'busy', 'Other files are being packed or read. Try again in a moment.');
  running++;
  let worker: Worker | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    const result = await new Promise<JobResult>((resolve, reject) => {
      const thread = startThread(new URL('./thread.ts', import.meta.url), {
        workerData: job,
        resourceLimits: { maxOldGenerationSizeMb: MEMORY_MIB },
      });
      worker = thread;
      thread.once('message', resolve);
      thread.once('error', (error: Error & { code?: string }) =>
        reject(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? new Refusal(
                422,
                'import-too-large',
                `Reading the file needs more than ${MEMORY_MIB} MiB of memory.`,
              )
            : error,
        ),
      );
      thread.once('exit', (code) => reject(new Error(`the exchange thread ended with code ${code}`)));
      timer = setTimeout(
        () =>
          reject(
            new Refusal(422, 'import-too-large', `Reading the file takes longer than ${SECONDS} seconds.`),
          ),
        SECONDS * 1000,
      );
    });
    if (result.ok) return result;
    const { code, message, file, place } = result;
    if (code === 'no-such-selection') throw new Refusal(404, 'not-found', message);
    throw new Refusal(422, `import-${code}`, message, {
      errors: [{ field: place ? `${file}, ${place}` : file, message }],
    });
  } finally {
    running--;
    clearTimeout(timer);
    await worker?.terminate();
  }
}

export async function exportInThread(
  { bank }: Pick<Context, 'bank'>,
  options: ExportOptions,
): Promise<ExportedFile> {
  const result = await run({ kind: 'export', bank, options });
  if (!('file' in result)) throw new Error('an export answers with a file');
  return result.file;
}

export async function importInThread(
  { bank }: Pick<Context, 'bank'>,
  bytes: Uint8Array,
  name: string,
): Promise<ImportPreview> {
  const result = await run({ kind: 'import', bank, bytes, name });
  if (!('preview' in result)) throw new Error('an import answers with a preview');
  return result.preview;
}
