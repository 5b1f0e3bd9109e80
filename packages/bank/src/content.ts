/** A question without its hash, and its way in from wherever it comes. */
import { contentHash } from './hash.ts';
import type { Question } from './types.ts';

export type QuestionContent = Omit<Question, 'hash'>;

/** @returns the question with the hash that the bank's own files would give it */
export async function toQuestion(content: QuestionContent): Promise<Question> {
  return { ...content, hash: await contentHash(content) };
}
