/** PGlite's folder on the machine's disk, with the fsync that its own file system leaves out. */
import { closeSync, fdatasyncSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** The parts of Emscripten's NODEFS that are reached into. Paths are the machine's, not PGlite's. */
interface NodeFsInternals {
  realPath(node: unknown): string;
  node_ops: {
    mknod(parent: unknown, name: string, mode: number, dev: number): unknown;
    unlink(parent: unknown, name: string): void;
  };
  stream_ops: { fsync?: (stream: { nfd: number; node: { mode: number } }) => number };
}

type Init = NodeFS['init'];

/** WASI's numbers, which is what the C library expects back. */
const EINVAL = 28;
const EIO = 29;
const ENOSPC = 51;
const FORMAT = 0o170000;
const DIRECTORY = 0o040000;

/** Segments are allocated in full beforehand, so their data alone need to reach the disk. */
const WAL_SEGMENT = /[/\\]pg_wal[/\\][0-9A-F]{24}$/;

/** Flushes a directory, so that the names in it stand. Systems that cannot do so keep names by themselves. */
export function syncFolder(path: string): void {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (['EISDIR', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
    throw error;
  }
  try {
    fsyncSync(fd);
  } catch (error) {
    if (!['EBADF', 'EINVAL', 'EPERM', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  } finally {
    closeSync(fd);
  }
}

/** Flushes everything under a folder: what a program without fsync left in the system's memory. */
export function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else if (entry.isFile()) {
      const fd = openSync(path, 'r+');
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    }
  }
  syncFolder(folder);
}

export interface DurableFsHooks {
  /** PostgreSQL gave up (a PANIC): nothing more may be asked of it. Must not return to it. */
  onAbort: () => never;
  /** A further segment of the log was begun: 16 MB more to replay after a crash. */
  onSegment: () => void;
}

/**
 * PGlite runs PostgreSQL with fsync off, and its NODEFS answers an fsync with success without doing anything. Started
 * with `DURABLE_PARAMS` on this file system, every fsync that PostgreSQL asks for is one of the disk.
 *
 * A file's name is flushed with its first fsync: POSIX does not promise it, and PostgreSQL counts on it for new tables.
 */
export class DurableFs extends NodeFS {
  readonly #hooks: DurableFsHooks;
  constructor(folder: string, hooks: DurableFsHooks) {
    super(folder);
    this.#hooks = hooks;
  }

  override async init(...[pg, options]: Parameters<Init>): ReturnType<Init> {
    const { emscriptenOpts } = await super.init(pg, options);
    const { onAbort, onSegment } = this.#hooks;
    emscriptenOpts.onAbort = onAbort;
    emscriptenOpts.preRun?.push((module) => {
      const nodefs = (module.FS as unknown as { filesystems: { NODEFS: NodeFsInternals } }).filesystems
        .NODEFS;
      const { node_ops: names, stream_ops: streams } = nodefs;
      const unnamed = new Set<string>();
      const { mknod, unlink } = names;
      names.mknod = (...args) => {
        const node = mknod(...args);
        unnamed.add(nodefs.realPath(node));
        return node;
      };
      names.unlink = (parent, name) => {
        unnamed.delete(join(nodefs.realPath(parent), name));
        unlink(parent, name);
      };
      let segment = '';
      streams.fsync = ({ nfd, node }) => {
        const path = nodefs.realPath(node);
        const directory = (node.mode & FORMAT) === DIRECTORY;
        try {
          if (WAL_SEGMENT.test(path)) {
            fdatasyncSync(nfd);
            if (path !== segment && segment !== '') onSegment();
            segment = path;
          } else fsyncSync(nfd);
          if (unnamed.delete(path)) syncFolder(dirname(path));
          return 0;
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          // PostgreSQL takes EINVAL on a directory for a system that cannot, and a PANIC for every other failure.
          if (directory && ['EBADF', 'EINVAL', 'EPERM', 'EACCES', 'EISDIR'].includes(code ?? ''))
            return EINVAL;
          return code === 'ENOSPC' || code === 'EDQUOT' ? ENOSPC : EIO;
        }
      };
    });
    return { emscriptenOpts };
  }
}

/** What PostgreSQL is started with, beside PGlite's own parameters without `-F`. */
export const durableParams = (own: readonly string[]): string[] => [
  ...own.filter((param) => param !== '-F'),
  ...[
    'fsync=on',
    'synchronous_commit=on',
    'full_page_writes=on',
    // The only method whose call reaches the file system: Emscripten answers fdatasync by itself.
    'wal_sync_method=fsync',
    // Recycled segments are written in full already; more than these are removed at a checkpoint.
    'min_wal_size=48MB',
    'max_wal_size=64MB',
  ].flatMap((setting) => ['-c', setting]),
];
