/** The signed-in person's draft queue, alive as long as they are signed in, on whatever page. */
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { DraftQueue } from './queue.ts';
import { type DraftValue, sendDraft } from './send.ts';
import { browserStorage } from './storage.ts';

const QueueContext = createContext<DraftQueue<DraftValue> | null>(null);

export function DraftsProvider({ personId, children }: { personId: string; children: ReactNode }) {
  const [queue] = useState(
    () => new DraftQueue<DraftValue>({ storage: browserStorage(personId), send: sendDraft }),
  );

  useEffect(() => {
    queue.start();
    // Only one tab takes up what earlier ones left, or two would send the same drafts and meet as strangers.
    const over = new AbortController();
    const revive = () => queue.revive();
    if (navigator.locks)
      void navigator.locks
        .request(`viva-drafts-${personId}`, { signal: over.signal }, async () => {
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
  }, [queue, personId]);

  return <QueueContext value={queue}>{children}</QueueContext>;
}

export function useDraftQueue(): DraftQueue<DraftValue> {
  const queue = useContext(QueueContext);
  if (!queue) throw new Error('useDraftQueue: only inside the signed-in layout');
  return queue;
}

/** The queue, re-rendering with its every change. */
export function useLiveDraftQueue(): DraftQueue<DraftValue> {
  const queue = useDraftQueue();
  useSyncExternalStore(queue.subscribe, () => queue.version);
  return queue;
}
