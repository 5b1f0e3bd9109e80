/** Calibration sets and one's own attempts. */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

export const calibrationsQuery = queryOptions({
  queryKey: ['calibrations'],
  queryFn: async ({ signal }) => (await api.listCalibrations({}, { signal })).items,
});

export const calibrationQuery = (family: string) =>
  queryOptions({
    queryKey: ['calibration', family],
    queryFn: ({ signal }) => api.calibration({ params: { family } }, { signal }),
  });

export const attemptsQuery = (family: string) =>
  queryOptions({
    queryKey: ['calibration', family, 'attempts'],
    queryFn: async ({ signal }) =>
      (await api.listCalibrationAttempts({ params: { family } }, { signal })).items,
  });
