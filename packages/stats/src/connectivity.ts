/** Whether all measures stand on one scale: persons, raters and items linked by common ratings. */
import type { RatingTable } from './ratings.ts';

/**
 * The number of disconnected subsets (Linacre 1989). With more than one, measures of different subsets cannot be
 * compared: a severe panel and weak candidates look the same.
 */
export function countSubsets({ persons, raters, items, person, rater, item }: RatingTable): number {
  const parent = Int32Array.from({ length: persons.length + raters.length + items.length }, (_, n) => n);
  const root = (n: number): number => {
    let at = n;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  let subsets = parent.length;
  const join = (a: number, b: number): void => {
    const [one, other] = [root(a), root(b)];
    if (one === other) return;
    parent[one] = other;
    subsets--;
  };
  for (let n = 0; n < person.length; n++) {
    join(person[n] as number, persons.length + (rater[n] as number));
    join(person[n] as number, persons.length + raters.length + (item[n] as number));
  }
  return subsets;
}
