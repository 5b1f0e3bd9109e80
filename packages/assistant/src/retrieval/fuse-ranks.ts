/** One ranking out of several. */

export interface FusedRank<T> {
  item: T;
  score: number;
}

/**
 * Reciprocal rank fusion (Cormack, Clarke & Büttcher 2009): the sum of 1 / (k + rank) over the lists that have an item,
 * ranks from 1. Scores of different kinds need no common scale.
 * @param k larger gives later ranks more say; the paper's 60
 */
export function fuseRanks<T>(lists: readonly (readonly T[])[], k = 60): FusedRank<T>[] {
  const scores = new Map<T, number>();
  for (const list of lists)
    for (const [at, item] of [...new Set(list)].entries())
      scores.set(item, (scores.get(item) ?? 0) + 1 / (k + at + 1));
  return [...scores].map(([item, score]) => ({ item, score })).sort((a, b) => b.score - a.score);
}
