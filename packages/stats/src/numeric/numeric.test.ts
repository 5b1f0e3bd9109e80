import { describe, expect, it } from 'vitest';
import { cholesky, choleskyInverse, choleskySolve, solveGeneral } from './dense.ts';
import {
  betaI,
  chiSquareP,
  fCdf,
  fQuantile,
  gammaP,
  logGamma,
  normalCdf,
  normalQuantile,
  studentP,
  studentQuantile,
} from './distributions.ts';
import { gaussHermite } from './gauss-hermite.ts';
import { createRandom } from './random.ts';

describe('distributions, against R 4.2.2', () => {
  it('agree to ten digits', () => {
    for (const [ours, theirs] of [
      [logGamma(0.3), 1.09579799481808], // lgamma(.3)
      [logGamma(123.4), 469.336097442191],
      [gammaP(2.5, 3), 0.693781081586722], // pgamma(3, 2.5)
      [betaI(0.3, 2, 5), 0.579825], // pbeta(.3, 2, 5)
      [normalCdf(-1.5), 0.0668072012688581], // pnorm(-1.5)
      [normalCdf(-8), 6.22096057427178e-16],
      [normalQuantile(0.975), 1.95996398454005], // qnorm(.975)
      [chiSquareP(7.2, 3), 0.065789052685071], // pchisq(7.2, 3, lower = FALSE)
      [studentP(2.1, 9), 0.0651182824121519], // 2 * pt(-2.1, 9)
      [fCdf(3.1, 4, 11), 0.938389863800901], // pf(3.1, 4, 11)
      [fQuantile(0.975, 5, 18), 3.38196780587524], // qf(.975, 5, 18)
      [studentQuantile(0.975, 11), 2.20098516009164], // qt(.975, 11)
    ] as const) // qt(.975, 11)
      expect(Math.abs(ours - theirs)).toBeLessThan(1e-10 * Math.abs(theirs));
  });

  it('invert each other', () => {
    for (const p of [1e-6, 0.01, 0.3, 0.5, 0.9, 0.9999]) {
      expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 12);
      expect(fCdf(fQuantile(p, 3.3, 7.7), 3.3, 7.7)).toBeCloseTo(p, 11);
    }
  });
});

describe('quadrature', () => {
  it.each([1, 2, 5, 31, 61, 121, 241])('%i nodes are exact for the moments of a normal', (n) => {
    const { nodes, weights } = gaussHermite(n);
    let factorial = 1;
    for (let degree = 0; degree <= Math.min(2 * n - 1, 12); degree += 2) {
      if (degree > 0) factorial *= degree - 1;
      const moment = nodes.reduce((sum, node, q) => sum + weights[q]! * node ** degree, 0);
      expect(moment / factorial).toBeCloseTo(1, 9);
    }
    for (let q = 1; q < n; q++) expect(nodes[q]!).toBeGreaterThan(nodes[q - 1]!);
  });
});

describe('dense systems', () => {
  it('factor, solve and invert', () => {
    const n = 6;
    const random = createRandom(3);
    const root = Float64Array.from({ length: n * n }, () => random.normal());
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < n; k++) a[i * n + j] = a[i * n + j]! + root[i * n + k]! * root[j * n + k]!;
    const x = Float64Array.from({ length: n }, () => random.normal());
    const b = Float64Array.from({ length: n }, (_, i) =>
      x.reduce((sum, value, j) => sum + a[i * n + j]! * value, 0),
    );
    const l = a.slice();
    expect(cholesky(l, n)).toBe(true);
    const solved = b.slice();
    choleskySolve(l, n, solved);
    const general = b.slice();
    expect(solveGeneral(a.slice(), n, general)).toBe(true);
    const inverse = choleskyInverse(l, n);
    for (let i = 0; i < n; i++) {
      expect(solved[i]).toBeCloseTo(x[i]!, 8);
      expect(general[i]).toBeCloseTo(x[i]!, 8);
      expect(b.reduce((sum, value, j) => sum + inverse[i * n + j]! * value, 0)).toBeCloseTo(x[i]!, 8);
    }
    expect(cholesky(Float64Array.of(1, 1, 1, 1), 2)).toBe(false);
    expect(solveGeneral(Float64Array.of(1, 1, 1, 1), 2, Float64Array.of(1, 2))).toBe(false);
  });
});

describe('random numbers', () => {
  it('are the same for the same seed, and look as they should', () => {
    const [a, b] = [createRandom(42), createRandom(42)];
    for (let n = 0; n < 100; n++) expect(a.next()).toBe(b.next());
    expect(createRandom(1).next()).not.toBe(createRandom(2).next());
    const random = createRandom(9);
    const values = Array.from({ length: 100_000 }, () => random.normal());
    const mean = values.reduce((x, y) => x + y, 0) / values.length;
    const variance = values.reduce((x, y) => x + (y - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.015);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
    expect(new Set(random.sample(20, 20)).size).toBe(20);
    expect(new Set(random.sample(1000, 5)).size).toBe(5);
  });
});

it('binomial draws have the mean and variance that they should, exact and in the limit', () => {
  const random = createRandom(9);
  for (const [n, p] of [
    [12, 0.3],
    [400, 0.02],
    [50, 0.9],
    [100_000, 0.25],
  ] as const) {
    const draws = Array.from({ length: 4000 }, () => random.binomial(n, p));
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (draws.length - 1);
    const sd = Math.sqrt(n * p * (1 - p));
    expect(Math.abs(mean - n * p) / (sd / Math.sqrt(draws.length))).toBeLessThan(4);
    expect(Math.abs(variance / (sd * sd) - 1)).toBeLessThan(0.1);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThanOrEqual(n);
  }
});
