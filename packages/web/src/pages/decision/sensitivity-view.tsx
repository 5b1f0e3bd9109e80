/** What the choice hangs on: the weights, any one rater, and chance. */
import { useTranslation } from 'react-i18next';
import type { DecisionReport } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import classes from './statistics.module.css';

export function SensitivityView({ report }: { report: DecisionReport }) {
  const { t } = useTranslation('decision');
  const { number, percent, chance, list } = useFormat();
  const { analysis } = report;
  const name = new Map([
    ...report.raters.map(({ id, name: own }) => [id, own] as const),
    ...report.candidates.map(({ candidate }) => [candidate.id, candidate.name] as const),
  ]);
  const named = (ids: readonly string[]): string => list(ids.map((id) => name.get(id) ?? id));
  const weights = new Map(analysis.candidates.map((one) => [one.candidateId, one.weights]));
  const weighed = report.candidates.filter(({ candidate }) => weights.get(candidate.id));
  return (
    <div className={classes.sensitivity}>
      {weighed.length > 0 && (
        <figure>
          <figcaption className={classes.subtitle}>
            <abbr title={t('sensitivity.hint.weights')}>
              {t('sensitivity.weights', { count: analysis.top })}
            </abbr>
          </figcaption>
          <ul className={classes.bars}>
            {weighed.slice(0, 12).map(({ candidate }) => {
              const own = weights.get(candidate.id);
              return (
                <li key={candidate.id}>
                  <span>{candidate.name}</span>
                  <span className={classes.bar} aria-hidden>
                    <i style={{ width: `${(own?.top ?? 0) * 100}%` }} />
                  </span>
                  <b>{percent(own?.top ?? 0)}</b>
                  <small>
                    {number(own?.lower ?? null)}–{number(own?.upper ?? null)}
                  </small>
                </li>
              );
            })}
          </ul>
          {analysis.stableWeights !== null && (
            <p className={classes.method}>
              {t('sensitivity.stable', { share: percent(analysis.stableWeights) })}
            </p>
          )}
        </figure>
      )}
      {analysis.without.length > 0 && (
        <figure>
          <figcaption className={classes.subtitle}>{t('sensitivity.without')}</figcaption>
          <ul className={classes.without}>
            {analysis.without.map(({ raterId, top, same }) => (
              <li key={raterId}>
                <span>{name.get(raterId)}</span>
                <span className={classes.outcome} data-same={same || undefined}>
                  {same ? t('sensitivity.same') : t('sensitivity.other', { names: named(top) })}
                </span>
              </li>
            ))}
          </ul>
        </figure>
      )}
      {analysis.pairwise && (
        <figure className={classes.wide}>
          <figcaption className={classes.subtitle}>
            <abbr title={t('sensitivity.hint.pairwise')}>{t('sensitivity.pairwise')}</abbr>
          </figcaption>
          <Pairwise report={report} pairwise={analysis.pairwise} name={name} />
          {analysis.sameTop !== null && (
            <p className={classes.method}>
              {t('sensitivity.sameTop', { share: chance(analysis.sameTop), count: analysis.top })}
            </p>
          )}
        </figure>
      )}
    </div>
  );
}

function Pairwise({
  report,
  pairwise: { ids, above },
  name,
}: {
  report: DecisionReport;
  pairwise: NonNullable<DecisionReport['analysis']['pairwise']>;
  name: ReadonlyMap<string, string>;
}) {
  const { t } = useTranslation('decision');
  const { chance } = useFormat();
  // In the order of the ranking, so that the picture falls from full to empty.
  const order = report.candidates.flatMap(({ candidate }) => {
    const at = ids.indexOf(candidate.id);
    return at === -1 ? [] : [at];
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that can scroll must be reachable by keyboard
    <section className={classes.mapScroll} aria-label={t('sensitivity.pairwise')} tabIndex={0}>
      <table className={classes.heat}>
        <thead>
          <tr>
            <th scope="col">{t('sensitivity.rowAbove')}</th>
            {order.map((at, n) => (
              <th key={ids[at]} scope="col" title={name.get(ids[at] ?? '')}>
                {n + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.map((row, n) => (
            <tr key={ids[row]}>
              <th scope="row" className={classes.pairName}>
                {n + 1} {name.get(ids[row] ?? '')}
              </th>
              {order.map((column) => {
                const value = above[row]?.[column] ?? 0.5;
                return row === column ? (
                  <td key={ids[column]} data-self>
                    ·
                  </td>
                ) : (
                  <td
                    key={ids[column]}
                    style={{ '--heat': `${Math.round(value * 100)}%` } as React.CSSProperties}
                    data-enough={value >= 0.95 || undefined}
                  >
                    {chance(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
