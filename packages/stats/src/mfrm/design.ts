/**
 * What the estimators work on: ratings sorted by person, categories as 0..K, extreme elements set aside, and the sparse
 * structure of the information matrix. Built once a fit; memory is linear in the number of ratings.
 */
import { type RatingsTable, rowsBy } from '../table/ratings-table.ts';

export type RaschModel = 'rsm' | 'pcm';

/** 1 = all ratings at the top of their scale, −1 = all at the bottom, 0 = neither; 2 = no information at all. */
export type Extreme = -1 | 0 | 1 | 2;

export interface Design {
  readonly model: RaschModel;
  readonly table: RatingsTable;
  readonly persons: number;
  readonly raters: number;
  readonly items: number;
  /** Step sets: 1 for the rating scale model, one an item for partial credit. */
  readonly sets: number;
  /** The most steps of any set; the stride of step parameters. */
  readonly steps: number;
  /** Steps of each set. */
  readonly stepCount: Int32Array;
  /** Original score of category k of set s, at s × (steps + 1) + k; the mean of the scores where several fell together. */
  readonly value: Float64Array;
  /** What category k of set s is called: the lowest score that stands in it among `rows`, laid out as `value`. */
  readonly label: Float64Array;
  /** Category of every row of the table, in its set. */
  readonly category: Int32Array;
  /** Rows whose person, rater and item are all estimated together, sorted by person. */
  readonly rows: Int32Array;
  readonly start: Int32Array;
  /** Round of removal, −1 for an element that stays in; in rounds, the last is re-estimated first. */
  readonly personRound: Int32Array;
  readonly raterRound: Int32Array;
  readonly itemRound: Int32Array;
  readonly personExtreme: Int8Array;
  readonly raterExtreme: Int8Array;
  readonly itemExtreme: Int8Array;
  readonly rounds: number;
  /** Distinct rater × item pairs among `rows`. */
  readonly cells: number;
  readonly cellRater: Int32Array;
  readonly cellItem: Int32Array;
  /** For position p in `rows`: its cell. */
  readonly cell: Int32Array;
  /** Scores seen, ascending, with how often; and those that nobody active used. */
  readonly scores: readonly number[];
  readonly counts: readonly number[];
}

interface Marks {
  round: Int32Array;
  extreme: Int8Array;
}

const marks = (n: number): Marks => ({ round: new Int32Array(n).fill(-1), extreme: new Int8Array(n) });

/** Distinct scores ascending, their counts, and each row's index among them. */
function scoreCodes(table: RatingsTable): { scores: number[]; counts: number[]; code: Int32Array } {
  const seen = new Map<number, number>();
  for (let row = 0; row < table.size; row++) {
    const score = table.score[row] as number;
    seen.set(score, (seen.get(score) ?? 0) + 1);
  }
  const scores = [...seen.keys()].sort((a, b) => a - b);
  const index = new Map(scores.map((score, at) => [score, at]));
  const code = new Int32Array(table.size);
  for (let row = 0; row < table.size; row++) code[row] = index.get(table.score[row] as number) as number;
  return { scores, counts: scores.map((score) => seen.get(score) as number), code };
}

/**
 * Categories of each set from the rows that are still in: consecutive numbers for the scores in use, an unused score
 * taking the number of its nearest used neighbour.
 */
function categoriesInUse(
  used: Uint8Array,
  sets: number,
  width: number,
): { map: Int32Array; count: Int32Array } {
  const map = new Int32Array(sets * width);
  const count = new Int32Array(sets);
  for (let s = 0; s < sets; s++) {
    const inUse: number[] = [];
    for (let k = 0; k < width; k++) if (used[s * width + k]) inUse.push(k);
    count[s] = inUse.length;
    for (let k = 0; k < width; k++) {
      let best = 0;
      for (let at = 1; at < inUse.length; at++)
        if (Math.abs((inUse[at] as number) - k) < Math.abs((inUse[best] as number) - k)) best = at;
      map[s * width + k] = best;
    }
  }
  return { map, count };
}

