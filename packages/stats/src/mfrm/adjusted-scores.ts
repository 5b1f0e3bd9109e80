/**
 * A fit turned into scores that people decide on: each person's expected score on the kit's own scale, by component and
 * over all by given weights, had raters of mean severity scored every item; with intervals that allow for halo.
 */
import { OptionError } from '../errors.ts';
import { normalQuantile } from '../numeric/distributions.ts';
import type { RatingsTable } from '../table/ratings-table.ts';
import type { Design } from './design.ts';
import { EXTREME_ADJUSTMENT } from './extreme.ts';
import { internalsOf } from './fit.ts';
import type { RatingsFit } from './fit-types.ts';
import { moments, probabilities, stepTable } from './parameters.ts';

/** What is put together to the overall score. Weights need not sum to anything; an item may stand in one component only. */
export interface ScorePlan {
  components: readonly {
    id: string;
    weight: number;
    items: readonly { id: string; weight: number }[];
  }[];
}

export interface AdjustedScore {
  /** On the scale of the scores; null without a rating to go by. */
  value: number | null;
  se: number | null;
  lower: number | null;
  upper: number | null;
  /** Ratings that it stands on. */
  ratings: number;
}

export interface AdjustedPerson {
  id: string;
  overall: AdjustedScore;
  components: (AdjustedScore & { id: string })[];
}

export interface AdjustedScores {
  level: number;
  /**
   * How much larger the error variance is than ratings independent of each other would have: whole persons × raters, and
   * within components. At least 1.
   */
  inflation: { overall: number; components: number };
  persons: AdjustedPerson[];
}

const NOTHING: AdjustedScore = { value: null, se: null, lower: null, upper: null, ratings: 0 };

/** Where an item stands in the plan, by the table's code of it; −1 for items that are not in the plan. */
interface Placed {
  component: Int32Array;
  weight: Float64Array;
}

/**
 * Persons' measures are found anew from the ratings of each component (maximum likelihood with severities,
 * difficulties and steps held; a score at an end is taken 0.3 inside it) and read off as the expected score at mean
 * severity, averaged over the component's items by weight. The overall score is the mean of components by weight. Where
 * all raters scored everybody, that is the raw mean again; where they did not, luck of the draw is taken out.
 *
 * Intervals: the information's error variance times an overdispersion factor, the mean square of summed residuals of a
 * person × rater cell over its model variance (quasi-likelihood: McCullagh & Nelder 1989, § 4.5, with cells as clusters), because one
 * rater's ratings of one person share that rater's impression. Ends come from the measure's interval, so that they stay on the scale.
 * Raters' severities count as known: their error, small beside the persons', is not in it.
 * @param options.level default 0.95
 * @throws OptionError `unknown-item`, `repeated-item`, `bad-weights`; `fit-not-live` for a copied or unusable fit
 */
export function adjustedScores(
  fit: RatingsFit,
  plan: ScorePlan,
  options: { level?: number } = {},
): AdjustedScores {
  const { level = 0.95 } = options;
  const { design: d, estimation } = internalsOf(fit);
  const { table } = d;
  const placed = place(table, plan);
  const { facets } = estimation.parameters;
  const steps = stepTable(d, facets);
  const z = normalQuantile(0.5 + level / 2);
  const curve = expectedScore(d, steps, facets);

  const overallRows = rowsOfPersons(table, d.persons, placed.component);
  const inflation = {
    overall: overdispersion(fit, placed.component, false),
    components: overdispersion(fit, placed.component, true),
  };
  const persons = table.persons.map((id, n): AdjustedPerson => {
    const rows = overallRows[n] ?? [];
    const found = plan.components.map((component, c) => {
      const own = rows.filter((row) => placed.component[table.item[row] as number] === c);
      const measure = measureFrom(d, steps, facets, own);
      if (measure === null) return null;
      const items = component.items.flatMap(({ id: name, weight }) => {
        const i = table.items.indexOf(name);
        return i === -1 || weight === 0 || !rated(d, i) ? [] : [{ i, weight }];
      });
      const at = (theta: number): number => curve(theta, items);
      const se = Math.sqrt(1 / measure.info);
      const wide = z * se * Math.sqrt(inflation.components);
      const lower = at(measure.theta - wide);
      const upper = at(measure.theta + wide);
      // The same on the score's own scale, once plain for putting components together and once inflated.
      const plain = (at(measure.theta + z * se) - at(measure.theta - z * se)) / (2 * z);
      return {
        id: component.id,
        weight: component.weight,
        value: at(measure.theta),
        se: (upper - lower) / (2 * z),
        plain,
        lower,
        upper,
        ratings: own.length,
      };
    });
    return { id, components: parts(plan, found), overall: whole(d, found, inflation.overall, z) };
  });
  return { level, inflation, persons };
}

