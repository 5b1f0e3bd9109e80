/** The thread that encoders compute in: vectors and scores, one text after another. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import {
  type Encoder,
  embedText,
  openEncoder,
  requireCrossEncoder,
  scorePair,
  startEngine,
} from '@viva/labs';
import { openEncoderFolder } from '../lab/encoder-world.ts';

export type EncoderTask =
  | { kind: 'embed'; folder: string; texts: readonly string[] }
  | { kind: 'rerank'; folder: string; query: string; texts: readonly string[] };
export type EncoderRequest = (EncoderTask & { id: number }) | { kind: 'cancel'; id: number };
export type EncoderReply = { id: number } & (
  | { ok: true; vectors: Float32Array[]; scores: number[]; read: number }
  | { ok: false; message: string }
);

const port = parentPort;
if (!port) throw new Error('this file runs only as a worker thread');

/** How a folder of sentence-transformers says that it pools; mean where it says nothing. */
async function poolingOf(folder: string): Promise<'mean' | 'cls'> {
  try {
    const text = await readFile(join(folder, '1_Pooling', 'config.json'), 'utf8');
    return (JSON.parse(text) as { pooling_mode_cls_token?: boolean }).pooling_mode_cls_token ? 'cls' : 'mean';
  } catch {
    return 'mean';
  }
}

/** By folder; what could not be opened is tried again by the next who asks. */
const opened = new Map<string, Promise<Encoder>>();
function open(folder: string): Promise<Encoder> {
  const known = opened.get(folder);
  if (known) return known;
  const opening = startEngine('wasm').then(async () => openEncoder(await openEncoderFolder(folder)));
  opened.set(folder, opening);
  opening.catch(() => opened.delete(folder));
  return opening;
}

const cancelled = new Set<number>();

async function work(request: EncoderTask & { id: number }): Promise<EncoderReply> {
  const { id, kind, folder, texts } = request;
  const vectors: Float32Array[] = [];
  const scores: number[] = [];
  let read = 0;
  try {
    const encoder = await open(folder);
    if (kind === 'rerank') requireCrossEncoder(encoder);
    const pooling = kind === 'embed' ? await poolingOf(folder) : 'mean';
    for (const text of texts) {
      // Between two texts the thread hears whether anybody still waits.
      await new Promise((resolve) => setImmediate(resolve));
      if (cancelled.has(id)) return { id, ok: false, message: 'cancelled' };
      if (kind === 'rerank') {
        const found = await scorePair(encoder, request.query, text);
        scores.push(found.score);
        read += found.read;
      } else {
        const found = await embedText(encoder, text, { pooling });
        vectors.push(found.vector);
        read += found.read;
      }
    }
    return { id, ok: true, vectors, scores, read };
  } catch (error) {
    return { id, ok: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    cancelled.delete(id);
  }
}

/** One after another, since all share the cores; a question's few texts do not wait for a whole bank's: batches are small. */
let last: Promise<void> = Promise.resolve();
const waiting = new Set<number>();
port.on('message', (request: EncoderRequest) => {
  if (request.kind === 'cancel') {
    if (waiting.has(request.id)) cancelled.add(request.id);
    return;
  }
  waiting.add(request.id);
  last = last.then(async () => {
    const reply = await work(request);
    waiting.delete(request.id);
    port.postMessage(reply);
  });
});
