import { expect, it } from 'vitest';
import { describe as inWords } from './docs-page.ts';

it('writes schemas as types, with their bounds', () => {
  expect(inWords({ type: 'string', minLength: 3, maxLength: 9 })).toBe(
    'string (≥ 3 characters, ≤ 9 characters)',
  );
  expect(inWords({ anyOf: [{ $ref: '#/components/schemas/Person' }, { type: 'null' }] })).toBe(
    'Person | null',
  );
  expect(
    inWords({
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'array', items: { enum: [1, 'x'] } } },
      required: ['a'],
    }),
  ).toBe('{\n  a: integer\n  b?: 1 | "x"[]\n}');
});
