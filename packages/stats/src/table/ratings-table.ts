/** The long table that everything else reads: one row a rating, names held once, codes in typed arrays. */
import { RatingsFormatError } from '../errors.ts';

/** One rating as a caller has it. A score of null, undefined or NaN is a missing rating: allowed, counted, left out. */
export interface RatingRow {
  person: string;
  rater: string;
  item: string;
  score: number | null | undefined;
  /** The person's group, for bias and adverse impact. One person, one group: the first that is given counts. */
  group?: string | null | undefined;
}

/** Columns of equal length `size`; codes index into the lists of names. */
export interface RatingsTable {
  readonly size: number;
  readonly persons: readonly string[];
  readonly raters: readonly string[];
  readonly items: readonly string[];
  readonly groups: readonly string[];
  readonly person: Int32Array;
  readonly rater: Int32Array;
  readonly item: Int32Array;
  readonly score: Float64Array;
  /** One entry a person; −1 where no group is known. */
  readonly personGroup: Int32Array;
  /** Rows left out: without a score, and repeats of a person × rater × item that came before. */
  readonly dropped: { readonly missing: number; readonly repeated: number; readonly groupConflicts: number };
}

class Names {
  readonly list: string[] = [];
  private readonly codes = new Map<string, number>();
  code(name: string): number {
    const known = this.codes.get(name);
    if (known !== undefined) return known;
    this.codes.set(name, this.list.length);
    this.list.push(name);
    return this.list.length - 1;
  }
}

/** Collects ratings one by one; memory is some 24 bytes a rating. `build` may be called once. */
export class RatingsBuilder {
  private readonly persons = new Names();
  private readonly raters = new Names();
  private readonly items = new Names();
  private readonly groups = new Names();
  private readonly personGroup: number[] = [];
  private person = new Int32Array(1024);
  private rater = new Int32Array(1024);
  private item = new Int32Array(1024);
  private score = new Float64Array(1024);
  private count = 0;
  private missing = 0;
  private groupConflicts = 0;

  /** @throws RatingsFormatError `bad-score` for an infinite score, `empty-name` for a name of no characters */
  add({ person, rater, item, score, group }: RatingRow): void {
    if (person === '' || rater === '' || item === '')
      throw new RatingsFormatError('empty-name', 'Person, rater and item each need a name.');
    const p = this.persons.code(person);
    if (this.personGroup.length <= p) this.personGroup.push(-1);
    if (group !== null && group !== undefined && group !== '') {
      const code = this.groups.code(group);
      if (this.personGroup[p] === -1) this.personGroup[p] = code;
      else if (this.personGroup[p] !== code) this.groupConflicts++;
    }
    const r = this.raters.code(rater);
    const i = this.items.code(item);
    if (score === null || score === undefined || Number.isNaN(score)) {
      this.missing++;
      return;
    }
    if (!Number.isFinite(score))
      throw new RatingsFormatError('bad-score', `A score must be a finite number, not ${score}.`);
    if (this.count === this.person.length) this.grow();
    this.person[this.count] = p;
    this.rater[this.count] = r;
    this.item[this.count] = i;
    this.score[this.count++] = score;
  }

  private grow(): void {
    const size = this.person.length * 2;
    const longer = (from: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(size);
      to.set(from);
      return to;
    };
    this.person = longer(this.person);
    this.rater = longer(this.rater);
    this.item = longer(this.item);
    const score = new Float64Array(size);
    score.set(this.score);
    this.score = score;
  }

  build(): RatingsTable {
    const repeated = this.dropRepeats();
    return {
      size: this.count,
      persons: this.persons.list,
      raters: this.raters.list,
      items: this.items.list,
      groups: this.groups.list,
      person: this.person.slice(0, this.count),
      rater: this.rater.slice(0, this.count),
      item: this.item.slice(0, this.count),
      score: this.score.slice(0, this.count),
      personGroup: Int32Array.from(this.personGroup),
      dropped: { missing: this.missing, repeated, groupConflicts: this.groupConflicts },
    };
  }

  /** Keeps the first of each person × rater × item: a later amendment stands beside it, statistics use the first. */
  private dropRepeats(): number {
    const { rows, start } = rowsBy(this.person.subarray(0, this.count), this.persons.list.length);
    const items = this.items.list.length;
    const cells = this.raters.list.length * items;
    const dense = cells <= 1 << 22;
    const seen = dense ? new Int32Array(cells).fill(-1) : null;
    const drop = new Uint8Array(this.count);
    let repeated = 0;
    for (let p = 0; p < this.persons.list.length; p++) {
      const set = dense ? null : new Set<number>();
      for (let at = start[p] as number; at < (start[p + 1] as number); at++) {
        const row = rows[at] as number;
        const cell = (this.rater[row] as number) * items + (this.item[row] as number);
        const known = seen ? seen[cell] === p : (set as Set<number>).has(cell);
        if (known) {
          drop[row] = 1;
          repeated++;
        } else if (seen) seen[cell] = p;
        else (set as Set<number>).add(cell);
      }
    }
    if (repeated === 0) return 0;
    let to = 0;
    for (let row = 0; row < this.count; row++) {
      if (drop[row]) continue;
      this.person[to] = this.person[row] as number;
      this.rater[to] = this.rater[row] as number;
      this.item[to] = this.item[row] as number;
      this.score[to++] = this.score[row] as number;
    }
    this.count = to;
    return repeated;
  }
}

/** Rows grouped by a code, in their order within each group (a counting sort): group g is rows[start[g] .. start[g+1]). */
export function rowsBy(code: Int32Array, groups: number): { rows: Int32Array; start: Int32Array } {
  const start = new Int32Array(groups + 1);
  for (let row = 0; row < code.length; row++) {
    const g = (code[row] as number) + 1;
    start[g] = (start[g] as number) + 1;
  }
  for (let g = 0; g < groups; g++) start[g + 1] = (start[g + 1] as number) + (start[g] as number);
  const next = start.slice(0, groups);
  const rows = new Int32Array(code.length);
  for (let row = 0; row < code.length; row++) {
    const g = code[row] as number;
    rows[next[g] as number] = row;
    next[g] = (next[g] as number) + 1;
  }
  return { rows, start };
}

/**
 * A table from rows in any order.
 * @throws RatingsFormatError naming the row (from 1) whose score or name cannot be used
 */
export function ratingsTable(rows: Iterable<RatingRow>): RatingsTable {
  const builder = new RatingsBuilder();
  let number = 0;
  for (const row of rows) {
    number++;
    try {
      builder.add(row);
    } catch (error) {
      if (error instanceof RatingsFormatError)
        throw new RatingsFormatError(error.code, `Row ${number}: ${error.message}`, { row: number });
      throw error;
    }
  }
  return builder.build();
}
