/** Fetches a model from a server that speaks the Hugging Face hub's protocol: resumes, and checks every file. */

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CheckpointError, FileError, OptionError, quote } from '../errors.ts';
import { isRecord } from '../json/strict-json.ts';

export interface PullOptions {
  /** `owner/name`. */
  model: string;
  /** Folder to fill; what is whole there already is kept. */
  output: string;
  /** Branch, tag or commit. */
  revision?: string;
  /** The server; HF_ENDPOINT or https://huggingface.co unless told. */
  endpoint?: string;
  /** Sent to the server, never to where it redirects; HF_TOKEN unless told. */
  token?: string | undefined;
  /** Which files to fetch; safetensors, JSON, tokenizer and text unless told. */
  wanted?: (path: string) => boolean;
  onProgress?: (progress: PullProgress) => void;
  signal?: AbortSignal;
  /** Attempts for a file whose connection breaks. */
  attempts?: number;
}

export interface PullProgress {
  readonly file: string;
  readonly files: number;
  readonly filesDone: number;
  readonly bytesDone: number;
  readonly bytes: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number;
}

export interface PulledFile {
  readonly path: string;
  readonly bytes: number;
  /** Checked against the server's; undefined where it names none. */
  readonly sha256: string | undefined;
  readonly outcome: 'fetched' | 'resumed' | 'already there';
}

export interface PullReport {
  readonly model: string;
  readonly commit: string | undefined;
  readonly files: readonly PulledFile[];
  readonly seconds: number;
}

/** The hub refused, or broke its protocol. `status` is HTTP's. */
export class HubError extends CheckpointError {
  readonly status: number | undefined;
  constructor(code: string, message: string, status?: number, options?: ErrorOptions) {
    super(code, message, {}, options);
    this.status = status;
  }
}

interface RemoteFile {
  readonly path: string;
  readonly bytes: number;
  /** sha256 of a large file; a small one has only git's blob id (sha1). */
  readonly sha256: string | undefined;
  readonly blob: string | undefined;
}

const WANTED = /\.(safetensors|json|jinja|model|txt|md|tiktoken)$|(^|\/)(LICENSE|NOTICE)[^/]*$/i;

/** @throws HubError, FileError, OptionError. Broken off, it leaves `NAME.part` files, which the next call resumes. */
export async function pullModel(options: PullOptions): Promise<PullReport> {
  const began = performance.now();
  const hub = hubOf(options);
  const { commit, files: all } = await listFiles(hub, options);
  const files = all.filter(({ path }) => (options.wanted ?? ((path: string) => WANTED.test(path)))(path));
  if (files.length === 0)
    throw new HubError(
      'NOTHING_TO_FETCH',
      `${options.model} holds ${all.length} files, none of which is wanted.`,
    );
  await mkdir(options.output, { recursive: true });
  const meter = meterOf(files, options);
  const pulled: PulledFile[] = [];
  for (const file of files) {
    pulled.push(await pullFile(hub, file, commit ?? options.revision ?? 'main', options, meter));
    meter.fileDone();
  }
  return { model: options.model, commit, files: pulled, seconds: (performance.now() - began) / 1000 };
}

interface Hub {
  readonly endpoint: string;
  readonly headers: Record<string, string>;
}

function hubOf({ model, revision = 'main', endpoint, token }: PullOptions): Hub {
  if (!/^[\w.-]+\/[\w.-]+$/.test(model) || model.split('/').some((part) => /^\.+$/.test(part)))
    throw new OptionError('MODEL_NAME', `${quote(model)} is no model's name of the form owner/name.`);
  if (!/^[\w./-]+$/.test(revision) || revision.includes('..'))
    throw new OptionError('REVISION', `${quote(revision)} is no name of a branch, tag or commit.`);
  const server = (endpoint ?? process.env.HF_ENDPOINT ?? 'https://huggingface.co').replace(/\/+$/, '');
  const secret = token ?? process.env.HF_TOKEN;
  return { endpoint: server, headers: secret ? { authorization: `Bearer ${secret}` } : {} };
}

