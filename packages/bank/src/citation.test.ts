import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { citationFault } from './citation.ts';

const source = { id: 'a', title: 'A title', authors: 'Somebody', year: 2023 };

describe('citationFault', () => {
  it.each([
    [{ url: 'https://arxiv.org/abs/2305.14314' }],
    [{ doi: '10.1037/apl0000994' }],
    [{ number: '45 CFR 164.514' }],
    [{ url: 'https://eur-lex.europa.eu/eli/reg/2016/679/oj' }],
    [{ url: 'https://arxiv.org/abs/1406.2661', year: 2014 }],
  ])('accepts %j', (fields) => {
    expect(citationFault({ ...source, ...fields })).toBeUndefined();
  });

  it.each([
    [{}, 'nothing says where'],
    [{ url: 'https://example.org/' }, 'a site and not a document'],
    [{ url: 'https://doi.org/10.1000/x' }, 'in the field "doi"'],
    [{ url: 'https://arxiv.org/pdf/2305.14314' }, 'not of the form'],
    [{ url: 'https://arxiv.org/abs/2313.14314' }, 'the month 13'],
    [{ url: 'https://arxiv.org/abs/2300.14314' }, 'the month 00'],
    [{ url: 'https://arxiv.org/abs/2305.1431' }, '4 digits'],
    [{ url: 'https://arxiv.org/abs/2405.14314' }, 'submitted in 2024, after'],
  ])('refuses %j', (fields, message) => {
    expect(citationFault({ ...source, ...fields })).toContain(message);
  });

  it('accepts every identifier that arXiv can give in the source’s year or before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2008, max: 2030 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(99999),
        (y, m, n) => {
          const serial = String(n).padStart(5, '0');
          const id = `${String(y - 2000).padStart(2, '0')}${String(m).padStart(2, '0')}.${y < 2015 ? serial.slice(1) : serial}`;
          expect(citationFault({ ...source, year: y, url: `https://arxiv.org/abs/${id}` })).toBeUndefined();
        },
      ),
    );
  });
});
