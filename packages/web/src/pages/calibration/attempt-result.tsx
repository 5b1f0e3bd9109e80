import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { CalibrationAttempt, CalibrationSet } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/section.tsx';
import classes from './calibration.module.css';

interface AttemptResultProps {
  attempt: CalibrationAttempt;
  set: CalibrationSet;
  onAgain: () => void;
}

/** How an attempt went: agreement, leaning, and the experts' reasons one by one. */
export function AttemptResult({ attempt, set, onAgain }: AttemptResultProps) {
  const { t } = useTranslation('calibration');
  const { text, percent, number, date } = useFormat();
  type Estimate = { lower: number | null; upper: number | null };
  const range = ({ lower, upper }: Estimate): string =>
    lower === null || upper === null ? '' : `${number(lower)} – ${number(upper)}`;
  const shareRange = ({ lower, upper }: Estimate): string =>
    lower === null || upper === null ? '—' : `${percent(lower)} – ${percent(upper)}`;
  const leaning = attempt.bias > 0.25 ? 'lenient' : attempt.bias < -0.25 ? 'severe' : 'even';
  const titles = new Map(set.transcripts.map(({ id, title }) => [id, title]));
  return (
    <>
      <Section
        title={t(attempt.passed ? 'passedTitle' : 'failedTitle')}
        actions={<Button onClick={onAgain}>{t(attempt.passed ? 'practise' : 'again')}</Button>}
      >
        <dl className={classes.figures}>
          <div>
            <dt>{t('exact')}</dt>
            <dd>
              {percent(attempt.exact)} <small>{t('needed', { share: percent(set.pass.exact) })}</small>
            </dd>
          </div>
          <div>
            <dt>{t('withinOne')}</dt>
            <dd>
              {percent(attempt.withinOne)}{' '}
              <small>{t('needed', { share: percent(set.pass.withinOne) })}</small>
            </dd>
          </div>
          <div>
            <dt>{t('bias')}</dt>
            <dd>
              {number(attempt.bias, 2)} <small>{t(`leaning.${leaning}`)}</small>
            </dd>
          </div>
          {attempt.agreement && (
            <div>
              <dt>{t('kappa')}</dt>
              <dd>
                {number(attempt.agreement.kappa.value)} <small>{range(attempt.agreement.kappa)}</small>
              </dd>
            </div>
          )}
        </dl>
        {attempt.agreement && (
          <p className={classes.progress}>
            {t('intervals', {
              count: attempt.agreement.transcripts,
              exact: shareRange(attempt.agreement.exact),
              near: shareRange(attempt.agreement.withinOne),
            })}
          </p>
        )}
        {attempt.expiresAt && (
          <p>
            {t('validUntil', { date: date(attempt.expiresAt) })}{' '}
            <Link to="/certificates/$attempt" params={{ attempt: attempt.id }}>
              {t('certificate.open')}
            </Link>
          </p>
        )}
      </Section>
      {attempt.feedback.length === 0 && <p className={classes.progress}>{t('setChanged')}</p>}
      {attempt.feedback.map(({ transcript, score, expert, reason }) => {
        const title = titles.get(transcript);
        return (
          <section
            key={transcript}
            className={classes.feedback}
            aria-label={title ? text(title) : transcript}
          >
            <p className={classes.compare}>
              <strong>{title ? text(title) : transcript}</strong>
              <Badge tone={score === expert ? 'good' : Math.abs(score - expert) === 1 ? 'warn' : 'seal'}>
                {t('yours', { score, expert })}
              </Badge>
            </p>
            <p>{text(reason)}</p>
          </section>
        );
      })}
    </>
  );
}
