/** A proposal being written: its content wherever it is held, undo, and what the checks find as one types. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { checkContent, type QuestionContent } from '@viva/bank/authoring';
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Proposal } from '../../../api/client.ts';
import { heldContent, proposalTarget, useAuthoringQueue } from '../../../drafts/authoring-drafts.tsx';
import { vocabularyQuery } from '../queries.ts';
import { withValue } from './content-path.ts';
import { FindingIndex, isOfServer, placed } from './findings.ts';
import { emptyHistory, type History, noted, redone, undone } from './history.ts';

export interface Editor {
  proposal: Proposal;
  content: QuestionContent;
  findings: FindingIndex;
  /** One value at a place. */
  edit: (at: string, value: unknown) => void;
  /** Several at once, undone as one step. */
  change: (tag: string, change: (content: QuestionContent) => QuestionContent) => void;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
  saveNow: () => void;
}

export function useEditor(proposal: Proposal): Editor {
  const { t, i18n } = useTranslation('authoring');
  const queue = useAuthoringQueue();
  const { data: vocabulary } = useSuspenseQuery(vocabularyQuery);
  const target = useMemo(() => proposalTarget(proposal.id), [proposal.id]);
  const held = useMemo(() => heldContent(proposal), [proposal]);
  useEffect(() => queue.learn(target, held), [queue, target, held]);
  const content = queue.get(target)?.value ?? held.value;
  const latest = useRef(content);
  latest.current = content;
  const history = useRef<History<QuestionContent>>(emptyHistory());
  const [reach, setReach] = useState({ undo: false, redo: false });
  const write = useCallback(
    (next: QuestionContent, then: History<QuestionContent>) => {
      history.current = then;
      latest.current = next;
      queue.edit(target, next);
      setReach((before) => {
        const now = { undo: then.past.length > 0, redo: then.future.length > 0 };
        return before.undo === now.undo && before.redo === now.redo ? before : now;
      });
    },
    [queue, target],
  );
  const change = useCallback(
    (tag: string, make: (content: QuestionContent) => QuestionContent) => {
      const before = latest.current;
      write(make(before), noted(history.current, before, tag, Date.now()));
    },
    [write],
  );
  const edit = useCallback(
    (at: string, value: unknown) => change(at, (before) => withValue(before, at, value)),
    [change],
  );
  const go = useCallback(
    (step: typeof undone) => {
      const found = step(history.current, latest.current);
      if (found) write(found.value, found.history);
    },
    [write],
  );
  const undo = useCallback(() => go(undone), [go]);
  const redo = useCallback(() => go(redone), [go]);
  const saveNow = useCallback(() => queue.hurry(), [queue]);

  const settled = useDeferredValue(content);
  const isNew = proposal.base === null;
  const findings = useMemo(() => {
    const local = checkContent(settled, {
      competencies: new Set(vocabulary.competencies.map(({ id }) => id)),
      taken: isNew ? new Set(vocabulary.ids) : new Set(),
    });
    const say = (code: 'schema', values: Record<string, string | number>) => t(`finding.${code}`, values);
    const knows = (code: string) => i18n.exists(`finding.${code}`, { ns: 'authoring' });
    const ofServer = proposal.findings.filter(isOfServer).map(({ line, ...finding }) => ({
      ...finding,
      ...(line === undefined ? {} : { line }),
    }));
    return new FindingIndex(
      [...local, ...ofServer].map((finding) => placed(finding, say as Parameters<typeof placed>[1], knows)),
    );
  }, [settled, vocabulary, isNew, proposal.findings, t, i18n]);

  return {
    proposal,
    content,
    findings,
    edit,
    change,
    undo,
    redo,
    canUndo: reach.undo,
    canRedo: reach.redo,
    saveNow,
  };
}
