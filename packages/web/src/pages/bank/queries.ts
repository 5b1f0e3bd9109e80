/** Reading the bank. */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

export const questionsQuery = (filter: { q: string; area: string; kind: string }) =>
  queryOptions({
    queryKey: ['questions', filter],
    queryFn: async ({ signal }) => (await api.listQuestions({ query: filter }, { signal })).items,
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
