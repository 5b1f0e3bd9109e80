/** PGlite, PostgreSQL inside the process, in a thread of its own and behind our own lock. */
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { between, DatabaseError, type Driver, type ListenOptions } from './driver.ts';
import { takeLock } from './lock.ts';
import { type Session, type SessionOptions, startSession } from './pglite-session.ts';
import type { ThreadNotification } from './pglite-thread.ts';

export interface PgliteDriver extends Driver {
  /** The whole data folder as a tar archive. */
  dump(): Promise<ArrayBuffer>;
}

export interface PgliteOptions extends Pick<SessionOptions, 'thread' | 'extra' | 'signal'> {
  /** The folder that holds database and lock. Absent: in memory, gone when closed. */
  folder?: string;
  /** A dump to start from, instead of an empty database. In memory only. */
  image?: ArrayBuffer;
  /** Waits for the disk at every commit, so that what is acknowledged survives a power cut. Always, but in measurements. */
  durable?: boolean;
}

/** Free bytes below which a server says that it is not ready: two segments of the log. */
const ROOM = 32 * 2 ** 20;
/** Between attempts to open a database again that gave up, e.g. because the disk was full. */
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5_000;

/**
 * Opens PGlite. With a folder, first takes the lock that keeps a second process out. Should the database give up later
 * (the disk is full, or fails), everything under way is refused, and it is opened again until that succeeds.
 * @throws LockError where another process holds the folder.
 */
export async function openPglite({
  folder,
  image,
  durable = true,
  thread,
  extra,
  signal,
}: PgliteOptions = {}): Promise<PgliteDriver> {
  if (folder) await mkdir(folder, { recursive: true, mode: 0o700 });
  const release = folder ? await takeLock(join(folder, 'viva.lock')) : async () => undefined;
  const listeners = new Map<string, Set<ListenOptions>>();
  const onNotification = ({ channel, payload }: ThreadNotification): void => {
    for (const listener of listeners.get(channel) ?? []) listener.onNotification(payload);
  };
  const start = async (): Promise<Session> => {
    const session = await startSession({
      dataDir: folder ? join(folder, 'database') : undefined,
      image,
      durable,
      thread,
      extra,
      signal,
      onNotification,
    });
    for (const channel of listeners.keys()) await session.ask({ kind: 'listen', channel });
    return session;
  };

  let session: Session;
  let closed = false;
  let reviving: Promise<void> | undefined;
  let wake: () => void = () => undefined;
  async function revive(): Promise<void> {
    for (let delay = FIRST_DELAY_MS; !closed; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, delay).unref();
      });
      if (closed) return;
      try {
        session = await start();
        session.onDeath(mourn);
        for (const own of listeners.values()) for (const { onGap } of own) onGap();
        return;
      } catch {
        // The reason stands already, and is told to everybody who asks meanwhile.
      }
    }
  }
  const mourn = (): void => {
    if (!closed && folder && !signal?.aborted) reviving = revive();
  };
  try {
    session = await start();
    session.onDeath(mourn);
  } catch (error) {
    await release();
    throw error;
  }

  // PGlite has one connection: transactions take turns.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const now = (): Promise<T> => {
      // What is begun in one life of the database may not go on in the next.
      const { dead } = session;
      if (dead)
        return Promise.reject(
          new DatabaseError(
            `The database is being opened again after a failure: ${dead.message}`,
            dead.code,
            undefined,
            { cause: dead },
          ),
        );
      return work(session);
    };
    const mine = turn.then(now, now);
    turn = mine.catch(() => undefined);
    return mine;
  };

  return {
    kind: 'pglite',
    transaction: (work, begin = 'BEGIN') =>
      inTurn(({ run, ask }) => between(run, () => ask({ kind: 'script', sql: begin }), work)),
    script: (sql) => inTurn(async ({ ask }) => void (await ask({ kind: 'script', sql }))),
    listen: async (channel, options) => {
      const own = listeners.get(channel) ?? new Set();
      listeners.set(channel, own.add(options));
      if (own.size === 1) await inTurn(({ ask }) => ask({ kind: 'listen', channel }));
      return async () => void own.delete(options);
    },
    dump: () =>
      inTurn(async ({ ask }) => {
        const { dump } = await ask({ kind: 'dump' });
        if (!dump) throw new DatabaseError('The database thread gave no dump.', '58000');
        return dump;
      }),
    ...(folder
      ? {
          checkRoom: async () => {
            const { bavail, bsize } = await statfs(folder);
            if (bavail * bsize < ROOM)
              throw new DatabaseError(
                `No space left: ${Math.floor((bavail * bsize) / 2 ** 20)} MiB are free in ${folder}, and ${ROOM / 2 ** 20} are needed.`,
                '53100',
              );
          },
        }
      : {}),
    close: async () => {
      closed = true;
      wake();
      await reviving;
      await turn;
      await session.close();
      await release();
    },
  };
}
