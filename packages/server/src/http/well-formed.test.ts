import fc from 'fast-check';
import { expect, it } from 'vitest';
import { faultsOf } from './well-formed.ts';

const escaped = (value: unknown) =>
  JSON.stringify(value).replace(
    /[\ud800-\udfff\0]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

it('names where a NUL or half a surrogate pair is', () => {
  const nul = String.fromCharCode(0);
  expect(
    faultsOf(escaped({ a: ['x', { 'b/c': `y${nul}` }], d: '\ud800' })).map(({ field }) => field),
  ).toEqual(['/a/1/b~1c', '/d']);
  expect(faultsOf(escaped({ [`k${nul}`]: 1 }))).toHaveLength(1);
});

it('finds a NUL wherever one is, and lets every other JSON value through', () => {
  const nul = String.fromCharCode(0);
  fc.assert(
    fc.property(fc.jsonValue({ depthSize: 'small', stringUnit: 'binary' }), (value) => {
      let there = false;
      const text = JSON.stringify(value);
      JSON.parse(text, (key: string, item: unknown) => {
        there ||= key.includes(nul) || (typeof item === 'string' && item.includes(nul));
        return item;
      });
      expect(faultsOf(text).length > 0).toBe(there);
    }),
  );
  expect(faultsOf('{"a":"\\ud83d\\ude00 \\\\u0000"}')).toEqual([]);
});

it('stops at nesting that nothing in the contract has, without recursion', () => {
  expect(faultsOf('['.repeat(64) + ']'.repeat(64))).toEqual([]);
  expect(faultsOf('['.repeat(65) + ']'.repeat(65))).toHaveLength(1);
  expect(faultsOf('{"a":'.repeat(100_000))).toHaveLength(1);
  expect(faultsOf(`{"a":"${'['.repeat(1000)}\\"["}`)).toEqual([]);
});