interface Found extends AdjustedScore {
  id: string;
  weight: number;
  value: number;
  plain: number;
}

const parts = (plan: ScorePlan, found: (Found | null)[]): AdjustedPerson['components'] =>
  plan.components.map(({ id }, c) => {
    const one = found[c];
    if (!one) return { id, ...NOTHING };
    const { value, se, lower, upper, ratings } = one;
    return { id, value, se, lower, upper, ratings };
  });

function whole(d: Design, found: (Found | null)[], inflation: number, z: number): AdjustedScore {
  const known = found.filter((one): one is Found => one !== null && one.weight > 0);
  const weight = known.reduce((sum, one) => sum + one.weight, 0);
  if (weight === 0) return NOTHING;
  const value = known.reduce((sum, one) => sum + one.weight * one.value, 0) / weight;
  const variance = known.reduce((sum, one) => sum + ((one.weight / weight) * one.plain) ** 2, 0);
  const se = Math.sqrt(variance * inflation);
  const low = Math.min(...d.scores);
  const high = Math.max(...d.scores);
  return {
    value,
    se,
    lower: Math.max(low, value - z * se),
    upper: Math.min(high, value + z * se),
    ratings: known.reduce((sum, one) => sum + one.ratings, 0),
  };
}

function place(table: RatingsTable, plan: ScorePlan): Placed {
  const component = new Int32Array(table.items.length).fill(-1);
  const weight = new Float64Array(table.items.length);
  const seen = new Set<string>();
  for (const [c, part] of plan.components.entries()) {
    if (!(part.weight >= 0))
      throw new OptionError('bad-weights', `“${part.id}” has the weight ${part.weight}.`);
    for (const item of part.items) {
      if (seen.has(item.id))
        throw new OptionError('repeated-item', `The item “${item.id}” stands in the plan twice.`);
      seen.add(item.id);
      if (!(item.weight >= 0))
        throw new OptionError('bad-weights', `The item “${item.id}” has the weight ${item.weight}.`);
      const at = table.items.indexOf(item.id);
      if (at === -1) continue;
      component[at] = c;
      weight[at] = item.weight;
    }
  }
  if (!plan.components.some((part) => part.weight > 0))
    throw new OptionError('bad-weights', 'Some component needs a weight above 0.');
  const stray = table.items.find((name) => !seen.has(name));
  if (stray !== undefined)
    throw new OptionError('unknown-item', `The plan does not say where the item “${stray}” belongs.`);
  return { component, weight };
}

const setOf = (d: Design, i: number): number => (d.model === 'rsm' ? 0 : i);
const rated = (d: Design, i: number): boolean =>
  d.itemExtreme[i] !== 2 && (d.stepCount[setOf(d, i)] as number) > 0;

function rowsOfPersons(table: RatingsTable, persons: number, component: Int32Array): number[][] {
  const lists: number[][] = Array.from({ length: persons }, () => []);
  for (let row = 0; row < table.size; row++)
    if (component[table.item[row] as number] !== -1) lists[table.person[row] as number]?.push(row);
  return lists;
}

