import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LlamaSequence, Token } from './llama-runtime.ts';
import { platformPackage } from './llama-runtime.ts';
import {
  compareDistributions,
  klDivergence,
  logProbabilities,
  logSoftmax,
  perplexityOf,
  slidingWindows,
} from './next-token.ts';
import { readNumber } from './options.ts';

describe('sliding windows', () => {
  it('score every token but the first exactly once, with enough before it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 2, max: 64 }),
        fc.nat(),
        (tokens, context, pick) => {
          const stride = 1 + (pick % (context - 1));
          const windows = slidingWindows(tokens, context, stride);
          const scored = windows.flatMap(({ scoreFrom, to }) =>
            Array.from({ length: to - scoreFrom }, (_, i) => scoreFrom + i),
          );
          expect(scored).toEqual(Array.from({ length: Math.max(0, tokens - 1) }, (_, i) => i + 1));
          for (const [i, { from, to, scoreFrom }] of windows.entries()) {
            expect(to - from).toBeLessThanOrEqual(context);
            if (i > 0) expect(scoreFrom - from).toBe(context - stride);
          }
        },
      ),
    );
  });
});

/** A model of five tokens that prefers the next in a circle, the more the longer it has read. */
function circle(strength: number): LlamaSequence & { read: Token[] } {
  const read: Token[] = [];
  const logitsAfter = (token: Token) =>
    new Map([0, 1, 2, 3, 4].map((next) => [next, next === (token + 1) % 5 ? strength : next * 0.1]));
  return {
    read,
    async clearHistory() {
      read.length = 0;
    },
    dispose() {},
    async controlledEvaluate(input) {
      return input.map((item) => {
        const [token, wanted] = Array.isArray(item) ? item : [item, undefined];
        read.push(token);
        if (!wanted) return undefined;
        const all = logitsAfter(token);
        const greatest = Math.max(...all.values());
        const total = [...all.values()].reduce((sum, logit) => sum + Math.exp(logit - greatest), 0);
        const { logits } = wanted.generateNext;
        if (logits === true) return { next: { logits: all, totalLogitWeight: total } };
        const shown = [...all].filter(
          ([next, logit]) => logit === greatest || logits.filter.tokens.includes(next),
        );
        return { next: { logits: new Map(shown), totalLogitWeight: total } };
      });
    },
  };
}

describe('scoring', () => {
  const tokens = Array.from({ length: 700 }, (_, i) => (i * i) % 5);
  const expected = (strength: number) =>
    tokens.slice(1).map((next, i) => {
      const logits = Float64Array.from([0, 1, 2, 3, 4], (each) =>
        each === ((tokens[i] ?? 0) + 1) % 5 ? strength : each * 0.1,
      );
      return logSoftmax(logits)[next] ?? Number.NaN;
    });

  it('gives the log-probability of each token, whatever the windows', async () => {
    for (const [context, stride] of [
      [700, 700],
      [64, 32],
      [512, 100],
    ] as const) {
      const logs = await logProbabilities(circle(2), tokens, { context, stride });
      for (const [i, log] of expected(2).entries()) expect(logs[i]).toBeCloseTo(log, 10);
    }
  });

  it('makes a perplexity of them', () => {
    expect(perplexityOf([Math.log(0.5), Math.log(0.125)]).perplexity).toBeCloseTo(4, 12);
    const uniform = perplexityOf(new Array(10).fill(-Math.log(7)));
    expect(uniform.perplexity).toBeCloseTo(7, 12);
    expect(uniform.standardError).toBeCloseTo(0, 12);
  });

  it('stops when asked', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(logProbabilities(circle(1), tokens, { context: 64, stride: 32, signal })).rejects.toThrow(
      'enough',
    );
  });
});

describe('divergence', () => {
  const logits = fc
    .array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 2, maxLength: 20 })
    .map((values) => logSoftmax(Float64Array.from(values)));

  it('is 0 of a distribution from itself and never negative', () => {
    fc.assert(
      fc.property(logits, (p) => {
        expect(klDivergence(p, p)).toBe(0);
      }),
    );
    fc.assert(
      fc.property(logits, logits, (p, q) => {
        if (p.length === q.length) expect(klDivergence(p, q)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is the textbook’s figure', () => {
    const p = Float64Array.of(Math.log(0.5), Math.log(0.5));
    const q = Float64Array.of(Math.log(0.9), Math.log(0.1));
    expect(klDivergence(p, q)).toBeCloseTo(0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(0.5 / 0.1), 12);
    expect(klDivergence(p, Float64Array.of(0, Number.NEGATIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
  });

  it('compares two models position by position', async () => {
    const tokens = [0, 1, 2, 3, 4, 0, 2, 4, 1, 3, 0, 0, 1, 1, 2, 2, 3, 3];
    const equal = await compareDistributions(circle(2), circle(2), tokens, { context: 8 });
    expect(equal).toMatchObject({ mean: 0, max: 0, sameTop: 1, tokens: tokens.length });
    const apart = await compareDistributions(circle(2), circle(-2), tokens, { context: 8 });
    expect(apart.mean).toBeGreaterThan(0.5);
    expect(apart.sameTop).toBe(0);
  });
});

it('names the build for each kind of machine', () => {
  expect(platformPackage('linux', 'x64')).toBe('@node-llama-cpp/linux-x64');
  expect(platformPackage('darwin', 'arm64')).toBe('@node-llama-cpp/mac-arm64-metal');
  expect(() => platformPackage('aix', 'ppc64')).toThrow(/no ready build for aix-ppc64/);
});

it('reads numbers, and says what is wrong with others', () => {
  expect(readNumber('--top-p', '0.5', { min: 0, max: 1 })).toBe(0.5);
  expect(() => readNumber('--top-p', '2', { min: 0, max: 1 })).toThrow(
    '--top-p 2: a number from 0 to 1 is wanted.',
  );
  expect(() => readNumber('--seed', '1.5', { integer: true })).toThrow(
    '--seed 1.5: a whole number is wanted.',
  );
  expect(() => readNumber('--seed', ' ')).toThrow(/is wanted/);
});
