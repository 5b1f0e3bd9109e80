/** Each rater's own overall score beside the panel's, on the whole scale from 1 to 5: agreement at a glance. */
import { useTranslation } from 'react-i18next';
import type { DecisionReport } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import classes from './decision.module.css';

const points = [1, 2, 3, 4, 5];
const place = (score: number): string => `${((score - 1) / 4) * 100}%`;

export function SpreadPlot({ report }: { report: DecisionReport }) {
  const { t } = useTranslation('decision');
  const { number } = useFormat();
  const raterName = new Map(report.raters.map(({ id, name }) => [id, name]));
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
          const spoken = given
            .map((one) => `${raterName.get(one.raterId) ?? ''} ${number(one.overall)}`)
            .join(t('plot.separator'));
          return (
            <li key={candidate.id} className={classes.plotRow}>
              <span className={classes.plotName}>{candidate.name}</span>
              <span className={classes.track}>
                <span className="sr-only">
                  {t('plot.spoken', { overall: number(overall), raters: spoken })}
                </span>
                {points.map((point) => (
                  <span key={point} className={classes.grid} style={{ left: place(point) }} aria-hidden />
                ))}
                {scores.length > 1 && (
                  <span
                    aria-hidden
                    className={classes.range}
                    style={{
                      left: place(Math.min(...scores)),
                      width: `${((Math.max(...scores) - Math.min(...scores)) / 4) * 100}%`,
                    }}
                  />
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
                    style={{ left: place(overall) }}
                    title={`${t('ranking.overall')} · ${number(overall)}`}
                  />
                )}
              </span>
            </li>
          );
        })}
      </ul>
      <figcaption className={classes.legend}>
        <span>
          <i className={classes.dot} /> {t('plot.dot')}
        </span>
        <span>
          <i className={classes.tick} /> {t('plot.tick')}
        </span>
        <span>{t('plot.caveat')}</span>
      </figcaption>
    </figure>
  );
}
