import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Candidate, Opening, Rating } from '../../api/client.ts';
import { ratingsQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { type EvidenceCell, EvidenceGrid } from '../../ui/evidence-grid.tsx';
import { Section } from '../../ui/section.tsx';
import classes from './candidates.module.css';

function cellsOf(ratings: Rating[]): EvidenceCell[] {
  return ratings
    .filter(({ kind }) => kind === 'first')
    .map((first) => {
      const amendments = ratings
        .filter(({ amends }) => amends === first.id)
        .sort((a, b) => a.createdAt.localeCompare(b.createdAt))
        .map(({ id, score, evidence, reason, createdAt }) => ({
          id,
          score,
          evidence,
          reason,
          at: createdAt,
        }));
      return {
        raterId: first.raterId,
        rater: first.raterName,
        score: first.score,
        notAsked: first.notAsked,
        evidence: first.evidence,
        amended: amendments.length > 0,
        amendments,
      };
    })
    .sort((a, b) => a.rater.localeCompare(b.rater));
}

/** Question by question, what every rater gave and why. */
export function RevealedRatings({ candidate, opening }: { candidate: Candidate; opening: Opening }) {
  const { t } = useTranslation('candidates');
  const { text } = useFormat();
  const { data: ratings } = useSuspenseQuery(ratingsQuery(candidate.id));
  return (
    <Section title={t('ratings.title')} lead={t('ratings.lead')}>
      {opening.competencies.map((competency) => (
        <div key={competency.id} className={classes.competency}>
          <p className={classes.competencyName}>{text(competency.title)}</p>
          {opening.items
            .filter((item) => item.competency === competency.id)
            .map((item) => {
              const cells = cellsOf(ratings.filter(({ question }) => question === item.question));
              return (
                <article key={item.question} className={classes.question}>
                  <h3>
                    <span className={classes.ordinal}>{item.ordinal}</span>
                    {text(item.title)}
                  </h3>
                  {cells.length === 0 ? (
                    <p className={classes.none}>{t('ratings.none')}</p>
                  ) : (
                    <EvidenceGrid cells={cells} />
                  )}
                </article>
              );
            })}
        </div>
      ))}
    </Section>
  );
}
