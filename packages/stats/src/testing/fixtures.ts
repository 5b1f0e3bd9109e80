/** Reads the committed reference results; used by tests only. */
import { readFileSync } from 'node:fs';
import { type RatingsTable, ratingsTable } from '../table/ratings-table.ts';

const read = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');

export function readJson<T>(name: string): T {
  return JSON.parse(read(name)) as T;
}

/** Person, Rater, Criterion, Score. */
export function readRatings(name: string): RatingsTable {
  const rows = read(name).trim().split(/\r?\n/).slice(1);
  return ratingsTable(
    rows.map((line) => {
      const [person = '', rater = '', item = '', score] = line.split(',');
      return { person, rater, item, score: Number(score) };
    }),
  );
}
