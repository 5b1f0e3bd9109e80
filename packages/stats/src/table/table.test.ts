import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RatingsFormatError } from '../errors.ts';
import { parseRatingsCsv, ratingsToCsv } from './parse-csv.ts';
import { ratingsTable } from './ratings-table.ts';
import { simulateRatings } from './simulate.ts';

const problem = async (text: string, options = {}): Promise<RatingsFormatError> => {
  try {
    await parseRatingsCsv([text], options);
  } catch (error) {
    if (error instanceof RatingsFormatError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('reading CSV', () => {
  it('finds columns by name, in either language, with BOM, CRLF, quotes and gaps', async () => {
    const text =
      '\uFEFFScore,"Candidate",Interviewer,Question,Evidence\r\n4,"Li, Wei",R1,Q1,"said ""yes"",\r\nthen no"\r\n,Mo,R1,Q1,\r\nNA,Mo,R2,Q1,\r\n';
    const { table, columns, rows } = await parseRatingsCsv([text]);
    expect(columns).toEqual({
      person: 'Candidate',
      rater: 'Interviewer',
      item: 'Question',
      score: 'Score',
      group: null,
    });
    expect(rows).toBe(3);
    expect(table.persons).toEqual(['Li, Wei', 'Mo']);
    expect(table).toMatchObject({ size: 1, dropped: { missing: 2, repeated: 0 } });
    const chinese = await parseRatingsCsv(['候选人;面试官;题目;分数;组别\n甲;乙;一;3;A\n']);
    expect(chinese.table).toMatchObject({ persons: ['甲'], raters: ['乙'], items: ['一'], groups: ['A'] });
  });

  it('prefers names to numbers, and takes columns by flag', async () => {
    const text = 'candidate_id,candidate,rater_id,rater,question,score\n7,Mo,1,Ann,Q,3\n';
    expect((await parseRatingsCsv([text])).table.persons).toEqual(['Mo']);
    const byId = await parseRatingsCsv([text], { columns: { person: 'candidate_id' } });
    expect(byId.table.persons).toEqual(['7']);
  });

  it('reads the same whatever the chunks, bytes or text', async () => {
    const { table } = simulateRatings({ persons: 5, raters: 3, items: 2, groups: 2, seed: 2 });
    const text = `\uFEFF${[...ratingsToCsv({ ...table, raters: ['张 "三"', 'b,c', 'd\r\ne'] })].join('')}`;
    const bytes = new TextEncoder().encode(text);
    const whole = (await parseRatingsCsv([text])).table;
    expect(whole.raters).toContain('d\r\ne');
    expect(whole.size).toBe(table.size);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 8 }),
        fc.boolean(),
        async (cuts, asText) => {
          const ends = [...new Set(cuts), bytes.length].sort((a, b) => a - b);
          let from = 0;
          const chunks = ends.map((to) => {
            const part = asText ? text.slice(from, to) : bytes.slice(from, to);
            from = to;
            return part;
          });
          if (asText) chunks.push(text.slice(from));
          expect((await parseRatingsCsv(chunks)).table).toEqual(whole);
        },
      ),
    );
  });

  it('names a bad row, its column and what is wrong', async () => {
    const head = 'person,rater,item,score\na,r,x,1\n';
    expect(await problem(`${head}b,r,x,good\n`)).toMatchObject({
      code: 'bad-score',
      row: 2,
      line: 3,
      column: 'score',
      message: 'Row 2 (line 3): the score “good” in column “score” is not a number.',
    });
    expect(await problem(`${head}b,r\n`)).toMatchObject({ code: 'short-row', row: 2, column: 'score' });
    expect(await problem(`${head},r,x,2\n`)).toMatchObject({ code: 'empty-name', column: 'person' });
    expect(await problem(`${head}"b,r,x,2\n`)).toMatchObject({ code: 'open-quote', line: 3 });
    expect(await problem('a,b,c\n1,2,3\n')).toMatchObject({ code: 'no-column' });
    expect((await problem('a,b,c\n1,2,3\n')).message).toContain('the header has a, b, c');
    expect(await problem('person,rater,score\n', { columns: { item: 'zz' } })).toMatchObject({
      code: 'no-column',
    });
    expect(await problem('')).toMatchObject({ code: 'empty' });
    // A record that spans lines: the row counts records, the line counts lines.
    expect(await problem('person,rater,item,score\n"a\nb",r,x,1\nc,r,x,?\n')).toMatchObject({
      row: 2,
      line: 4,
    });
  });

  it('can skip bad rows and list them', async () => {
    const { table, skipped, errors } = await parseRatingsCsv(['person,rater,score\na,r,1\nb,r,x\nc,r,2\n'], {
      badRows: 'skip',
    });
    expect(table.size).toBe(2);
    expect(skipped).toBe(1);
    expect(errors.map(({ row }) => row)).toEqual([2]);
    expect(table.items).toEqual(['score']);
  });

  it('stops when told to', async () => {
    const control = new AbortController();
    control.abort();
    await expect(parseRatingsCsv(['person,rater,score\n'], { signal: control.signal })).rejects.toThrow();
  });
});

describe('tables', () => {
  it('keep the first of a repeated rating, and count what they drop', () => {
    const table = ratingsTable([
      { person: 'a', rater: 'r', item: 'x', score: 1, group: 'g' },
      { person: 'a', rater: 'r', item: 'x', score: 5, group: 'h' },
      { person: 'a', rater: 's', item: 'x', score: null },
    ]);
    expect([...table.score]).toEqual([1]);
    expect(table.dropped).toEqual({ missing: 1, repeated: 1, groupConflicts: 1 });
    expect(table.groups[table.personGroup[0]!]).toBe('g');
  });

  it('name the row that cannot be used', () => {
    expect(() => ratingsTable([{ person: 'a', rater: '', item: 'x', score: 1 }])).toThrow('Row 1');
    expect(() =>
      ratingsTable([{ person: 'a', rater: 'r', item: 'x', score: Number.POSITIVE_INFINITY }]),
    ).toThrow('finite');
  });
});

describe('simulation', () => {
  it('is the same for the same seed, and follows its truth', () => {
    const one = simulateRatings({ seed: 4 });
    expect(simulateRatings({ seed: 4 })).toEqual(one);
    expect(simulateRatings({ seed: 5 }).table.score).not.toEqual(one.table.score);
    const sum = one.truth.raters.reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(0, 12);
    const { table } = simulateRatings({
      persons: 200,
      raters: 10,
      ratersPerPerson: 3,
      items: 4,
      missing: 0.1,
    });
    expect(table.size + table.dropped.missing).toBe(200 * 3 * 4);
    expect(table.dropped.missing).toBeGreaterThan(150);
    expect(() => simulateRatings({ ratersPerPerson: 9, raters: 2 })).toThrow('exceeds');
    expect(() => simulateRatings({ categories: 1 })).toThrow('at least 2');
  });
});
