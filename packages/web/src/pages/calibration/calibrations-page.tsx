import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import bank from '../bank/bank.module.css';
import { calibrationsQuery, endsSoon } from './queries.ts';

/** Which calibrations there are, and which one has passed. */
export function CalibrationsPage() {
  const { t } = useTranslation('calibration');
  const { text, date } = useFormat();
  const { data: sets } = useSuspenseQuery(calibrationsQuery);
  return (
    <>
      <PageHeader title={t('title')} lead={<p>{t('lead')}</p>} />
      <ul className={bank.list}>
        {sets.map((set) => (
          <li key={set.family} className={bank.item}>
            <h2 className={bank.itemTitle}>
              <Link to="/calibration/$family" params={{ family: set.family }}>
                {text(set.title)}
              </Link>
            </h2>
            <p className={bank.snippet}>{text(set.intro)}</p>
            <p className={bank.facts}>
              {set.standing.passed && set.standing.expiresAt ? (
                <Badge tone={endsSoon(set.standing.expiresAt) ? 'warn' : 'good'}>
                  {t(endsSoon(set.standing.expiresAt) ? 'endsSoon' : 'validUntil', {
                    date: date(set.standing.expiresAt),
                  })}
                </Badge>
              ) : (
                <Badge tone="warn">{t('notPassed')}</Badge>
              )}
              <span>{t('size', { count: set.size })}</span>
              {set.practice > 0 && (
                <Link to="/calibration/$family/practice" params={{ family: set.family }}>
                  {t('practice.open', { count: set.practice })}
                </Link>
              )}
              <span>{t('months', { count: set.validMonths })}</span>
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}
