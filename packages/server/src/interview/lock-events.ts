/**
 * Tells the pages of a candidate that somebody locked: a nudge without content; each page asks for itself. The database
 * sends it, in the transaction of the change, so that it reaches the streams of every process.
 */
import { setMaxListeners } from 'node:events';
import type { Driver } from '../store/driver.ts';

type Listener = () => void;

export interface LockEvents {
  /** @returns a function that stops listening. */
  listen(candidateId: string, listener: Listener): () => void;
  /** How many are listening. */
  readonly size: number;
  /** Ends every stream, and the listening. */
  close(): Promise<void>;
  /** Aborted when closing. */
  readonly closing: AbortSignal;
}

const CHANNEL = 'viva_locks';

export async function createLockEvents(driver: Pick<Driver, 'listen'>): Promise<LockEvents> {
  const listeners = new Map<string, Set<Listener>>();
  const closing = new AbortController();
  // Every open page listens, hundreds of them.
  setMaxListeners(0, closing.signal);
  const stop = await driver.listen(CHANNEL, {
    onNotification: (candidateId) => {
      for (const listener of listeners.get(candidateId) ?? []) listener();
    },
    // What was missed is not known: everybody looks.
    onGap: () => {
      for (const own of listeners.values()) for (const listener of own) listener();
    },
  });
  return {
    listen: (candidateId, listener) => {
      const own = listeners.get(candidateId) ?? new Set();
      listeners.set(candidateId, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(candidateId) === own) listeners.delete(candidateId);
      };
    },
    get size() {
      return [...listeners.values()].reduce((sum, { size }) => sum + size, 0);
    },
    closing: closing.signal,
    close: async () => {
      closing.abort();
      await stop();
    },
  };
}
