import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvCell } from './export-ratings.ts';

/** What a reader of RFC 4180 makes of one cell. */
const read = (cell: string): string =>
  cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;

it('survives quoting, and defuses formulas only', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const back = read(csvCell(text));
      expect(back).toBe(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
    }),
  );
});

it('keeps numbers and gaps as they are', () => {
  expect([csvCell(-3), csvCell(null), csvCell('=SUM(A1)'), csvCell('a, "b"\nc')]).toEqual([
    '-3',
    '',
    "'=SUM(A1)",
    '"a, ""b""\nc"',
  ]);
});
