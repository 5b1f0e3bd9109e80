/** The interviewer's desk for one candidate. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { candidateQuery } from '../../api/queries.ts';
import { useLockEvents } from '../../api/use-lock-events.ts';
import { useTitle } from '../../ui/page-header.tsx';
import { OpenScorecard } from './open-scorecard.tsx';
import classes from './scoring.module.css';
import { ScoringHeader } from './scoring-header.tsx';
import { SealedView } from './sealed-view.tsx';
import { useScorecard } from './use-scorecard.ts';

const route = getRouteApi('/layout/candidates/$candidateId/score');

export function ScoringPage() {
  const { candidateId } = route.useParams();
  const scorecard = useScorecard(candidateId);
  const { data: candidate } = useSuspenseQuery(candidateQuery(candidateId));
  useLockEvents(candidateId);
  const { card, questions } = scorecard;
  useTitle(card.candidateName);

  if (card.status === 'open' && questions.length > 0)
    return <OpenScorecard key={candidateId} scorecard={scorecard} candidate={candidate} />;
  return (
    <>
      <ScoringHeader card={card} candidate={candidate} />
      <div className={classes.page}>
        <SealedView card={card} candidate={candidate} questions={questions} />
      </div>
    </>
  );
}
