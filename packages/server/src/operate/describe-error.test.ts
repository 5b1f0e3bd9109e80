import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DatabaseError } from '../store/driver.ts';
import { describeError } from './describe-error.ts';

it('keeps kind, code and place, and nothing that a statement carried', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^secret-[a-z0-9]{8,40}$/), (secret) => {
      const database = new DatabaseError(`invalid input syntax: "${secret}"`, '22P02', 'rating_check', {
        cause: Object.assign(new Error(`duplicate key (${secret})`), {
          name: 'error',
          detail: `Key (email)=(${secret})`,
        }),
      });
      const failed = new Error(`Failed query: insert into rating values ($1)\nparams: ${secret}`, {
        cause: database,
      });
      const told = JSON.stringify(describeError(failed));
      expect(told).not.toContain(secret);
      expect(describeError(failed)).toMatchObject({
        type: 'Error',
        cause: { type: 'DatabaseError', code: '22P02', constraint: 'rating_check' },
      });
      expect(describeError(failed).at[0]).toContain('describe-error.test.ts');
    }),
  );
});

it('ends where causes go round', () => {
  const error = new Error('round');
  error.cause = error;
  expect(JSON.stringify(describeError(error)).length).toBeLessThan(20_000);
});
