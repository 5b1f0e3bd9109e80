import type { TrialResult } from '@viva/labs';
import { describe, expect, it } from 'vitest';
import { cheapest, pointsOfRun, pointsOfSeeds } from './series.ts';

const trial = (sampler: TrialResult['sampler'], steps: number, y: number | null): TrialResult => ({
  sampler,
  steps,
  evaluations: 2 * steps,
  msPerSample: steps / 100,
  slicedWasserstein: y ?? 0,
  mmd: 0,
  modes: null,
  highQuality: null,
  modeKl: null,
  spread: null,
  outermost: 1,
  referenceError: y,
});

describe('the quality chart', () => {
  it('draws what a run has of a sampler, and leaves out what it has not', () => {
    const results = [trial('ddim', 5, 0.4), trial('heun', 5, 0.9), trial('ddim', 10, null)];
    expect(pointsOfRun(results, 'ddim', 'referenceError', 'evaluations')).toEqual([
      { steps: 5, x: 10, y: 0.4, low: 0.4, high: 0.4 },
    ]);
    expect(pointsOfRun(results, 'ddim', 'highQuality', 'evaluations')).toEqual([]);
  });

  it('takes means and ends over seeds', () => {
    const seeds = [1, 2, 6].map((value) => ({
      metrics: { 'ddim.5.evaluations': 5, 'ddim.5.highQuality': value, 'ddim.10.highQuality': null },
    }));
    expect(pointsOfSeeds(seeds, 'ddim', 'highQuality', 'evaluations', [5, 10])).toEqual([
      { steps: 5, x: 5, y: 3, low: 1, high: 6 },
    ]);
  });

  it('names who is good at the least cost', () => {
    const point = (x: number, y: number) => ({ steps: x, x, y, low: y, high: y });
    const series = [
      { id: 'ddim' as const, points: [point(5, 0.5), point(20, 0.2), point(50, 0.1)] },
      { id: 'heun' as const, points: [point(9, 0.9), point(39, 0.105)] },
      { id: 'ddpm' as const, points: [point(5, 0.6)] },
    ];
    expect(cheapest(series, false)).toEqual([
      { id: 'heun', x: 39 },
      { id: 'ddim', x: 50 },
    ]);
    expect(cheapest(series, true)[0]).toEqual({ id: 'heun', x: 9 });
    expect(cheapest([], true)).toEqual([]);
  });
});
