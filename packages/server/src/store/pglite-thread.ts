/** The thread that PGlite lives in, so that a heavy query never stops the server from answering. */

import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

export type ThreadRequest =
  | { id: number; kind: 'query'; sql: string; params: unknown[] }
  | { id: number; kind: 'script'; sql: string }
  | { id: number; kind: 'dump' }
  | { id: number; kind: 'listen'; channel: string }
  | { id: number; kind: 'close' };

export type ThreadReply =
  | { id: number; ok: true; rows?: unknown[][]; fields?: string[]; dump?: ArrayBuffer }
  | { id: number; ok: false; message: string; code: string; constraint: string | undefined };

/** Comes unasked. */
export interface ThreadNotification {
  channel: string;
  payload: string;
}

const port = parentPort;
if (!port) throw new Error('pglite-thread runs only as a worker thread');

const { dataDir, image } = workerData as { dataDir: string | undefined; image: ArrayBuffer | undefined };
// Dates and times stay text: the store's one mapping of them is Drizzle's.
const asText = (value: string): string => value;
const parsers = Object.fromEntries([1082, 1083, 1114, 1184, 1186].map((oid) => [oid, asText]));

const opening = PGlite.create({
  ...(dataDir ? { dataDir } : {}),
  ...(image ? { loadDataDir: new Blob([image]) } : {}),
});

async function answer(request: ThreadRequest): Promise<ThreadReply> {
  const { id } = request;
  const pg = await opening;
  switch (request.kind) {
    case 'query': {
      const result = await pg.query<unknown[]>(request.sql, request.params, { rowMode: 'array', parsers });
      return { id, ok: true, rows: result.rows, fields: result.fields.map((field) => field.name) };
    }
    case 'script':
      await pg.exec(request.sql);
      return { id, ok: true };
    case 'dump':
      return { id, ok: true, dump: await (await pg.dumpDataDir('none')).arrayBuffer() };
    case 'listen':
      await pg.listen(request.channel, (payload) => {
        const notification: ThreadNotification = { channel: request.channel, payload };
        port?.postMessage(notification);
      });
      return { id, ok: true };
    case 'close':
      await pg.close();
      return { id, ok: true };
  }
}

let last: Promise<unknown> = Promise.resolve();
port.on('message', (request: ThreadRequest) => {
  last = last.then(async () => {
    try {
      port.postMessage(await answer(request));
    } catch (cause) {
      const error = cause as { message?: string; code?: string; constraint?: string };
      const reply: ThreadReply = {
        id: request.id,
        ok: false,
        message: error.message ?? String(cause),
        code: error.code ?? '08000',
        constraint: error.constraint,
      };
      port.postMessage(reply);
    }
  });
});
