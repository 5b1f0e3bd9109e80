import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { notesQuery } from '../../api/queries.ts';
import { Section } from '../../ui/section.tsx';
import classes from './candidates.module.css';

/** The interviewers' notes, which open together with the ratings. */
export function Notes({ candidateId }: { candidateId: string }) {
  const { t } = useTranslation('candidates');
  const { data: notes } = useSuspenseQuery(notesQuery(candidateId));
  if (notes.length === 0) return null;
  return (
    <Section title={t('notes.title')} lead={t('notes.lead')}>
      <ul className={classes.comments}>
        {notes.map(({ raterId, raterName, body }) => (
          <li key={raterId} className={classes.comment}>
            <div className={classes.commentHead}>
              <strong>{raterName}</strong>
            </div>
            <p>{body}</p>
          </li>
        ))}
      </ul>
    </Section>
  );
}
