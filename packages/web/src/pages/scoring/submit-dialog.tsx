/** Sealing: what is still missing, or what will be frozen; then the seal. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { candidateQuery, openingQuery, scorecardQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useDraftQueue } from '../../drafts/drafts-provider.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { ScoreMark } from '../../ui/score-mark.tsx';
import { Seal } from '../../ui/seal.tsx';
import { toast } from '../../ui/toast.ts';
import { lacks } from './completeness.ts';
import classes from './scoring.module.css';
import type { EditableScorecard } from './use-scorecard.ts';

interface SubmitDialogProps {
  scorecard: EditableScorecard;
  lang: 'zh-CN' | 'en';
  onGo: (question: string) => void;
  onClose: () => void;
}

export function SubmitDialog({ scorecard, lang, onGo, onClose }: SubmitDialogProps) {
  const { t } = useTranslation(['scoring', 'common']);
  const queue = useDraftQueue();
  const [settling, setSettling] = useState(false);
  const [unsent, setUnsent] = useState(false);
  const { card, questions, draftOf } = scorecard;
  const id = card.candidateId;
  const open = questions
    .map((question) => ({ question, missing: lacks(draftOf(question.question), card.evidenceMin) }))
    .filter(({ missing }) => missing.length > 0);
  const submit = useAction(() => api.submitScorecard({ params: { id } }), {
    refresh: () => [
      scorecardQuery(id).queryKey,
      candidateQuery(id).queryKey,
      openingQuery(card.openingId).queryKey,
    ],
    done: ({ revealed }) => {
      queue.forget(id);
      toast.good(t(revealed ? 'submit.doneRevealed' : 'submit.done'));
      onClose();
    },
    quiet: true,
  });
  const seal = async (): Promise<void> => {
    setUnsent(false);
    setSettling(true);
    const settled = await queue.settle(id);
    setSettling(false);
    if (settled) submit.mutate();
    else setUnsent(true);
  };
  const go = (question: string) => {
    onClose();
    onGo(question);
  };

  if (open.length > 0)
    return (
      <Dialog
        open
        onClose={onClose}
        title={t('submit.missingTitle')}
        actions={<Button onClick={onClose}>{t('submit.back')}</Button>}
      >
        <p>{t('submit.missing', { count: open.length })}</p>
        <ul className={classes.missing}>
          {open.map(({ question, missing }) => (
            <li key={question.question}>
              <button type="button" className={classes.missingLink} onClick={() => go(question.question)}>
                {question.ordinal}. {question.text[lang].title}
              </button>
              <span className={classes.meta}>
                {missing.map((lack) => t(`lack.${lack}`, { min: card.evidenceMin })).join(' · ')}
              </span>
            </li>
          ))}
        </ul>
      </Dialog>
    );

  return (
    <Dialog
      open
      onClose={onClose}
      title={t('submit.title', { name: card.candidateName })}
      onSubmit={() => void seal()}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="seal" loading={settling || submit.isPending}>
            {t('submit.action')}
          </Button>
        </>
      }
    >
      {unsent ? (
        <Problem>{t('submit.unsent')}</Problem>
      ) : (
        <Problem error={submit.error}>
          {Object.entries(fieldErrors(submit.error)).map(([field, message]) => (
            <p key={field}>
              {field}: {message}
            </p>
          ))}
        </Problem>
      )}
      <div className={classes.sealIntro}>
        <Seal stamped size={44} />
        <p>{t('submit.body')}</p>
      </div>
      <ul className={classes.summary}>
        {questions.map(({ question, ordinal, text }) => {
          const value = draftOf(question);
          return (
            <li key={question}>
              <span>
                {ordinal}. {text[lang].title}
              </span>
              {value.notAsked !== null ? (
                <span className={classes.meta}>{t('notAsked.short')}</span>
              ) : (
                <ScoreMark score={value.score} />
              )}
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
