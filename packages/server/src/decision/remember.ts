/**
 * Analyses, each made once: several people look at one decision page, again and again. Large ones are made in a thread,
 * so that the server goes on answering meanwhile; the last ones are kept by what went into them.
 */
import { createHash } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import type { Analysis } from '../contract/analysis.ts';
import { startThread } from '../start-thread.ts';
import { type AnalysisInput, analyse } from './analyse.ts';
import type { AnalysisReply, AnalysisRequest } from './analysis-thread.ts';

const MOST = 32;
/** Below this many ratings an analysis takes less time than a thread to hear of it: some 20 ms. */
const ALOUD = 300;
const kept = new Map<string, Promise<Analysis>>();

/** After an erasure: what is kept holds names. */
export const forgetAnalyses = (): void => kept.clear();

let thread: Worker | undefined;
let nextId = 1;
const waiting = new Map<number, { resolve: (analysis: Analysis) => void; reject: (error: Error) => void }>();

function openThread(): Worker {
  const worker = startThread(new URL('./analysis-thread.ts', import.meta.url));
  const fail = (error: Error): void => {
    if (thread === worker) thread = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', (reply: AnalysisReply) => {
    const asker = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) worker.unref();
    if ('analysis' in reply) asker?.resolve(reply.analysis);
    else asker?.reject(new Error(reply.message));
  });
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`the analysis thread ended with code ${code}`)));
  return worker;
}

/** One thread: a second would share the same cores with the requests. */
function analyseInThread(input: AnalysisInput): Promise<Analysis> {
  thread ??= openThread();
  const worker = thread;
  // It keeps the process only while somebody waits.
  worker.ref();
  return new Promise((resolve, reject) => {
    const request: AnalysisRequest = { id: nextId++, input };
    waiting.set(request.id, { resolve, reject });
    worker.postMessage(request);
  });
}

/**
 * As `analyse`. The same input, names and weights included, gives the kept result, also while it is still being made; it
 * must not be changed.
 */
export function analyseOnce(input: AnalysisInput): Promise<Analysis> {
  const key = createHash('sha256').update(JSON.stringify(input)).digest('base64');
  const known = kept.get(key);
  if (known) {
    // Latest used last, so that the first is the one to forget.
    kept.delete(key);
    kept.set(key, known);
    return known;
  }
  const analysis =
    input.ratings.length <= ALOUD
      ? new Promise<Analysis>((resolve) => resolve(analyse(input)))
      : analyseInThread(input);
  kept.set(key, analysis);
  // What failed is tried again by the next who asks.
  analysis.catch(() => kept.delete(key));
  const [oldest] = kept.keys();
  if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
  return analysis;
}
