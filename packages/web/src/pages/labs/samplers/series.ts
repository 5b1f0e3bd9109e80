/** What the quality chart draws: each sampler's points, of this run or with the spread over seeds. */
import type { SamplerName, TrialResult } from '@viva/labs';
import type { Measures } from '@viva/labs/catalog';

export type QualityMeasure = 'slicedWasserstein' | 'referenceError' | 'highQuality';
export type CostAxis = 'evaluations' | 'msPerSample';

export interface QualityPoint {
  steps: number;
  x: number;
  y: number;
  low: number;
  high: number;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Of one run: a point for each trial that has the measure. */
export const pointsOfRun = (
  results: readonly TrialResult[],
  sampler: SamplerName,
  measure: QualityMeasure,
  axis: CostAxis,
): QualityPoint[] =>
  results.flatMap((result) => {
    const y = result[measure];
    if (result.sampler !== sampler || y === null) return [];
    return [{ steps: result.steps, x: result[axis], y, low: y, high: y }];
  });

/** Over seeds: means, with the least and the greatest. */
export function pointsOfSeeds(
  seeds: readonly { metrics: Measures }[],
  sampler: SamplerName,
  measure: QualityMeasure,
  axis: CostAxis,
  counts: readonly number[],
): QualityPoint[] {
  return counts.flatMap((steps) => {
    const of = (name: string): number[] =>
      seeds.flatMap(({ metrics }) => {
        const value = metrics[`${sampler}.${steps}.${name}`];
        return value === null || value === undefined ? [] : [value];
      });
    const ys = of(measure);
    const xs = of(axis);
    if (ys.length === 0 || xs.length === 0) return [];
    return [{ steps, x: mean(xs), y: mean(ys), low: Math.min(...ys), high: Math.max(...ys) }];
  });
}

/** The cheapest point of each sampler that is within a tenth of the best of all; the least first. */
export function cheapest(
  series: readonly { id: SamplerName; points: readonly QualityPoint[] }[],
  higherIsBetter: boolean,
): { id: SamplerName; x: number }[] {
  const all = series.flatMap(({ points }) => points.map(({ y }) => y));
  if (all.length === 0) return [];
  const best = higherIsBetter ? Math.max(...all) : Math.min(...all);
  const good = (y: number): boolean => (higherIsBetter ? y >= 0.9 * best : y <= 1.1 * best);
  return series
    .flatMap(({ id, points }) => {
      const xs = points.filter(({ y }) => good(y)).map(({ x }) => x);
      return xs.length > 0 ? [{ id, x: Math.min(...xs) }] : [];
    })
    .sort((a, b) => a.x - b.x);
}
