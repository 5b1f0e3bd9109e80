/** Reading the bank. */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { everyPage } from '../../api/queries.ts';

export const questionsQuery = (filter: { q: string; area: string; kind: string }) =>
  queryOptions({
    queryKey: ['questions', filter],
    queryFn: ({ signal }) =>
      everyPage((cursor) => api.listQuestions({ query: { ...filter, limit: 200, cursor } }, { signal })),
    staleTime: 60_000,
  });

export const questionQuery = (id: string) =>
  queryOptions({
    queryKey: ['question', id],
    queryFn: ({ signal }) => api.question({ params: { question: id } }, { signal }),
    staleTime: 60_000,
  });

export const kitQuery = (id: string) =>
  queryOptions({
    queryKey: ['kit', id],
    queryFn: ({ signal }) => api.kit({ params: { kit: id } }, { signal }),
    staleTime: 60_000,
  });

export const errataQuery = queryOptions({
  queryKey: ['errata'],
  queryFn: ({ signal }) => api.errata({}, { signal }),
  staleTime: 60_000,
});

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => api.settings({}, { signal }),
});
