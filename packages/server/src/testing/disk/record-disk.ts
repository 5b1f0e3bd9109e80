/** Writes down everything that is done to one folder through Node's synchronous file functions, in order. */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { resolve, sep } from 'node:path';

/** One thing done to the disk. A file keeps its number when it is renamed. Paths are relative to the folder. */
export type DiskOp =
  | { op: 'mkdir' | 'rmdir' | 'unlink'; path: string }
  | { op: 'create'; path: string; file: number }
  | { op: 'rename'; path: string; to: string }
  | { op: 'write'; file: number; at: number; length: number }
  | { op: 'truncate'; file: number; size: number }
  | { op: 'sync'; file: number }
  | { op: 'sync-folder'; path: string };

/** After each entry of the log: a line of JSON with its length in front, then the bytes that were written, if any. */
export interface DiskFault {
  /** How many more writes go through before the disk is full, by its word; -1: all of them. Shared with the test. */
  left: Int32Array;
}

type Fs = typeof import('node:fs');

const failing = (code: string, message: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${code}: ${message}`), { code });

/**
 * Replaces the functions of `node:fs` in this thread. Each operation is done first and logged afterwards, so that what
 * is in the log has been done.
 * @param folder what is watched; everything else passes
 * @param log the file that takes the log
 * @param counter [0] is the number of entries so far, for another thread to read
 */
export function recordDisk(folder: string, log: string, counter: Int32Array, { left }: DiskFault): void {
  const fs = createRequire(import.meta.url)('node:fs') as Fs;
  const own = { ...fs };
  const root = resolve(folder);
  const out = own.openSync(log, 'w');
  const files = new Map<string, number>();
  const open = new Map<number, { path: string; file: number }>();
  let nextFile = 1;

  const inside = (path: unknown): string | undefined => {
    const full = resolve(String(path));
    return full === root ? '' : full.startsWith(root + sep) ? full.slice(root.length + 1) : undefined;
  };
  const append = (entry: DiskOp, bytes?: Uint8Array): void => {
    const line = Buffer.from(JSON.stringify(entry));
    const head = Buffer.alloc(4);
    head.writeUInt32LE(line.length);
    own.writeSync(out, bytes ? Buffer.concat([head, line, bytes]) : Buffer.concat([head, line]));
    Atomics.add(counter, 0, 1);
  };
  const numberOf = (path: string): number => {
    let file = files.get(path);
    if (file === undefined) {
      file = nextFile++;
      files.set(path, file);
      append({ op: 'create', path, file });
    }
    return file;
  };
  /** A disk that is full refuses what needs room: writes, and new names. */
  const takeRoom = (): void => {
    if (Atomics.load(left, 0) < 0) return;
    if (Atomics.load(left, 0) === 0) throw failing('ENOSPC', 'no space left on device');
    Atomics.sub(left, 0, 1);
  };

  fs.openSync = ((path, ...rest) => {
    const at = inside(path);
    const fd = own.openSync(path, ...rest);
    if (at !== undefined) {
      const folderItself = own.fstatSync(fd).isDirectory();
      open.set(fd, { path: at, file: folderItself ? 0 : numberOf(at) });
    }
    return fd;
  }) as Fs['openSync'];
  fs.closeSync = (fd) => {
    open.delete(fd);
    own.closeSync(fd);
  };
  fs.writeFileSync = ((path, data, ...rest) => {
    const at = inside(path);
    if (at !== undefined) takeRoom();
    own.writeFileSync(path, data, ...rest);
    if (at === undefined) return;
    const file = numberOf(at);
    append({ op: 'truncate', file, size: 0 });
    const bytes = Buffer.from(data as string);
    if (bytes.length > 0) append({ op: 'write', file, at: 0, length: bytes.length }, bytes);
  }) as Fs['writeFileSync'];
  fs.writeSync = ((fd: number, buffer: Uint8Array, offset: number, length: number, position: number) => {
    const known = open.get(fd);
    if (!known) return own.writeSync(fd, buffer, offset, length, position);
    takeRoom();
    const written = own.writeSync(fd, buffer, offset, length, position);
    append(
      { op: 'write', file: known.file, at: position, length: written },
      Buffer.from(buffer.buffer, buffer.byteOffset + offset, written),
    );
    return written;
  }) as Fs['writeSync'];
  fs.ftruncateSync = (fd, size = 0) => {
    own.ftruncateSync(fd, size);
    const known = open.get(fd);
    if (known) append({ op: 'truncate', file: known.file, size: size ?? 0 });
  };
  fs.truncateSync = (path, size = 0) => {
    own.truncateSync(path, size);
    const at = inside(path);
    if (at !== undefined) append({ op: 'truncate', file: numberOf(at), size: size ?? 0 });
  };
  const sync = (fd: number): void => {
    const known = open.get(fd);
    if (!known) return;
    append(known.file === 0 ? { op: 'sync-folder', path: known.path } : { op: 'sync', file: known.file });
  };
  fs.fsyncSync = (fd) => {
    own.fsyncSync(fd);
    sync(fd);
  };
  fs.fdatasyncSync = (fd) => {
    own.fdatasyncSync(fd);
    sync(fd);
  };
  fs.renameSync = (from, to) => {
    const source = inside(from);
    const target = inside(to);
    own.renameSync(from, to);
    if (source === undefined || target === undefined) return;
    for (const [path, file] of [...files])
      if (path === source || path.startsWith(source + sep)) {
        files.delete(path);
        files.set(target + path.slice(source.length), file);
      }
    append({ op: 'rename', path: source, to: target });
  };
  fs.unlinkSync = (path) => {
    own.unlinkSync(path);
    const at = inside(path);
    if (at === undefined) return;
    files.delete(at);
    append({ op: 'unlink', path: at });
  };
  fs.mkdirSync = ((path, options) => {
    const at = inside(path);
    if (at !== undefined) takeRoom();
    const made = !own.existsSync(path);
    const result = own.mkdirSync(path, options as { recursive: true });
    if (at !== undefined && made) append({ op: 'mkdir', path: at });
    return result;
  }) as Fs['mkdirSync'];
  fs.rmdirSync = (path) => {
    own.rmdirSync(path);
    const at = inside(path);
    if (at !== undefined) append({ op: 'rmdir', path: at });
  };
  syncBuiltinESMExports();
}
