/**
 * The marginal fit against two estimators that work otherwise (reference/stats/erm-ordinal.R): conditional maximum likelihood
 * of the same model (R package eRm 1.0.2), and a cumulative logit model with persons at random (R package ordinal 2022.11.16).
 */
import { describe, expect, it } from 'vitest';
import { readJson, readRatings } from '../testing/fixtures.ts';
import { fitRatings } from './fit.ts';

interface Measured {
  id: string;
  measure: number;
}
interface Golden {
  erm: {
    raters: (Measured & { se: number })[];
    items: (Measured & { se: number })[];
    steps: { category: number; measure: number; se: number }[];
  };
  ordinal: { raters: Measured[]; items: Measured[]; persons: Measured[] };
}

const golden = readJson<Golden>('erm-ordinal.golden.json');
const fit = fitRatings(readRatings('mfrmr-core.csv'), { method: 'mml' });
const measures = (facet: 'raters' | 'items' | 'persons'): Map<string, number> =>
  new Map(fit[facet].map(({ id, measure }) => [id, measure ?? Number.NaN]));

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
  const [x, y] = [mean(0), mean(1)];
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (const [a, b] of pairs) {
    xy += (a - x) * (b - y);
    xx += (a - x) ** 2;
    yy += (b - y) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

describe('conditional maximum likelihood, which needs no population (eRm 1.0.2)', () => {
  it.each(['raters', 'items'] as const)('%s within 0.005 logits, standard errors within 2 %%', (facet) => {
    for (const { id, measure, se } of golden.erm[facet]) {
      const own = fit[facet].find((one) => one.id === id);
      expect(Math.abs((own?.measure ?? Number.NaN) - measure)).toBeLessThan(0.005);
      expect(Math.abs((own?.se ?? Number.NaN) / se - 1)).toBeLessThan(0.02);
    }
  });
  it('steps within 0.01 logits, standard errors within 2 %', () => {
    for (const { category, measure, se } of golden.erm.steps) {
      const own = fit.steps.find((step) => step.category === category);
      expect(Math.abs((own?.measure ?? Number.NaN) - measure)).toBeLessThan(0.01);
      expect(Math.abs((own?.se ?? Number.NaN) / se - 1)).toBeLessThan(0.02);
    }
  });
});

describe('a cumulative logit mixed model (ordinal 2022.11.16): another model, the same story', () => {
  it.each(['raters', 'items', 'persons'] as const)('%s correlate above 0.99', (facet) => {
    const ours = measures(facet);
    const pairs = golden.ordinal[facet].map(
      ({ id, measure }) => [measure, ours.get(id) ?? Number.NaN] as const,
    );
    expect(pairs.length).toBe(ours.size);
    expect(correlation(pairs)).toBeGreaterThan(0.99);
  });
  it('raters stand in the same order of severity', () => {
    const ours = measures('raters');
    const order = [...golden.ordinal.raters].sort((a, b) => a.measure - b.measure).map(({ id }) => id);
    expect([...ours].sort((a, b) => a[1] - b[1]).map(([id]) => id)).toEqual(order);
  });
});
