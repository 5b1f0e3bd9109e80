/** What the assistant's pages read. */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { everyPage } from '../../api/queries.ts';

export const assistantQuery = queryOptions({
  queryKey: ['assistant'],
  queryFn: ({ signal }) => api.assistantStatus({}, { signal }),
  // Vectors are made in the background.
  refetchInterval: ({ state }) => (state.data?.search?.state === 'indexing' ? 2000 : false),
});

export const chatsQuery = queryOptions({
  queryKey: ['chats'],
  queryFn: ({ signal }) => everyPage((cursor) => api.listChats({ query: { cursor } }, { signal }), 4),
});

export const chatQuery = (id: string) =>
  queryOptions({
    queryKey: ['chats', id],
    queryFn: ({ signal }) => api.chat({ params: { id } }, { signal }),
  });
