/**
 * Which persons, raters and items can be put on one scale. Two elements of a facet are comparable when their difference
 * is the same in every solution of θ_n − α_r − δ_i = 0 over the observed ratings, the null space of the design: sharing
 * items alone does not join two panels that share neither persons nor raters (cf. Weeks & Williams 1964).
 */
import type { RatingsTable } from '../table/ratings-table.ts';

export interface Connectivity {
  connected: boolean;
  /** Number of sets of persons that cannot be compared with one another. */
  subsets: number;
  /** A set number for every element, from 0 in order of first appearance; elements of different sets cannot be compared. */
  person: Int32Array;
  rater: Int32Array;
  item: Int32Array;
  /** False when the design was too large to settle exactly and the sets may be finer than they need be. */
  exact: boolean;
}

class Classes {
  private readonly parent: Int32Array;
  constructor(n: number) {
    this.parent = Int32Array.from({ length: n }, (_, index) => index);
  }
  find(start: number): number {
    let x = start;
    while (this.parent[x] !== x) {
      this.parent[x] = this.parent[this.parent[x] as number] as number;
      x = this.parent[x] as number;
    }
    return x;
  }
  /** True when the two were apart. */
  join(a: number, b: number): boolean {
    const x = this.find(a);
    const y = this.find(b);
    if (x === y) return false;
    this.parent[Math.max(x, y)] = Math.min(x, y);
    return true;
  }
}

/** Null spaces up to this many classes are settled by elimination. */
const ELIMINATION_LIMIT = 400;

/** @param rows positions in the table that count; all of them when left out */
export function findConnectivity(table: RatingsTable, rows?: Int32Array): Connectivity {
  const { persons, raters, items } = table;
  const sizes = [persons.length, raters.length, items.length] as const;
  const codes = [table.person, table.rater, table.item] as const;
  const classes = sizes.map((n) => new Classes(n)) as [Classes, Classes, Classes];
  const list = rows ?? Int32Array.from({ length: table.size }, (_, row) => row);

  // Ratings that agree in two facets tie their classes in the third; repeat until nothing moves.
  for (let changed = true; changed; ) {
    changed = false;
    for (const [target, a, b] of [
      [0, 1, 2],
      [1, 0, 2],
      [2, 0, 1],
    ] as const) {
      const wide = sizes[b];
      const dense = sizes[a] * wide <= 1 << 24 ? new Int32Array(sizes[a] * wide).fill(-1) : null;
      const sparse = dense ? null : new Map<number, number>();
      for (const row of list) {
        const key =
          classes[a].find(codes[a][row] as number) * wide + classes[b].find(codes[b][row] as number);
        const element = codes[target][row] as number;
        const first = dense ? (dense[key] as number) : (sparse?.get(key) ?? -1);
        if (first === -1) {
          if (dense) dense[key] = element;
          else sparse?.set(key, element);
        } else if (classes[target].join(first, element)) changed = true;
      }
    }
  }

  const present = sizes.map((n) => new Uint8Array(n));
  for (const row of list)
    for (let f = 0; f < 3; f++) (present[f] as Uint8Array)[(codes[f] as Int32Array)[row] as number] = 1;
  const number = sizes.map((n) => new Int32Array(n).fill(-1));
  let total = 0;
  const offsets: number[] = [];
  for (let f = 0; f < 3; f++) {
    offsets.push(total);
    for (let e = 0; e < (sizes[f] as number); e++)
      if ((present[f] as Uint8Array)[e] && (classes[f] as Classes).find(e) === e)
        (number[f] as Int32Array)[e] = total++;
  }
  const classOf = (f: number, e: number): number =>
    (present[f] as Uint8Array)[e]
      ? ((number[f] as Int32Array)[(classes[f] as Classes).find(e)] as number)
      : -1;

  const exact = total <= ELIMINATION_LIMIT;
  const vectors = exact ? nullVectors(list, codes, classOf, total) : null;
  const label = (f: number): Int32Array => {
    const from = offsets[f] as number;
    const to = f === 2 ? total : (offsets[f + 1] as number);
    const names = new Map<string, number>();
    const classLabel = new Int32Array(Math.max(0, to - from));
    for (let c = from; c < to; c++) {
      // Within a facet, the trivial shifts move all alike; what differs beyond a constant sets elements apart.
      const key = vectors
        ? vectors.map((v) => ((v[c] as number) - (v[from] as number)).toFixed(6)).join()
        : String(c);
      const known = names.get(key) ?? names.size;
      names.set(key, known);
      classLabel[c - from] = known;
    }
    return Int32Array.from({ length: sizes[f] as number }, (_, e) => {
      const c = classOf(f, e);
      return c === -1 ? -1 : (classLabel[c - from] as number);
    });
  };
  const person = label(0);
  const rater = label(1);
  const item = label(2);
  const most = (values: Int32Array): number => values.reduce((high, value) => Math.max(high, value + 1), 0);
  const subsets = most(person);
  return {
    connected: subsets <= 1 && most(rater) <= 1 && most(item) <= 1,
    subsets,
    person,
    rater,
    item,
    exact,
  };
}

/** A basis of {v : v_person = v_rater + v_item for every rating} over classes, by elimination to reduced form. */
function nullVectors(
  list: Int32Array,
  codes: readonly [Int32Array, Int32Array, Int32Array],
  classOf: (f: number, e: number) => number,
  total: number,
): Float64Array[] {
  const seen = new Set<number>();
  const pivots: { column: number; row: Float64Array }[] = [];
  for (const at of list) {
    // Two dimensions are always free, the origins of raters and of items: nothing more can be learnt then.
    if (pivots.length >= total - 2) break;
    const p = classOf(0, codes[0][at] as number);
    const r = classOf(1, codes[1][at] as number);
    const i = classOf(2, codes[2][at] as number);
    const key = (p * total + r) * total + i;
    if (seen.has(key)) continue;
    seen.add(key);
    const row = new Float64Array(total);
    row[p] = 1;
    row[r] = -1;
    row[i] = -1;
    for (const { column, row: pivot } of pivots) {
      const factor = row[column] as number;
      if (factor !== 0)
        for (let c = 0; c < total; c++) row[c] = (row[c] as number) - factor * (pivot[c] as number);
    }
    let best = 0;
    for (let c = 1; c < total; c++) if (Math.abs(row[c] as number) > Math.abs(row[best] as number)) best = c;
    const lead = row[best] as number;
    if (Math.abs(lead) < 1e-9) continue;
    for (let c = 0; c < total; c++) row[c] = (row[c] as number) / lead;
    for (const { row: pivot } of pivots) {
      const factor = pivot[best] as number;
      if (factor !== 0)
        for (let c = 0; c < total; c++) pivot[c] = (pivot[c] as number) - factor * (row[c] as number);
    }
    pivots.push({ column: best, row });
  }
  const leading = new Set(pivots.map(({ column }) => column));
  const vectors: Float64Array[] = [];
  for (let c = 0; c < total; c++) {
    if (leading.has(c)) continue;
    const vector = new Float64Array(total);
    vector[c] = 1;
    for (const { column, row } of pivots) vector[column] = -(row[c] as number);
    vectors.push(vector);
  }
  return vectors;
}
