/** Listens to a candidate's seals. The event says who has sealed, and nothing more; everything else is read anew. */
import { useQueryClient } from '@tanstack/react-query';
import { eventsPath, LocksEvent } from '@viva/server/client';
import { useEffect } from 'react';
import { candidateQuery, commentsQuery, ratingsQuery } from './queries.ts';

export function useLockEvents(candidateId: string, onRevealed?: () => void): void {
  const client = useQueryClient();
  useEffect(() => {
    const source = new EventSource(eventsPath(candidateId));
    source.addEventListener('locks', (event) => {
      const parsed = LocksEvent.safeParse(JSON.parse(String(event.data)));
      if (!parsed.success) return;
      const { locked, revealed } = parsed.data;
      const before = client.getQueryData(candidateQuery(candidateId).queryKey);
      client.setQueryData(candidateQuery(candidateId).queryKey, (old) =>
        old
          ? { ...old, locks: old.locks.map((lock) => ({ ...lock, locked: locked.includes(lock.personId) })) }
          : old,
      );
      if (revealed !== before?.revealed) {
        void client.invalidateQueries({ queryKey: candidateQuery(candidateId).queryKey, exact: true });
        void client.invalidateQueries({ queryKey: ratingsQuery(candidateId).queryKey });
        void client.invalidateQueries({ queryKey: commentsQuery(candidateId).queryKey });
        if (revealed) onRevealed?.();
      }
    });
    return () => source.close();
  }, [candidateId, client, onRevealed]);
}
