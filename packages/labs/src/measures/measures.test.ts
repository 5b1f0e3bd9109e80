import { describe, expect, it } from 'vitest';
import { distribution } from '../data/distributions.ts';
import { createRandom } from '../engine/random.ts';
import { mmd, slicedWasserstein } from './distances.ts';
import { countModes } from './modes.ts';

describe('modes', () => {
  const { modes, sd, draw } = distribution('ring8');

  it('counts all of true samples, and almost all of them good: e^(−9/2) lie beyond 3σ', () => {
    const found = countModes(draw(20_000, createRandom(1)), modes!, sd);
    expect(found.captured).toBe(8);
    expect(found.highQuality).toBeGreaterThan(1 - Math.exp(-4.5) - 0.003);
    expect(found.highQuality).toBeLessThan(1 - Math.exp(-4.5) + 0.003);
    expect(found.kl!).toBeLessThan(0.002);
  });

  it('sees a single mode as one, with the KL of certainty', () => {
    const one = new Float32Array(200).map((_, at) => modes![at % 2]!);
    expect(countModes(one, modes!, sd)).toEqual({ captured: 1, highQuality: 1, kl: Math.log(8) });
  });

  it('has no KL where nothing is good', () => {
    expect(countModes(new Float32Array([50, 50]), modes!, sd)).toEqual({
      captured: 0,
      highQuality: 0,
      kl: null,
    });
  });
});

describe('distances', () => {
  const shifted = (points: Float32Array, by: number): Float32Array =>
    points.map((value, at) => (at % 2 === 0 ? value + by : value));

  it('sliced Wasserstein of a shift is the shift over √2: the mean square of its projections', () => {
    const points = createRandom(4).normals(2000);
    const found = slicedWasserstein(points, shifted(points, 3), createRandom(1), 2000);
    expect(found).toBeGreaterThan((3 / Math.SQRT2) * 0.97);
    expect(found).toBeLessThan((3 / Math.SQRT2) * 1.03);
    expect(slicedWasserstein(points, points, createRandom(1))).toBe(0);
  });

  it('MMD is about zero for equal distributions and its closed form for two far points', () => {
    const random = createRandom(7);
    expect(Math.abs(mmd(random.normals(1000), random.normals(1000)))).toBeLessThan(0.01);
    const near = new Float32Array([0, 0, 0, 0]);
    const far = new Float32Array([100, 0, 100, 0]);
    expect(mmd(near, far, [1])).toBeCloseTo(2, 12);
  });
});
