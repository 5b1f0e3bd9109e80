/** The plain numbers of one candidate: weighted means and spread, from first ratings only. Pure. */

export interface ScoredRating {
  raterId: string;
  question: string;
  /** null where the question was not asked. */
  score: number | null;
}

export interface WeightedItem {
  question: string;
  competency: string;
  weight: number;
}

export interface Weighted {
  id: string;
  weight: number;
}

export interface SpreadOf {
  mean: number | null;
  sd: number | null;
  min: number | null;
  max: number | null;
  n: number;
}

/** Mean, sample standard deviation (n − 1) and range; nulls where there is nothing to say. */
export function spread(scores: readonly number[]): SpreadOf {
  const n = scores.length;
  if (n === 0) return { mean: null, sd: null, min: null, max: null, n };
  const mean = scores.reduce((sum, score) => sum + score, 0) / n;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return {
    mean,
    sd: n < 2 ? null : Math.sqrt(squares / (n - 1)),
    min: Math.min(...scores),
    max: Math.max(...scores),
    n,
  };
}

/** Mean of the parts that have a value, by their weights, and the share of the whole weight that they make up. */
function weightedMean(parts: readonly { weight: number; value: number | null }[]): {
  value: number | null;
  coverage: number;
} {
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0);
  let weight = 0;
  let total = 0;
  for (const part of parts)
    if (part.value !== null) {
      weight += part.weight;
      total += part.weight * part.value;
    }
  return weight === 0 ? { value: null, coverage: 0 } : { value: total / weight, coverage: weight / whole };
}

export interface Summary {
  overall: number | null;
  /** Share of the kit's weight that was really scored: a question that was not asked is left out, never a zero. */
  coverage: number;
  competencies: { id: string; score: number | null; coverage: number; spread: SpreadOf }[];
  items: { question: string; competency: string; weight: number; spread: SpreadOf }[];
}

/**
 * Overall score: the mean of competency scores by competency weight; a competency's score is the mean of its items'
 * means by item weight; an item's mean is over the raters who scored it. Scale points 1 to 5 throughout.
 */
export function summarise(
  items: readonly WeightedItem[],
  competencies: readonly Weighted[],
  ratings: readonly ScoredRating[],
): Summary {
  const byQuestion = new Map<string, number[]>();
  for (const { question, score } of ratings) {
    if (score === null) continue;
    const own = byQuestion.get(question);
    if (own) own.push(score);
    else byQuestion.set(question, [score]);
  }
  const scores = (question: string): number[] => byQuestion.get(question) ?? [];
  const byItem = items.map((item) => ({ ...item, spread: spread(scores(item.question)) }));
  const byCompetency = competencies
    .map(({ id, weight }) => {
      const own = byItem.filter(({ competency }) => competency === id);
      const { value, coverage } = weightedMean(
        own.map((item) => ({ weight: item.weight, value: item.spread.mean })),
      );
      return {
        id,
        weight,
        score: value,
        coverage,
        spread: spread(own.flatMap(({ question }) => scores(question))),
        asked: own.length > 0,
      };
    })
    .filter(({ asked }) => asked);
  const overall = weightedMean(byCompetency.map(({ weight, score }) => ({ weight, value: score })));
  const whole = byCompetency.reduce((sum, { weight }) => sum + weight, 0);
  return {
    overall: overall.value,
    coverage:
      whole === 0
        ? 0
        : byCompetency.reduce((sum, { weight, coverage }) => sum + (weight / whole) * coverage, 0),
    competencies: byCompetency.map(({ id, score, coverage, spread: own }) => ({
      id,
      score,
      coverage,
      spread: own,
    })),
    items: byItem,
  };
}
