import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { DecisionCandidate, DecisionEvidence, DecisionReport } from '../../api/client.ts';
import { evidenceQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { EvidenceGrid } from '../../ui/evidence-grid.tsx';
import classes from './decision.module.css';

type Item = DecisionEvidence['items'][number];

/** One candidate's questions with every rater side by side: asked for when it is unfolded. Open on paper. */
export function CandidateEvidence({ entry, report }: { entry: DecisionCandidate; report: DecisionReport }) {
  const { t } = useTranslation(['decision', 'common']);
  const { number, text } = useFormat();
  const [open, setOpen] = useState(false);
  const { candidate, overall } = entry;
  const { data, error } = useQuery({
    ...evidenceQuery(report.openingId, candidate.id),
    enabled: open,
  });

  useEffect(() => {
    // At once: the browser lays the paper out as soon as the handlers are through.
    const unfold = () => flushSync(() => setOpen(true));
    const called = () => {
      if (window.location.hash === `#evidence-${candidate.id}`) unfold();
    };
    window.addEventListener('beforeprint', unfold);
    window.addEventListener('hashchange', called);
    return () => {
      window.removeEventListener('beforeprint', unfold);
      window.removeEventListener('hashchange', called);
    };
  }, [candidate.id]);

  return (
    <details
      id={`evidence-${candidate.id}`}
      className={classes.fold}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className={classes.foldHead}>
        <span className={classes.foldName}>{candidate.name}</span>
        <span className={classes.foldScore}>{number(overall)}</span>
      </summary>
      {open && !data && (
        <p className={classes.note} role="status">
          {t(error ? 'evidence.failed' : 'evidence.loading')}
        </p>
      )}
      {open && data && (
        <div className={classes.foldBody}>
          {data.reveal?.reason && (
            <p className={classes.note}>{t('evidence.closedBecause', { reason: data.reveal.reason })}</p>
          )}
          {data.decision && (
            <p className={classes.note}>
              {t(`common:outcome.${data.decision.outcome}`)} · {data.decision.reason} · {data.decision.by}
            </p>
          )}
          {report.competencies.map((competency) => {
            const own = entry.competencies.find(({ id }) => id === competency.id);
            return (
              <div key={competency.id} className={classes.competency}>
                <h3>
                  {text(competency.title)}
                  <span>{number(own?.score ?? null)}</span>
                </h3>
                {data.items
                  .filter((item) => item.competency === competency.id)
                  .map((item) => (
                    <ItemEvidence key={item.question} item={item} report={report} />
                  ))}
              </div>
            );
          })}
        </div>
      )}
    </details>
  );
}

function ItemEvidence({ item, report }: { item: Item; report: DecisionReport }) {
  const { t } = useTranslation('decision');
  const { number, text } = useFormat();
  const title = report.questions.find(({ id }) => id === item.question)?.title;
  const names = new Map(report.raters.map(({ id, name }) => [id, name]));
  const { spread } = item;
  return (
    <article className={classes.item}>
      <div className={classes.itemHead}>
        <h4>{title ? text(title) : item.question}</h4>
        <span className={classes.meta}>
          {spread.n === 0
            ? t('evidence.unscored')
            : t('evidence.spread', {
                mean: number(spread.mean),
                sd: number(spread.sd),
                min: spread.min,
                max: spread.max,
                n: spread.n,
                weight: number(item.weight, 1),
              })}
        </span>
      </div>
      <EvidenceGrid
        cells={item.scores.map((score) => ({ ...score, rater: names.get(score.raterId) ?? score.raterId }))}
      />
    </article>
  );
}