async function request(
  hub: Hub,
  url: string,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Response> {
  let target = url;
  for (let hops = 0; hops < 6; hops++) {
    // Followed by hand, so that the token goes to the hub alone and X-Linked-ETag of the first answer is seen.
    const own = new URL(target).origin === new URL(hub.endpoint).origin ? hub.headers : {};
    let response: Response;
    try {
      response = await fetch(target, {
        headers: { ...headers, ...own },
        redirect: 'manual',
        ...(signal ? { signal } : {}),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      const why =
        cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : '';
      throw new HubError(
        'UNREACHABLE',
        `${new URL(target).origin} cannot be reached (${why}). Set HF_ENDPOINT to use another server.`,
        undefined,
        { cause },
      );
    }
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || response.status === 304 || !location)
      return response;
    await response.body?.cancel();
    target = new URL(location, target).href;
  }
  throw new HubError('TOO_MANY_REDIRECTS', `${url} redirects without end.`);
}

function refuse(response: Response, what: string): HubError {
  const { status } = response;
  if (status === 401 || status === 403)
    return new HubError(
      'NOT_ALLOWED',
      `${what}: the server refuses (${status}). Set HF_TOKEN to a token that may read it, and accept its terms on the hub.`,
      status,
    );
  if (status === 404)
    return new HubError('NOT_FOUND', `${what} is not on the server. Is the name right?`, status);
  return new HubError('SERVER_ERROR', `${what}: the server answers ${status}.`, status);
}

async function listFiles(
  hub: Hub,
  { model, revision = 'main', signal }: PullOptions,
): Promise<{ commit: string | undefined; files: RemoteFile[] }> {
  const url = `${hub.endpoint}/api/models/${model}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const response = await request(hub, url, {}, signal);
  if (!response.ok) throw refuse(response, model);
  const answer: unknown = await response.json().catch(() => undefined);
  const siblings = isRecord(answer) ? answer.siblings : undefined;
  if (!isRecord(answer) || !Array.isArray(siblings))
    throw new HubError('BAD_ANSWER', `${model}: the server's answer is no list of files.`);
  const commit = typeof answer.sha === 'string' && /^[0-9a-f]{40}$/.test(answer.sha) ? answer.sha : undefined;
  return { commit, files: siblings.map(parseSibling) };
}

function parseSibling(sibling: unknown): RemoteFile {
  const { rfilename: path, size, lfs, blobId } = isRecord(sibling) ? sibling : {};
  if (typeof path !== 'string' || !isInside(path))
    throw new HubError(
      'BAD_ANSWER',
      `The server names a file ${quote(String(path))}, which does not lie in a model's folder.`,
    );
  const large = isRecord(lfs) ? lfs : undefined;
  const sha256 = [large?.sha256, large?.oid].find(
    (sum): sum is string => typeof sum === 'string' && /^[0-9a-f]{64}$/.test(sum),
  );
  const bytes =
    [large?.size, size].find((n): n is number => Number.isSafeInteger(n) && (n as number) >= 0) ?? 0;
  return {
    path,
    bytes,
    sha256,
    blob: typeof blobId === 'string' && /^[0-9a-f]{40}$/.test(blobId) ? blobId : undefined,
  };
}

/** Plain relative names only: no file may land outside of the folder. */
const isInside = (path: string): boolean =>
  path !== '' &&
  !/[\\:\0]/.test(path) &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

async function pullFile(
  hub: Hub,
  file: RemoteFile,
  revision: string,
  options: PullOptions,
  meter: Meter,
): Promise<PulledFile> {
  const target = join(options.output, file.path);
  const done = (outcome: PulledFile['outcome'], bytes: number, sha256: string | undefined): PulledFile => ({
    path: file.path,
    bytes,
    sha256,
    outcome,
  });
  const there = await stat(target).catch(() => undefined);
  if (there) {
    const sums = await hashFile(target, there.size);
    if (there.size === file.bytes && matches(sums, file)) {
      meter.add(file.path, there.size);
      return done('already there', there.size, file.sha256);
    }
    throw new FileError(
      'EXISTS',
      `differs from the server's ${file.path}. Remove it or choose another folder.`,
      { file: target },
    );
  }
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.part`;
  const before = (await stat(part).catch(() => undefined))?.size ?? 0;
  const { bytes, sha256 } = await fetchPart(hub, file, revision, part, options, meter);
  await rename(part, target);
  await rm(`${part}.etag`, { force: true });
  return done(before > 0 ? 'resumed' : 'fetched', bytes, sha256);
}

async function fetchPart(
  hub: Hub,
  file: RemoteFile,
  revision: string,
  part: string,
  options: PullOptions,
  meter: Meter,
): Promise<{ bytes: number; sha256: string | undefined }> {
  const attempts = Math.max(1, options.attempts ?? 5);
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      const expected = await fetchOnce(hub, file, revision, part, options, meter);
      const { size } = await stat(part);
      const sums = await hashFile(part, size);
      const wanted = { ...file, sha256: file.sha256 ?? expected };
      if (!matches(sums, wanted)) {
        await rm(part, { force: true });
        await rm(`${part}.etag`, { force: true });
        throw new HubError(
          'CHECKSUM',
          `${file.path} arrived damaged: its SHA-256 is ${sums.sha256}, the server says ${wanted.sha256 ?? `blob ${wanted.blob}`}. It was thrown away; fetch it again.`,
        );
      }
      return { bytes: size, sha256: wanted.sha256 };
    } catch (error) {
      options.signal?.throwIfAborted();
      const broken =
        error instanceof HubError &&
        (error.code === 'BROKEN_OFF' ||
          error.code === 'UNREACHABLE' ||
          (error.status ?? 0) >= 500 ||
          error.status === 429);
      if (!broken || attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(8000, 250 * 2 ** attempt)));
    }
  }
}

/** One request from where the part ends. @returns the SHA-256 that the server names in X-Linked-ETag. */
async function fetchOnce(
  hub: Hub,
  file: RemoteFile,
  revision: string,
  part: string,
  options: PullOptions,
  meter: Meter,
): Promise<string | undefined> {
  const { signal } = options;
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const url = `${hub.endpoint}/${options.model}/resolve/${encodeURIComponent(revision)}/${path}`;
  // What was begun from another version of the file must not be continued.
  const version = file.sha256 ?? file.blob ?? revision;
  const known = await readFile(`${part}.etag`, 'utf8').catch(() => undefined);
  if (known !== version) await rm(part, { force: true });
  await writeFile(`${part}.etag`, version);
  const have = (await stat(part).catch(() => undefined))?.size ?? 0;
  meter.set(file.path, Math.min(have, file.bytes));
  if (have > 0 && have === file.bytes) return undefined;
  const response = await request(hub, url, have > 0 ? { range: `bytes=${have}-` } : {}, signal);
  if (response.status === 416) {
    await rm(part, { force: true });
    throw new HubError('BROKEN_OFF', `${file.path} cannot be continued; it begins anew.`);
  }
  if (!response.ok) throw refuse(response, file.path);
  const resumes =
    response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${have}-`) === true;
  const handle = await open(part, resumes ? 'a' : 'w');
  let bytes = resumes ? have : 0;
  try {
    for await (const chunk of response.body ?? []) {
      signal?.throwIfAborted();
      await handle.write(chunk);
      bytes += chunk.length;
      meter.set(file.path, Math.min(bytes, file.bytes));
    }
    await handle.sync();
  } catch (cause) {
    signal?.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HubError(
      'BROKEN_OFF',
      `${file.path} broke off after ${bytes} of ${file.bytes} bytes (${why}). What came is kept; fetch again to continue.`,
      undefined,
      { cause },
    );
  } finally {
    await handle.close();
  }
  if (file.bytes > 0 && bytes < file.bytes)
    throw new HubError(
      'BROKEN_OFF',
      `${file.path} broke off after ${bytes} of ${file.bytes} bytes. What came is kept; fetch again to continue.`,
    );
  const etag = response.headers.get('x-linked-etag')?.replace(/^(W\/)?"|"$/g, '');
  return etag && /^[0-9a-f]{64}$/.test(etag) ? etag : undefined;
}

interface Sums {
  readonly sha256: string;
  readonly blob: string;
}

async function hashFile(path: string, size: number): Promise<Sums> {
  const sha256 = createHash('sha256');
  // Git names a file's content so.
  const blob: Hash = createHash('sha1').update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    sha256.update(chunk as Buffer);
    blob.update(chunk as Buffer);
  }
  return { sha256: sha256.digest('hex'), blob: blob.digest('hex') };
}

