import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRow, writeRow } from './row-text.ts';

it('reads what PostgreSQL writes', () => {
  expect(readRow('(1,"two words",,"")')).toEqual(['1', 'two words', null, '']);
  expect(readRow('("say ""so""","back\\\\slash","(in, and out)")')).toEqual([
    'say "so"',
    'back\\slash',
    '(in, and out)',
  ]);
  expect(readRow('()')).toEqual([null]);
  for (const broken of ['', '(', '1,2', '("open)', '(1,2'])
    expect(() => readRow(broken)).toThrow(SyntaxError);
});

it('gives back whatever was written', () => {
  const value = fc.option(fc.string({ unit: 'binary' }), { nil: null });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), (values) => {
      expect(readRow(writeRow(values))).toEqual(values);
    }),
  );
});
