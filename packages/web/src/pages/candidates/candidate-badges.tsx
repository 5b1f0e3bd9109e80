import { useTranslation } from 'react-i18next';
import type { Candidate } from '../../api/client.ts';
import { Badge } from '../../ui/badge.tsx';
import classes from './candidates.module.css';

/** Where a candidate stands, in a few words. */
export function CandidateBadges({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation(['candidates', 'common']);
  const { status, revealed, decision, reveal } = candidate;
  return (
    <span className={classes.badges}>
      {status === 'withdrawn' && <Badge>{t('withdrawn')}</Badge>}
      {revealed ? (
        <Badge tone={reveal?.cause === 'closed' ? 'warn' : 'good'}>
          {t(reveal?.cause === 'closed' ? 'revealedClosed' : 'revealed')}
        </Badge>
      ) : (
        <Badge tone="seal">{t('sealedState')}</Badge>
      )}
      {decision && <Badge tone="accent">{t(`common:outcome.${decision.outcome}`)}</Badge>}
    </span>
  );
}