const matches = (sums: Sums, file: RemoteFile): boolean =>
  file.sha256 !== undefined
    ? sums.sha256 === file.sha256
    : file.blob === undefined || sums.blob === file.blob;

interface Meter {
  add(file: string, bytes: number): void;
  set(file: string, bytes: number): void;
  fileDone(): void;
}

function meterOf(files: readonly RemoteFile[], { onProgress }: PullOptions): Meter {
  const began = performance.now();
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const done = new Map<string, number>();
  let filesDone = 0;
  let skipped = 0;
  let current = '';
  const report = () => {
    const bytesDone = [...done.values()].reduce((sum, value) => sum + value, 0);
    const rate = (bytesDone - skipped) / Math.max(1e-3, (performance.now() - began) / 1000);
    const secondsLeft = rate > 0 ? (bytes - bytesDone) / rate : Number.POSITIVE_INFINITY;
    onProgress?.({
      file: current,
      files: files.length,
      filesDone,
      bytesDone,
      bytes,
      bytesPerSecond: rate,
      secondsLeft,
    });
  };
  const set = (file: string, value: number) => {
    // What was there before does not count as speed.
    if (!done.has(file)) skipped += value;
    done.set(file, value);
    current = file;
    report();
  };
  return {
    add: set,
    set,
    fileDone() {
      filesDone++;
      report();
    },
  };
}
