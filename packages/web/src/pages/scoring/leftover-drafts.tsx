/** Texts that were still here when the scorecard was sealed or closed elsewhere: shown, never silently dropped. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PinnedQuestion } from '../../api/client.ts';
import { useLiveDraftQueue } from '../../drafts/drafts-provider.tsx';
import { useLocale } from '../../i18n/use-format.ts';
import classes from './sealed-view.module.css';

interface LeftoverDraftsProps {
  candidateId: string;
  questions: PinnedQuestion[];
}

export function LeftoverDrafts({ candidateId, questions }: LeftoverDraftsProps) {
  const { t } = useTranslation('scoring');
  const locale = useLocale();
  const queue = useLiveDraftQueue();
  const left = queue.unsaved(candidateId);
  if (left.length === 0) return null;
  return (
    <section className={classes.leftover} aria-label={t('leftover.title')}>
      <h2>{t('leftover.title')}</h2>
      <p>{t('leftover.body')}</p>
      <ul>
        {left.map((entry) => {
          const title = questions.find(({ question }) => question === entry.question)?.text[locale].title;
          return (
            <li key={entry.key}>
              <strong>{title ?? t('note.title')}</strong>
              <p className={classes.text}>
                {entry.value.score !== null && `${entry.value.score} · `}
                {entry.value.notAsked ?? entry.value.evidence}
              </p>
            </li>
          );
        })}
      </ul>
      <Button onClick={() => queue.forget(candidateId)}>{t('leftover.discard')}</Button>
    </section>
  );
}
