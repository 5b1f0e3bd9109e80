/** What somebody has scored for practice, kept by this browser alone: nothing of it goes into any record. */
import { useEffect, useState } from 'react';

export interface PractisedScore {
  transcript: string;
  score: number;
}
/** How an earlier round went. */
export interface PastRound {
  endedAt: string;
  transcripts: number;
  bias: number;
  exact: number;
}
interface Kept {
  scores: PractisedScore[];
  rounds: PastRound[];
}
const NONE: Kept = { scores: [], rounds: [] };
const MOST_ROUNDS = 10;

function read(key: string): Kept {
  try {
    const { scores, rounds } = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Kept>;
    return Array.isArray(scores) && Array.isArray(rounds) ? { scores, rounds } : NONE;
  } catch {
    return NONE;
  }
}

/** @param key names person and transcripts: another person, or changed transcripts, start afresh */
export function usePracticeRound(key: string): Kept & {
  add: (score: PractisedScore) => void;
  again: (round: PastRound | null) => void;
} {
  const [kept, setKept] = useState(() => read(key));
  useEffect(() => localStorage.setItem(key, JSON.stringify(kept)), [key, kept]);
  return {
    ...kept,
    add: (score) => setKept(({ scores, rounds }) => ({ scores: [...scores, score], rounds })),
    again: (round) =>
      setKept(({ rounds }) => ({
        scores: [],
        rounds: round ? [round, ...rounds].slice(0, MOST_ROUNDS) : rounds,
      })),
  };
}
