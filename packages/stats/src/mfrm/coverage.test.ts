import { expect, it } from 'vitest';
import { simulateRatings } from '../table/simulate.ts';
import { fitRatings } from './fit.ts';
import type { FitMethod } from './fit-types.ts';

const REPLICATIONS = 500;

/** Shares of true values inside estimate ± 1.96 standard errors, over panels of known severity. */
function coverage(method: FitMethod): Record<'persons' | 'raters' | 'items' | 'steps', number> {
  const hits = { persons: 0, raters: 0, items: 0, steps: 0 };
  const tries = { persons: 0, raters: 0, items: 0, steps: 0 };
  for (let seed = 1; seed <= REPLICATIONS; seed++) {
    const { table, truth } = simulateRatings({
      persons: 100,
      raters: 6,
      ratersPerPerson: 3,
      items: 8,
      severities: [-0.8, -0.4, -0.1, 0.1, 0.4, 0.8],
      seed,
    });
    const fit = fitRatings(table, { method });
    for (const facet of ['persons', 'raters', 'items', 'steps'] as const)
      for (const [at, { measure, se }] of fit[facet].entries()) {
        if (measure === null || se === null) continue;
        tries[facet]++;
        if (Math.abs(measure - (truth[facet][at] as number)) < 1.96 * se) hits[facet]++;
      }
  }
  return {
    persons: hits.persons / tries.persons,
    raters: hits.raters / tries.raters,
    items: hits.items / tries.items,
    steps: hits.steps / tries.steps,
  };
}

it(`marginal: 95 % intervals hold the truth in 93 to 97 % of ${REPLICATIONS} simulated panels`, () => {
  const share = coverage('mml');
  for (const [facet, value] of Object.entries(share)) {
    expect(value, `${facet} ${value.toFixed(4)}`).toBeGreaterThan(0.93);
    expect(value, `${facet} ${value.toFixed(4)}`).toBeLessThan(0.97);
  }
}, 120_000);

it('joint: a little less for raters and items, much less for steps, as the result itself warns', () => {
  const share = coverage('jml');
  expect(share.persons).toBeGreaterThan(0.93);
  expect(share.raters).toBeGreaterThan(0.9);
  expect(share.items).toBeGreaterThan(0.9);
  expect(share.steps).toBeLessThan(0.93);
  const { table } = simulateRatings({ persons: 100, raters: 6, ratersPerPerson: 3, items: 8 });
  expect(fitRatings(table).trust.statements.map(({ code }) => code)).toContain('joint-bias');
}, 120_000);
