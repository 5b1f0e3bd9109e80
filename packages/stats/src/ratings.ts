/** Ratings as a compact table: who rated whom on what, with which score. */

export interface RatingRow {
  person: string;
  rater: string;
  item: string;
  /** A whole number on the common scale. */
  score: number;
}

export type StatsErrorCode = 'no-ratings' | 'bad-score' | 'one-category';

/** Data that cannot be estimated at all. `message` says what is wrong and, where there is one, in which row. */
export class StatsError extends Error {
  override readonly name = 'StatsError';
  readonly code: StatsErrorCode;
  constructor(code: StatsErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Columns of equal length; the facets' values are indices into their lists of names. */
export interface RatingTable {
  persons: string[];
  raters: string[];
  items: string[];
  person: Int32Array;
  rater: Int32Array;
  item: Int32Array;
  /** Score minus `lowest`: 0, 1, …, `categories` − 1. */
  category: Uint8Array;
  lowest: number;
  categories: number;
  /** Categories between the lowest and the highest that nobody used. */
  unused: number[];
}

class Names {
  readonly list: string[] = [];
  readonly #index = new Map<string, number>();
  of(name: string): number {
    const known = this.#index.get(name);
    if (known !== undefined) return known;
    this.#index.set(name, this.list.length);
    return this.list.push(name) - 1;
  }
}

/**
 * Builds a table; missing combinations are simply absent rows.
 * @throws StatsError where there is no row, a score is not a whole number from 0 to 99, or all scores are equal
 */
export function toRatingTable(rows: readonly RatingRow[]): RatingTable {
  if (rows.length === 0) throw new StatsError('no-ratings', 'There are no ratings.');
  const [persons, raters, items] = [new Names(), new Names(), new Names()];
  const person = new Int32Array(rows.length);
  const rater = new Int32Array(rows.length);
  const item = new Int32Array(rows.length);
  const category = new Uint8Array(rows.length);
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [n, row] of rows.entries()) {
    if (!Number.isInteger(row.score) || row.score < 0 || row.score > 99)
      throw new StatsError(
        'bad-score',
        `Row ${n + 1}: the score ${row.score} is not a whole number from 0 to 99.`,
      );
    person[n] = persons.of(row.person);
    rater[n] = raters.of(row.rater);
    item[n] = items.of(row.item);
    category[n] = row.score;
    lowest = Math.min(lowest, row.score);
    highest = Math.max(highest, row.score);
  }
  if (lowest === highest)
    throw new StatsError(
      'one-category',
      `Every rating is ${lowest}: nothing tells persons, raters or items apart.`,
    );
  const used = new Set<number>();
  for (let n = 0; n < category.length; n++) {
    const value = (category[n] ?? 0) - lowest;
    category[n] = value;
    used.add(value);
  }
  const categories = highest - lowest + 1;
  const unused = Array.from({ length: categories }, (_, k) => k).filter((k) => !used.has(k));
  return {
    persons: persons.list,
    raters: raters.list,
    items: items.list,
    person,
    rater,
    item,
    category,
    lowest,
    categories,
    unused: unused.map((k) => k + lowest),
  };
}
