/** What a question still needs before its scorecard can be sealed. The server checks the same, and has the last word. */
import type { DraftValue } from '../../drafts/send.ts';

export type Lack = 'score' | 'evidence' | 'reason';
export type QuestionState = 'empty' | 'started' | 'complete';

/** Characters as a person counts them: an emoji or a rare Han character is one. */
export const countCharacters = (text: string): number => [...text.trim()].length;

export function lacks({ score, evidence, notAsked }: DraftValue, evidenceMin: number): Lack[] {
  if (notAsked !== null) return notAsked.trim() === '' ? ['reason'] : [];
  const missing: Lack[] = [];
  if (score === null) missing.push('score');
  if (countCharacters(evidence) < evidenceMin) missing.push('evidence');
  return missing;
}

export function questionState(value: DraftValue, evidenceMin: number): QuestionState {
  if (lacks(value, evidenceMin).length === 0) return 'complete';
  const untouched = value.score === null && value.notAsked === null && value.evidence.trim() === '';
  return untouched ? 'empty' : 'started';
}
