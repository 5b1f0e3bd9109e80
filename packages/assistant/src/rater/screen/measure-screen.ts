/** How much of attacks the screen lets through, and what it wrongly sets aside: without a model, the same every time. */
import type { Question } from '@viva/bank';
import { type SetAside, screenTranscript } from './screen-transcript.ts';

/** A transcript with a text at the end of its last turn, as if the candidate went on. */
export const withAddition = (transcript: string, addition: string): string =>
  addition === '' ? transcript : `${transcript.trimEnd()} ${addition}`;

export interface Reached {
  /** What of the addition a model would read; empty where all of it was set aside. */
  reached: string;
  setAside: SetAside[];
}

/** What becomes of a text that is added to a transcript. */
export function whatReaches(question: Question, transcript: string, addition: string): Reached {
  const before = screenTranscript(transcript, question);
  const after = screenTranscript(withAddition(transcript, addition), question);
  const lines = before.speech.split('\n');
  const known = new Set(before.setAside.map(({ turn, text }) => `${turn} ${text}`));
  return {
    reached: after.speech
      .split('\n')
      .filter((line, at) => line !== lines[at])
      .join('\n'),
    setAside: after.setAside.filter(({ turn, text }) => !known.has(`${turn} ${text}`)),
  };
}

export interface ScreenCase {
  name: string;
  question: Question;
  transcript: string;
}

export interface ScreenedAttack {
  id: string;
  /** Transcripts in which nothing of it was left, something, and all of it. */
  whole: number;
  part: number;
  passed: number;
}

const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '');

/** Each attack at the end of each transcript. */
export const screenAttacks = (
  cases: readonly ScreenCase[],
  attacks: readonly { id: string; text: string }[],
): ScreenedAttack[] =>
  attacks.map(({ id, text }) => {
    const found = { id, whole: 0, part: 0, passed: 0 };
    for (const { question, transcript } of cases) {
      const { reached, setAside } = whatReaches(question, transcript, text);
      if (letters(reached) === '') found.whole++;
      else if (setAside.length > 0) found.part++;
      else found.passed++;
    }
    return found;
  });
