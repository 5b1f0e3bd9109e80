/** Ratings drawn from a rating-scale model with known abilities, severities and difficulties. Pure and seeded. */

/** Mulberry32 (public domain, T. Ettinger): small, fast, good enough for a demonstration. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Steps between the five scale points, in logits; they add up to zero. */
export const STEPS = [-2.1, -0.7, 0.7, 2.1];

/**
 * One rating, 1 to 5: log P(k) / P(k − 1) = ability − severity − difficulty − step (Andrich 1978; Linacre 1989).
 * All in logits.
 */
export function drawScore(
  random: () => number,
  ability: number,
  severity: number,
  difficulty: number,
): number {
  const weights = [1];
  for (const step of STEPS)
    weights.push((weights.at(-1) ?? 1) * Math.exp(ability - severity - difficulty - step));
  let mark = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    mark -= weight;
    if (mark < 0) return index + 1;
  }
  return weights.length;
}
