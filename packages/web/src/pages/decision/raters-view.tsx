/** How severe each rater is, with a picture, a plain reading, and the figures for those who read them. */
import { useTranslation } from 'react-i18next';
import type { DecisionReport } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import table from '../../ui/table.module.css';
import classes from './statistics.module.css';

export function RatersView({ report }: { report: DecisionReport }) {
  const { t } = useTranslation('decision');
  const { number, text } = useFormat();
  const { raters, basis } = report.analysis;
  const name = new Map(report.raters.map(({ id, name: own }) => [id, own]));
  const model = basis === 'model';
  // In the picture, right is severe: logits of severity, or points below the others.
  const rows = raters
    .map((rater) => ({
      ...rater,
      at: model ? rater.severity : rater.difference === null ? null : -rater.difference,
      error: model ? rater.se : null,
    }))
    .sort((a, b) => (b.at ?? -99) - (a.at ?? -99));
  const reach = Math.max(
    0.5,
    ...rows.map(({ at, error }) => (at === null ? 0 : Math.abs(at) + 1.96 * (error ?? 0))),
  );
  const place = (value: number): string => `${50 + (value / reach) * 50}%`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that can scroll must be reachable by keyboard
    <section className={table.scroll} aria-label={t('raters.table')} tabIndex={0}>
      <table className={`${table.table} ${table.cards} ${classes.raters}`}>
        <thead>
          <tr>
            <th scope="col">{t('raters.rater')}</th>
            <th scope="col" className={classes.whiskerHead}>
              <span>{t('raters.lenient')}</span>
              <span>{t('raters.severe')}</span>
            </th>
            <th scope="col">{t('raters.reading')}</th>
            {model && (
              <>
                <th scope="col" className={table.number}>
                  <abbr title={t('raters.hint.severity')}>{t('raters.severity')}</abbr>
                </th>
                <th scope="col" className={table.number}>
                  <abbr title={t('raters.hint.fit')}>{t('raters.infit')}</abbr>
                </th>
                <th scope="col" className={table.number}>
                  <abbr title={t('raters.hint.fit')}>{t('raters.outfit')}</abbr>
                </th>
              </>
            )}
            <th scope="col" className={table.number}>
              <abbr title={t('raters.hint.difference')}>{t('raters.difference')}</abbr>
            </th>
            <th scope="col" className={table.number}>
              {t('raters.count')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((rater) => (
            <tr key={rater.raterId}>
              <th scope="row">{name.get(rater.raterId)}</th>
              <td className={classes.whiskerCell}>
                <span className={classes.whisker} aria-hidden>
                  <span className={classes.zero} />
                  {rater.at !== null && rater.error !== null && (
                    <span
                      className={classes.line}
                      style={{
                        left: place(rater.at - 1.96 * rater.error),
                        width: `${((1.96 * rater.error) / reach) * 100}%`,
                      }}
                    />
                  )}
                  {rater.at !== null && <span className={classes.point} style={{ left: place(rater.at) }} />}
                </span>
              </td>
              <td className={classes.reading}>{text(rater.reading)}</td>
              {model && (
                <>
                  <td data-label={t('raters.severity')} className={table.number}>
                    {number(rater.severity)} ± {number(rater.se === null ? null : 1.96 * rater.se)}
                  </td>
                  <td data-label={t('raters.infit')} className={table.number}>
                    {number(rater.infit)}
                  </td>
                  <td data-label={t('raters.outfit')} className={table.number}>
                    {number(rater.outfit)}
                  </td>
                </>
              )}
              <td data-label={t('raters.difference')} className={table.number}>
                {rater.difference !== null && rater.difference > 0 ? '+' : ''}
                {number(rater.difference)}
              </td>
              <td data-label={t('raters.count')} className={table.number}>
                {rater.ratings}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
