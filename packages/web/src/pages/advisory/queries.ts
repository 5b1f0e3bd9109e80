/** What the pages of the advisory rater read. */
import { queryOptions } from '@tanstack/react-query';
import { type Answer, api } from '../../api/client.ts';
import { everyPage } from '../../api/queries.ts';

export type AdvisorySetting = Answer<'advisorySetting'>;
export type CandidateAdvisory = Answer<'candidateAdvisory'>;
export type Transcripts = Answer<'transcripts'>;

export const advisoryQuery = (openingId: string) =>
  queryOptions({
    queryKey: ['opening', openingId, 'advisory'],
    queryFn: ({ signal }) => api.advisorySetting({ params: { id: openingId } }, { signal }),
  });

const BUSY = new Set(['waiting', 'running']);

export const candidateAdvisoryQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['candidate', candidateId, 'advisory'],
    queryFn: ({ signal }) => api.candidateAdvisory({ params: { id: candidateId } }, { signal }),
    // Looks again while it works.
    refetchInterval: ({ state }) =>
      state.data && !state.data.revealed && state.data.tasks.some((task) => BUSY.has(task.state))
        ? 2_000
        : false,
  });

export const transcriptsQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['candidate', candidateId, 'transcripts'],
    queryFn: ({ signal }) => api.transcripts({ params: { id: candidateId } }, { signal }),
  });

export const usesQuery = (opening: string | undefined) =>
  queryOptions({
    queryKey: ['ai-uses', opening ?? null],
    queryFn: ({ signal }) =>
      everyPage((cursor) => api.aiUses({ query: { limit: 200, opening, cursor } }, { signal }), 5),
  });
