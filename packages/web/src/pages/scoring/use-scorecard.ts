/** The scorecard as the person edits it: the server's drafts under whatever the queue still holds. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { useLayoutEffect, useMemo } from 'react';
import type { PinnedQuestion, Scorecard } from '../../api/client.ts';
import { scorecardQuery } from '../../api/queries.ts';
import { useLiveDraftQueue } from '../../drafts/drafts-provider.tsx';
import type { Held } from '../../drafts/entry.ts';
import { type DraftValue, heldDraft, heldNote } from '../../drafts/send.ts';

const nothing: Held<DraftValue> = {
  value: { score: null, evidence: '', notAsked: null },
  revision: 0,
  savedAt: null,
};

export interface EditableScorecard {
  card: Scorecard;
  questions: PinnedQuestion[];
  draftOf: (question: string) => DraftValue;
  change: (question: string, patch: Partial<DraftValue>) => void;
  note: string;
  changeNote: (body: string) => void;
}

export function useScorecard(candidateId: string): EditableScorecard {
  const { data: card } = useSuspenseQuery(scorecardQuery(candidateId));
  const queue = useLiveDraftQueue();
  const held = useMemo(
    () => new Map(card.drafts.map((draft) => [draft.question, heldDraft(draft)])),
    [card.drafts],
  );

  useLayoutEffect(() => {
    if (card.status !== 'open') return;
    for (const { question } of card.questions)
      queue.learn({ candidateId, question }, held.get(question) ?? nothing);
    queue.learn({ candidateId, question: null }, heldNote(card.note));
  }, [queue, card, held, candidateId]);

  const draftOf = (question: string): DraftValue =>
    queue.get({ candidateId, question })?.value ?? held.get(question)?.value ?? nothing.value;
  return {
    card,
    questions: useMemo(() => [...card.questions].sort((a, b) => a.ordinal - b.ordinal), [card.questions]),
    draftOf,
    change: (question, patch) => queue.edit({ candidateId, question }, { ...draftOf(question), ...patch }),
    note: queue.get({ candidateId, question: null })?.value.evidence ?? card.note.body,
    changeNote: (body) =>
      queue.edit({ candidateId, question: null }, { score: null, evidence: body, notAsked: null }),
  };
}
