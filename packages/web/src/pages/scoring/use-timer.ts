/** How long each question has taken. One clock a person and candidate, kept in this browser, told to nobody. */
import { useCallback, useEffect, useState } from 'react';

interface Clock {
  /** Milliseconds spent, by question. */
  spent: Record<string, number>;
  /** The question whose clock runs, and since when. */
  running: { question: string; since: number } | null;
}

const stopped: Clock = { spent: {}, running: null };

function read(key: string): Clock {
  try {
    return { ...stopped, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Clock>) };
  } catch {
    return stopped;
  }
}

function halted({ spent, running }: Clock, now: number): Clock {
  if (!running) return { spent, running };
  const { question, since } = running;
  return {
    spent: { ...spent, [question]: (spent[question] ?? 0) + Math.max(0, now - since) },
    running: null,
  };
}

export interface QuestionTimer {
  seconds: number;
  running: boolean;
  toggle: () => void;
}

/** The timer of the question in view; while it runs it follows the person to the next question. */
export function useTimer(personId: string, candidateId: string, question: string): QuestionTimer {
  const key = `viva-timer/${personId}/${candidateId}`;
  const [clock, setClock] = useState(() => read(key));
  const [now, setNow] = useState(() => Date.now());
  const { running } = clock;

  const update = useCallback(
    (change: (clock: Clock, now: number) => Clock) =>
      setClock((before) => {
        const next = change(before, Date.now());
        localStorage.setItem(key, JSON.stringify(next));
        return next;
      }),
    [key],
  );

  useEffect(() => {
    if (running && running.question !== question)
      update((before, at) => ({ ...halted(before, at), running: { question, since: at } }));
  }, [running, question, update]);

  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [running]);

  const current = running?.question === question ? Math.max(0, now - running.since) : 0;
  return {
    seconds: Math.floor(((clock.spent[question] ?? 0) + current) / 1_000),
    running: running !== null,
    toggle: () => {
      setNow(Date.now());
      update((before, at) =>
        before.running ? halted(before, at) : { ...before, running: { question, since: at } },
      );
    },
  };
}
