/** Where the variance of the scores comes from, and what more raters or more questions would bring. */
import { useTranslation } from 'react-i18next';
import type { DecisionReport } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import classes from './statistics.module.css';

type Study = NonNullable<DecisionReport['analysis']['study']>;

export function ReliabilityView({ study }: { study: Study }) {
  const { t } = useTranslation('decision');
  const { text, number, percent } = useFormat();
  const raters = [...new Set(study.grid.map((cell) => cell.raters))];
  const questions = [...new Set(study.grid.map((cell) => cell.questions))];
  const shown = study.components.filter(({ share }) => share > 0.004);
  return (
    <div className={classes.study}>
      <figure>
        <figcaption className={classes.subtitle}>
          <abbr title={t('study.hint.components')}>{t('study.components')}</abbr>
        </figcaption>
        <div className={classes.shares} aria-hidden>
          {shown.map(({ source, share, name }) => (
            <span
              key={source}
              className={classes.source}
              data-source={source}
              style={{ width: `${share * 100}%` }}
              title={`${text(name)} ${percent(share)}`}
            />
          ))}
        </div>
        <ul className={classes.shareList}>
          {shown.map(({ source, name, share }) => (
            <li key={source}>
              <i className={classes.source} data-source={source} aria-hidden />
              <span>{text(name)}</span>
              <b>{percent(share)}</b>
              <small>{t(`study.means.${source.replace(':', '-')}` as 'study.means.person')}</small>
            </li>
          ))}
        </ul>
      </figure>
      <figure>
        <figcaption className={classes.subtitle}>
          <abbr title={t('study.hint.grid')}>{t('study.grid')}</abbr>
        </figcaption>
        <table className={classes.heat}>
          <thead>
            <tr>
              <th scope="col">{t('study.questionsByRaters')}</th>
              {raters.map((count) => (
                <th key={count} scope="col">
                  {count}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {questions.map((count) => (
              <tr key={count}>
                <th scope="row">{count}</th>
                {raters.map((r) => {
                  const value =
                    study.grid.find((cell) => cell.raters === r && cell.questions === count)?.value ?? null;
                  return (
                    <td
                      key={r}
                      style={{ '--heat': `${heat(value)}%` } as React.CSSProperties}
                      data-enough={(value !== null && value >= 0.8) || undefined}
                    >
                      {number(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
        <p className={classes.method}>
          {t('study.now', {
            raters: number(study.raters, Number.isInteger(study.raters) ? 0 : 1),
            questions: number(study.questions, Number.isInteger(study.questions) ? 0 : 1),
            value: number(study.now),
          })}{' '}
          {study.needed
            .filter(({ target }) => target >= 0.8)
            .map(({ target, raters: needed }) =>
              needed === null
                ? t('study.never', { target: number(target) })
                : t('study.needed', { target: number(target), count: needed }),
            )
            .join(' ')}
        </p>
      </figure>
    </div>
  );
}

/** Colour from .4 (none) to .95 (full). */
const heat = (value: number | null): number =>
  value === null ? 0 : Math.round(100 * Math.min(1, Math.max(0, (value - 0.4) / 0.55)));
