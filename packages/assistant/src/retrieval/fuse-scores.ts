/** Words and vectors in one ranking: by their scores, not by their places. */
import type { Bm25Hit } from './bm25.ts';
import type { VectorHit } from './vector-index.ts';

export interface FusedScore {
  document: number;
  score: number;
  coverage: number;
  /** Null where no vector says anything of the document. */
  similarity: number | null;
}

/**
 * What a cosine of one counts, against one for the best BM25 score. On the 50 development queries with all-MiniLM-L6-v2
 * the smallest weight of 0, 0.4, 0.8, 1.2, 1.6, 2 and 3 with the best recall; reciprocal ranks (Cormack et al. 2009, k = 60)
 * ranked worse than words alone, since they forget by how much a passage is ahead.
 */
export const SEMANTIC_WEIGHT = 1.2;

/** BM25 divided by the query's best, plus the weighted cosine; negative cosines count nothing. Best first. */
export function fuseScores(
  words: readonly Bm25Hit[],
  near: readonly VectorHit[],
  weight = SEMANTIC_WEIGHT,
): FusedScore[] {
  const top = words[0]?.score ?? 1;
  const fused = new Map<number, FusedScore>();
  for (const { document, score, coverage } of words)
    fused.set(document, { document, score: score / top, coverage, similarity: null });
  for (const { document, similarity } of near) {
    const entry = fused.get(document) ?? { document, score: 0, coverage: 0, similarity };
    entry.similarity = similarity;
    entry.score += weight * Math.max(0, similarity);
    fused.set(document, entry);
  }
  return [...fused.values()].sort((a, b) => b.score - a.score || a.document - b.document);
}
