/** Tells the pages of a candidate that somebody locked: a nudge without content; each page asks for itself. */

type Listener = () => void;

export interface LockEvents {
  nudge(candidateId: string): void;
  /** @returns a function that stops listening. */
  listen(candidateId: string, listener: Listener): () => void;
}

export function createLockEvents(): LockEvents {
  const listeners = new Map<string, Set<Listener>>();
  return {
    nudge: (candidateId) => {
      for (const listener of listeners.get(candidateId) ?? []) listener();
    },
    listen: (candidateId, listener) => {
      const own = listeners.get(candidateId) ?? new Set();
      listeners.set(candidateId, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0) listeners.delete(candidateId);
      };
    },
  };
}
