/**
 * The many-facet rating-scale model by joint maximum likelihood (Linacre 1989; Andrich 1978; Wright & Masters 1982):
 * log P(x = k) / P(x = k − 1) = θ_person − severity_rater − difficulty_item − τ_k, all in logits.
 * Raters, items and steps each add up to zero; persons are free.
 */
import { countSubsets } from './connectivity.ts';
import type { RatingTable } from './ratings.ts';

export interface Measure {
  id: string;
  /** Logits; for raters severity, for items difficulty. */
  measure: number;
  /** Standard error given the other measures, 1 / √information; null where the ratings tell nothing, and the measure is then 0. */
  se: number | null;
  /** Information-weighted and unweighted mean squares of residuals; 1 is as the model expects. Null where extreme. */
  infit: number | null;
  outfit: number | null;
  /** The same, standardised by Wilson and Hilferty's cube root. */
  infitZ: number | null;
  outfitZ: number | null;
  ratings: number;
  /** Every rating is the lowest or the highest possible: the measure rests on a score moved inwards by 0.3. */
  extreme: 'none' | 'low' | 'high';
  /** The mean rating that the model expects where the other facets are at their mean. */
  fairAverage: number;
}

export interface Trust {
  converged: boolean;
  /** Subsets without any common person, rater or item; 1 is what one wants. */
  subsets: number;
  extremePersons: number;
  /** Scale points that nobody used between two that were. */
  unusedScores: number[];
}

export interface RatingScaleFit {
  /** First whether the result may be trusted. */
  trust: Trust;
  model: 'rsm';
  method: 'jml';
  iterations: number;
  /** Over the ratings of persons, raters and items that are not extreme. */
  logLik: number;
  persons: Measure[];
  raters: Measure[];
  items: Measure[];
  /** τ_k for each step up to score k. */
  steps: { category: number; measure: number }[];
  /** Separation reliability, (variance − error variance) / variance, without extreme persons; null below two. */
  reliability: { persons: number | null; raters: number | null; items: number | null };
}

export interface JmlOptions {
  /** Stops when no measure moves by more than this, in logits. */
  tolerance?: number;
  maxIterations?: number;
}

const EXTREME_SHIFT = 0.3;
const LEAST_INFORMATION = 1e-6;
/** Measures beyond this many logits mean that the likelihood has no maximum: scores separate perfectly. */
const FAR = 20;
const MAX_STEP = 1;
const clamp = (step: number): number => Math.max(-MAX_STEP, Math.min(MAX_STEP, step));

/** Expected category and its variance at η; leaves the probabilities in `p`. */
function expectation(eta: number, steps: Float64Array, p: Float64Array): { mean: number; variance: number } {
  const size = p.length;
  // Log weights first: in a table that cannot be estimated η runs far off, and a plain product would overflow.
  let log = 0;
  let highest = 0;
  p[0] = 0;
  for (let k = 1; k < size; k++) {
    log += eta - (steps[k] as number);
    p[k] = log;
    if (log > highest) highest = log;
  }
  let total = 0;
  for (let k = 0; k < size; k++) {
    const weight = Math.exp((p[k] as number) - highest);
    p[k] = weight;
    total += weight;
  }
  let mean = 0;
  let square = 0;
  for (let k = 0; k < size; k++) {
    const probability = (p[k] as number) / total;
    p[k] = probability;
    mean += k * probability;
    square += k * k * probability;
  }
  return { mean, variance: square - mean * mean };
}

/** Ratings that count: persons, raters and items with nothing but lowest or highest scores are set aside, in turn. */
function setAsideExtremes(table: RatingTable): { active: Uint8Array; extreme: Int8Array[] } {
  const { person, rater, item, category, categories } = table;
  const facets = [
    { index: person, size: table.persons.length },
    { index: rater, size: table.raters.length },
    { index: item, size: table.items.length },
  ];
  const active = new Uint8Array(category.length).fill(1);
  const extreme = facets.map(({ size }) => new Int8Array(size));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [f, { index, size }] of facets.entries()) {
      const sum = new Float64Array(size);
      const count = new Float64Array(size);
      for (let n = 0; n < category.length; n++)
        if (active[n]) {
          const level = index[n] as number;
          sum[level] = (sum[level] as number) + (category[n] as number);
          count[level] = (count[level] as number) + 1;
        }
      const marks = extreme[f] as Int8Array;
      for (let level = 0; level < size; level++) {
        if (marks[level] !== 0 || count[level] === 0) continue;
        if (sum[level] === 0) marks[level] = -1;
        else if (sum[level] === (count[level] as number) * (categories - 1)) marks[level] = 1;
        else continue;
        changed = true;
      }
      for (let n = 0; n < category.length; n++) if (marks[index[n] as number] !== 0) active[n] = 0;
    }
  }
  return { active, extreme };
}

