/** The thread that PGlite lives in, so that a heavy query never stops the server from answering. */

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { DurableFs, durableParams, syncFolder, syncTree } from './durable-fs.ts';

export type ThreadRequest =
  | { id: number; kind: 'query'; sql: string; params: unknown[] }
  | { id: number; kind: 'script'; sql: string }
  | { id: number; kind: 'dump' }
  | { id: number; kind: 'listen'; channel: string }
  | { id: number; kind: 'close' };

export type ThreadReply =
  | { id: number; ok: true; rows?: unknown[][]; fields?: string[]; dump?: ArrayBuffer }
  | { id: number; ok: false; message: string; code: string; constraint: string | undefined }
  /** The last word: the database gave up, and has to be opened anew. */
  | { id: 0; ok: false; message: string; code: string; constraint: undefined };

export interface ThreadData {
  /** The machine's folder of the database; absent, it lives in memory. */
  dataDir: string | undefined;
  image: ArrayBuffer | undefined;
  /** Ask the disk to keep what is acknowledged. */
  durable: boolean;
}

/** Comes unasked. */
export interface ThreadNotification {
  channel: string;
  payload: string;
}

const port = parentPort;
if (!port) throw new Error('pglite-thread runs only as a worker thread');

const { dataDir, image, durable } = workerData as ThreadData;
// Dates and times stay text: the store's one mapping of them is Drizzle's.
const asText = (value: string): string => value;
const parsers = Object.fromEntries([1082, 1083, 1114, 1184, 1186].map((oid) => [oid, asText]));

/** Segments of the log that a crash may leave to be replayed: 48 MB, some seconds. */
const SEGMENTS_BETWEEN_CHECKPOINTS = 3;
let segments = 0;
let complaint = '';

function giveUp(): never {
  // After a PANIC, PostgreSQL would go on in the middle of what it could not do. The thread ends instead, and with it
  // whatever was not acknowledged; the next one recovers from the log.
  const [, message = complaint] = /(?:PANIC|FATAL): +(.*)$/.exec(complaint) ?? [];
  port?.postMessage({
    id: 0,
    ok: false,
    message: message || 'The database stopped.',
    code: /No space left/.test(message) ? '53100' : '58030',
    constraint: undefined,
  } satisfies ThreadReply);
  process.exit(70);
}

/** There to be created; loaded by whoever does. */
const extensions = { vector };

const durableAt = (folder: string) => ({
  extensions,
  fs: new DurableFs(folder, { onAbort: giveUp, onSegment: () => void segments++ }),
  startParams: durableParams(PGlite.defaultStartParams),
  onStderr: (line: string) => {
    if (/PANIC|FATAL/.test(line)) complaint = line;
    return false;
  },
});

/** In the folder once everything in it was flushed: from then on PostgreSQL flushes what it writes. */
const FLUSHED = 'viva-flushed';

function flushOnce(folder: string): void {
  if (existsSync(join(folder, FLUSHED))) return;
  syncTree(folder);
  writeFileSync(join(folder, FLUSHED), '', { mode: 0o600 });
  syncFolder(folder);
}

/** A new database stands complete or not at all: it is made beside its place and moved there once it is on the disk. */
async function makeFolder(folder: string): Promise<void> {
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true, mode: 0o700 });
  const made = await PGlite.create(durableAt(making));
  await made.close();
  flushOnce(making);
  renameSync(making, folder);
  syncFolder(dirname(folder));
}

async function open(): Promise<PGlite> {
  if (!dataDir || !durable)
    return PGlite.create({
      extensions,
      ...(dataDir ? { dataDir } : {}),
      ...(image ? { loadDataDir: new Blob([image]) } : {}),
    });
  if (!existsSync(`${dataDir}/PG_VERSION`)) await makeFolder(dataDir);
  // An earlier Viva did not flush.
  else flushOnce(dataDir);
  return PGlite.create(durableAt(dataDir));
}

const opening = open();

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

/** Without its usual processes PostgreSQL never makes a checkpoint by itself: the log would grow, and recovery with it. */
async function checkpoint(): Promise<void> {
  const pg = await opening;
  if (segments < SEGMENTS_BETWEEN_CHECKPOINTS || pg.isInTransaction()) return;
  try {
    await pg.exec('CHECKPOINT');
    segments = 0;
  } catch {
    // For example a full disk: everything acknowledged is in the log, and the next one tries again.
    segments = SEGMENTS_BETWEEN_CHECKPOINTS - 1;
  }
}

let last: Promise<unknown> = Promise.resolve();
port.on('message', (request: ThreadRequest) => {
  last = last.then(async () => {
    try {
      port.postMessage(await answer(request));
      if (request.kind !== 'close') await checkpoint();
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
