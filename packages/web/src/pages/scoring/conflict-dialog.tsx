/** The same draft was changed on another device: show both, let the person choose. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useLiveDraftQueue } from '../../drafts/drafts-provider.tsx';
import type { DraftValue } from '../../drafts/send.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ScoreMark } from '../../ui/score-mark.tsx';
import classes from './scoring.module.css';

interface ConflictDialogProps {
  candidateId: string;
  /** null for the note. */
  question: string | null;
  title: string;
  onClose: () => void;
}

export function ConflictDialog({ candidateId, question, title, onClose }: ConflictDialogProps) {
  const { t } = useTranslation('scoring');
  const queue = useLiveDraftQueue();
  const target = { candidateId, question };
  const entry = queue.get(target);
  if (!entry?.conflict) return null;
  const choose = (keep: 'mine' | 'theirs') => {
    queue.resolve(target, keep);
    onClose();
  };
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t('conflict.title')}
      actions={
        <>
          <Button onClick={() => choose('theirs')}>{t('conflict.theirs')}</Button>
          <Button variant="filled" onClick={() => choose('mine')}>
            {t('conflict.mine')}
          </Button>
        </>
      }
    >
      <p>{t('conflict.body', { title })}</p>
      <div className={classes.versions}>
        <Version heading={t('conflict.here')} value={entry.value} scored={question !== null} />
        <Version heading={t('conflict.there')} value={entry.conflict.value} scored={question !== null} />
      </div>
    </Dialog>
  );
}

function Version({ heading, value, scored }: { heading: string; value: DraftValue; scored: boolean }) {
  const { t } = useTranslation('scoring');
  return (
    <section className={classes.version}>
      <h3>
        {heading}
        {scored && <ScoreMark score={value.score} />}
      </h3>
      {value.notAsked !== null && (
        <p className={classes.meta}>
          {t('notAsked.title')}: {value.notAsked}
        </p>
      )}
      <p className={classes.versionText}>{value.evidence || t('conflict.empty')}</p>
    </section>
  );
}
