/**
 * Analyses, each made once: several people look at one decision page, again and again. Large ones are made in a thread,
 * so that the server goes on answering meanwhile. The last ones are kept by what went into them, here, and their dear part
 * wherever the caller keeps it. Nothing that is kept names anybody.
 */
import { createHash } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import type { Analysis } from '../contract/analysis.ts';
import { startThread } from '../start-thread.ts';
import { type AnalysisInput, chooseTop, namesOf } from './analyse.ts';
import type { AnalysisReply, AnalysisRequest, AnalysisWork } from './analysis-thread.ts';
import { FIT_VERSION, type FitInput, fitOpening, type OpeningFit } from './fit-opening.ts';
import { namePeople } from './name-people.ts';

/** Where fits outlive the process. */
export interface FitShelf {
  find(hash: string): Promise<OpeningFit | undefined>;
  keep(hash: string, fit: OpeningFit): Promise<void>;
}

const MOST = 32;
/** Below this many ratings an analysis takes less time than a thread to hear of it: some 20 ms. */
const ALOUD = 300;
const analyses = new Map<string, Promise<Analysis>>();
const fits = new Map<string, Promise<OpeningFit>>();

let thread: Worker | undefined;
let nextId = 1;
const waiting = new Map<number, { resolve: (made: unknown) => void; reject: (error: Error) => void }>();

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
    if ('made' in reply) asker?.resolve(reply.made);
    else asker?.reject(new Error(reply.message));
  });
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`the analysis thread ended with code ${code}`)));
  return worker;
}

/** One thread: a second would share the same cores with the requests. */
function inThread<T extends OpeningFit | Analysis>(work: AnalysisWork): Promise<T> {
  thread ??= openThread();
  const worker = thread;
  // It keeps the process only while somebody waits.
  worker.ref();
  return new Promise<T>((resolve, reject) => {
    const request: AnalysisRequest = { id: nextId++, ...work };
    waiting.set(request.id, { resolve: (made) => resolve(made as T), reject });
    worker.postMessage(request);
  });
}

/** Starts the thread ahead of its first use: loading takes it longer than choosing. */
export function readyAnalyses(): void {
  thread ??= openThread();
  if (waiting.size === 0) thread.unref();
}

/** What is kept under this key, also while it is still being made; it must not be changed. */
function once<T>(kept: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = kept.get(key);
  // Latest used last, so that the first is the one to forget.
  if (known) kept.delete(key);
  const value = known ?? make();
  kept.set(key, value);
  if (known) return known;
  // What failed is tried again by the next who asks.
  value.catch(() => kept.delete(key));
  const [oldest] = kept.keys();
  if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
  return value;
}

async function fitOnce(hash: string, input: FitInput, shelf: FitShelf | undefined): Promise<OpeningFit> {
  const known = await shelf?.find(hash);
  if (known) return known;
  const made = await inThread<OpeningFit>({ input });
  await shelf?.keep(hash, made);
  return made;
}

/** As `analyse`. The same input gives the kept result, whatever people are called meanwhile. */
export async function analyseOnce({ top, ...input }: AnalysisInput, shelf?: FitShelf): Promise<Analysis> {
  const { items, competencies, ratings } = input;
  // Names stay out of it.
  const bare: FitInput = {
    items,
    competencies,
    ratings,
    candidates: input.candidates.map(({ id, withdrawn }) => ({ id, withdrawn })),
    raters: input.raters.map(({ id }) => ({ id })),
  };
  const hash = createHash('sha256')
    .update(JSON.stringify([FIT_VERSION, bare]))
    .digest('base64');
  const small = ratings.length <= ALOUD;
  const analysis = await once(analyses, `${hash} ${top}`, async () => {
    if (small) return chooseTop(fitOpening(bare), top);
    const fit = await once(fits, hash, () => fitOnce(hash, bare, shelf));
    return inThread<Analysis>({ fit, top });
  });
  return namePeople(analysis, namesOf(input));
}
