/**
 * Finite measures for those who have only top or only bottom ratings: the score is taken 0.3 of a category inside the
 * extreme, and the measure found with everybody else held, as FACETS does (Linacre, "Extreme scores", default 0.3).
 */
import type { Design } from './design.ts';
import { moments, type Parameters, stepTable } from './parameters.ts';

export const EXTREME_ADJUSTMENT = 0.3;

export interface ExtremeEstimates {
  /** Information at the adjusted measure; 0 where there was nothing to estimate from. */
  personInfo: Float64Array;
  raterInfo: Float64Array;
  itemInfo: Float64Array;
}

interface Sighting {
  set: number;
  offset: number;
}

/**
 * Writes the measures of removed elements into `parameters`, the last removed first: those have ratings with elements
 * already estimated. `persons` false leaves persons as they are (a marginal fit has them).
 */
export function estimateExtremes(d: Design, parameters: Parameters, persons: boolean): ExtremeEstimates {
  const { table } = d;
  const { theta, facets } = parameters;
  const out: ExtremeEstimates = {
    personInfo: new Float64Array(d.persons),
    raterInfo: new Float64Array(d.raters),
    itemInfo: new Float64Array(d.items),
  };
  if (d.rounds === 0) return out;
  const steps = stepTable(d, facets);
  const knownPerson = Uint8Array.from(d.personRound, (round) => (round === -1 ? 1 : 0));
  const knownRater = Uint8Array.from(d.raterRound, (round) => (round === -1 ? 1 : 0));
  const knownItem = Uint8Array.from(d.itemRound, (round) => (round === -1 ? 1 : 0));
  let mean = 0;
  let count = 0;
  for (let n = 0; n < d.persons; n++)
    if (knownPerson[n]) {
      mean += theta[n] as number;
      count++;
    }
  mean = count > 0 ? mean / count : 0;
  for (let n = 0; n < d.persons; n++) if (!knownPerson[n] && persons) theta[n] = mean;

  const gather = (code: Int32Array, rounds: Int32Array, round: number): Map<number, number[]> => {
    const lists = new Map<number, number[]>();
    for (let row = 0; row < table.size; row++) {
      const e = code[row] as number;
      if (rounds[e] !== round) continue;
      const list = lists.get(e);
      if (list) list.push(row);
      else lists.set(e, [row]);
    }
    return lists;
  };
  const setOf = (row: number): number => (d.model === 'rsm' ? 0 : (table.item[row] as number));
  const usable = (row: number): boolean => (d.stepCount[setOf(row)] as number) > 0;

  for (let round = d.rounds - 1; round >= 0; round--) {
    for (const facet of ['rater', 'item', 'person'] as const) {
      if (facet === 'person' && !persons) continue;
      const code = table[facet];
      const rounds = facet === 'rater' ? d.raterRound : facet === 'item' ? d.itemRound : d.personRound;
      const extreme = facet === 'rater' ? d.raterExtreme : facet === 'item' ? d.itemExtreme : d.personExtreme;
      for (const [e, rows] of gather(code, rounds, round)) {
        if (extreme[e] === 2) continue;
        const known = rows.filter(
          (row) =>
            usable(row) &&
            (facet === 'person' || knownPerson[table.person[row] as number]) &&
            (facet === 'rater' || knownRater[table.rater[row] as number]) &&
            (facet === 'item' || knownItem[table.item[row] as number]),
        );
        const use = known.length > 0 ? known : rows.filter(usable);
        if (use.length === 0) continue;
        const sightings = use.map((row): Sighting => {
          const th = facet === 'person' ? 0 : (theta[table.person[row] as number] as number);
          const al = facet === 'rater' ? 0 : (facets[table.rater[row] as number] as number);
          const de = facet === 'item' ? 0 : (facets[d.raters + (table.item[row] as number)] as number);
          return { set: setOf(row), offset: th - al - de };
        });
        const { measure, info } = solve(d, steps, sightings, (extreme[e] as number) > 0);
        if (facet === 'person') {
          theta[e] = measure;
          out.personInfo[e] = info;
        } else if (facet === 'rater') {
          facets[e] = -measure;
          out.raterInfo[e] = info;
        } else {
          facets[d.raters + e] = -measure;
          out.itemInfo[e] = info;
        }
      }
    }
    for (let e = 0; e < d.persons; e++) if (d.personRound[e] === round) knownPerson[e] = 1;
    for (let e = 0; e < d.raters; e++) if (d.raterRound[e] === round) knownRater[e] = 1;
    for (let e = 0; e < d.items; e++) if (d.itemRound[e] === round) knownItem[e] = 1;
  }
  return out;
}

/** The measure m at which Σ E(x | m + offset) is the adjusted score; E increases in m, so bisection cannot fail. */
function solve(
  d: Design,
  steps: Float64Array,
  sightings: readonly Sighting[],
  high: boolean,
): { measure: number; info: number } {
  let most = 0;
  for (const { set } of sightings) most += d.stepCount[set] as number;
  const target = high ? most - EXTREME_ADJUSTMENT : EXTREME_ADJUSTMENT;
  let low = -40;
  let top = 40;
  for (let turn = 0; turn < 60; turn++) {
    const middle = 0.5 * (low + top);
    let sum = 0;
    for (const { set, offset } of sightings) sum += moments(d, steps, set, middle + offset).mean;
    if (sum < target) low = middle;
    else top = middle;
  }
  const measure = 0.5 * (low + top);
  let info = 0;
  for (const { set, offset } of sightings) info += moments(d, steps, set, measure + offset).variance;
  return { measure, info };
}
