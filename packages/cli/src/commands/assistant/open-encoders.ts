/** Encoders' folders as the assistant wants them, computed by the labs' engine in a thread of their own. */
import type { Worker } from 'node:worker_threads';
import { type LanguageModel, ModelError, type OpenOptions } from '@viva/assistant';
import { startThread } from '@viva/server';
import type { EncoderReply, EncoderRequest, EncoderTask } from './encoder-thread.ts';

type Done = EncoderReply & { ok: true };
type Embed = NonNullable<LanguageModel['embed']>;
type Rerank = NonNullable<LanguageModel['rerank']>;

export interface Encoders extends OpenOptions {
  encoder: (folder: string) => Promise<Embed>;
  reranker: (folder: string) => Promise<Rerank>;
  /** Ends the thread; what is under way is refused. The next call would start another. */
  close(): Promise<void>;
}

/**
 * Starts no thread before the first text. The thread keeps the process only while somebody waits. Errors of its functions
 * are ModelErrors `encoder`, so that searching goes on with words; an aborted call throws the signal's reason at once.
 */
export function openEncoders(): Encoders {
  let thread: Worker | undefined;
  let nextId = 1;
  const waiting = new Map<number, { resolve: (reply: Done) => void; reject: (error: Error) => void }>();

  const open = (): Worker => {
    const worker = startThread(new URL('./encoder-thread.ts', import.meta.url));
    const fail = (error: Error): void => {
      if (thread !== worker) return;
      thread = undefined;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    worker.on('message', (reply: EncoderReply) => {
      const asker = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (waiting.size === 0) worker.unref();
      if (reply.ok) asker?.resolve(reply);
      else asker?.reject(new ModelError('encoder', reply.message));
    });
    worker.on('error', (cause) =>
      fail(new ModelError('encoder', `The encoders' thread failed: ${(cause as Error).message}`, { cause })),
    );
    worker.on('exit', (code) =>
      fail(new ModelError('encoder', `The encoders' thread ended with code ${code}.`)),
    );
    return worker;
  };

  const ask = (task: EncoderTask, signal: AbortSignal | undefined): Promise<Done> => {
    signal?.throwIfAborted();
    thread ??= open();
    const worker = thread;
    worker.ref();
    const id = nextId++;
    const send = (request: EncoderRequest) => worker.postMessage(request);
    return new Promise<Done>((resolve, reject) => {
      const stop = (): void => {
        waiting.delete(id);
        if (waiting.size === 0) worker.unref();
        send({ kind: 'cancel', id });
        reject(signal?.reason);
      };
      const settle =
        <T>(end: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener('abort', stop);
          end(value);
        };
      waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      signal?.addEventListener('abort', stop, { once: true });
      send({ ...task, id });
    });
  };
  const usageOf = ({ read }: Done) => ({ inputTokens: read, outputTokens: 0, estimated: false });

  return {
    encoder:
      async (folder) =>
      async (texts, { signal } = {}) => {
        const reply = await ask({ kind: 'embed', folder, texts }, signal);
        return { vectors: reply.vectors, usage: usageOf(reply) };
      },
    reranker:
      async (folder) =>
      async (query, texts, { signal } = {}) => {
        const reply = await ask({ kind: 'rerank', folder, query, texts }, signal);
        return { scores: reply.scores, usage: usageOf(reply) };
      },
    close: async () => {
      const worker = thread;
      if (!worker) return;
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      await worker.terminate();
      await ended;
    },
  };
}
