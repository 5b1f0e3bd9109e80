/** First ratings of an opening's revealed candidates, as the reader's row security shows them: scores, and no text. */
import { sql } from 'drizzle-orm';
import type { Tables } from '../store/store.ts';

export interface Score {
  candidateId: string;
  raterId: string;
  question: string;
  /** null where the question was not asked. */
  score: number | null;
}

/**
 * Of each candidate in the order of rater and question. One row a scorecard: an opening has thousands of ratings, and each row
 * costs more to carry than its score.
 */
export async function readScores(tables: Tables, openingId: string): Promise<Score[]> {
  const cards = (await tables.execute(sql`
    SELECT r.candidate_id, r.rater_id, json_agg(r.question_id ORDER BY r.question_id) AS questions,
      json_agg(r.score ORDER BY r.question_id) AS scores
    FROM viva.reveal v JOIN viva.rating r ON r.opening_id = v.opening_id AND r.candidate_id = v.candidate_id
    WHERE v.opening_id = ${openingId}::uuid AND r.kind = 'first'
    GROUP BY r.candidate_id, r.rater_id ORDER BY r.rater_id`)) as unknown as {
    candidate_id: string;
    rater_id: string;
    questions: string[];
    scores: (number | null)[];
  }[];
  return cards.flatMap(({ candidate_id, rater_id, questions, scores }) =>
    questions.map((question, at) => ({
      candidateId: candidate_id,
      raterId: rater_id,
      question,
      score: scores[at] ?? null,
    })),
  );
}
