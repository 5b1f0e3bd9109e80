import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PullOptions, pullModel } from './pull.ts';

const COMMIT = 'a'.repeat(40);
const weights = Buffer.alloc(300_000, 'weights of a model, ');
const config = Buffer.from('{"model_type":"llama"}');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const blobId = (bytes: Buffer) =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** A hub on this machine: listing, LFS redirect to a second origin, ranges; and the ways in which it fails. */
let hub: Server;
let storage: Server;
let folder: string;
let seen: { url: string; range: string | undefined; authorization: string | undefined; storage: boolean }[];
let files: Record<string, Buffer>;
let cutAfter: number[];
let spoil: boolean;
let ignoreRange: boolean;
let listed: unknown;

const origin = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const note = (request: IncomingMessage, storage: boolean) =>
  seen.push({
    url: request.url ?? '',
    range: request.headers.range,
    authorization: request.headers.authorization,
    storage,
  });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-pull-'));
  [seen, cutAfter, spoil, ignoreRange] = [[], [], false, false];
  files = {
    'model.safetensors': weights,
    'config.json': config,
    'pytorch_model.bin': Buffer.from('x'),
    'sub/tokenizer.json': Buffer.from('{}'),
  };
  listed = undefined;
  hub = createServer((request, response): void => {
    note(request, false);
    const url = request.url ?? '';
    if (url.startsWith('/api/models/tiny/llama/revision/')) {
      const siblings = Object.entries(files).map(([rfilename, bytes]) => ({
        rfilename,
        size: bytes.length,
        blobId: blobId(bytes),
        ...(rfilename.endsWith('.safetensors') ? { lfs: { sha256: sha256(bytes), size: bytes.length } } : {}),
      }));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(listed ?? { sha: COMMIT, siblings }));
      return;
    }
    const path = url.replace(`/tiny/llama/resolve/${COMMIT}/`, '');
    const bytes = files[path];
    if (url.startsWith('/api/models/gated')) return void response.writeHead(403).end();
    if (!bytes) return void response.writeHead(404).end();
    if (!path.endsWith('.safetensors')) return void response.end(bytes);
    response
      .writeHead(302, { location: `${origin(storage)}/${path}`, 'x-linked-etag': `"${sha256(bytes)}"` })
      .end();
  });
  storage = createServer((request, response): void => {
    note(request, true);
    const bytes = files[(request.url ?? '').slice(1)] ?? Buffer.alloc(0);
    const from = ignoreRange ? 0 : Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = Buffer.from(bytes.subarray(from));
    if (spoil) rest[10] = (rest[10] ?? 0) ^ 1;
    const partial = request.headers.range && !ignoreRange;
    response.writeHead(partial ? 206 : 200, {
      'content-length': rest.length,
      ...(partial ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    const cut = cutAfter.shift();
    if (cut === undefined) return void response.end(rest);
    response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 30));
  });
  await Promise.all(
    [hub, storage].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
  );
});
afterEach(async () => {
  for (const server of [hub, storage]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(folder, { recursive: true });
});

const pull = (options: Partial<PullOptions> = {}) =>
  pullModel({
    model: 'tiny/llama',
    output: join(folder, 'm'),
    endpoint: origin(hub),
    token: 'secret',
    ...options,
  });
const whole = async () => expect(await readFile(join(folder, 'm', 'model.safetensors'))).toEqual(weights);

describe('fetching a model', () => {
  it('fetches what is wanted, checks it, and tells how far it is', async () => {
    const progress: number[] = [];
    const report = await pull({ onProgress: ({ bytesDone }) => progress.push(bytesDone) });
    expect(report).toMatchObject({ commit: COMMIT });
    expect(report.files.map(({ path, outcome }) => [path, outcome])).toEqual([
      ['model.safetensors', 'fetched'],
      ['config.json', 'fetched'],
      ['sub/tokenizer.json', 'fetched'],
    ]);
    expect(report.files[0]?.sha256).toBe(sha256(weights));
    await whole();
    expect((await readdir(join(folder, 'm'))).sort()).toEqual(['config.json', 'model.safetensors', 'sub']);
    expect(progress.at(-1)).toBe(weights.length + config.length + 2);
    expect((await pull()).files.every(({ outcome }) => outcome === 'already there')).toBe(true);
  });

  it('gives the token to the hub and to nobody else', async () => {
    await pull();
    for (const { storage, authorization } of seen)
      expect(authorization).toBe(storage ? undefined : 'Bearer secret');
    expect(seen.some(({ storage }) => storage)).toBe(true);
  });

  it('continues by itself after the connection breaks', async () => {
    cutAfter = [100_000, 50_000];
    await pull();
    await whole();
    const ranges = seen.filter(({ storage }) => storage).map(({ range }) => range);
    expect(ranges).toHaveLength(3);
    expect(ranges[0]).toBeUndefined();
    expect(ranges[1]).toMatch(/^bytes=\d+-$/);
  });

  it('continues what an earlier call began, unless the file has changed meanwhile', async () => {
    cutAfter = [100_000];
    await expect(pull({ attempts: 1 })).rejects.toMatchObject({ code: 'BROKEN_OFF' });
    const report = await pull();
    expect(report.files[0]).toMatchObject({ outcome: 'resumed' });
    await whole();
    await rm(join(folder, 'm'), { recursive: true });
    cutAfter = [100_000];
    await expect(pull({ attempts: 1 })).rejects.toMatchObject({ code: 'BROKEN_OFF' });
    files['model.safetensors'] = Buffer.alloc(250_000, 'another version');
    seen = [];
    await pull();
    expect(await readFile(join(folder, 'm', 'model.safetensors'))).toEqual(files['model.safetensors']);
    expect(seen.find(({ storage }) => storage)?.range).toBeUndefined();
  });

  it('begins anew where the server does not know ranges', async () => {
    cutAfter = [100_000];
    ignoreRange = true;
    await pull();
    await whole();
  });

  it('throws damaged files away', async () => {
    spoil = true;
    await expect(pull()).rejects.toMatchObject({ code: 'CHECKSUM' });
    expect(await readdir(join(folder, 'm'))).toEqual([]);
    files['config.json'] = Buffer.from('{"model_type":"other"}');
  });

  it('does not overwrite a file that differs', async () => {
    await pull();
    await writeFile(join(folder, 'm', 'config.json'), 'mine');
    await expect(pull()).rejects.toMatchObject({ code: 'EXISTS' });
    expect(await readFile(join(folder, 'm', 'config.json'), 'utf8')).toBe('mine');
  });

  it('stops when told, and keeps what came', async () => {
    const controller = new AbortController();
    cutAfter = [200_000];
    const stopped = pull({
      signal: controller.signal,
      onProgress: ({ bytesDone }) => bytesDone > 0 && controller.abort(new Error('stopped')),
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(await readdir(join(folder, 'm'))).toContain('model.safetensors.part');
  });

  it.each(['../evil.json', '/etc/evil.json', 'a/../../evil.json', 'a\\evil.json', 'c:evil.json'])(
    'refuses a listing with the path %j',
    async (rfilename) => {
      listed = { sha: COMMIT, siblings: [{ rfilename, size: 1 }] };
      await expect(pull()).rejects.toMatchObject({ code: 'BAD_ANSWER' });
    },
  );

  it('says what is wrong', async () => {
    await expect(pull({ model: 'tiny/none' })).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
    await expect(pull({ model: 'gated/model' })).rejects.toThrow(/HF_TOKEN/);
    await expect(pull({ model: 'no-owner' })).rejects.toMatchObject({ code: 'MODEL_NAME' });
    await expect(pull({ model: '../x' })).rejects.toMatchObject({ code: 'MODEL_NAME' });
    await expect(pull({ revision: '../../x' })).rejects.toMatchObject({ code: 'REVISION' });
    await expect(pull({ endpoint: 'http://127.0.0.1:9' })).rejects.toThrow(/HF_ENDPOINT/);
    listed = { nothing: true };
    await expect(pull()).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });
});
