/** PGlite, PostgreSQL inside the process, in a thread of its own and behind our own lock. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { between, DatabaseError, type Driver, type Result, type RunQuery } from './driver.ts';
import { takeLock } from './lock.ts';
import type { ThreadNotification, ThreadReply, ThreadRequest } from './pglite-thread.ts';

type Asked = ThreadRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

export interface PgliteDriver extends Driver {
  /** The whole data folder as a tar archive. */
  dump(): Promise<ArrayBuffer>;
}

export interface PgliteOptions {
  /** The folder that holds database and lock. Absent: in memory, gone when closed. */
  folder?: string;
  /** A dump to start from, instead of an empty database. In memory only. */
  image?: ArrayBuffer;
}

/** Starts the thread from the build, or, in tests, from the source by way of tsx. */
function startThread(workerData: unknown): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./pglite-thread.js', import.meta.url), { workerData });
  const url = new URL('./pglite-thread.ts', import.meta.url).href;
  const code = `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(url)}, ${JSON.stringify(import.meta.url)}))`;
  return new Worker(code, { eval: true, workerData });
}

/**
 * Opens PGlite. With a folder, first takes the lock that keeps a second process out.
 * @throws LockError where another process holds the folder.
 */
export async function openPglite({ folder, image }: PgliteOptions = {}): Promise<PgliteDriver> {
  if (folder) await mkdir(folder, { recursive: true });
  const release = folder ? await takeLock(join(folder, 'viva.lock')) : async () => undefined;
  const worker = startThread({ dataDir: folder ? join(folder, 'database') : undefined, image });
  const waiting = new Map<
    number,
    { resolve: (reply: ThreadReply & { ok: true }) => void; reject: (error: Error) => void }
  >();
  let nextId = 1;
  let dead: Error | undefined;
  const die = (error: Error): void => {
    dead ??= error;
    for (const { reject } of waiting.values()) reject(dead);
    waiting.clear();
  };
  const heard = new Map<string, Set<(payload: string) => void>>();
  worker.on('message', (reply: ThreadReply | ThreadNotification) => {
    if ('channel' in reply) {
      for (const listener of heard.get(reply.channel) ?? []) listener(reply.payload);
      return;
    }
    const asker = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.ok) asker?.resolve(reply);
    else asker?.reject(new DatabaseError(reply.message, reply.code, reply.constraint));
  });
  worker.on('error', (cause) =>
    die(new DatabaseError('The database thread failed.', '08006', undefined, { cause })),
  );
  worker.on('exit', () => die(new DatabaseError('The database is closed.', '08003')));

  const ask = (request: Asked): Promise<ThreadReply & { ok: true }> => {
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

  // PGlite has one connection: transactions take turns.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  try {
    await run('SELECT 1');
  } catch (error) {
    await worker.terminate();
    await release();
    throw error;
  }
  return {
    kind: 'pglite',
    transaction: (work, begin = 'BEGIN') =>
      inTurn(() => between(run, () => ask({ kind: 'script', sql: begin }), work)),
    script: (sql) => inTurn(async () => void (await ask({ kind: 'script', sql }))),
    listen: async (channel, { onNotification }) => {
      const listeners = heard.get(channel) ?? new Set();
      heard.set(channel, listeners.add(onNotification));
      if (listeners.size === 1) await inTurn(() => ask({ kind: 'listen', channel }));
      return async () => void listeners.delete(onNotification);
    },
    dump: () =>
      inTurn(async () => {
        const { dump } = await ask({ kind: 'dump' });
        if (!dump) throw new DatabaseError('The database thread gave no dump.', '58000');
        return dump;
      }),
    close: async () => {
      if (!dead) await inTurn(() => ask({ kind: 'close' }));
      await worker.terminate();
      await release();
    },
  };
}
