/** Where the draft is: with the server, on its way, waiting, or clashing with another window's. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { LOCALES, type QuestionContent } from '@viva/bank/authoring';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Proposal } from '../../../api/client.ts';
import { meQuery } from '../../../api/queries.ts';
import { proposalTarget, useAuthoringQueue } from '../../../drafts/authoring-drafts.tsx';
import { useFormat } from '../../../i18n/use-format.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Differences } from '../differences.tsx';
import classes from './editor.module.css';

export function SaveState({ proposal }: { proposal: Proposal }) {
  const { t, i18n } = useTranslation(['authoring', 'scoring', 'problems']);
  const { time } = useFormat();
  const queue = useAuthoringQueue();
  const client = useQueryClient();
  const [resolving, setResolving] = useState(false);
  const { unsaved, waiting, trouble: why, conflicts, refused, savedAt } = queue.state(proposal.id);

  // What is not with the server yet is in this browser's database; leaving all the same deserves a question.
  useEffect(() => {
    if (unsaved === 0) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [unsaved]);

  let calm = t('scoring:save.nothing');
  let trouble: string | null = null;
  if (conflicts.length > 0) trouble = t('scoring:save.conflict');
  else if (refused)
    trouble = i18n.exists(refused.code, { ns: 'problems' })
      ? t(`problems:${refused.code as 'withdrawn'}`)
      : refused.message;
  else if (why === 'signed-out') trouble = t('scoring:save.signedOut');
  else if (waiting) trouble = t('scoring:save.waiting', { count: unsaved });
  else if (unsaved > 0) calm = t('scoring:save.saving');
  else calm = t('scoring:save.saved', { when: time(savedAt ?? proposal.savedAt) });

  return (
    <div className={classes.save} data-trouble={trouble !== null || undefined}>
      <span>
        <span role="status">{trouble}</span>
        {trouble === null && calm}
      </span>
      {!queue.storable && <span>{t('scoring:save.unstorable')}</span>}
      {conflicts.length > 0 && (
        <Button data-size="compact" onClick={() => setResolving(true)}>
          {t('scoring:save.resolve')}
        </Button>
      )}
      {why === 'signed-out' && (
        <Button data-size="compact" onClick={() => client.setQueryData(meQuery.queryKey, null)}>
          {t('scoring:save.signIn')}
        </Button>
      )}
      {conflicts.length === 0 && waiting && why !== 'signed-out' && (
        <Button data-size="compact" onClick={() => queue.hurry()}>
          {t('scoring:save.now')}
        </Button>
      )}
      {resolving && <Conflict proposal={proposal} onClose={() => setResolving(false)} />}
    </div>
  );
}

/** Two windows wrote: what differs, and which is kept. */
function Conflict({ proposal, onClose }: { proposal: Proposal; onClose: () => void }) {
  const { t } = useTranslation(['authoring', 'scoring']);
  const queue = useAuthoringQueue();
  const target = proposalTarget(proposal.id);
  const entry = queue.get(target);
  if (!entry?.conflict) return null;
  const choose = (keep: 'mine' | 'theirs') => {
    queue.resolve(target, keep);
    onClose();
  };
  const titleOf = (content: QuestionContent) =>
    LOCALES.map((locale) => content.text[locale].title).join(' · ');
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t('scoring:conflict.title')}
      actions={
        <>
          <Button onClick={() => choose('theirs')}>{t('scoring:conflict.theirs')}</Button>
          <Button variant="filled" onClick={() => choose('mine')}>
            {t('scoring:conflict.mine')}
          </Button>
        </>
      }
    >
      <p>{t('conflictBody', { title: titleOf(entry.value) })}</p>
      <Differences before={entry.conflict.value} after={entry.value} heading="h3" />
    </Dialog>
  );
}
