/** What the practice pages read. */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { everyPage } from '../../api/queries.ts';

export const practiceKitsQuery = queryOptions({
  queryKey: ['practice-kits'],
  queryFn: ({ signal }) =>
    everyPage((cursor) => api.practiceKits({ query: { limit: 200, cursor } }, { signal })),
});

export const practicesQuery = queryOptions({
  queryKey: ['practices'],
  queryFn: ({ signal }) => everyPage((cursor) => api.listPractices({ query: { cursor } }, { signal }), 10),
});

export const practiceQuery = (id: string) =>
  queryOptions({
    queryKey: ['practices', id],
    queryFn: ({ signal }) => api.practice({ params: { id } }, { signal }),
  });
