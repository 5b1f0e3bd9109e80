import fc from 'fast-check';
import { parseSigned, serializeSigned } from 'hono/utils/cookie';
import { expect, it } from 'vitest';
import { readSigned } from './sign-in.ts';

const NAME = 'viva.session_token';
const SECRET = 'a secret of the tests, and long enough';
const text = fc.string({ minLength: 1, maxLength: 60 });
const pair = (header: string): string => header.split(';')[0] ?? '';

it('reads what Hono signs', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      const cookie = pair(await serializeSigned(NAME, value, SECRET));
      expect(readSigned(`other=1; ${cookie}`, SECRET, NAME)).toBe(value);
    }),
  );
});

it('refuses another secret, another name, and any change', async () => {
  const cookie = pair(await serializeSigned(NAME, 'a-token', SECRET));
  expect(readSigned(cookie, `${SECRET}!`, NAME)).toBeUndefined();
  expect(readSigned(cookie, SECRET, 'viva.other')).toBeUndefined();
  for (let at = NAME.length + 1; at < cookie.length; at++) {
    const changed = `${cookie.slice(0, at)}${cookie[at] === 'x' ? 'y' : 'x'}${cookie.slice(at + 1)}`;
    expect([changed, readSigned(changed, SECRET, NAME)]).toEqual([changed, undefined]);
  }
});

it('agrees with Hono on any text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 120 }), async (value) => {
      const cookie = `${NAME}=${encodeURIComponent(value)}`;
      const { [NAME]: theirs } = await parseSigned(cookie, SECRET, NAME);
      expect(readSigned(cookie, SECRET, NAME)).toBe(theirs === false ? undefined : theirs);
    }),
  );
});
