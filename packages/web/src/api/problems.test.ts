import { ApiError } from '@viva/server/client';
import { describe, expect, it } from 'vitest';
import { fieldErrors } from './problems.ts';

describe('fieldErrors', () => {
  it('turns pointers into the names of the form’s fields, first complaint first', () => {
    const error = new ApiError({
      type: 'about:blank',
      title: 'Bad request',
      status: 400,
      code: 'invalid-input',
      detail: 'The request is malformed.',
      errors: [
        { field: '/title', message: 'too short' },
        { field: '/title', message: 'also this' },
        { field: '/items/0/weight', message: 'must be above 0' },
      ],
    });
    expect(fieldErrors(error)).toEqual({ title: 'too short', 'items.0.weight': 'must be above 0' });
  });

  it('has nothing to say about other errors', () => {
    expect(fieldErrors(new Error('network'))).toEqual({});
    expect(fieldErrors(null)).toEqual({});
  });
});
