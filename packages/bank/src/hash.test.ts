import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, contentHash } from './hash.ts';

describe('contentHash', () => {
  it('is the SHA-256 of canonical JSON', async () => {
    expect(canonicalJson({ b: ['x'], a: 1, c: undefined })).toBe('{"a":1,"b":["x"]}');
    // printf '{"a":1,"b":["x"]}' | sha256sum
    expect(await contentHash({ b: ['x'], a: 1 })).toBe(
      'fd5e92badbe24726f55b88132dd5fa1ceec0efd960b3bcd44f527b4bcc84af34',
    );
  });

  it('does not depend on key order or line endings', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(await contentHash(reversed)).toBe(await contentHash(value));
      }),
      { numRuns: 50 },
    );
    expect(await contentHash('a\r\nb')).toBe(await contentHash('a\nb'));
  });

  it('writes what JSON.parse reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const once = canonicalJson(value);
        expect(canonicalJson(JSON.parse(once))).toBe(once);
      }),
    );
  });
});
