import { expect, it } from 'vitest';
import { z } from 'zod';
import { grammarSchema } from './grammar-schema.ts';

const of = (schema: z.ZodType) => grammarSchema(z.toJSONSchema(schema) as Record<string, unknown>);

it('lists small ranges, bounds what has no bound, and drops what the grammar does not know', () => {
  expect(
    of(
      z.strictObject({
        score: z.int().min(1).max(5),
        count: z.int(),
        quote: z.string(),
        word: z.string().min(2).max(9),
        stance: z.enum(['for', 'against']),
        list: z.array(z.string()).max(20),
        maybe: z.union([z.string(), z.null()]),
      }),
    ),
  ).toEqual({
    type: 'object',
    properties: {
      score: { enum: [1, 2, 3, 4, 5] },
      count: { type: 'integer' },
      quote: { type: 'string', maxLength: 300 },
      word: { type: 'string', minLength: 2, maxLength: 9 },
      stance: { type: 'string', enum: ['for', 'against'] },
      list: { type: 'array', items: { type: 'string', maxLength: 300 }, maxItems: 6 },
      maybe: { oneOf: [{ type: 'string', maxLength: 300 }, { type: 'null' }] },
    },
  });
});
