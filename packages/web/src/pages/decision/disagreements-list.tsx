/** Answers on which raters stood far apart, or where a score surprises: what the panel should talk about. */
import { useTranslation } from 'react-i18next';
import type { DecisionReport } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { ScoreMark } from '../../ui/score-mark.tsx';
import classes from './statistics.module.css';

export function DisagreementsList({ report }: { report: DecisionReport }) {
  const { t } = useTranslation('decision');
  const { text, number } = useFormat();
  const name = new Map([
    ...report.raters.map(({ id, name: own }) => [id, own] as const),
    ...report.candidates.map(({ candidate }) => [candidate.id, candidate.name] as const),
  ]);
  const title = new Map(report.questions.map((question) => [question.id, text(question.title)]));
  const { disagreements } = report.analysis;
  if (disagreements.length === 0) return <p className={classes.method}>{t('disagreements.none')}</p>;
  return (
    <ol className={classes.disagreements}>
      {disagreements.map(({ candidateId, question, spread, scores, surprising }) => {
        const expected = scores.find(({ raterId }) => raterId === surprising?.raterId)?.expected;
        return (
          <li key={`${candidateId} ${question}`}>
            <p>
              <a href={`#evidence-${candidateId}`}>{name.get(candidateId)}</a>
              <span>{title.get(question) ?? question}</span>
            </p>
            <ul>
              {scores.map(({ raterId, score }) => (
                <li key={raterId}>
                  <span>{name.get(raterId)}</span>
                  <ScoreMark score={score} />
                </li>
              ))}
            </ul>
            <p className={classes.why}>
              {spread >= 2 && t('disagreements.spread', { count: spread })}
              {surprising && expected != null && (
                <>
                  {spread >= 2 && ' '}
                  {t('disagreements.surprising', {
                    rater: name.get(surprising.raterId),
                    expected: number(expected, 1),
                  })}
                </>
              )}
            </p>
          </li>
        );
      })}
    </ol>
  );
}
