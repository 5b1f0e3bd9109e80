/** What a disk may hold after the power was cut: everything flushed, and of the rest whatever chance kept. */
import { closeSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import type { DiskOp } from './record-disk.ts';

/** What a disk writes at once; within, old and new never mix. */
const SECTOR = 512;

type Change = { at: number; bytes: Buffer } | { size: number };

/** A file's bytes, with room to grow into. */
interface Content {
  bytes: Buffer;
  size: number;
}

interface Inode {
  /** As the last flush left it. */
  held: Content;
  pending: Change[];
}

/** Entries of one directory: name → file number, or 0 for a directory. */
type Names = Map<string, number>;
type NameChange = { name: string; file: number | undefined };

interface Directory {
  held: Names;
  pending: NameChange[];
}

export interface LoggedOp {
  op: DiskOp;
  bytes?: Buffer;
}

/** Reads a log entry by entry, never the whole of it. */
export function* readLog(path: string): Generator<LoggedOp> {
  const fd = openSync(path, 'r');
  const take = (length: number): Buffer | undefined => {
    const buffer = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const read = readSync(fd, buffer, filled, length - filled, null);
      if (read === 0) return undefined;
      filled += read;
    }
    return buffer;
  };
  try {
    for (;;) {
      const head = take(4);
      const line = head && take(head.readUInt32LE());
      if (!line) return;
      const op = JSON.parse(line.toString()) as DiskOp;
      if (op.op !== 'write') yield { op };
      else {
        const bytes = take(op.length);
        if (!bytes) return;
        yield { op, bytes };
      }
    }
  } finally {
    closeSync(fd);
  }
}

