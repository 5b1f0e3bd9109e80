/** Calibration sets and one's own attempts. */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { everyPage } from '../../api/queries.ts';
import type { PractisedScore } from './use-practice-round.ts';

export const calibrationsQuery = queryOptions({
  queryKey: ['calibrations'],
  queryFn: ({ signal }) =>
    everyPage((cursor) => api.listCalibrations({ query: { limit: 200, cursor } }, { signal })),
});

export const calibrationQuery = (family: string) =>
  queryOptions({
    queryKey: ['calibration', family],
    queryFn: ({ signal }) => api.calibration({ params: { family } }, { signal }),
  });

export const certificateQuery = (attempt: string) =>
  queryOptions({
    queryKey: ['certificate', attempt],
    queryFn: ({ signal }) => api.certificate({ params: { id: attempt } }, { signal }),
  });

export const calibrationPracticeQuery = (family: string) =>
  queryOptions({
    queryKey: ['calibration', family, 'practice'],
    queryFn: ({ signal }) => api.calibrationPractice({ params: { family } }, { signal }),
  });

/** The experts' side of what has been scored for practice: nothing is kept there, so it is asked for as a whole. */
export const practisedQuery = (family: string, answers: readonly PractisedScore[]) =>
  queryOptions({
    queryKey: ['calibration', family, 'practice', answers],
    queryFn: ({ signal }) =>
      api.practiseCalibration({ params: { family }, body: { answers: [...answers] } }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Thirty days before a certificate ends, its holder is told. */
const SOON_MS = 30 * 86_400_000;
export const endsSoon = (expiresAt: string | null): boolean =>
  expiresAt !== null && Date.parse(expiresAt) - Date.now() < SOON_MS;

export const attemptsQuery = (family: string) =>
  queryOptions({
    queryKey: ['calibration', family, 'attempts'],
    queryFn: ({ signal }) =>
      everyPage((cursor) =>
        api.listCalibrationAttempts({ params: { family }, query: { limit: 200, cursor } }, { signal }),
      ),
  });
