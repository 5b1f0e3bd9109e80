import { useTranslation } from 'react-i18next';
import type { RatingTendency } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Section } from '../../ui/section.tsx';
import classes from './calibration.module.css';
import type { PastRound } from './use-practice-round.ts';

/** Where one leans so far: agreement, severity or leniency, and how much of the scale one uses. */
export function Tendency({ tendency, rounds }: { tendency: RatingTendency | null; rounds: PastRound[] }) {
  const { t } = useTranslation('calibration');
  const { number, percent, date } = useFormat();
  if (!tendency && rounds.length === 0) return null;
  return (
    <Section title={t('tendency.title')}>
      {tendency && (
        <>
          <dl className={classes.figures} data-testid="tendency">
            <div>
              <dt>{t('exact')}</dt>
              <dd>
                {percent(tendency.exact.value ?? 0)}{' '}
                <small>{t('size', { count: tendency.transcripts })}</small>
              </dd>
            </div>
            <div>
              <dt>{t('withinOne')}</dt>
              <dd>{percent(tendency.withinOne.value ?? 0)}</dd>
            </div>
            <div>
              <dt>{t('bias')}</dt>
              <dd>
                {number(tendency.bias, 2)} <small>{t(`tendency.leaning.${tendency.leaning}`)}</small>
              </dd>
            </div>
            <div>
              <dt>{t('tendency.spread')}</dt>
              <dd>
                {number(tendency.spread, 2)} <small>{t(`tendency.range.${tendency.range}`)}</small>
              </dd>
            </div>
          </dl>
          <p className={classes.progress}>{t('tendency.note')}</p>
        </>
      )}
      {rounds.length > 0 && (
        <ul className={classes.attempts}>
          {rounds.map(({ endedAt, transcripts, bias, exact }) => (
            <li key={endedAt} className={classes.progress}>
              {t('tendency.round', {
                date: date(endedAt),
                count: transcripts,
                exact: percent(exact),
                bias: number(bias, 2),
              })}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
