/** Each candidate on the scale from 1 to 5: the adjusted score with its interval, the raw score, and each rater's own. */
import { useTranslation } from 'react-i18next';
import type { DecisionReport } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import classes from './decision.module.css';

const points = [1, 2, 3, 4, 5];
const place = (score: number): string => `${((score - 1) / 4) * 100}%`;
const span = (from: number, to: number) => ({ left: place(from), width: `${((to - from) / 4) * 100}%` });

export function IntervalPlot({ report }: { report: DecisionReport }) {
  const { t } = useTranslation('decision');
  const { number } = useFormat();
  const raterName = new Map(report.raters.map(({ id, name }) => [id, name]));
  const model = report.analysis.basis === 'model';
  const adjusted = new Map(
    report.analysis.candidates.map(({ candidateId, overall }) => [candidateId, overall]),
  );
  return (
    <figure className={classes.plot}>
      <div className={classes.axis} aria-hidden>
        <span />
        <span className={classes.ticks}>
          {points.map((point) => (
            <span key={point} style={{ left: place(point) }}>
              {point}
            </span>
          ))}
        </span>
      </div>
      <ul>
        {report.candidates.map(({ candidate, overall, byRater }) => {
          const given = byRater.filter(
            (one): one is { raterId: string; overall: number } => one.overall !== null,
          );
          const scores = given.map((one) => one.overall);
          const own = adjusted.get(candidate.id);
          const spoken = given
            .map((one) => `${raterName.get(one.raterId) ?? ''} ${number(one.overall)}`)
            .join(t('plot.separator'));
          const known = own && own.value !== null && own.lower !== null && own.upper !== null;
          return (
            <li key={candidate.id} className={classes.plotRow}>
              <span className={classes.plotName}>{candidate.name}</span>
              <span className={classes.track}>
                <span className="sr-only">
                  {known &&
                    t('plot.spokenAdjusted', {
                      value: number(own.value),
                      lower: number(own.lower),
                      upper: number(own.upper),
                    })}{' '}
                  {t('plot.spoken', { overall: number(overall), raters: spoken })}
                </span>
                {points.map((point) => (
                  <span key={point} className={classes.grid} style={{ left: place(point) }} aria-hidden />
                ))}
                {known ? (
                  <span
                    aria-hidden
                    className={classes.interval}
                    style={span(own.lower ?? 1, own.upper ?? 1)}
                    title={`${number(own.lower)} – ${number(own.upper)}`}
                  />
                ) : (
                  scores.length > 1 && (
                    <span
                      aria-hidden
                      className={classes.range}
                      style={span(Math.min(...scores), Math.max(...scores))}
                    />
                  )
                )}
                {given.map((one) => (
                  <span
                    key={one.raterId}
                    aria-hidden
                    className={classes.dot}
                    style={{ left: place(one.overall) }}
                    title={`${raterName.get(one.raterId) ?? ''} · ${number(one.overall)}`}
                  />
                ))}
                {overall !== null && (
                  <span
                    aria-hidden
                    className={classes.tick}
                    data-faint={known || undefined}
                    style={{ left: place(overall) }}
                    title={`${t(known ? 'ranking.raw' : 'ranking.overall')} · ${number(overall)}`}
                  />
                )}
                {known && (
                  <span
                    aria-hidden
                    className={classes.diamond}
                    style={{ left: place(own.value ?? 1) }}
                    title={`${t('ranking.adjusted')} · ${number(own.value)}`}
                  />
                )}
              </span>
            </li>
          );
        })}
      </ul>
      <figcaption className={classes.legend}>
        {model && (
          <span>
            <i className={classes.diamond} /> {t('plot.diamond')}
          </span>
        )}
        <span>
          <i className={classes.tick} data-faint={model || undefined} />{' '}
          {t(model ? 'plot.rawTick' : 'plot.tick')}
        </span>
        <span>
          <i className={classes.dot} /> {t('plot.dot')}
        </span>
        {!model && <span>{t('plot.caveat')}</span>}
      </figcaption>
    </figure>
  );
}
