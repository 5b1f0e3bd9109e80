/** First whether the scores may be trusted: four key figures, what limits them, and by which method. */
import { useTranslation } from 'react-i18next';
import type { DecisionReport } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import classes from './statistics.module.css';

type Analysis = DecisionReport['analysis'];

export function Worth({ analysis }: { analysis: Analysis }) {
  const { t } = useTranslation('decision');
  const { text, number, percent } = useFormat();
  const { agreement, reliability, study } = analysis;
  const figures = [
    {
      key: 'reliability',
      value: number(reliability.value),
      note:
        reliability.value === null ? t('worth.needsModel') : t(`worth.level.${levelOf(reliability.value)}`),
    },
    {
      key: 'exact',
      value: agreement.exact === null ? '—' : percent(agreement.exact),
      note:
        agreement.expected === null
          ? t('worth.adjacent', { share: agreement.adjacent === null ? '—' : percent(agreement.adjacent) })
          : t('worth.expected', { share: percent(agreement.expected) }),
    },
    {
      key: 'gap',
      value: number(gapOf(analysis), 1),
      note: t(analysis.basis === 'model' ? 'worth.gapNote' : 'worth.gapPlain'),
    },
    {
      key: 'halo',
      value: reliability.inflation === null ? '—' : `× ${number(Math.sqrt(reliability.inflation), 1)}`,
      note: reliability.inflation === null ? t('worth.needsModel') : t('worth.haloNote'),
    },
  ] as const;
  return (
    <>
      <dl className={classes.figures}>
        {figures.map(({ key, value, note }) => (
          <div key={key}>
            <dt>
              <abbr title={t(`worth.hint.${key}`)}>{t(`worth.${key}`)}</abbr>
            </dt>
            <dd className={classes.figure}>{value}</dd>
            <dd className={classes.figureNote}>{note}</dd>
          </div>
        ))}
      </dl>
      {analysis.statements.length > 0 && (
        <ul className={classes.statements}>
          {analysis.statements.map((statement) => (
            <li key={statement.code} data-level={statement.level}>
              <span className={classes.level}>{t(`worth.${statement.level}`)}</span>
              {text(statement.text)}
            </li>
          ))}
        </ul>
      )}
      <p className={classes.method}>
        {text(analysis.method)}
        {study && ` ${t('worth.studyMethod')}`}
      </p>
    </>
  );
}

/** Common readings of a reliability: below .7 too little for decisions about persons, .8 fair, .9 good. */
const levelOf = (value: number): 'low' | 'fair' | 'good' =>
  value < 0.7 ? 'low' : value < 0.85 ? 'fair' : 'good';

/** How far the severest and the most lenient rater stand apart, in score points. */
function gapOf({ raters, basis }: Analysis): number | null {
  const points = raters.flatMap(({ points: own, difference }) => {
    const value = basis === 'model' ? own : difference;
    return value === null ? [] : [value];
  });
  return points.length < 2 ? null : Math.max(...points) - Math.min(...points);
}
