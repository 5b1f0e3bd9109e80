import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeyError } from './key-error.ts';
import {
  isSealed,
  newKey,
  openText,
  type Place,
  type Subject,
  sealText,
  toDataKey,
  unwrapKey,
  wrapKey,
} from './seal.ts';

const uuid = fc.uuid();
const subject = fc
  .tuple(fc.constantFrom('application', 'person'), uuid)
  .map(([kind, id]) => `${kind}/${id}` as Subject);
const place: fc.Arbitrary<Place> = fc.record({
  table: fc.constantFrom('rating', 'draft', 'note'),
  column: fc.constantFrom('evidence', 'body', 'reason'),
  row: fc.oneof(
    uuid,
    fc.tuple(uuid, uuid).map((parts) => parts.join('/')),
  ),
});
// Whole code points: a lone surrogate is no text that can reach us.
const text = fc.string({ unit: 'binary', maxLength: 300 }).filter((value) => value.isWellFormed());
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toDataKey(bytes));

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof KeyError ? error.code : 'another error';
  }
};

it('opens what it sealed, and never seals the same text to the same bytes', () => {
  fc.assert(
    fc.property(key, subject, place, text, (dataKey, who, where, said) => {
      const sealed = sealText(dataKey, who, where, said);
      expect(isSealed(sealed)).toBe(true);
      expect(openText(dataKey, who, where, sealed)).toBe(said);
      expect(sealText(dataKey, who, where, said)).not.toBe(sealed);
    }),
  );
});

it('opens nowhere else: another subject, table, column or row is found out', () => {
  fc.assert(
    fc.property(key, subject, place, subject, place, text, (dataKey, who, where, other, elsewhere, said) => {
      fc.pre(who !== other || JSON.stringify(where) !== JSON.stringify(elsewhere));
      const sealed = sealText(dataKey, who, where, said);
      expect(codeOf(() => openText(dataKey, other, elsewhere, sealed))).toBe('altered');
    }),
  );
});

it('does not let parts of a place run into each other', () => {
  const dataKey = toDataKey(newKey());
  const sealed = sealText(dataKey, 'person/a', { table: 'chat', column: 'title', row: 'x' }, 'said');
  expect(
    codeOf(() => openText(dataKey, 'person/a', { table: 'chatt', column: 'itle', row: 'x' }, sealed)),
  ).toBe('altered');
});

it('finds every changed character, and every bit of the payload', () => {
  fc.assert(
    fc.property(
      key,
      subject,
      place,
      text,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (dataKey, who, where, said, at, flip) => {
        const sealed = sealText(dataKey, who, where, said);
        const payload = Buffer.from(sealed.slice(15), 'base64url');
        payload[at % payload.length] = (payload[at % payload.length] ?? 0) ^ flip;
        const bent = sealed.slice(0, 15) + payload.toString('base64url');
        expect(codeOf(() => openText(dataKey, who, where, bent))).toBe('altered');
        const place = at % sealed.length;
        const character = sealed[place] === 'A' ? 'B' : 'A';
        expect(
          codeOf(() =>
            openText(dataKey, who, where, sealed.slice(0, place) + character + sealed.slice(place + 1)),
          ),
        ).toMatch(/altered|key-differs/);
        expect(codeOf(() => openText(dataKey, who, where, sealed.slice(0, -1)))).toBe('altered');
      },
    ),
    { numRuns: 300 },
  );
});

it('tells a wrong key from a changed text', () => {
  const where = { table: 'note', column: 'body', row: 'r' };
  const sealed = sealText(toDataKey(newKey()), 'person/a', where, 'said');
  expect(codeOf(() => openText(toDataKey(newKey()), 'person/a', where, sealed))).toBe('key-differs');
});

it('unwraps a data key by its master, store and subject alone', () => {
  fc.assert(
    fc.property(subject, subject, fc.uuid(), (who, other, store) => {
      fc.pre(who !== other);
      const master = createSecretKey(newKey());
      const bytes = newKey();
      const wrapped = wrapKey(master, store, who, bytes);
      expect(unwrapKey(master, store, who, wrapped)).toEqual(bytes);
      expect(unwrapKey(master, store, other, wrapped)).toBeUndefined();
      expect(unwrapKey(master, 'another store', who, wrapped)).toBeUndefined();
      expect(unwrapKey(createSecretKey(newKey()), store, who, wrapped)).toBeUndefined();
    }),
  );
});
