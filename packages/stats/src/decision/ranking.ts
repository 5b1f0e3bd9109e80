/** How sure an order is: probabilities of being above another, of being among the top k, and intervals of rank. */
import { OptionError } from '../errors.ts';
import { normalCdf } from '../numeric/distributions.ts';
import { createRandom } from '../numeric/random.ts';

export interface RankedPerson {
  id: string;
  /** Any one scale; higher is better. */
  score: number;
  /** Standard error on the same scale. */
  se: number;
}

export interface Rank {
  id: string;
  score: number;
  se: number;
  /** By score, from 1. */
  rank: number;
  expectedRank: number;
  /** Ranks that hold the middle `level` of draws. */
  lowerRank: number;
  upperRank: number;
  /** P(among the top k). */
  topK: number;
}

export interface Ranking {
  k: number;
  draws: number;
  level: number;
  persons: Rank[];
  /** Probability that the top k by score are exactly the true top k, as a set. */
  sameSet: number;
}

function check(persons: readonly RankedPerson[]): void {
  for (const { id, score, se } of persons)
    if (!Number.isFinite(score) || !Number.isFinite(se) || se < 0)
      throw new OptionError('bad-score', `“${id}” needs a finite score and a standard error of at least 0.`);
}

/** P(a is truly above b) for independent normal errors: Φ((a − b)/√(se_a² + se_b²)); a tie without error is ½. */
export function probabilityAbove(a: Omit<RankedPerson, 'id'>, b: Omit<RankedPerson, 'id'>): number {
  const spread = Math.hypot(a.se, b.se);
  if (spread === 0) return a.score > b.score ? 1 : a.score < b.score ? 0 : 0.5;
  return normalCdf((a.score - b.score) / spread);
}

/** P(row above column) for all pairs; ½ on the diagonal. */
export function pairwiseProbabilities(persons: readonly RankedPerson[]): number[][] {
  check(persons);
  return persons.map((a, i) => persons.map((b, j) => (i === j ? 0.5 : probabilityAbove(a, b))));
}

/** Ranks from 0, highest value first, written to `out`; ties, which only certain scores have, are broken by the noise. */
function ranksOf(
  value: Float64Array,
  noise: Float64Array,
  out: Int32Array,
  sorted: Float64Array,
): Int32Array {
  const n = value.length;
  // A typed array sorts without calling back: several times faster than by a comparison.
  sorted.set(value);
  sorted.sort();
  for (let at = 1; at < n; at++)
    if (sorted[at] === sorted[at - 1]) {
      const order = Array.from(value.keys()).sort(
        (a, b) => (value[b] as number) - (value[a] as number) || (noise[a] as number) - (noise[b] as number),
      );
      for (const [rank, one] of order.entries()) out[one] = rank;
      return out;
    }
  for (let at = 0; at < n; at++) {
    const own = value[at] as number;
    let low = 0;
    let high = n - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) < own) low = middle + 1;
      else high = middle;
    }
    out[at] = n - 1 - low;
  }
  return out;
}

/**
 * Ranks under normal errors, by seeded simulation in antithetic pairs.
 * @param options.k how many are to be chosen; default 1
 * @param options.draws default 10,000: a probability then has a standard error of at most 0.005
 * @throws OptionError for a k below 1 or scores that are not finite
 */
export function rankingUncertainty(
  persons: readonly RankedPerson[],
  options: { k?: number; draws?: number; level?: number; seed?: number } = {},
): Ranking {
  const { k = 1, draws = 10_000, level = 0.95, seed = 1 } = options;
  check(persons);
  if (!Number.isInteger(k) || k < 1)
    throw new OptionError('bad-k', `k must be a whole number of at least 1, not ${k}.`);
  const n = persons.length;
  const random = createRandom(seed);
  const pairs = Math.max(1, Math.ceil(draws / 2));
  const counts = persons.map(() => new Float64Array(n));
  const value = new Float64Array(n);
  const noise = new Float64Array(n);
  const order = new Int32Array(n);
  const sorted = new Float64Array(n);
  const byScore = Array.from({ length: n }, (_, at) => at).sort(
    (a, b) => (persons[b] as RankedPerson).score - (persons[a] as RankedPerson).score,
  );
  const chosen = new Set(byScore.slice(0, k));
  let same = 0;
  for (let pair = 0; pair < pairs; pair++) {
    for (let at = 0; at < n; at++) noise[at] = random.normal();
    for (const sign of [1, -1]) {
      for (let at = 0; at < n; at++) {
        const { score, se } = persons[at] as RankedPerson;
        value[at] = score + sign * se * (noise[at] as number);
      }
      const ranks = ranksOf(value, noise, order, sorted);
      let inside = true;
      for (let at = 0; at < n; at++) {
        const rank = ranks[at] as number;
        const row = counts[at] as Float64Array;
        row[rank] = (row[rank] as number) + 1;
        if (rank < k && !chosen.has(at)) inside = false;
      }
      if (inside) same++;
    }
  }
  const total = 2 * pairs;
  const rankOf = new Map(byScore.map((at, rank) => [at, rank + 1]));
  return {
    k,
    draws: total,
    level,
    sameSet: n === 0 ? 1 : same / total,
    persons: persons.map(({ id, score, se }, at): Rank => {
      const row = counts[at] as Float64Array;
      let expected = 0;
      let top = 0;
      let sum = 0;
      let lower = n;
      let upper = 1;
      for (let rank = 0; rank < n; rank++) {
        const share = (row[rank] as number) / total;
        expected += share * (rank + 1);
        if (rank < k) top += share;
        if (sum <= 1 - (1 - level) / 2 && share > 0 && sum + share > (1 - level) / 2) {
          lower = Math.min(lower, rank + 1);
          upper = Math.max(upper, rank + 1);
        }
        sum += share;
      }
      return {
        id,
        score,
        se,
        rank: rankOf.get(at) as number,
        expectedRank: expected,
        lowerRank: lower,
        upperRank: Math.max(lower, upper),
        topK: Math.min(1, top),
      };
    }),
  };
}

