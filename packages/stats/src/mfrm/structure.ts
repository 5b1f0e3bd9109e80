/** Which facet parameters each person's ratings touch: the sparse rows of the information matrix. */
import type { Design } from './design.ts';

export interface Structure {
  /** Person p touches facets column[start[p] .. start[p+1]): raters, then items, then the steps of those items' sets. */
  readonly start: Int32Array;
  readonly column: Int32Array;
  /** For every position in `design.rows`: where its rater, item and first step stand in `column`. */
  readonly atRater: Int32Array;
  readonly atItem: Int32Array;
  readonly atStep: Int32Array;
}

export function buildStructure(d: Design): Structure {
  const { table, rows } = d;
  const start = new Int32Array(d.persons + 1);
  const atRater = new Int32Array(rows.length);
  const atItem = new Int32Array(rows.length);
  const atStep = new Int32Array(rows.length);
  const facets = d.raters + d.items;
  const place = new Int32Array(facets);
  const stamp = new Int32Array(facets).fill(-1);
  let column = new Int32Array(Math.max(16, rows.length));
  let end = 0;
  const push = (value: number): void => {
    if (end === column.length) {
      const longer = new Int32Array(column.length * 2);
      longer.set(column);
      column = longer;
    }
    column[end++] = value;
  };
  for (let p = 0; p < d.persons; p++) {
    const from = d.start[p] as number;
    const to = d.start[p + 1] as number;
    for (let at = from; at < to; at++) {
      const r = table.rater[rows[at] as number] as number;
      if (stamp[r] !== p) {
        stamp[r] = p;
        place[r] = end;
        push(r);
      }
      atRater[at] = place[r] as number;
    }
    const firstItem = end;
    for (let at = from; at < to; at++) {
      const i = d.raters + (table.item[rows[at] as number] as number);
      if (stamp[i] !== p) {
        stamp[i] = p;
        place[i] = end;
        push(i);
      }
      atItem[at] = place[i] as number;
    }
    const firstStep = end;
    if (to > from) {
      if (d.model === 'rsm') for (let k = 0; k < d.steps; k++) push(facets + k);
      else
        for (let at = firstItem; at < firstStep; at++) {
          const i = (column[at] as number) - d.raters;
          for (let k = 0; k < d.steps; k++) push(facets + i * d.steps + k);
        }
    }
    for (let at = from; at < to; at++)
      atStep[at] = firstStep + (d.model === 'rsm' ? 0 : ((atItem[at] as number) - firstItem) * d.steps);
    start[p + 1] = end;
  }
  return { start, column: column.slice(0, end), atRater, atItem, atStep };
}
