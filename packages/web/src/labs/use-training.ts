/** A page's hold on its training worker: what it shows now, and what can be asked of it. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Command, Report } from './protocol.ts';

export interface Training<View, Frame> {
  state: 'loading' | 'running' | 'paused' | 'done' | 'failed';
  step: number;
  steps: number;
  rate: number | null;
  frame: Frame | null;
  /** Why it failed. */
  problem: string | null;
  speed: number;
  play: () => void;
  pause: () => void;
  /** One step, or a part of one by its name. */
  stepOnce: (part?: string) => void;
  reset: () => void;
  setSpeed: (speed: number) => void;
  setView: (view: View) => void;
  /** The last full measures, and the step they are of. */
  measured: { step: number; measures: Readonly<Record<string, number | null>> } | null;
  measuring: boolean;
  measure: () => void;
}

interface Shown<Frame> {
  step: number;
  steps: number;
  rate: number | null;
  running: boolean;
  frame: Frame | null;
  problem: string | null;
}

const NOTHING = { step: 0, steps: 0, rate: null, running: false, frame: null, problem: null };

/**
 * @param open makes the worker; called once a request
 * @param request what to train; a new object starts anew
 */
export function useTraining<Request, View, Frame>(
  open: () => Worker,
  request: Request,
  firstView: View,
): Training<View, Frame> {
  const [shown, setShown] = useState<Shown<Frame>>(NOTHING);
  const [speed, setSpeed] = useState(0);
  const [run, setRun] = useState(0);
  const [measured, setMeasured] = useState<Training<View, Frame>['measured']>(null);
  const [measuring, setMeasuring] = useState(false);
  const worker = useRef<Worker | null>(null);
  const view = useRef(firstView);
  const send = useCallback(
    (command: Command<Request, View>): void => worker.current?.postMessage(command),
    [],
  );

  useEffect(() => {
    const mine = open();
    worker.current = mine;
    let painted = 0;
    setShown(NOTHING);
    setMeasured(null);
    setMeasuring(false);
    mine.onmessage = ({ data }: MessageEvent<Report<Frame>>) => {
      if (data.kind === 'failed') {
        setShown((before) => ({ ...before, running: false, problem: data.message }));
        return;
      }
      if (data.kind === 'measures') {
        setMeasuring(false);
        setMeasured({ step: data.step, measures: data.measures });
        return;
      }
      const { kind: _, ...rest } = data;
      setShown({ ...rest, problem: null });
      // The next frame is asked for when this one is on the screen, so that training never outruns drawing.
      cancelAnimationFrame(painted);
      painted = requestAnimationFrame(() => mine.postMessage({ kind: 'drawn' }));
    };
    mine.onerror = ({ message }) =>
      setShown((before) => ({ ...before, running: false, problem: message || 'error' }));
    mine.postMessage({ kind: 'start', request, view: view.current });
    return () => {
      cancelAnimationFrame(painted);
      // The worker's memory goes with it.
      mine.terminate();
      worker.current = null;
    };
  }, [open, request, run]);

  const { step, steps, running, problem, frame, rate } = shown;
  const state = problem
    ? 'failed'
    : frame === null
      ? 'loading'
      : running
        ? 'running'
        : step >= steps
          ? 'done'
          : 'paused';
  // What can be asked stays the same from frame to frame: what shows only buttons need not be drawn anew.
  const isRunning = useRef(false);
  isRunning.current = running;
  const pace = useRef(speed);
  const actions = useMemo(
    () => ({
      play: () => {
        setShown((before) => ({ ...before, running: true }));
        send({ kind: 'play', speed: pace.current });
      },
      pause: () => send({ kind: 'pause' }),
      stepOnce: (part?: string) => send(part === undefined ? { kind: 'step' } : { kind: 'step', part }),
      reset: () => setRun((before) => before + 1),
      setSpeed: (next: number) => {
        pace.current = next;
        setSpeed(next);
        if (isRunning.current) send({ kind: 'play', speed: next });
      },
      measure: () => {
        setMeasuring(true);
        send({ kind: 'measure' });
      },
      setView: (next: View) => {
        view.current = next;
        send({ kind: 'view', view: next });
      },
    }),
    [send],
  );
  return useMemo(
    () => ({ state, step, steps, rate, frame, problem, speed, measured, measuring, ...actions }),
    [state, step, steps, rate, frame, problem, speed, measured, measuring, actions],
  );
}
