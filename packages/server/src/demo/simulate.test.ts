import { expect, it } from 'vitest';
import { drawScore, STEPS, seeded } from './simulate.ts';

it('gives the same figures for the same seed', () => {
  const draw = (seed: number) => Array.from({ length: 20 }, seeded(seed));
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

it('draws scale points with the probabilities of the rating-scale model', () => {
  const random = seeded(1);
  const [ability, severity, difficulty, n] = [0.8, 0.3, -0.2, 40_000];
  const counts = [0, 0, 0, 0, 0];
  for (let index = 0; index < n; index++) {
    const at = drawScore(random, ability, severity, difficulty) - 1;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  // Adjacent points: log odds are ability − severity − difficulty − step.
  for (const [index, step] of STEPS.entries()) {
    const odds = Math.log((counts[index + 1] ?? 0) / (counts[index] ?? 1));
    const error = Math.sqrt(1 / (counts[index + 1] ?? 1) + 1 / (counts[index] ?? 1));
    expect(Math.abs(odds - (ability - severity - difficulty - step))).toBeLessThan(4 * error);
  }
});
