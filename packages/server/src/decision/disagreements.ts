/** Answers worth talking about: raters far apart, or a score that surprises given its rater's severity. Pure. */
import type { UnexpectedRating } from '@viva/stats';
import type { Analysis } from '../contract/analysis.ts';
import type { ScoredRating } from './summarise.ts';

/** Scores this far apart differ in kind, not in nuance: an anchor of 2 and an anchor of 4. */
const FAR = 2;

/** @param unexpected ratings whose standardised residual is 2 or more */
export function findDisagreements(
  ratings: readonly (ScoredRating & { candidateId: string })[],
  unexpected: readonly UnexpectedRating[],
): Analysis['disagreements'] {
  const answers = new Map<
    string,
    { candidateId: string; question: string; scores: { raterId: string; score: number }[] }
  >();
  for (const { candidateId, question, raterId, score } of ratings) {
    if (score === null) continue;
    const key = `${candidateId} ${question}`;
    const answer = answers.get(key) ?? { candidateId, question, scores: [] };
    answer.scores.push({ raterId, score });
    answers.set(key, answer);
  }
  const surprises = new Map<string, UnexpectedRating[]>();
  for (const one of unexpected) {
    const key = `${one.person} ${one.item}`;
    surprises.set(key, [...(surprises.get(key) ?? []), one]);
  }
  const found = [...answers].flatMap(([key, { candidateId, question, scores }]) => {
    const values = scores.map(({ score }) => score);
    const spread = Math.max(...values) - Math.min(...values);
    const own = surprises.get(key) ?? [];
    const [most] = [...own].sort((a, b) => Math.abs(b.z) - Math.abs(a.z));
    if (scores.length < 2 || (spread < FAR && most === undefined)) return [];
    return [
      {
        candidateId,
        question,
        spread,
        scores: scores.map((one) => ({
          ...one,
          expected: own.find(({ rater }) => rater === one.raterId)?.expected ?? null,
        })),
        surprising: most ? { raterId: most.rater, z: most.z } : null,
      },
    ];
  });
  return found.sort(
    (a, b) => b.spread - a.spread || Math.abs(b.surprising?.z ?? 0) - Math.abs(a.surprising?.z ?? 0),
  );
}
