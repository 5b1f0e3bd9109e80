/** Calibration sets and one's own attempts. */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { everyPage } from '../../api/queries.ts';

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
