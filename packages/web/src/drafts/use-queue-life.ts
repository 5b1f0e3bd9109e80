/** Keeps a queue running while its page lives: takes up what was left, hurries when the network is back, flushes at the end. */
import { useEffect } from 'react';
import type { DraftQueue } from './queue.ts';

/** @param lock names what only one tab does at a time */
export function useQueueLife<V>(queue: DraftQueue<V>, lock: string): void {
  useEffect(() => {
    queue.start();
    // Only one tab takes up what earlier ones left, or two would send the same drafts and meet as strangers.
    const over = new AbortController();
    const revive = () => queue.revive();
    if (navigator.locks)
      void navigator.locks
        .request(lock, { signal: over.signal }, async () => {
          await revive();
          await new Promise<void>((done) => over.signal.addEventListener('abort', () => done()));
        })
        .catch(() => undefined);
    else void revive();

    const hurry = () => queue.hurry();
    const flush = () => queue.flush();
    const hide = () => document.visibilityState === 'hidden' && queue.hurry();
    window.addEventListener('online', hurry);
    window.addEventListener('pagehide', flush);
    document.addEventListener('visibilitychange', hide);
    return () => {
      over.abort();
      window.removeEventListener('online', hurry);
      window.removeEventListener('pagehide', flush);
      document.removeEventListener('visibilitychange', hide);
      queue.flush();
      queue.stop();
    };
  }, [queue, lock]);
}
