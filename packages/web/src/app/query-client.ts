import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from '@viva/server/client';
import { meQuery } from '../api/queries.ts';

/** A refusal with 401 anywhere means that the session is over: the layout then shows the sign-in page. */
function onError(error: unknown): void {
  if (error instanceof ApiError && error.status === 401 && error.code !== 'wrong-credentials')
    queryClient.setQueryData(meQuery.queryKey, null);
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      networkMode: 'always', // the server may be this very machine: being offline says nothing
      retry: (count, error) => !(error instanceof ApiError && error.status < 500) && count < 2,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});
