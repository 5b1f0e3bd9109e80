/** The scorecards that the signed-in person still owes, across their panels. */
import { useSuspenseQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { OpeningSummary, Session } from '../../api/client.ts';
import { candidatesQuery } from '../../api/queries.ts';
import { useLiveDraftQueue } from '../../drafts/drafts-provider.tsx';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { SeatLocks } from '../../ui/seat-locks.tsx';
import { Section } from '../../ui/section.tsx';
import classes from './home.module.css';

interface ToScoreProps {
  openings: OpeningSummary[];
  sessions: Session[];
}

export function ToScore({ openings, sessions }: ToScoreProps) {
  const { t } = useTranslation('home');
  const queue = useLiveDraftQueue();
  const results = useSuspenseQueries({ queries: openings.map(({ id }) => candidatesQuery(id)) });
  const owed = results
    .flatMap(({ data }) => data)
    .filter(({ mine, status, revealed }) => mine === 'to-score' && status === 'active' && !revealed);
  // Those already interviewed come first: their memory fades.
  const met = new Set(
    sessions.filter(({ status }) => status === 'ended' || status === 'running').map((one) => one.candidateId),
  );
  const ordered = [...owed].sort((a, b) => Number(met.has(b.id)) - Number(met.has(a.id)));

  return (
    <Section title={t('toScore')} lead={ordered.length > 0 ? t('toScoreLead') : undefined}>
      {ordered.length === 0 ? (
        <p className={classes.none}>{t('toScoreNone')}</p>
      ) : (
        <ul className={classes.list}>
          {ordered.map((candidate) => {
            const { unsaved } = queue.state(candidate.id);
            return (
              <li key={candidate.id} className={classes.card}>
                <div className={classes.cardWho}>
                  <Link
                    to="/candidates/$candidateId"
                    params={{ candidateId: candidate.id }}
                    className={classes.rowTitle}
                  >
                    {candidate.name}
                  </Link>
                  <span className={classes.rowMeta}>
                    {openings.find(({ id }) => id === candidate.openingId)?.title}
                  </span>
                </div>
                {unsaved > 0 && <Badge tone="warn">{t('unsent', { count: unsaved })}</Badge>}
                <SeatLocks locks={candidate.locks} />
                <ButtonLink
                  to="/candidates/$candidateId/score"
                  params={{ candidateId: candidate.id }}
                  variant="filled"
                >
                  {t('score')}
                </ButtonLink>
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}
