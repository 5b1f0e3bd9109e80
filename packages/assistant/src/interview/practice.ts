/** A practice interview over one question: prompt, answer, the probe that the answer calls for, feedback at the end. */
import type { Locale, Question } from '@viva/bank';
import { AssistantError } from '../errors.ts';
import { addUsage, type LanguageModel, NO_USAGE, type Usage } from '../model/language-model.ts';
import { type AnswerReview, reviewAnswer } from './review-answer.ts';

export interface PracticeTurn {
  speaker: 'interviewer' | 'candidate';
  text: string;
  /** Which of the question's probes this is, from 0. */
  probe?: number;
}

/** Plain data: may be stored, and taken up again. */
export interface Practice {
  question: string;
  locale: Locale;
  turns: PracticeTurn[];
  /** Of everything said so far; null before the first answer. */
  review: AnswerReview | null;
  done: boolean;
  usage: Usage;
}

export interface PracticeOptions {
  /** Follow-ups at most. Default 3. */
  maxProbes?: number;
  signal?: AbortSignal;
}

const SPEAKERS: Record<Locale, Record<PracticeTurn['speaker'], string>> = {
  en: { interviewer: 'Interviewer: ', candidate: 'Candidate: ' },
  'zh-CN': { interviewer: '面试官：', candidate: '候选人：' },
};

export const beginPractice = (question: Question, locale: Locale): Practice => ({
  question: question.id,
  locale,
  turns: [{ speaker: 'interviewer', text: question.text[locale].prompt }],
  review: null,
  done: false,
  usage: NO_USAGE,
});

/** The turns as a transcript with marked speakers, without the question itself. */
export const practiceTranscript = ({ turns, locale }: Practice): string =>
  turns
    .slice(1)
    .map(({ speaker, text }) => {
      // A line that begins like another speaker's stays the speaker's own.
      const own = text.trim().split('\n');
      return own.map((line) => `${SPEAKERS[locale][speaker]}${line}`).join('\n');
    })
    .join('\n');

/**
 * The probe to ask: the most useful one that has not been asked. None once the highest anchor is met, after `maxProbes`,
 * or where the review found no probe that would help.
 */
export function chooseProbe(practice: Practice, review: AnswerReview, maxProbes: number): number | null {
  if (review.level === 5) return null;
  const asked = new Set(practice.turns.flatMap(({ probe }) => (probe === undefined ? [] : [probe])));
  if (asked.size >= maxProbes) return null;
  return review.probes.find((probe) => !asked.has(probe)) ?? null;
}

/**
 * Takes an answer, reviews everything said so far, and asks the next probe or ends.
 * @returns a new state; the one given is unchanged, also when the model fails, so that an answer can be sent again
 * @throws AssistantError `practice-done`, `empty-answer`; what the model throws
 */
export async function answerPractice(
  practice: Practice,
  question: Question,
  answer: string,
  model: LanguageModel,
  { maxProbes = 3, signal }: PracticeOptions = {},
): Promise<Practice> {
  if (practice.done)
    throw new AssistantError('practice-done', 'This practice interview has ended. Begin another one.');
  if (answer.trim() === '')
    throw new AssistantError('empty-answer', 'The answer is empty. "I do not know" is an answer, too.');
  const turns: PracticeTurn[] = [...practice.turns, { speaker: 'candidate', text: answer.trim() }];
  const next: Practice = { ...practice, turns };
  const review = await reviewAnswer(question, practiceTranscript(next), model, {
    locale: practice.locale,
    ...(signal ? { signal } : {}),
  });
  const probe = chooseProbe(next, review, maxProbes);
  const text = probe === null ? undefined : question.text[practice.locale].probes[probe];
  return {
    ...next,
    turns: probe === null || text === undefined ? turns : [...turns, { speaker: 'interviewer', text, probe }],
    review,
    done: text === undefined,
    usage: addUsage(practice.usage, review.usage),
  };
}
