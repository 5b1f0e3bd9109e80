import { describe, expect, it } from 'vitest';
import { awq } from './awq.ts';
import { gptq } from './gptq.ts';
import { codeOf, decodeCode, gridOf, roundToNearest } from './integer-grid.ts';
import { cholesky, hessian, inverseFactor, outputError } from './linear-algebra.ts';

function random(seed: number): () => number {
  let state = seed + 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const COLUMNS = 32;
const ROWS = 12;

/** Inputs that share a few causes, as real activations do; one input is much larger. */
function correlated(count: number, seed: number): Float32Array {
  const next = random(seed);
  const mix = Array.from({ length: COLUMNS * 4 }, next);
  const samples = new Float32Array(count * COLUMNS);
  for (let row = 0; row < count; row++) {
    const causes = [next(), next(), next(), next()];
    for (let i = 0; i < COLUMNS; i++) {
      const shared = causes.reduce((sum, cause, k) => sum + cause * mix[i * 4 + k]!, 0);
      samples[row * COLUMNS + i] = (shared + 0.3 * next()) * (i === 5 ? 12 : 1);
    }
  }
  return samples;
}

/** By the factor: a⁻¹ = Uᵀ U. */
function inverse(a: Float64Array, n: number): Float64Array {
  const u = inverseFactor(a, n);
  return a.map((_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k <= Math.min(i, j); k++) sum += u[k * n + i]! * u[k * n + j]!;
    return sum;
  });
}

const samples = correlated(400, 1);
const next = random(2);
const weight = Float32Array.from({ length: ROWS * COLUMNS }, () => next() * 0.1);
const h = hessian(samples, COLUMNS);

/**
 * Optimal brain quantisation in fixed order, from its own formulas (Frantar & Alistarh 2022, eq. 2 and 3): after each
 * column the inverse Hessian of those that remain is computed anew.
 */
function naive(groupSize: number, damping: number): Float32Array {
  const options = { bits: 3, groupSize, symmetric: false, roundScale: Math.fround };
  let trace = 0;
  for (let i = 0; i < COLUMNS; i++) trace += h[i * COLUMNS + i]!;
  const out = new Float32Array(weight.length);
  for (let row = 0; row < ROWS; row++) {
    const w = Float64Array.from(weight.subarray(row * COLUMNS, (row + 1) * COLUMNS));
    let grid = gridOf(w, options);
    for (let i = 0; i < COLUMNS; i++) {
      const rest = COLUMNS - i;
      const sub = new Float64Array(rest * rest);
      for (let a = 0; a < rest; a++)
        for (let b = 0; b < rest; b++)
          sub[a * rest + b] = h[(i + a) * COLUMNS + i + b]! + (a === b ? (damping * trace) / COLUMNS : 0);
      const inv = inverse(sub, rest);
      if (i % groupSize === 0) grid = gridOf(w.subarray(i, i + groupSize), options);
      const value = decodeCode(codeOf(w[i]!, grid), grid);
      out[row * COLUMNS + i] = value;
      const error = (w[i]! - value) / inv[0]!;
      for (let j = 1; j < rest; j++) w[i + j] = w[i + j]! - error * inv[j]!;
    }
  }
  return out;
}

describe('algebra', () => {
  it('factors and inverts', () => {
    const damped = h.map((value, i) => (i % (COLUMNS + 1) === 0 ? value + 0.1 : value));
    const l = cholesky(damped, COLUMNS);
    const inv = inverse(damped, COLUMNS);
    for (let i = 0; i < COLUMNS; i++)
      for (let j = 0; j < COLUMNS; j++) {
        let [product, unit] = [0, 0];
        for (let k = 0; k < COLUMNS; k++) {
          product += l[i * COLUMNS + k]! * l[j * COLUMNS + k]!;
          unit += damped[i * COLUMNS + k]! * inv[k * COLUMNS + j]!;
        }
        expect(product).toBeCloseTo(damped[i * COLUMNS + j]!, 8);
        expect(unit).toBeCloseTo(i === j ? 1 : 0, 8);
      }
    expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(/not positive definite at input 1/);
  });

  it('measures the error of the output', () => {
    const changed = weight.map((value) => value * 0.9);
    let sum = 0;
    for (let s = 0; s < 400; s++)
      for (let row = 0; row < ROWS; row++) {
        let out = 0;
        for (let i = 0; i < COLUMNS; i++)
          out += (weight[row * COLUMNS + i]! - changed[row * COLUMNS + i]!) * samples[s * COLUMNS + i]!;
        sum += out * out;
      }
    expect(outputError(weight, changed, h, COLUMNS) / (sum / 400)).toBeCloseTo(1, 5);
  });
});

