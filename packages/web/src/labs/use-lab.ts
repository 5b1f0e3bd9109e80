/** A lab's page: its parameters and seed in the address, and the training that they ask for. */
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { LabDescription } from '@viva/labs/catalog';
import { useCallback, useMemo } from 'react';
import type { LabRequest } from './protocol.ts';
import { type Training, useTraining } from './use-training.ts';

const route = getRouteApi('/layout/labs/$lab');

export interface LabBench<P, View, Frame> {
  lab: LabDescription<P>;
  params: P;
  seed: number;
  /** Other parameters, another seed: the address changes, and the run begins anew. */
  go: (params: P, seed: number) => void;
  change: (part: Partial<P>) => void;
  open: () => Worker;
  training: Training<View, Frame & { engine: string }>;
}

/** Only what differs from the defaults stands in the address. */
export function differing<P>(lab: Pick<LabDescription<P>, 'params'>, params: P): Record<string, unknown> {
  const usual = lab.params.parse({}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(params as Record<string, unknown>).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key]),
    ),
  );
}

/**
 * @param open makes the lab's worker; the same function each time
 * @param firstView what is drawn before anybody has chosen
 */
export function useLab<P, View, Frame>(
  lab: LabDescription<P>,
  open: () => Worker,
  firstView: View,
): LabBench<P, View, Frame> {
  const { seed = 1, ...rest } = route.useSearch();
  const navigate = useNavigate();
  // An address that was edited by hand falls back to the defaults rather than to an error page.
  const parsed = lab.params.safeParse(rest);
  const key = JSON.stringify([parsed.success ? parsed.data : {}, seed]);
  const params = useMemo(() => lab.params.parse((JSON.parse(key) as [unknown])[0]), [key, lab]);
  // What training does not depend on goes to the worker with the view: changing it does not begin anew.
  const still = JSON.stringify([
    Object.entries(params as Record<string, unknown>).filter(([name]) => !lab.live?.includes(name)),
    seed,
  ]);
  const request = useMemo<LabRequest<P>>(() => {
    const [entries, chosen] = JSON.parse(still) as [[string, unknown][], number];
    return { params: lab.params.parse(Object.fromEntries(entries)), seed: chosen };
  }, [still, lab]);
  const training = useTraining<LabRequest<P>, View, Frame & { engine: string }>(open, request, firstView);
  const go = useCallback(
    (next: P, nextSeed: number) =>
      void navigate({
        to: '/labs/$lab',
        params: { lab: lab.id },
        search: { ...differing(lab, next), ...(nextSeed === 1 ? {} : { seed: nextSeed }) },
        replace: true,
        resetScroll: false,
      }),
    [navigate, lab],
  );
  const change = useCallback((part: Partial<P>) => go({ ...params, ...part }, seed), [go, params, seed]);
  return { lab, params, seed, go, change, open, training };
}
