/** Ratings as subjects × raters, the shape that agreement statistics are defined on. */
import { TableShapeError } from '../errors.ts';
import type { RatingsTable } from '../table/ratings-table.ts';

/** One row a subject, one column a rater; null where that rater did not rate. All rows of one length. */
export type RatingMatrix = readonly (readonly (number | null)[])[];

/** @throws TableShapeError `ragged` for rows of different lengths, `bad-value` for a NaN or an infinity */
export function checkMatrix(matrix: RatingMatrix): { subjects: number; raters: number } {
  const raters = matrix[0]?.length ?? 0;
  for (const [at, row] of matrix.entries()) {
    if (row.length !== raters)
      throw new TableShapeError(
        'ragged',
        `Row ${at + 1} has ${row.length} ratings, the first has ${raters}.`,
      );
    for (const value of row)
      if (value !== null && !Number.isFinite(value))
        throw new TableShapeError('bad-value', `Row ${at + 1} holds ${value}; a missing rating is null.`);
  }
  return { subjects: matrix.length, raters };
}

export interface LabelledMatrix {
  subjects: string[];
  raters: string[];
  matrix: (number | null)[][];
}

/**
 * A matrix from a table: subjects are person × item pairs, or persons with the mean over `items` of each rater; or one
 * item alone.
 */
export function toMatrix(
  table: RatingsTable,
  by: 'person-item' | 'person-mean' | { item: string } = 'person-item',
): LabelledMatrix {
  const raters = table.raters.length;
  const only = typeof by === 'object' ? table.items.indexOf(by.item) : -1;
  const items = by === 'person-item' ? table.items.length : 1;
  const size = table.persons.length * items * raters;
  const sum = new Float64Array(size);
  const count = new Int32Array(size);
  for (let row = 0; row < table.size; row++) {
    const i = table.item[row] as number;
    if (typeof by === 'object' && i !== only) continue;
    const subject = (table.person[row] as number) * items + (by === 'person-item' ? i : 0);
    const at = subject * raters + (table.rater[row] as number);
    sum[at] = (sum[at] as number) + (table.score[row] as number);
    count[at] = (count[at] as number) + 1;
  }
  const subjects: string[] = [];
  const matrix: (number | null)[][] = [];
  for (let subject = 0; subject < table.persons.length * items; subject++) {
    const row: (number | null)[] = [];
    let any = false;
    for (let r = 0; r < raters; r++) {
      const at = subject * raters + r;
      const n = count[at] as number;
      if (n > 0) any = true;
      row.push(n > 0 ? (sum[at] as number) / n : null);
    }
    if (!any) continue;
    const person = table.persons[Math.floor(subject / items)] as string;
    subjects.push(by === 'person-item' ? `${person} · ${table.items[subject % items]}` : person);
    matrix.push(row);
  }
  return { subjects, raters: [...table.raters], matrix };
}
