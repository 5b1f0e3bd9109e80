/** Drafts of questions, kept and sent as those of ratings are: no keystroke is lost, and two windows do not overwrite each other. */
import type { QuestionContent } from '@viva/bank/authoring';
import { ApiError, type NetworkError } from '@viva/server/client';
import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from 'react';
import { api, type SavedContent } from '../api/client.ts';
import type { Entry, Held } from './entry.ts';
import { DraftQueue, type Outcome, type Target } from './queue.ts';
import { browserStorage } from './storage.ts';
import { useQueueLife } from './use-queue-life.ts';

/** Browsers cap the bodies of requests that outlive their page at 64 KiB together. */
const KEEPALIVE_MAX = 60_000;

/** The same content with every object's keys in order: the database gives them back in another one. */
export function ordered<T>(value: T): T {
  if (Array.isArray(value)) return value.map(ordered) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, ordered(member)]),
  ) as T;
}

export const proposalTarget = (proposal: string): Target => ({ candidateId: proposal, question: null });

export const heldContent = ({
  content,
  revision,
  savedAt,
}: {
  content: unknown;
  revision: number;
  savedAt: string;
}): Held<QuestionContent> => ({ value: ordered(content as QuestionContent), revision, savedAt });

async function send(
  { candidateId: id, value, base }: Entry<QuestionContent>,
  { keepalive }: { keepalive: boolean },
): Promise<Outcome<QuestionContent>> {
  try {
    const saved: SavedContent = await api.saveContent(
      { params: { id }, body: { content: value as never, baseRevision: base } },
      { keepalive: keepalive && JSON.stringify(value).length * 3 < KEEPALIVE_MAX },
    );
    return { kind: 'saved', ...saved };
  } catch (error) {
    return outcomeOf(error as ApiError | NetworkError);
  }
}

function outcomeOf(error: ApiError | NetworkError): Outcome<QuestionContent> {
  if (!(error instanceof ApiError)) return { kind: 'unanswered' };
  if (error.code === 'draft-conflict' && error.problem.current)
    return {
      kind: 'conflict',
      held: heldContent(error.problem.current as Parameters<typeof heldContent>[0]),
    };
  const passing = error.status === 401 || error.status === 429 || error.status >= 500;
  if (passing) return { kind: 'unanswered', code: error.code };
  return { kind: 'refused', code: error.code, message: error.message };
}

const QueueContext = createContext<DraftQueue<QuestionContent> | null>(null);

export function AuthoringDraftsProvider({ personId, children }: { personId: string; children: ReactNode }) {
  const [queue] = useState(
    () => new DraftQueue<QuestionContent>({ storage: browserStorage(`authoring:${personId}`), send }),
  );
  useQueueLife(queue, `viva-authoring-${personId}`);
  return <QueueContext value={queue}>{children}</QueueContext>;
}

/** The queue, re-rendering with its every change. */
export function useAuthoringQueue(): DraftQueue<QuestionContent> {
  const queue = useContext(QueueContext);
  if (!queue) throw new Error('useAuthoringQueue: only inside the signed-in layout');
  useSyncExternalStore(queue.subscribe, () => queue.version);
  return queue;
}