export interface DesignOptions {
  model: RaschModel;
  /** Persons without a finite estimate are set aside (joint) or stay in (marginal: the population bounds them). */
  dropExtremePersons: boolean;
  /** Elements whose measure is fixed beforehand are never set aside. */
  anchored?: { persons: ReadonlySet<number>; raters: ReadonlySet<number>; items: ReadonlySet<number> };
}

/** Removes, in rounds, whoever has only top or only bottom ratings among those who remain, until nobody has. */
export function buildDesign(table: RatingsTable, options: DesignOptions): Design {
  const { model } = options;
  const n = table.size;
  const persons = table.persons.length;
  const raters = table.raters.length;
  const items = table.items.length;
  const sets = model === 'rsm' ? 1 : items;
  const { scores, counts, code } = scoreCodes(table);
  const width = Math.max(1, scores.length);
  const person = marks(persons);
  const rater = marks(raters);
  const item = marks(items);
  const alive = new Uint8Array(n).fill(1);
  let map = new Int32Array(sets * width);
  let count = new Int32Array(sets);
  let round = 0;
  const setOf = (row: number): number => (model === 'rsm' ? 0 : (table.item[row] as number));

  for (;;) {
    const used = new Uint8Array(sets * width);
    for (let row = 0; row < n; row++) if (alive[row]) used[setOf(row) * width + (code[row] as number)] = 1;
    ({ map, count } = categoriesInUse(used, sets, width) as {
      map: Int32Array<ArrayBuffer>;
      count: Int32Array<ArrayBuffer>;
    });
    const low = { p: new Uint8Array(persons), r: new Uint8Array(raters), i: new Uint8Array(items) };
    const high = { p: new Uint8Array(persons), r: new Uint8Array(raters), i: new Uint8Array(items) };
    const some = { p: new Uint8Array(persons), r: new Uint8Array(raters), i: new Uint8Array(items) };
    for (let row = 0; row < n; row++) {
      if (!alive[row]) continue;
      const s = setOf(row);
      const top = (count[s] as number) - 1;
      const p = table.person[row] as number;
      const r = table.rater[row] as number;
      const i = table.item[row] as number;
      some.i[i] = 1;
      if (top === 0) continue;
      const k = map[s * width + (code[row] as number)] as number;
      some.p[p] = some.r[r] = 1;
      if (k > 0) high.p[p] = high.r[r] = high.i[i] = 1;
      if (k < top) low.p[p] = low.r[r] = low.i[i] = 1;
    }
    // `high` says "has a rating above the bottom", `low` "has one below the top".
    let removed = false;
    const judge = (
      { round: rounds, extreme }: Marks,
      has: Uint8Array,
      above: Uint8Array,
      below: Uint8Array,
      fixed: ReadonlySet<number> | undefined,
    ): void => {
      for (let e = 0; e < rounds.length; e++) {
        if (rounds[e] !== -1 || fixed?.has(e)) continue;
        if (has[e] && above[e] && below[e]) continue;
        rounds[e] = round;
        extreme[e] = !has[e] || (!above[e] && !below[e]) ? 2 : above[e] ? 1 : -1;
        removed = true;
      }
    };
    if (options.dropExtremePersons) judge(person, some.p, high.p, low.p, options.anchored?.persons);
    judge(rater, some.r, high.r, low.r, options.anchored?.raters);
    judge(item, some.i, high.i, low.i, options.anchored?.items);
    if (!removed) break;
    round++;
    for (let row = 0; row < n; row++) {
      if (!alive[row]) continue;
      const out =
        person.round[table.person[row] as number] !== -1 ||
        rater.round[table.rater[row] as number] !== -1 ||
        item.round[table.item[row] as number] !== -1;
      if (out) alive[row] = 0;
    }
  }
  if (!options.dropExtremePersons) markExtremePersons(table, person, alive, map, count, code, width, setOf);

  const steps = Math.max(1, ...Array.from(count, (c) => c - 1));
  const stepCount = Int32Array.from(count, (c) => Math.max(0, c - 1));
  const category = new Int32Array(n);
  const valueSum = new Float64Array(sets * (steps + 1));
  const valueCount = new Float64Array(sets * (steps + 1));
  const label = new Float64Array(sets * (steps + 1)).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < n; row++) {
    const s = setOf(row);
    const k = map[s * width + (code[row] as number)] as number;
    category[row] = k;
    const at = s * (steps + 1) + k;
    valueSum[at] = (valueSum[at] as number) + (table.score[row] as number);
    valueCount[at] = (valueCount[at] as number) + 1;
    if (alive[row]) label[at] = Math.min(label[at] as number, table.score[row] as number);
  }
  const value = valueSum.map((sum, at) =>
    (valueCount[at] as number) > 0 ? sum / (valueCount[at] as number) : 0,
  );

  let active = 0;
  for (let row = 0; row < n; row++) active += alive[row] as number;
  const kept = new Int32Array(active);
  const keptPerson = new Int32Array(active);
  let to = 0;
  for (let row = 0; row < n; row++)
    if (alive[row]) {
      kept[to] = row;
      keptPerson[to++] = table.person[row] as number;
    }
  const sorted = rowsBy(keptPerson, persons);
  const rows = sorted.rows.map((at) => kept[at] as number);
  const { cell, cellRater, cellItem } = findCells(table, rows, raters, items);

  return {
    model,
    table,
    persons,
    raters,
    items,
    sets,
    steps,
    stepCount,
    value,
    label,
    category,
    rows,
    start: sorted.start,
    personRound: person.round,
    raterRound: rater.round,
    itemRound: item.round,
    personExtreme: person.extreme,
    raterExtreme: rater.extreme,
    itemExtreme: item.extreme,
    rounds: round,
    cells: cellRater.length,
    cellRater,
    cellItem,
    cell,
    scores,
    counts,
  };
}

