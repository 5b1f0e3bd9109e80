/**
 * Anchors: the head of the audit log, kept outside the database. A log can be cut off at its end, or rewritten with
 * hashes that fit, by somebody with the database's keys; then it no longer contains a head that was noted before.
 *
 * A file of anchors holds one JSON object a line, `{"seq":…,"hash":"…","at":"…"}`, oldest first.
 */
import { open, readFile } from 'node:fs/promises';
import type { Driver } from '../store/driver.ts';

export interface Anchor {
  /** How many rows the log held; null where only the hash was noted. */
  seq: number | null;
  hash: string;
  /** When it was taken. */
  at: string | null;
}

/** A file of anchors, or a hash, that cannot be read. */
export class AnchorError extends Error {
  override readonly name = 'AnchorError';
  readonly code: 'unreadable' | 'malformed';
  constructor(code: AnchorError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const HASH = /^[0-9a-f]{64}$/;

function parseLine(line: string, place: string): Anchor {
  const malformed = (why: string) =>
    new AnchorError(
      'malformed',
      `${place}: ${why}. An anchor is a line that "viva audit head --json" prints.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw malformed('not JSON');
  }
  const { seq, hash, at } = (value ?? {}) as { seq?: unknown; hash?: unknown; at?: unknown };
  if (typeof hash !== 'string' || !HASH.test(hash)) throw malformed('"hash" is not a SHA-256 in hexadecimal');
  if (!Number.isSafeInteger(seq) || (seq as number) < 0) throw malformed('"seq" is not a count of rows');
  return { seq: seq as number, hash, at: typeof at === 'string' ? at : null };
}

/** @throws AnchorError naming the line */
export function parseAnchors(text: string, name: string): Anchor[] {
  return text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, `${name}, line ${index + 1}`)]));
}

/** A hash, `seq:hash`, or the path of a file of anchors. @throws AnchorError */
export async function readAnchors(given: string): Promise<Anchor[]> {
  const [, seq, hash] = /^(?:(\d{1,15}):)?([0-9a-f]{64})$/i.exec(given) ?? [];
  if (hash) return [{ seq: seq === undefined ? null : Number(seq), hash: hash.toLowerCase(), at: null }];
  const text = await readFile(given, 'utf8').catch((cause: Error) => {
    throw new AnchorError(
      'unreadable',
      `${given} is neither a hash nor a file that can be read: ${cause.message}`,
      {
        cause,
      },
    );
  });
  const anchors = parseAnchors(text, given);
  if (anchors.length === 0) throw new AnchorError('malformed', `${given} holds no anchor.`);
  return anchors;
}

/** The head as it is now. */
export async function readHead(driver: Driver, clock: () => Date = () => new Date()): Promise<Anchor> {
  return driver.transaction(async (run) => {
    await run('SET LOCAL ROLE viva_owner');
    const [seq, hash] = (await run('SELECT seq::text, hash FROM viva.audit_head')).rows[0] ?? [];
    return { seq: Number(seq), hash: String(hash), at: clock().toISOString() };
  });
}

/** Adds a line and waits until it is on the disk. */
export async function appendAnchor(path: string, anchor: Anchor): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(`${JSON.stringify(anchor)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

export interface KeepAnchorsOptions {
  driver: Driver;
  path: string;
  everyMs: number;
  onFault: (error: unknown) => void;
}

/** Appends the head now and then, if it has moved. @returns a function that stops, after the one under way */
export function keepAnchors({ driver, path, everyMs, onFault }: KeepAnchorsOptions): () => Promise<void> {
  let last = '';
  let turn: Promise<void> = Promise.resolve();
  const take = async (): Promise<void> => {
    try {
      const head = await readHead(driver);
      if (head.hash === last) return;
      await appendAnchor(path, head);
      last = head.hash;
    } catch (error) {
      onFault(error);
    }
  };
  const timer = setInterval(() => {
    turn = turn.then(take);
  }, everyMs);
  turn = take();
  return async () => {
    clearInterval(timer);
    await turn;
    // The last head of a server that stops is the one most worth keeping.
    await take();
  };
}
