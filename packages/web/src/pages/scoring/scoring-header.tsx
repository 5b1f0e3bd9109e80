import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Candidate, Scorecard } from '../../api/client.ts';
import { SeatLocks } from '../../ui/seat-locks.tsx';
import classes from './scoring.module.css';

interface ScoringHeaderProps {
  card: Scorecard;
  candidate: Candidate;
  status?: ReactNode;
  actions?: ReactNode;
}

export function ScoringHeader({ card, candidate, status, actions }: ScoringHeaderProps) {
  const { t } = useTranslation('scoring');
  return (
    <div className={classes.header}>
      <div className={classes.who}>
        <h1 className={classes.name}>
          <span className="sr-only">{t('title')} </span>
          <Link to="/candidates/$candidateId" params={{ candidateId: card.candidateId }}>
            {card.candidateName}
          </Link>
        </h1>
        <span className={classes.opening}>{card.openingTitle}</span>
      </div>
      <SeatLocks locks={candidate.locks} />
      {status}
      {actions && <div className={classes.headerActions}>{actions}</div>}
    </div>
  );
}
