/** Every query of the pages: one key and one call each, so that invalidating is by name. */
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { ApiError } from '@viva/server/client';
import { api } from './client.ts';

/** Follows `nextCursor` to the end; `most` guards against a list that never ends. */
export async function everyPage<T>(
  load: (cursor: string | undefined) => Promise<{ items: T[]; nextCursor: string | null }>,
  most = 50,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let count = 0; count < most; count += 1) {
    const page = await load(cursor);
    items.push(...page.items);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  return items;
}

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => api.setupStatus({}, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The signed-in person, or null where nobody is. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    try {
      return await api.me({}, { signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

export const kitsQuery = queryOptions({
  queryKey: ['kits'],
  queryFn: ({ signal }) => everyPage((cursor) => api.listKits({ query: { limit: 200, cursor } }, { signal })),
  staleTime: 60_000,
});

export const openingsQuery = queryOptions({
  queryKey: ['openings'],
  queryFn: ({ signal }) =>
    everyPage((cursor) => api.listOpenings({ query: { limit: 200, cursor } }, { signal })),
});

export const openingQuery = (id: string) =>
  queryOptions({
    queryKey: ['opening', id],
    queryFn: ({ signal }) => api.opening({ params: { id } }, { signal }),
  });

export const eligibleQuery = (id: string) =>
  queryOptions({
    queryKey: ['opening', id, 'eligible'],
    queryFn: ({ signal }) =>
      everyPage((cursor) => api.eligible({ params: { id }, query: { limit: 200, cursor } }, { signal })),
    // Those who need no waiver first, each half by name.
    select: (people) => [...people].sort((a, b) => Number(b.calibrated) - Number(a.calibrated)),
  });

export const candidatesQuery = (openingId: string) =>
  queryOptions({
    queryKey: ['opening', openingId, 'candidates'],
    queryFn: ({ signal }) =>
      everyPage((cursor) =>
        api.listCandidates({ params: { id: openingId }, query: { limit: 200, cursor } }, { signal }),
      ),
  });

export const auditQuery = (openingId: string) =>
  queryOptions({
    queryKey: ['opening', openingId, 'audit'],
    queryFn: ({ signal }) =>
      everyPage((cursor) =>
        api.openingAudit({ params: { id: openingId }, query: { limit: 200, cursor } }, { signal }),
      ),
  });

/** @param top how many are to be chosen */
export const decisionQuery = (openingId: string, top: number) =>
  queryOptions({
    queryKey: ['opening', openingId, 'decision', top],
    queryFn: ({ signal }) => api.decisionReport({ params: { id: openingId }, query: { top } }, { signal }),
  });

/** What was said about one candidate. Kept for longer than other answers: the page gathers them all before it prints. */
export const evidenceQuery = (openingId: string, candidateId: string) =>
  queryOptions({
    queryKey: ['opening', openingId, 'decision', 'evidence', candidateId],
    queryFn: async ({ signal }) => {
      const { items } = await api.decisionEvidence(
        { params: { id: openingId }, query: { candidate: candidateId } },
        { signal },
      );
      return items[0] ?? null;
    },
    staleTime: 5 * 60_000,
  });

/** Every candidate's, for paper and for a saved report. */
export async function gatherEvidence(client: QueryClient, openingId: string): Promise<void> {
  const all = await everyPage((cursor) =>
    api.decisionEvidence({ params: { id: openingId }, query: { limit: 50, cursor } }),
  );
  for (const one of all) client.setQueryData(evidenceQuery(openingId, one.candidateId).queryKey, one);
}

export const workSamplesQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['candidate', candidateId, 'work-samples'],
    queryFn: async ({ signal }) =>
      (await api.listWorkSamples({ params: { id: candidateId } }, { signal })).items,
  });

export const groupAnswersQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['candidate', candidateId, 'groups'],
    queryFn: ({ signal }) => api.groupAnswers({ params: { id: candidateId } }, { signal }),
  });

export const candidateQuery = (id: string) =>
  queryOptions({
    queryKey: ['candidate', id],
    queryFn: ({ signal }) => api.candidate({ params: { id } }, { signal }),
  });

export const commentsQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['candidate', candidateId, 'comments'],
    queryFn: ({ signal }) =>
      everyPage((cursor) =>
        api.listComments({ params: { id: candidateId }, query: { limit: 200, cursor } }, { signal }),
      ),
  });

export const notesQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['candidate', candidateId, 'notes'],
    queryFn: ({ signal }) =>
      everyPage((cursor) =>
        api.listNotes({ params: { id: candidateId }, query: { limit: 200, cursor } }, { signal }),
      ),
  });

export const ratingsQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['candidate', candidateId, 'ratings'],
    queryFn: ({ signal }) =>
      everyPage((cursor) =>
        api.listRatings({ params: { id: candidateId }, query: { limit: 200, cursor } }, { signal }),
      ),
  });

export const scorecardQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['candidate', candidateId, 'scorecard'],
    queryFn: ({ signal }) => api.scorecard({ params: { id: candidateId } }, { signal }),
  });

export const sessionsQuery = (filter: { opening?: string; candidate?: string } = {}) =>
  queryOptions({
    queryKey: ['sessions', filter],
    queryFn: ({ signal }) =>
      everyPage((cursor) => api.listSessions({ query: { limit: 200, cursor, ...filter } }, { signal })),
  });

export const applicationsQuery = queryOptions({
  queryKey: ['applications'],
  queryFn: ({ signal }) =>
    everyPage((cursor) => api.applications({ query: { limit: 200, cursor } }, { signal })),
});

/** Nothing is asked for no words. */
export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ['search', q],
    queryFn: async ({ signal }) => (await api.search({ query: { q } }, { signal })).items,
    enabled: q !== '',
  });

export const heldDataQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['held-data', candidateId],
    queryFn: ({ signal }) => api.heldData({ params: { id: candidateId } }, { signal }),
  });

export const privacyRequestsQuery = queryOptions({
  queryKey: ['privacy-requests'],
  queryFn: ({ signal }) =>
    everyPage((cursor) => api.listPrivacyRequests({ query: { limit: 200, cursor } }, { signal })),
});

export const retentionQuery = queryOptions({
  queryKey: ['retention'],
  queryFn: ({ signal }) => api.retention({}, { signal }),
});

export const holdQuery = (candidateId: string) =>
  queryOptions({
    queryKey: ['legal-hold', candidateId],
    queryFn: ({ signal }) => api.legalHold({ params: { id: candidateId } }, { signal }),
  });

export const accountSecurityQuery = queryOptions({
  queryKey: ['account-security'],
  queryFn: ({ signal }) => api.accountSecurity({}, { signal }),
});

export const securityPolicyQuery = queryOptions({
  queryKey: ['security-policy'],
  queryFn: ({ signal }) => api.securityPolicy({}, { signal }),
});