export interface WeightSensitivity {
  k: number;
  draws: number;
  /** Share of weightings near the given ones that put the person among the top k, and the spread of the composite. */
  persons: { id: string; composite: number; topK: number; lower: number; upper: number }[];
  /** Share of weightings that choose the same k as the given weights. */
  stable: number;
}

/**
 * How a choice depends on the weights: weights are drawn from a Dirichlet around the given ones, so that a weight of 0.25
 * strays by about `spread` × √(0.25 × 0.75).
 * @param persons each with one score a competency, null where there is none: its weight then goes to the others
 * @throws OptionError for weights that are negative or sum to nothing, or score lists of another length
 */
export function weightSensitivity(
  persons: readonly { id: string; scores: readonly (number | null)[] }[],
  weights: readonly number[],
  options: { k?: number; draws?: number; spread?: number; seed?: number; level?: number } = {},
): WeightSensitivity {
  const { k = 1, draws = 4000, spread = 0.2, seed = 1, level = 0.95 } = options;
  const total = weights.reduce((a, b) => a + b, 0);
  if (!(total > 0) || weights.some((weight) => !(weight >= 0)))
    throw new OptionError('bad-weights', 'Weights must be at least 0 and not all 0.');
  for (const { id, scores } of persons)
    if (scores.length !== weights.length)
      throw new OptionError('ragged', `“${id}” has ${scores.length} scores for ${weights.length} weights.`);
  const base = weights.map((weight) => weight / total);
  const composite = (scores: readonly (number | null)[], by: readonly number[]): number => {
    let sum = 0;
    let used = 0;
    for (const [at, score] of scores.entries()) {
      if (score === null) continue;
      sum += (by[at] as number) * score;
      used += by[at] as number;
    }
    return used > 0 ? sum / used : Number.NEGATIVE_INFINITY;
  };
  const n = persons.length;
  const sorted = new Float64Array(n);
  /** The k highest; of equals the first. */
  const choose = (values: Float64Array): number[] => {
    sorted.set(values);
    sorted.sort();
    const bar = n > k ? (sorted[n - k] as number) : Number.NEGATIVE_INFINITY;
    const above: number[] = [];
    const level: number[] = [];
    for (let at = 0; at < n; at++) {
      if ((values[at] as number) > bar) above.push(at);
      else if (values[at] === bar) level.push(at);
    }
    return [...above, ...level].slice(0, k);
  };
  const given = Float64Array.from(persons, ({ scores }) => composite(scores, base));
  const usual = new Set(choose(given));
  const random = createRandom(seed);
  const concentration = 1 / (spread * spread) - 1;
  const top = new Float64Array(persons.length);
  const drawn = persons.map(() => new Float64Array(draws));
  const values = new Float64Array(n);
  let stable = 0;
  for (let draw = 0; draw < draws; draw++) {
    const raw = base.map((weight) =>
      weight > 0 ? gamma(weight * Math.max(concentration, 1e-3), random) : 0,
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    const by = sum > 0 ? raw.map((weight) => weight / sum) : base;
    for (let at = 0; at < n; at++) {
      const value = composite((persons[at] as { scores: readonly (number | null)[] }).scores, by);
      values[at] = value;
      (drawn[at] as Float64Array)[draw] = value;
    }
    const best = choose(values);
    for (const at of best) top[at] = (top[at] as number) + 1 / draws;
    if (best.every((at) => usual.has(at))) stable++;
  }
  return {
    k,
    draws,
    stable: stable / draws,
    persons: persons.map(({ id }, at) => {
      const own = (drawn[at] as Float64Array).sort();
      const finite = (value: number | undefined): number =>
        value !== undefined && Number.isFinite(value) ? value : 0;
      return {
        id,
        composite: finite(given[at]),
        topK: Math.min(1, top[at] as number),
        lower: finite(own[Math.floor(((1 - level) / 2) * (draws - 1))]),
        upper: finite(own[Math.ceil((1 - (1 - level) / 2) * (draws - 1))]),
      };
    }),
  };
}

/** A gamma variate of shape a (Marsaglia & Tsang 2000). */
function gamma(a: number, random: ReturnType<typeof createRandom>): number {
  if (a < 1) return gamma(a + 1, random) * (1 - random.next()) ** (1 / a);
  const d = a - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
