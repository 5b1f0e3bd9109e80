/** What goes out comes in again: every format that is read, over the shipped bank and over generated questions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QuestionContent } from '../content.ts';
import { bank } from '../testing/answers.ts';
import { arbitraryQuestion } from '../testing/arbitrary-question.ts';
import { readCsv, writeCsv } from './csv.ts';
import { exportBank } from './export-bank.ts';
import { questionFiles, readFolder } from './folder.ts';
import { previewImport } from './import-bank.ts';
import { fromDuration, toDuration } from './qti/names.ts';
import { readPackage } from './qti/read-package.ts';
import { writePackage } from './qti/write-package.ts';
import { fromTables, type Table, toTables } from './tables.ts';
import { readWorkbook, writeWorkbook } from './workbook.ts';
import { readZip, writeZip } from './zip.ts';

const runs = { numRuns: 60 };
/** JSON in and out: undefined members and -0 are not told apart by any file. */
const plain = (question: QuestionContent): unknown => JSON.parse(JSON.stringify(question));

describe('the shipped bank', () => {
  it.each(['qti', 'folder', 'xlsx', 'csv'] as const)(
    'comes back from %s as it was, without a finding',
    async (format) => {
      const { bytes, questions } = exportBank(bank, { format });
      const preview = await previewImport(bytes, 'x', bank);
      expect(preview).toMatchObject({ format, findings: [] });
      expect(preview.questions.length).toBe(questions);
      expect(questions).toBe(bank.questions.size);
      for (const { question, change, fields } of preview.questions) {
        expect({ change, fields }, question.id).toEqual({ change: 'same', fields: [] });
        expect(question.hash, question.id).toBe(bank.questions.get(question.id)?.hash);
      }
    },
  );

  it('keeps the kits in QTI', async () => {
    const { kits } = await previewImport(exportBank(bank, { format: 'qti' }).bytes, 'x', bank);
    const own = [...bank.kits.values()].map(({ hash, competencies, ...kit }) => ({
      ...kit,
      competencies: competencies.map(({ text, ...one }) => one),
    }));
    expect(kits).toEqual(own);
  });

  it('goes out by kit, area and question, and says what there is not', () => {
    const [kit] = bank.kits.values();
    expect(exportBank(bank, { format: 'csv', kit: kit!.id }).questions).toBe(kit!.items.length);
    expect(exportBank(bank, { format: 'qti', questions: ['lora'] })).toMatchObject({
      name: 'viva-lora-qti3.zip',
      questions: 1,
    });
    expect(() => exportBank(bank, { format: 'qti', area: 'nowhere' })).toThrow(/no area nowhere.*agents/);
    expect(() => exportBank(bank, { format: 'qti', kit: 'none' })).toThrow(/no kit none/);
    expect(() => exportBank(bank, { format: 'qti', questions: ['none'] })).toThrow(/no question none/);
  });
});

describe('generated questions', () => {
  it('QTI loses nothing', () =>
    fc.assert(
      fc.property(arbitraryQuestion, (question) => {
        const zip = writeZip(writePackage({ questions: [question] }));
        const { questions, findings } = readPackage(readZip(zip, 'x'));
        expect(findings).toEqual([]);
        expect(questions.map(({ content }) => plain(content as QuestionContent))).toEqual([plain(question)]);
      }),
      runs,
    ));

  it('the folder loses nothing', () =>
    fc.assert(
      fc.property(arbitraryQuestion, (question) => {
        const { questions, findings } = readFolder(questionFiles(question));
        expect(findings).toEqual([]);
        expect(questions.map(({ content }) => plain(content as QuestionContent))).toEqual([plain(question)]);
      }),
      runs,
    ));

  it('tables, CSV and workbook lose nothing', () =>
    fc.assert(
      fc.property(arbitraryQuestion, (question) => {
        const tables = toTables([question]);
        const csv = tables.map(
          ({ name, rows }): Table => ({
            name,
            rows: readCsv(new TextEncoder().encode(writeCsv(rows)), name),
          }),
        );
        const sheets = readWorkbook(writeWorkbook(tables), 'x') as Table[];
        for (const read of [csv, sheets])
          expect(fromTables(read, String).map(({ content }) => plain(content as QuestionContent))).toEqual([
            plain(question),
          ]);
      }),
      runs,
    ));
});

it('CSV gives back any table, and no cell begins as a formula', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.array(
          fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
          { minLength: 2, maxLength: 4 },
        ),
        { minLength: 1, maxLength: 5 },
      ),
      (rows) => {
        const text = writeCsv(rows.map((row) => row.map((cell) => cell.toWellFormed())));
        expect(readCsv(new TextEncoder().encode(text), 'x')).toEqual(
          rows.map((row) => row.map((cell) => cell.toWellFormed())),
        );
      },
    ),
  ));
it('marks what a spreadsheet would run', () => {
  expect(writeCsv([['=HYPERLINK("x")', '+1', '-1', '@a', "'b", 'c']])).toBe(
    '\ufeff"\'=HYPERLINK(""x"")",\'+1,\'-1,\'@a,\'\'b,c\r\n',
  );
});
it.each([';', '\t'])('reads CSV with %j between cells', (mark) => {
  expect(readCsv(new TextEncoder().encode(`a${mark}"b${mark}c"\n1${mark}2`), 'x')).toEqual([
    ['a', `b${mark}c`],
    ['1', '2'],
  ]);
});

it('ZIP gives back any files', () =>
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,5})?$/), fc.uint8Array({ maxLength: 300 })),
      (files) => {
        const entries = Object.entries(files);
        fc.pre(new Set(entries.map(([name]) => name)).size === entries.length);
        expect([...readZip(writeZip(entries), 'x')].map(([name, bytes]) => [name, [...bytes]])).toEqual(
          entries.map(([name, bytes]) => [name, [...bytes]]),
        );
      },
    ),
  ));

it('durations keep any number of minutes', () => {
  expect(toDuration(14)).toBe('PT14M');
  expect(toDuration(7.5)).toBe('PT7M30S');
  expect(fromDuration('PT1H2M3S')).toBeCloseTo(62.05);
  expect(fromDuration('P1D')).toBeUndefined();
  fc.assert(
    fc.property(fc.double({ min: 3, max: 60, noNaN: true }), (minutes) => {
      expect(fromDuration(toDuration(minutes))).toBe(minutes);
    }),
  );
});