/** The measure at which the expected total is the one seen; by bisection, for the expectation only rises. */
function measureFrom(
  d: Design,
  steps: Float64Array,
  facets: Float64Array,
  rows: readonly number[],
): { theta: number; info: number } | null {
  const { table } = d;
  const use = rows.filter(
    (row) => rated(d, table.item[row] as number) && d.raterExtreme[table.rater[row] as number] !== 2,
  );
  if (use.length === 0) return null;
  let got = 0;
  let most = 0;
  const terms = use.map((row) => {
    const i = table.item[row] as number;
    const set = setOf(d, i);
    got += d.category[row] as number;
    most += d.stepCount[set] as number;
    return {
      set,
      offset: -(facets[table.rater[row] as number] as number) - (facets[d.raters + i] as number),
    };
  });
  const target = Math.min(most - EXTREME_ADJUSTMENT, Math.max(EXTREME_ADJUSTMENT, got));
  let low = -40;
  let high = 40;
  for (let turn = 0; turn < 60; turn++) {
    const middle = 0.5 * (low + high);
    let sum = 0;
    for (const { set, offset } of terms) sum += moments(d, steps, set, middle + offset).mean;
    if (sum < target) low = middle;
    else high = middle;
  }
  const theta = 0.5 * (low + high);
  let info = 0;
  for (const { set, offset } of terms) info += moments(d, steps, set, theta + offset).variance;
  return { theta, info: Math.max(info, 1e-9) };
}

/** θ → the mean over items, by weight, of the expected original score given by raters of mean severity. */
function expectedScore(d: Design, steps: Float64Array, facets: Float64Array) {
  const severities = Array.from(d.raterExtreme).flatMap((kind, r) =>
    kind === 2 ? [] : [facets[r] as number],
  );
  const centre = severities.reduce((a, b) => a + b, 0) / Math.max(1, severities.length);
  const p = new Float64Array(d.steps + 1);
  return (theta: number, items: readonly { i: number; weight: number }[]): number => {
    let sum = 0;
    let total = 0;
    for (const { i, weight } of items) {
      const set = setOf(d, i);
      probabilities(d, steps, set, theta - centre - (facets[d.raters + i] as number), p);
      let score = 0;
      for (let k = 0; k <= (d.stepCount[set] as number); k++)
        score += (p[k] as number) * (d.value[set * (d.steps + 1) + k] as number);
      sum += weight * score;
      total += weight;
    }
    return sum / total;
  };
}

/**
 * Σ (residuals of a cell)² over Σ (model variance of a cell), with the persons' and raters' degrees of freedom taken
 * off; cells are person × rater, or person × rater × component. Never below 1: fewer data than cells make no claim.
 */
function overdispersion(fit: RatingsFit, component: Int32Array, within: boolean): number {
  const { design: d, statistics, estimation } = internalsOf(fit);
  const { table, rows } = d;
  const { theta, facets } = estimation.parameters;
  const steps = stepTable(d, facets);
  const cells = new Map<string, { sum: number; variance: number; count: number }>();
  const persons = new Set<string>();
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const n = table.person[row] as number;
    const r = table.rater[row] as number;
    const i = table.item[row] as number;
    const part = component[i] as number;
    if (part === -1) continue;
    const eta = (theta[n] as number) - (facets[r] as number) - (facets[d.raters + i] as number);
    const { variance } = moments(d, steps, setOf(d, i), eta);
    const key = within ? `${n} ${r} ${part}` : `${n} ${r}`;
    const cell = cells.get(key) ?? { sum: 0, variance: 0, count: 0 };
    cell.sum += (statistics.residual[at] as number) * Math.sqrt(variance);
    cell.variance += variance;
    cell.count++;
    cells.set(key, cell);
    persons.add(within ? `${n} ${part}` : String(n));
  }
  let square = 0;
  let expected = 0;
  for (const { sum, variance } of cells.values()) {
    square += sum * sum;
    expected += variance;
  }
  const spent = persons.size + d.raters - 1;
  const free = cells.size - spent;
  if (free < 1 || expected === 0) return 1;
  return Math.max(1, (square / expected) * (cells.size / free));
}
