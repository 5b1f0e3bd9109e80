/** Sends one draft or note, and says what became of it in the queue's words. */
import { ApiError, type NetworkError } from '@viva/server/client';
import { api, type Draft, type Note } from '../api/client.ts';
import type { Entry, Held } from './entry.ts';
import type { Outcome } from './queue.ts';

/** One shape for both: a note is evidence without a score. */
export interface DraftValue {
  score: number | null;
  evidence: string;
  notAsked: string | null;
}

export const heldDraft = ({ score, evidence, notAsked, revision, savedAt }: Draft): Held<DraftValue> => ({
  value: { score, evidence, notAsked },
  revision,
  savedAt,
});

export const heldNote = ({ body, revision, savedAt }: Note): Held<DraftValue> => ({
  value: { score: null, evidence: body, notAsked: null },
  revision,
  savedAt,
});

/** Browsers cap the bodies of requests that outlive their page at 64 KiB together. */
const KEEPALIVE_MAX = 60_000;

export async function sendDraft(
  { candidateId, question, value, base }: Entry<DraftValue>,
  { keepalive }: { keepalive: boolean },
): Promise<Outcome<DraftValue>> {
  const outlive = keepalive && value.evidence.length * 3 < KEEPALIVE_MAX;
  try {
    if (question === null) {
      const note = await api.saveNote(
        { params: { id: candidateId }, body: { body: value.evidence, baseRevision: base } },
        { keepalive: outlive },
      );
      return { kind: 'saved', revision: note.revision, savedAt: note.savedAt };
    }
    const draft = await api.saveDraft(
      { params: { id: candidateId, question }, body: { ...value, baseRevision: base } },
      { keepalive: outlive },
    );
    return { kind: 'saved', revision: draft.revision, savedAt: draft.savedAt };
  } catch (error) {
    return outcomeOf(error as ApiError | NetworkError, question);
  }
}

function outcomeOf(error: ApiError | NetworkError, question: string | null): Outcome<DraftValue> {
  if (!(error instanceof ApiError)) return { kind: 'unanswered' };
  if (error.code === 'draft-conflict' && error.problem.current)
    return {
      kind: 'conflict',
      held:
        question === null
          ? heldNote(error.problem.current as Note)
          : heldDraft(error.problem.current as Draft),
    };
  const passing = error.status === 401 || error.status === 429 || error.status >= 500;
  if (passing) return { kind: 'unanswered', code: error.code };
  return { kind: 'refused', code: error.code, message: error.message };
}
