import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCursor, toPage } from './paging.ts';

const id = '6f1c2b1e-58a4-4a36-9a0f-0d1c3c8e4a11';

it('reads back the cursors that it gives out', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }), (date) => {
      const rows = [date, date].map((at) => ({ at }));
      const { items, nextCursor } = toPage(rows, 1, ({ at }) => [at.toISOString(), id]);
      expect(items).toHaveLength(1);
      expect(readCursor(nextCursor ?? undefined)).toEqual([date.toISOString(), id]);
    }),
  );
});

it('ends with no cursor', () => {
  expect(toPage([1, 2], 2, () => ['', ''])).toEqual({ items: [1, 2], nextCursor: null });
});

it('refuses every other text by name', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      expect(() => readCursor(text)).toThrow(expect.objectContaining({ code: 'bad-cursor', status: 400 }));
    }),
  );
});
