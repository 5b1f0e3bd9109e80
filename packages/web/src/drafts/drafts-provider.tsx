/** The signed-in person's draft queue, alive as long as they are signed in, on whatever page. */
import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from 'react';
import { DraftQueue } from './queue.ts';
import { type DraftValue, sendDraft } from './send.ts';
import { browserStorage } from './storage.ts';
import { useQueueLife } from './use-queue-life.ts';

const QueueContext = createContext<DraftQueue<DraftValue> | null>(null);

export function DraftsProvider({ personId, children }: { personId: string; children: ReactNode }) {
  const [queue] = useState(
    () => new DraftQueue<DraftValue>({ storage: browserStorage(personId), send: sendDraft }),
  );

  useQueueLife(queue, `viva-drafts-${personId}`);
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
