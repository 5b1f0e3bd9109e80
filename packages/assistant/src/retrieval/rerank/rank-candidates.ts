/** From passages to questions, and those best first by what speaks for them. */
import type { QueryTerm } from '../bm25.ts';
import type { RetrievedPassage } from '../retriever.ts';
import { order } from './fit-linear.ts';
import { LINEAR_WEIGHTS } from './linear-weights.ts';
import { type Candidate, FEATURES, questionFeatures } from './question-features.ts';

/** Questions that are looked at closely; what the first stage puts lower stays there. */
export const RERANKED = 15;

/** Questions by the first stage alone: each by its best passages, of which later ones count half as much as the one before. */
export function toCandidates(ranked: readonly RetrievedPassage[]): Candidate[] {
  const found = new Map<string, { score: number; share: number; passages: RetrievedPassage[] }>();
  for (const one of ranked) {
    const { question } = one.passage;
    const sum = found.get(question) ?? { score: 0, share: 1, passages: [] };
    sum.score += one.score * sum.share;
    sum.share /= 2;
    sum.passages.push(one);
    found.set(question, sum);
  }
  return [...found]
    .map(([question, { score, passages }]) => ({ question, score, passages }))
    .sort((a, b) => b.score - a.score || (a.question < b.question ? -1 : 1));
}

/** The weights in the order of `FEATURES`; others were fitted where there are vectors. */
export const weightsFor = (vectors: boolean): number[] => {
  const weights = vectors ? LINEAR_WEIGHTS.vectors : LINEAR_WEIGHTS.words;
  return FEATURES.map((name) => weights[name]);
};

/** @param candidates best first by the first stage */
export function rerankCandidates(
  query: string,
  terms: readonly QueryTerm[],
  candidates: readonly Candidate[],
): Candidate[] {
  const near = candidates.slice(0, RERANKED);
  const vectors = near.some(({ passages }) => passages.some(({ similarity }) => similarity !== null));
  const places = order(weightsFor(vectors), questionFeatures(query, terms, near));
  return [...places.flatMap((at) => near[at] ?? []), ...candidates.slice(RERANKED)];
}
