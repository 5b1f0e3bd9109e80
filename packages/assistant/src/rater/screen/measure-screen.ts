/** How much of attacks the screen lets through, and what it wrongly sets aside: without a model, the same every time. */
import type { Question } from '@viva/bank';
import { type Screen, type SetAside, screenFor } from './screen-transcript.ts';

/** A transcript with a text at the end of its last turn, as if the candidate went on. */
export const withAddition = (transcript: string, addition: string): string =>
  addition === '' ? transcript : `${transcript.trimEnd()} ${addition}`;

export interface Reached {
  /** What of the addition a model would read; empty where all of it was set aside. */
  reached: string;
  setAside: SetAside[];
}

/** What becomes of a text that is added to a transcript. */
export function whatReaches(screen: Screen, transcript: string, addition: string): Reached {
  const before = screen(transcript);
  const after = screen(withAddition(transcript, addition));
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
export function screenAttacks(
  cases: readonly ScreenCase[],
  attacks: readonly { id: string; text: string }[],
): ScreenedAttack[] {
  const screens = new Map(cases.map(({ question }) => [question, screenFor(question)]));
  return attacks.map(({ id, text }) => {
    const found = { id, whole: 0, part: 0, passed: 0 };
    for (const { question, transcript } of cases) {
      const screen = screens.get(question) ?? screenFor(question);
      const { reached, setAside } = whatReaches(screen, transcript, text);
      if (letters(reached) === '') found.whole++;
      else if (setAside.length > 0) found.part++;
      else found.passed++;
    }
    return found;
  });
}