describe('GPTQ', () => {
  it.each([32, 8])('agrees with optimal brain quantisation computed naively (groups of %i)', (groupSize) => {
    const { values } = gptq(weight, COLUMNS, h, { bits: 3, groupSize });
    const expected = naive(groupSize, 0.01);
    for (let i = 0; i < values.length; i++) expect(values[i]).toBeCloseTo(expected[i]!, 6);
  });

  it('loses far less of the output than rounding on correlated inputs, on samples it has not seen too', () => {
    const unseen = hessian(
      correlated(400, 1).map((x, i) => x + 0.05 * Math.sin(i)),
      COLUMNS,
    );
    for (const bits of [3, 4])
      for (const activationOrder of [false, true]) {
        const ours = gptq(weight, COLUMNS, h, { bits, groupSize: 16, activationOrder }).values;
        const plain = roundToNearest(weight, COLUMNS, { bits, groupSize: 16 }).values;
        for (const inputs of [h, unseen])
          expect(outputError(weight, ours, inputs, COLUMNS)).toBeLessThan(
            0.5 * outputError(weight, plain, inputs, COLUMNS),
          );
      }
  });

  it('is plain rounding where inputs are independent and alike', () => {
    const unit = new Float64Array(COLUMNS * COLUMNS);
    for (let i = 0; i < COLUMNS; i++) unit[i * COLUMNS + i] = 1;
    expect(gptq(weight, COLUMNS, unit, { groupSize: 8 }).codes).toEqual(
      roundToNearest(weight, COLUMNS, { groupSize: 8 }).codes,
    );
  });

  it('gives dead inputs no weight, and says what values its codes stand for', () => {
    const dead = samples.map((x, i) => (i % COLUMNS === 3 ? 0 : x));
    const { codes, scales, zeros, values } = gptq(weight, COLUMNS, hessian(dead, COLUMNS), { groupSize: 8 });
    for (let row = 0; row < ROWS; row++) expect(values[row * COLUMNS + 3]! + 0).toBe(0);
    for (let i = 0; i < values.length; i++) {
      const group = Math.floor(i / 8);
      expect(values[i]).toBeCloseTo((codes[i]! - zeros[group]!) * scales[group]!, 6);
    }
  });

  it('refuses what does not fit', () => {
    expect(() => gptq(weight, COLUMNS, new Float64Array(9))).toThrow(/Hessian/);
    expect(() => gptq(weight, COLUMNS, h, { bits: 1 })).toThrow(/bits/);
  });
});

describe('AWQ', () => {
  it('finds scales that lose less than rounding, and never more', () => {
    const plain = outputError(
      weight,
      roundToNearest(weight, COLUMNS, { bits: 3, groupSize: 32 }).values,
      h,
      COLUMNS,
    );
    const { error, alpha, inputScales, values } = awq(weight, COLUMNS, samples, {
      bits: 3,
      groupSize: 32,
    });
    expect(alpha).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.8 * plain);
    expect(error).toBeCloseTo(outputError(weight, values, h, COLUMNS), 8);
    // The input with the large activations is protected most.
    expect(inputScales.indexOf(Math.max(...inputScales))).toBe(5);
  });

  it('never loses more than rounding, whose exponent 0 is among those tried', () => {
    for (let seed = 10; seed < 20; seed++) {
      const noise = random(seed);
      const flat = Float32Array.from({ length: 64 * COLUMNS }, noise);
      const plain = roundToNearest(weight, COLUMNS, { groupSize: 16 }).values;
      const { error } = awq(weight, COLUMNS, flat, { groupSize: 16 });
      expect(error).toBeLessThanOrEqual(
        outputError(weight, plain, hessian(flat, COLUMNS), COLUMNS) * (1 + 1e-9),
      );
    }
  });
});
