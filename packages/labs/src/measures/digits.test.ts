import { describe, expect, it } from 'vitest';
import { drawDigits, loadDigits } from '../data/digits/digits.ts';
import { createRandom } from '../engine/random.ts';
import { CERTAIN, countDigits } from '../gan-vs-diffusion/task.ts';
import { digitJudge, FEATURES } from './digit-judge.ts';
import { frechetDistance, gaussianOf, squareRoot, symmetricEigen } from './frechet.ts';
import { gridDivergence } from './grid.ts';

describe('the Fréchet distance of Gaussians', () => {
  const diagonal = (mean: number[], variances: number[]) => ({
    mean: Float64Array.from(mean),
    covariance: Float64Array.from(
      variances.flatMap((value, i) => variances.map((_, j) => (i === j ? value : 0))),
    ),
  });

  it('is its closed form where covariances are diagonal', () => {
    const a = diagonal([1, 2, 3], [1, 4, 9]);
    const b = diagonal([0, 2, 5], [4, 4, 1]);
    // |μ₁ − μ₂|² + Σ (σ₁ − σ₂)²
    expect(frechetDistance(a, b)).toBeCloseTo(1 + 4 + (1 + 0 + 4), 9);
    expect(frechetDistance(a, a)).toBeCloseTo(0, 9);
  });

  it('does not change under a rotation of both, and roots multiply back', () => {
    const random = createRandom(3);
    const d = 5;
    const cloud = (n: number, by: number): Float32Array =>
      Float32Array.from({ length: n * d }, (_, at) => random.normal() * (1 + ((at % d) * by) / 3) + by);
    const [x, y] = [cloud(400, 1), cloud(400, 2)];
    // A rotation from the eigenvectors of some symmetric matrix.
    const { vectors, values } = symmetricEigen(gaussianOf(x, d).covariance, d);
    const turn = (rows: Float32Array): Float64Array => {
      const out = new Float64Array(rows.length);
      for (let row = 0; row < rows.length / d; row++)
        for (let i = 0; i < d; i++)
          for (let k = 0; k < d; k++) out[row * d + i]! += rows[row * d + k]! * vectors[k * d + i]!;
      return out;
    };
    const plain = frechetDistance(gaussianOf(x, d), gaussianOf(y, d));
    const turned = frechetDistance(gaussianOf(turn(x), d), gaussianOf(turn(y), d));
    expect(turned).toBeCloseTo(plain, 6);
    const matrix = gaussianOf(x, d).covariance;
    const root = squareRoot(matrix, d);
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) {
        let sum = 0;
        for (let k = 0; k < d; k++) sum += root[i * d + k]! * root[k * d + j]!;
        expect(sum).toBeCloseTo(matrix[i * d + j]!, 9);
      }
    expect(Math.min(...values)).toBeGreaterThan(0);
  });
});

describe('divergences on a grid', () => {
  it('are zero for equal clouds, ln 2 for disjoint ones, and KL is its sum', () => {
    const here = new Float32Array(200).fill(-1.5);
    const there = new Float32Array(200).fill(1.5);
    expect(gridDivergence(here, here, 3)).toEqual({ kl: 0, js: 0 });
    expect(gridDivergence(here, there, 3).js).toBeCloseTo(Math.LN2, 12);
    // Two cells: 100.5 and 0.5 of 102 against the other way round.
    const { kl } = gridDivergence(here, there, 3, 2);
    expect(kl).toBeCloseTo(((100.5 - 0.5) / 102) * Math.log(100.5 / 0.5), 12);
  });

  it('counts what lies beyond the square at its edge', () => {
    const beyond = new Float32Array([50, 50]);
    expect(gridDivergence(beyond, new Float32Array([2.9, 2.9]), 3)).toEqual({ kl: 0, js: 0 });
  });
});

describe('digits', () => {
  it('are 2,000 and 500 images, 200 and 50 of each, within their range, drawn the same for the same seed', async () => {
    const digits = await loadDigits();
    expect(digits.labels.length).toBe(2000);
    expect(digits.images.length).toBe(2000 * 14 * 14);
    for (let digit = 0; digit < 10; digit++) {
      expect(digits.labels.filter((label) => label === digit)).toHaveLength(200);
      expect(digits.heldOut.labels.filter((label) => label === digit)).toHaveLength(50);
    }
    let [low, high] = [1, -1];
    for (const value of digits.images) [low, high] = [Math.min(low, value), Math.max(high, value)];
    expect([low, high]).toEqual([-1, 1]);
    expect(drawDigits(digits, 5, createRandom(1))).toEqual(drawDigits(digits, 5, createRandom(1)));
  });

  it('are told by the judge, which is not certain of noise, and their features are near those learnt', async () => {
    const digits = await loadDigits();
    const judge = digitJudge(digits);
    expect(judge.accuracy).toBeGreaterThan(0.93);
    const held = judge.judge(digits.heldOut.images);
    const certain = held.confidence.filter((value) => value >= CERTAIN).length / 500;
    expect(certain).toBeGreaterThan(0.8);
    const distance = frechetDistance(gaussianOf(held.features, FEATURES), judge.real);
    expect(distance).toBeLessThan(6);
    const noise = createRandom(4).normals(300 * 196);
    const far = frechetDistance(gaussianOf(judge.judge(noise).features, FEATURES), judge.real);
    expect(far).toBeGreaterThan(20 * distance);
    expect(countDigits(judge, digits.heldOut.images)).toMatchObject({ captured: 10 });
  });

  it('are captured from one in a hundred on, and one alone has the KL of certainty', () => {
    const told = (digit: number[], confidence: number[]) => ({
      judge: () => ({
        features: new Float32Array(),
        digit: Uint8Array.from(digit),
        confidence: Float32Array.from(confidence),
      }),
    });
    const sure = (n: number): number[] => new Array<number>(n).fill(1);
    const zeros = countDigits(told(new Array<number>(300).fill(0), sure(300)), new Float32Array());
    expect(zeros).toEqual({ captured: 1, highQuality: 1, kl: Math.log(10) });
    // Two of 300 are no one in a hundred; three are. Doubtful ones count for nothing.
    const few = (n: number) => [...new Array<number>(n).fill(7), ...new Array<number>(300 - n).fill(0)];
    expect(countDigits(told(few(2), sure(300)), new Float32Array()).captured).toBe(1);
    expect(countDigits(told(few(3), sure(300)), new Float32Array()).captured).toBe(2);
    expect(countDigits(told([3, 4], [0.89, 0.5]), new Float32Array())).toEqual({
      captured: 0,
      highQuality: 0,
      kl: null,
    });
  });
});