/** In a marginal fit extreme persons stay in; they are marked all the same, and those without a rating set aside. */
function markExtremePersons(
  table: RatingsTable,
  person: Marks,
  alive: Uint8Array,
  map: Int32Array,
  count: Int32Array,
  code: Int32Array,
  width: number,
  setOf: (row: number) => number,
): void {
  const above = new Uint8Array(person.round.length);
  const below = new Uint8Array(person.round.length);
  const has = new Uint8Array(person.round.length);
  for (let row = 0; row < table.size; row++) {
    const s = setOf(row);
    const top = (count[s] as number) - 1;
    if (!alive[row] || top < 1) continue;
    const p = table.person[row] as number;
    const k = map[s * width + (code[row] as number)] as number;
    has[p] = 1;
    if (k > 0) above[p] = 1;
    if (k < top) below[p] = 1;
  }
  for (let p = 0; p < has.length; p++) {
    if (has[p] && above[p] && below[p]) continue;
    person.extreme[p] = !has[p] ? 2 : above[p] ? 1 : -1;
    if (!has[p]) person.round[p] = 0;
  }
}

function findCells(table: RatingsTable, rows: Int32Array, raters: number, items: number) {
  const cell = new Int32Array(rows.length);
  const dense = raters * items <= 1 << 22 ? new Int32Array(raters * items).fill(-1) : null;
  const sparse = dense ? null : new Map<number, number>();
  const cellRater: number[] = [];
  const cellItem: number[] = [];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const r = table.rater[row] as number;
    const i = table.item[row] as number;
    const key = r * items + i;
    let c = dense ? (dense[key] as number) : (sparse?.get(key) ?? -1);
    if (c === -1) {
      c = cellRater.length;
      cellRater.push(r);
      cellItem.push(i);
      if (dense) dense[key] = c;
      else sparse?.set(key, c);
    }
    cell[at] = c;
  }
  return { cell, cellRater: Int32Array.from(cellRater), cellItem: Int32Array.from(cellItem) };
}
