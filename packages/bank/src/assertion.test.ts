import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssertionError, judge, parseAssertion } from './assertion.ts';

const seeds = [
  { 'a.x': 1, 'b.x': 10, none: null },
  { 'a.x': 3, 'b.x': 30, none: null },
];
const verdict = (text: string) => judge(parseAssertion(text), seeds);

describe('assertions', () => {
  it.each([
    ['mean(a.x) == 2', true],
    ['min(a.x) >= 1', true],
    ['max(a.x) < 3', false],
    ['mean(b.x) == 10 * mean(a.x)', true],
    ['2e0 <= mean(a.x)', true],
    ['0.5*max(b.x)>-1', true],
  ])('%s: %s', (text, holds) => {
    expect(verdict(text).holds).toBe(holds);
  });

  it('do not hold where nothing was measured', () => {
    expect(verdict('mean(none) < 5')).toEqual({ text: 'mean(none) < 5', holds: false, left: null, right: 5 });
    expect(verdict('mean(unknown) < 5').holds).toBe(false);
  });

  it.each([
    '',
    'mean(a.x)',
    'a.x > 1',
    'mean(a.x) > ',
    'median(a.x) > 1',
    'mean(a.x) > 1 + 2',
    'mean(a.x) =! 1',
  ])('%j is refused', (text) => {
    expect(() => parseAssertion(text)).toThrow(AssertionError);
  });

  it('compare as numbers do', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 }), (a, b) => {
        const one = (op: string) => judge(parseAssertion(`mean(m) ${op} ${b}`), [{ m: a }]).holds;
        expect([one('<'), one('<='), one('>'), one('>='), one('==')]).toEqual([
          a < b,
          a <= b,
          a > b,
          a >= b,
          a === b,
        ]);
      }),
    );
  });

  it('never fail but with their own error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseAssertion(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AssertionError);
        }
      }),
    );
  });
});
