/**
 * How `viva backup` reaches a running server whose embedded database it cannot open beside it: a port on the loopback
 * address, and a secret in the data folder that only the folder's owner can read.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type DatabaseFacts, databaseFacts } from '../doctor/database-facts.ts';
import { writeDurably } from '../keys/durable-file.ts';
import type { Driver } from '../store/driver.ts';
import { BackupError } from './backup-error.ts';
import { dump } from './dump.ts';
import { type Entry, readEntries, writeEntry } from './format.ts';

interface ChannelFile {
  port: number;
  token: string;
}

const FILE = 'admin.json';
/** A reader that stops reading would keep everybody from the database. */
const STALLED_MS = 30_000;

export interface ChannelOptions {
  data: string;
  driver: Driver;
  viva: string;
}

function allowed(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  // Pages of other sites can reach the loopback address; they send an origin, and do not know the secret.
  return (
    request.headers.origin === undefined &&
    given.length === expected.length &&
    timingSafeEqual(given, expected)
  );
}

async function* lines(entries: AsyncIterable<Entry>): AsyncGenerator<string> {
  for await (const entry of entries) yield writeEntry(entry);
}

/** Opens the channel. @returns what closes it */
export async function openAdminChannel({ data, driver, viva }: ChannelOptions): Promise<() => Promise<void>> {
  const token = randomBytes(32).toString('base64url');
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!allowed(request, token)) return void response.writeHead(403).end();
    if (request.method === 'POST' && request.url === '/facts') {
      const facts = await databaseFacts(driver).catch((error: Error) => error);
      const failed = facts instanceof Error;
      response.writeHead(failed ? 503 : 200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify(failed ? { message: facts.message } : facts));
    }
    if (request.method !== 'POST' || request.url !== '/backup') return void response.writeHead(404).end();
    const left = new AbortController();
    response.once('close', () => left.abort());
    response.setTimeout(STALLED_MS, () => response.destroy());
    const entries = dump(driver, { viva, signal: left.signal });
    // Whatever fails ends the answer without its last line, and the reader takes it for what it is.
    await pipeline(Readable.from(lines(entries), { objectMode: false }), response).catch(() => undefined);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const path = join(data, FILE);
  await writeDurably(
    path,
    JSON.stringify({ port: (server.address() as AddressInfo).port, token } satisfies ChannelFile),
  );
  return async () => {
    await rm(path, { force: true });
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
}

/** @throws BackupError `channel` where the server cannot be reached */
async function ask(
  data: string,
  what: 'backup' | 'facts',
): Promise<Response & { body: ReadableStream<Uint8Array> }> {
  const path = join(data, FILE);
  try {
    const { port, token } = JSON.parse(await readFile(path, 'utf8')) as ChannelFile;
    const response = await fetch(`http://127.0.0.1:${port}/${what}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    return response as Response & { body: ReadableStream<Uint8Array> };
  } catch (cause) {
    throw new BackupError(
      'channel',
      `The server that runs on ${data} does not answer by its administration channel (${path}). ` +
        'Run this as the user that the server runs as; if the server is older than this program, restart it; or stop it and try again.',
      { cause },
    );
  }
}

/** What the server that runs on this folder says of its database. @throws BackupError `channel` */
export const factsThroughServer = async (data: string): Promise<DatabaseFacts> =>
  (await ask(data, 'facts')).json() as Promise<DatabaseFacts>;

/**
 * The entries of a backup, read by the server that runs on this folder.
 * @throws BackupError `channel` where it cannot be reached; `damaged` where it ended in between
 */
export async function* dumpThroughServer(data: string): AsyncGenerator<Entry> {
  const { body } = await ask(data, 'backup');
  const decoder = new TextDecoder();
  async function* text(): AsyncGenerator<string> {
    try {
      for await (const chunk of body) yield decoder.decode(chunk, { stream: true });
      yield decoder.decode();
    } catch {
      // Cut off: told by the missing end.
    }
  }
  yield* readEntries(text());
}
