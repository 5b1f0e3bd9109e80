/** The same parameters over several seeds, in a worker beside the one that is watched. */
import type { Measures } from '@viva/labs/catalog';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { SeedsCommand, SeedsReport } from './protocol.ts';
import type { LabBench } from './use-lab.ts';

export interface SeedResult {
  seed: number;
  metrics: Measures;
  engine: string;
}

export interface Seeds {
  results: readonly SeedResult[];
  /** Null when none runs. */
  running: { count: number; share: number; secondsLeft: number | null } | null;
  problem: string | null;
  run: (count: number) => void;
  /** What is done stays. */
  stop: () => void;
}

/** Of the seeds beginning at the page's; results of other parameters are dropped. */
export function useSeeds<P>({
  open,
  params,
  seed,
}: Pick<LabBench<P, never, never>, 'open' | 'params' | 'seed'>): Seeds {
  const [results, setResults] = useState<readonly SeedResult[]>([]);
  const [running, setRunning] = useState<Seeds['running']>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const worker = useRef<Worker | null>(null);
  const stop = useCallback(() => {
    worker.current?.terminate();
    worker.current = null;
    setRunning(null);
  }, []);
  useEffect(() => {
    setResults([]);
    setProblem(null);
    return stop;
  }, [params, seed, stop]);
  const run = useCallback(
    (count: number) => {
      stop();
      setResults([]);
      setProblem(null);
      setRunning({ count, share: 0, secondsLeft: null });
      const mine = open();
      worker.current = mine;
      const began = performance.now();
      let done = 0;
      mine.onmessage = ({ data }: MessageEvent<SeedsReport>) => {
        if (data.kind === 'seed-progress') {
          const share = (done + data.share) / count;
          const elapsed = (performance.now() - began) / 1000;
          setRunning({ count, share, secondsLeft: elapsed > 1 ? (elapsed * (1 - share)) / share : null });
        } else if (data.kind === 'seed-done') {
          done++;
          const { seed, metrics, engine } = data;
          setResults((before) => [...before, { seed, metrics, engine }]);
        } else {
          if (data.kind === 'seeds-failed') setProblem(data.message);
          stop();
        }
      };
      mine.onerror = ({ message }) => {
        setProblem(message || 'error');
        stop();
      };
      const command: SeedsCommand<P> = { kind: 'seeds', params, from: seed, count };
      mine.postMessage(command);
    },
    [open, params, seed, stop],
  );
  return useMemo(() => ({ results, running, problem, run, stop }), [results, running, problem, run, stop]);
}