/** A seeded source of chance, in [0, 1). */
export function chance(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    // mulberry32 (Tommy Ettinger, public domain)
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function apply(content: Content, change: Change): void {
  const end = 'size' in change ? change.size : change.at + change.bytes.length;
  if (end > content.bytes.length) {
    const roomier = Buffer.alloc(Math.max(end, 2 * content.bytes.length));
    content.bytes.copy(roomier, 0, 0, content.size);
    content.bytes = roomier;
  }
  if ('size' in change) {
    if (end < content.size) content.bytes.fill(0, end, content.size);
    content.size = end;
  } else {
    change.bytes.copy(content.bytes, change.at);
    content.size = Math.max(content.size, end);
  }
}

/** Of writes that were not flushed, what the disk kept: nothing, everything, a beginning, or any of their sectors. */
function kept(pending: readonly Change[], random: () => number): Change[] {
  const manner = random();
  if (manner < 0.2) return [];
  if (manner < 0.35) return [...pending];
  const length = manner < 0.6 ? Math.floor(random() * (pending.length + 1)) : pending.length;
  const share = random();
  return pending.slice(0, length).flatMap((change): Change[] => {
    if ('size' in change) return manner < 0.6 || random() < share ? [change] : [];
    const sectors: Change[] = [];
    for (let from = 0; from < change.bytes.length; ) {
      const to = Math.min(change.bytes.length, from + SECTOR - ((change.at + from) % SECTOR));
      const last = manner < 0.6 && random() < 0.02;
      if (manner < 0.6 ? !last : random() < share)
        sectors.push({ at: change.at + from, bytes: change.bytes.subarray(from, to) });
      from = to;
    }
    return sectors;
  });
}

/**
 * A disk that obeys POSIX and promises nothing beyond it: a flushed file has its data, a flushed directory its names;
 * a name is lost though its file was flushed, a file is empty though it has its name.
 */
export class VolatileDisk {
  readonly #files = new Map<number, Inode>();
  readonly #directories = new Map<string, Directory>([['', { held: new Map(), pending: [] }]]);
  /** Flushes that the disk acknowledges and does not do: the counterexample of the test. */
  readonly #deaf: RegExp | undefined;
  readonly #pathOf = new Map<number, string>();

  constructor({ deaf }: { deaf?: RegExp } = {}) {
    this.#deaf = deaf;
  }

  #directory(path: string): Directory {
    const at = path === '.' ? '' : path;
    const known = this.#directories.get(at);
    if (known) return known;
    const made: Directory = { held: new Map(), pending: [] };
    this.#directories.set(at, made);
    return made;
  }

  #name(path: string, file: number | undefined): void {
    const name = path.slice(path.lastIndexOf('/') + 1);
    this.#directory(dirname(path)).pending.push({ name, file });
  }

  #numberAt(path: string): number | undefined {
    const { held, pending } = this.#directory(dirname(path));
    const name = path.slice(path.lastIndexOf('/') + 1);
    const last = pending.findLast((change) => change.name === name);
    return last ? last.file : held.get(name);
  }

  apply({ op, bytes }: LoggedOp): void {
    switch (op.op) {
      case 'mkdir':
        this.#directories.set(op.path, { held: new Map(), pending: [] });
        this.#name(op.path, 0);
        return;
      case 'create':
        this.#files.set(op.file, { held: { bytes: Buffer.alloc(0), size: 0 }, pending: [] });
        this.#pathOf.set(op.file, op.path);
        this.#name(op.path, op.file);
        return;
      case 'rmdir':
      case 'unlink':
        this.#name(op.path, undefined);
        return;
      case 'rename': {
        const file = this.#numberAt(op.path) ?? 0;
        for (const [path, directory] of [...this.#directories])
          if (path === op.path || path.startsWith(`${op.path}/`)) {
            this.#directories.delete(path);
            this.#directories.set(op.to + path.slice(op.path.length), directory);
          }
        for (const [number, path] of this.#pathOf)
          if (path === op.path || path.startsWith(`${op.path}/`))
            this.#pathOf.set(number, op.to + path.slice(op.path.length));
        // In one step, as `rename` is: the old name goes with the new one's coming.
        const target = this.#directory(dirname(op.to));
        target.pending.push(
          Object.assign(
            { name: op.to.slice(op.to.lastIndexOf('/') + 1), file },
            { gone: op.path.slice(op.path.lastIndexOf('/') + 1) },
          ),
        );
        return;
      }
      case 'write':
        this.#files.get(op.file)?.pending.push({ at: op.at, bytes: bytes ?? Buffer.alloc(0) });
        return;
      case 'truncate':
        this.#files.get(op.file)?.pending.push({ size: op.size });
        return;
      case 'sync': {
        if (this.#deaf?.test(this.#pathOf.get(op.file) ?? '')) return;
        const inode = this.#files.get(op.file);
        if (!inode) return;
        for (const change of inode.pending) apply(inode.held, change);
        inode.pending = [];
        return;
      }
      case 'sync-folder': {
        const directory = this.#directory(op.path);
        for (const change of directory.pending) rename(directory.held, change);
        directory.pending = [];
      }
    }
  }

  /** Writes into `target` what may be found after a power cut now. */
  write(target: string, random: () => number): void {
    const visit = (path: string): void => {
      mkdirSync(join(target, path), { recursive: true, mode: 0o700 });
      const { held, pending } = this.#directory(path);
      const names = new Map(held);
      const manner = random();
      const length =
        manner < 0.3 ? 0 : manner < 0.6 ? pending.length : Math.floor(random() * (pending.length + 1));
      for (const change of pending.slice(0, length)) rename(names, change);
      for (const [name, file] of names) {
        const at = path ? `${path}/${name}` : name;
        if (file === 0) visit(at);
        else {
          const inode = this.#files.get(file);
          if (!inode) continue;
          const content = { ...inode.held };
          if (inode.pending.length > 0) {
            content.bytes = Buffer.from(content.bytes);
            for (const change of kept(inode.pending, random)) apply(content, change);
          }
          writeFileSync(join(target, at), content.bytes.subarray(0, content.size), { mode: 0o600 });
        }
      }
    };
    visit('');
  }
}

function rename(names: Names, change: NameChange & { gone?: string }): void {
  if (change.gone !== undefined) names.delete(change.gone);
  if (change.file === undefined) names.delete(change.name);
  else names.set(change.name, change.file);
}

/** Seeds for cuts, spread by fast-check, so that a failure names the one to repeat. */
export const seeds = (count: number, seed: number): number[] =>
  fc.sample(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { numRuns: count, seed });
