/** Which question is in view: kept in the address, so that a reload or a link comes back to it. */
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { PinnedQuestion } from '../../api/client.ts';

const route = getRouteApi('/layout/candidates/$candidateId/score');

export interface CurrentQuestion {
  question: PinnedQuestion;
  index: number;
  go: (question: string) => void;
}

export function useCurrentQuestion(questions: PinnedQuestion[]): CurrentQuestion {
  const { q } = route.useSearch();
  const { candidateId } = route.useParams();
  const navigate = useNavigate();
  const index = Math.max(
    0,
    questions.findIndex(({ question }) => question === q),
  );
  const question = questions[index];
  if (!question) throw new Error('a scorecard has at least one question');
  return {
    question,
    index,
    go: (next) =>
      void navigate({
        to: '/candidates/$candidateId/score',
        params: { candidateId },
        search: { q: next },
        replace: true,
        resetScroll: false,
      }),
  };
}
