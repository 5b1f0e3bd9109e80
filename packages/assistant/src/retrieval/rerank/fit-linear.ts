/** Fits a linear ranking by pairwise logistic loss (RankNet's with a linear scorer; Burges et al. 2005). Pure. */

export interface RankingExample {
  /** A row of features a candidate, in the order of the first stage. */
  features: readonly (readonly number[])[];
  /** 0 for a candidate that does not answer. */
  grades: readonly number[];
}

export interface FitOptions {
  /** Where the weights begin, and are drawn back to. */
  prior: readonly number[];
  /** Strength of the pull: L2 of the distance to the prior. */
  decay: number;
  steps?: number;
}

const score = (weights: readonly number[], row: readonly number[]): number =>
  row.reduce((sum, value, at) => sum + value * (weights[at] as number), 0);

/** Full-batch gradient descent with backtracking; the loss is convex, so that it ends in one place. */
export function fitLinear(
  examples: readonly RankingExample[],
  { prior, decay, steps = 300 }: FitOptions,
): number[] {
  const pairs = examples.flatMap(({ features, grades }) => {
    const own: number[][] = [];
    for (const [i, better] of features.entries())
      for (const [j, worse] of features.entries())
        if ((grades[i] as number) > (grades[j] as number))
          own.push(better.map((value, at) => value - (worse[at] as number)));
    // Each query counts alike, however many pairs it has.
    return own.map((difference) => ({ difference, share: 1 / own.length }));
  });
  const total = examples.length || 1;
  const loss = (weights: readonly number[]): number =>
    pairs.reduce(
      (sum, { difference, share }) => sum + share * Math.log1p(Math.exp(-score(weights, difference))),
      0,
    ) /
      total +
    decay * weights.reduce((sum, weight, at) => sum + (weight - (prior[at] as number)) ** 2, 0);
  let weights = [...prior];
  let now = loss(weights);
  let rate = 1;
  for (let step = 0; step < steps; step++) {
    const gradient = weights.map((weight, at) => 2 * decay * (weight - (prior[at] as number)));
    for (const { difference, share } of pairs) {
      const pull = share / total / (1 + Math.exp(score(weights, difference)));
      for (const [at, value] of difference.entries()) gradient[at] = (gradient[at] as number) - pull * value;
    }
    let next = weights;
    for (; rate > 1e-6; rate /= 2) {
      next = weights.map((weight, at) => weight - rate * (gradient[at] as number));
      if (loss(next) < now) break;
    }
    if (rate <= 1e-6) break;
    weights = next;
    now = loss(weights);
    rate *= 2;
  }
  return weights;
}

/** Places of the candidates, best first; equal scores stay in the order of the first stage. */
export function order(weights: readonly number[], features: RankingExample['features']): number[] {
  const scores = features.map((row) => score(weights, row));
  return [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}

/**
 * What each example is ranked like by weights that were fitted without it.
 * @returns places as of `order`, an example each
 */
export function crossValidate(
  examples: readonly RankingExample[],
  folds: number,
  fit: (train: readonly RankingExample[]) => number[],
): number[][] {
  const found: number[][] = [];
  for (let fold = 0; fold < folds; fold++) {
    const weights = fit(examples.filter((_, at) => at % folds !== fold));
    for (const [at, { features }] of examples.entries())
      if (at % folds === fold) found[at] = order(weights, features);
  }
  return found;
}
