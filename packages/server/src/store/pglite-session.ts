/** One life of PGlite's thread: from opening to closing, or to its death. */
import { Worker } from 'node:worker_threads';
import { DatabaseError, type Result, type RunQuery } from './driver.ts';
import type { ThreadData, ThreadNotification, ThreadReply, ThreadRequest } from './pglite-thread.ts';

type Asked = ThreadRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;
type Answer = ThreadReply & { ok: true };

export interface Session {
  ask(request: Asked): Promise<Answer>;
  run: RunQuery;
  /** Why the thread ended, where it ended by itself. */
  readonly dead: DatabaseError | undefined;
  /** Calls back once, should the thread end by itself. */
  onDeath(callback: (error: DatabaseError) => void): void;
  close(): Promise<void>;
}

export interface SessionOptions extends ThreadData {
  /** The thread's module; another one in tests, which wraps the file system. */
  thread?: URL | undefined;
  /** Further data for that module. */
  extra?: Record<string, unknown> | undefined;
  /** Ends the thread at once, whatever it does: only this ends one that no longer answers. */
  signal?: AbortSignal | undefined;
  /** Hears what the database notifies on channels that were asked for by `listen`. */
  onNotification?: (notification: ThreadNotification) => void;
}

/** Starts the thread from the build, or, in tests, from the source by way of tsx. */
function startThread(thread: URL | undefined, workerData: unknown): Worker {
  const source = import.meta.url.endsWith('.ts');
  const url = thread ?? new URL(source ? './pglite-thread.ts' : './pglite-thread.js', import.meta.url);
  if (!source) return new Worker(url, { workerData });
  const code = `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(url.href)}, ${JSON.stringify(import.meta.url)}))`;
  return new Worker(code, { eval: true, workerData });
}

/**
 * Starts the thread and waits until the database answers.
 * @throws DatabaseError with the code `53100` where the disk is full, `58030` where it fails, else what PGlite says
 */
export async function startSession({
  thread,
  extra,
  signal,
  onNotification,
  ...data
}: SessionOptions): Promise<Session> {
  signal?.throwIfAborted();
  const worker = startThread(thread, { ...data, ...extra });
  const waiting = new Map<number, { resolve: (reply: Answer) => void; reject: (error: Error) => void }>();
  let nextId = 1;
  let dead: DatabaseError | undefined;
  let mourner: ((error: DatabaseError) => void) | undefined;
  let closing = false;
  const die = (error: DatabaseError): void => {
    if (dead) return;
    dead = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    if (!closing) mourner?.(error);
  };
  worker.on('message', (reply: ThreadReply | ThreadNotification) => {
    if ('channel' in reply) {
      onNotification?.(reply);
      return;
    }
    if (reply.id === 0 && !reply.ok) {
      die(new DatabaseError(reply.message, reply.code));
      return;
    }
    const asker = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.ok) asker?.resolve(reply);
    else asker?.reject(new DatabaseError(reply.message, reply.code, reply.constraint));
  });
  worker.on('error', (cause) =>
    die(new DatabaseError('The database thread failed.', '57P02', undefined, { cause })),
  );
  worker.on('exit', () => die(new DatabaseError('The database is closed.', '57P02')));
  const end = (): void => void worker.terminate();
  signal?.addEventListener('abort', end, { once: true });
  worker.once('exit', () => signal?.removeEventListener('abort', end));

  const ask = (request: Asked): Promise<Answer> => {
    if (dead) return Promise.reject(dead);
    return new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id });
    });
  };
  const run: RunQuery = async (sql, params = []): Promise<Result> => {
    const { rows = [], fields = [] } = await ask({ kind: 'query', sql, params });
    return { rows, fields };
  };
  try {
    await run('SELECT 1');
  } catch (error) {
    closing = true;
    await worker.terminate();
    throw error;
  }
  return {
    ask,
    run,
    get dead() {
      return dead;
    },
    onDeath: (callback) => {
      if (dead) callback(dead);
      else mourner = callback;
    },
    close: async () => {
      closing = true;
      if (!dead) await ask({ kind: 'close' });
      await worker.terminate();
    },
  };
}