/** Fits the model. Never returns a NaN: what cannot be known is null, and `trust` says why. */
export function fitRatingScale(
  table: RatingTable,
  { tolerance = 1e-6, maxIterations = 1_000 }: JmlOptions = {},
): RatingScaleFit {
  const { person, rater, item, category, categories } = table;
  const N = category.length;
  const { active, extreme } = setAsideExtremes(table);
  const facets = [
    { index: person, names: table.persons, sign: 1, value: new Float64Array(table.persons.length) },
    { index: rater, names: table.raters, sign: -1, value: new Float64Array(table.raters.length) },
    { index: item, names: table.items, sign: -1, value: new Float64Array(table.items.length) },
  ] as const;
  const [theta, severity, difficulty] = facets.map(({ value }) => value) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const steps = new Float64Array(categories);
  const p = new Float64Array(categories);
  const eta = (n: number): number =>
    (theta[person[n] as number] as number) -
    (severity[rater[n] as number] as number) -
    (difficulty[item[n] as number] as number);

  const reached = new Float64Array(categories);
  for (let n = 0; n < N; n++)
    if (active[n]) for (let k = 1; k <= (category[n] as number); k++) reached[k] = (reached[k] as number) + 1;

  /** One Newton step of one facet, the others held; returns the largest move. */
  const moveFacet = (f: 0 | 1 | 2): number => {
    const { index, value, sign } = facets[f];
    const residual = new Float64Array(value.length);
    const information = new Float64Array(value.length);
    for (let n = 0; n < N; n++) {
      if (!active[n]) continue;
      const { mean, variance } = expectation(eta(n), steps, p);
      const level = index[n] as number;
      residual[level] = (residual[level] as number) + (category[n] as number) - mean;
      information[level] = (information[level] as number) + variance;
    }
    let largest = 0;
    for (let level = 0; level < value.length; level++) {
      if (!((information[level] as number) > 0)) continue;
      const move = clamp((sign * (residual[level] as number)) / (information[level] as number));
      value[level] = (value[level] as number) + move;
      largest = Math.max(largest, Math.abs(move));
    }
    return largest;
  };

  const moveSteps = (): number => {
    const expected = new Float64Array(categories);
    const information = new Float64Array(categories);
    for (let n = 0; n < N; n++) {
      if (!active[n]) continue;
      expectation(eta(n), steps, p);
      let above = 0;
      for (let k = categories - 1; k >= 1; k--) {
        above += p[k] as number;
        expected[k] = (expected[k] as number) + above;
        information[k] = (information[k] as number) + above * (1 - above);
      }
    }
    let largest = 0;
    for (let k = 1; k < categories; k++) {
      if (!((information[k] as number) > 0)) continue;
      const move = clamp(((expected[k] as number) - (reached[k] as number)) / (information[k] as number));
      steps[k] = (steps[k] as number) + move;
      largest = Math.max(largest, Math.abs(move));
    }
    return largest;
  };

  /** Takes the mean out of raters, items and steps and gives it to the persons, which leaves every η as it is. */
  const centre = (): void => {
    let shift = 0;
    for (const f of [1, 2] as const) {
      const { value } = facets[f];
      const kept = [...value].filter((_, level) => !(idle[f] as Uint8Array)[level]);
      const mean = kept.reduce((sum, one) => sum + one, 0) / Math.max(1, kept.length);
      for (let level = 0; level < value.length; level++) value[level] = (value[level] as number) - mean;
      shift += mean;
    }
    const mean = steps.reduce((sum, step) => sum + step, 0) / (categories - 1);
    for (let k = 1; k < categories; k++) steps[k] = (steps[k] as number) - mean;
    for (let level = 0; level < theta.length; level++) theta[level] = (theta[level] as number) - shift - mean;
  };

  /** Levels of a facet whose every rating was set aside: nothing is known of them but that. */
  const idle = facets.map(({ index, value }) => {
    const flags = new Uint8Array(value.length).fill(1);
    for (let n = 0; n < N; n++) if (active[n]) flags[index[n] as number] = 0;
    return flags;
  });

  let iterations = 0;
  let converged = false;
  const anything = active.some((flag) => flag === 1);
  while (anything && iterations < maxIterations) {
    iterations++;
    const moved = Math.max(moveFacet(0), moveFacet(1), moveFacet(2), moveSteps());
    centre();
    if (moved < tolerance) {
      converged = true;
      break;
    }
  }

  for (const [f, { value }] of facets.entries())
    for (let level = 0; level < value.length; level++) if ((idle[f] as Uint8Array)[level]) value[level] = 0;
  const bounded = [...facets.map(({ value }) => value), steps].every((values) =>
    values.every((one) => Math.abs(one) < FAR),
  );
  placeExtremes();
  let logLik = 0;
  for (let n = 0; n < N; n++) {
    if (!active[n]) continue;
    expectation(eta(n), steps, p);
    logLik += Math.log(Math.max(p[category[n] as number] as number, Number.MIN_VALUE));
  }
  const [persons, raters, items] = facets.map((_, f) => measures(f as 0 | 1 | 2)) as [
    Measure[],
    Measure[],
    Measure[],
  ];
  return {
    trust: {
      converged: converged && bounded,
      subsets: countSubsets(table),
      extremePersons: persons.filter((one) => one.extreme !== 'none').length,
      unusedScores: table.unused,
    },
    model: 'rsm',
    method: 'jml',
    iterations,
    logLik,
    persons,
    raters,
    items,
    steps: Array.from({ length: categories - 1 }, (_, k) => ({
      category: table.lowest + k + 1,
      measure: steps[k + 1] as number,
    })),
    reliability: { persons: reliability(persons), raters: reliability(raters), items: reliability(items) },
  };

  /** A level of nothing but highest (lowest) scores gets the measure that would expect 0.3 less (more) in all. */
  function placeExtremes(): void {
    for (const f of [0, 1, 2] as const) {
      const { index, value, sign } = facets[f];
      const marks = extreme[f] as Int8Array;
      for (let level = 0; level < value.length; level++) {
        if (marks[level] === 0) continue;
        const own: number[] = [];
        for (let n = 0; n < N; n++) if (index[n] === level) own.push(n);
        const target = marks[level] === 1 ? own.length * (categories - 1) - EXTREME_SHIFT : EXTREME_SHIFT;
        for (let round = 0; round < 100; round++) {
          let total = 0;
          let information = 0;
          for (const n of own) {
            const { mean, variance } = expectation(eta(n), steps, p);
            total += mean;
            information += variance;
          }
          const move = clamp((sign * (target - total)) / Math.max(information, 1e-9));
          value[level] = (value[level] as number) + move;
          if (Math.abs(move) < tolerance) break;
        }
      }
    }
  }

  function measures(f: 0 | 1 | 2): Measure[] {
    const { index, names, value, sign } = facets[f];
    const size = names.length;
    const [information, squares, outfit, fourth, kurtosis, count] = Array.from(
      { length: 6 },
      () => new Float64Array(size),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    const add = (array: Float64Array, at: number, amount: number): void => {
      array[at] = (array[at] as number) + amount;
    };
    for (let n = 0; n < N; n++) {
      const level = index[n] as number;
      const { mean, variance } = expectation(eta(n), steps, p);
      add(information, level, variance);
      add(count, level, 1);
      if (!active[n]) continue;
      const squared = ((category[n] as number) - mean) ** 2;
      let c4 = 0;
      for (let k = 0; k < categories; k++) c4 += (p[k] as number) * (k - mean) ** 4;
      add(squares, level, squared);
      const floor = Math.max(variance, LEAST_INFORMATION);
      add(outfit, level, squared / floor);
      add(fourth, level, c4 - variance * variance);
      add(kurtosis, level, c4 / (floor * floor));
    }
    const centreOfPersons = mean(theta, extreme[0] as Int8Array);
    return names.map((id, level) => {
      const mark = (extreme[f] as Int8Array)[level] as number;
      const n = count[level] as number;
      const sum = information[level] as number;
      const fits = !(idle[f] as Uint8Array)[level] && (squares[level] as number) > 0;
      const infit = fits && sum > LEAST_INFORMATION ? (squares[level] as number) / sum : null;
      const mnsq = infit === null ? null : (outfit[level] as number) / n;
      const at = f === 0 ? (value[level] as number) : centreOfPersons + sign * (value[level] as number);
      return {
        id,
        measure: value[level] as number,
        se:
          sum > LEAST_INFORMATION && (mark !== 0 || !(idle[f] as Uint8Array)[level])
            ? 1 / Math.sqrt(sum)
            : null,
        infit,
        outfit: mnsq,
        infitZ: infit === null ? null : standardise(infit, Math.sqrt(fourth[level] as number) / sum),
        outfitZ:
          mnsq === null
            ? null
            : standardise(mnsq, Math.sqrt(Math.max(0, (kurtosis[level] as number) / n ** 2 - 1 / n))),
        ratings: n,
        extreme: mark === 0 ? ('none' as const) : mark === 1 ? ('high' as const) : ('low' as const),
        fairAverage: table.lowest + expectation(at, steps, p).mean,
      };
    });
  }
}

function mean(values: Float64Array, extreme: Int8Array): number {
  const kept = [...values].filter((_, level) => extreme[level] === 0);
  return kept.length === 0 ? 0 : kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

/** Wilson and Hilferty's cube root: a mean square with standard deviation q as a unit normal deviate (Wright & Masters 1982, p. 101). */
function standardise(meanSquare: number, q: number): number | null {
  const spread = Math.min(q, Math.SQRT2);
  return spread > 1e-9 ? (Math.cbrt(meanSquare) - 1) * (3 / spread) + spread / 3 : null;
}

function reliability(measures: readonly Measure[]): number | null {
  const kept = measures.flatMap(({ extreme, measure, se }) =>
    extreme === 'none' && se !== null ? [{ measure, se }] : [],
  );
  if (kept.length < 2) return null;
  const centre = kept.reduce((sum, { measure }) => sum + measure, 0) / kept.length;
  const variance = kept.reduce((sum, { measure }) => sum + (measure - centre) ** 2, 0) / (kept.length - 1);
  const error = kept.reduce((sum, { se }) => sum + se * se, 0) / kept.length;
  return variance > 0 ? Math.max(0, (variance - error) / variance) : 0;
}
