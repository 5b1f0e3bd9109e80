/** Reading proposals, versions and statistics. */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { everyPage } from '../../api/queries.ts';

export const proposalsQuery = (which: 'live' | 'all') =>
  queryOptions({
    queryKey: ['proposals', which],
    queryFn: ({ signal }) =>
      everyPage((cursor) => api.listProposals({ query: { which, limit: 200, cursor } }, { signal })),
  });

export const proposalQuery = (id: string) =>
  queryOptions({
    queryKey: ['proposal', id],
    queryFn: ({ signal }) => api.proposal({ params: { id } }, { signal }),
  });

export const vocabularyQuery = queryOptions({
  queryKey: ['authoring', 'vocabulary'],
  queryFn: ({ signal }) => api.authoringVocabulary({}, { signal }),
  staleTime: 60_000,
});

export const authoredQuestionQuery = (question: string) =>
  queryOptions({
    queryKey: ['authoring', 'question', question],
    queryFn: ({ signal }) => api.authoredQuestion({ params: { question } }, { signal }),
  });

export const statisticsQuery = (question: string) =>
  queryOptions({
    queryKey: ['authoring', 'statistics', question],
    queryFn: ({ signal }) => api.questionStatistics({ params: { question } }, { signal }),
    staleTime: 30_000,
  });

/** What is out of date once a proposal has gone a step further. */
export const afterStep = (id: string, question: string) => [
  proposalQuery(id).queryKey,
  ['proposals'],
  ['authoring'],
  ['question', question],
  ['questions'],
  ['kits'],
  ['kit'],
];
