/** Questions as tables, one row a question, a source or a claim: what CSV files and workbooks hold. */
import type { QuestionContent } from '../content.ts';
import { type ClaimCheck, LOCALES, type Locale, type Localised, type QuestionText } from '../types.ts';
import { ExchangeError } from './exchange-error.ts';

export interface Table {
  name: 'questions' | 'sources' | 'claims';
  /** The first row holds the names of the columns. */
  rows: string[][];
}

const META = [
  'id',
  'area',
  'kind',
  'competency',
  'difficulty',
  'minutes',
  'tags',
  'lab',
  'lab params',
] as const;
const TEXT = [
  'title',
  'prompt',
  'answer',
  'anchor 1',
  'anchor 2',
  'anchor 3',
  'anchor 4',
  'anchor 5',
  'probes',
  'mistakes',
  'fair',
  'parallel',
] as const;
const SOURCE = ['question', 'id', 'title', 'authors', 'year', 'venue', 'url', 'doi', 'number'] as const;
const CLAIM = [
  'question',
  'id',
  'zh-CN',
  'en',
  'source',
  'at',
  'check lab',
  'check params',
  'check vary',
  'check seeds',
  'check assert',
] as const;

/** Columns that tables of an earlier time do not have. */
const LATER: ReadonlySet<string> = new Set(['check vary']);

/** Items of a list are single lines in the bank. */
const lines = (items: readonly string[]): string => items.join('\n');
const unlines = (cell: string): string[] =>
  cell
    .split(/\r\n|\r|\n/)
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** One table each for questions, sources and claims. Nothing of a question is left out. */
export function toTables(questions: readonly QuestionContent[]): Table[] {
  const textRow = ({ title, prompt, answer, anchors, probes, mistakes, fair, parallel }: QuestionText) => [
    title,
    prompt,
    answer,
    ...anchors,
    lines(probes),
    lines(mistakes),
    lines(fair),
    parallel ?? '',
  ];
  return [
    {
      name: 'questions',
      rows: [
        [...META, ...LOCALES.flatMap((locale) => TEXT.map((column) => `${column} (${locale})`))],
        ...questions.map(({ id, area, kind, competency, difficulty, minutes, tags, lab, text }) => [
          id,
          area,
          kind,
          competency,
          String(difficulty),
          String(minutes),
          tags.join(' '),
          lab?.id ?? '',
          lab ? JSON.stringify(lab.params) : '',
          ...LOCALES.flatMap((locale) => textRow(text[locale])),
        ]),
      ],
    },
    {
      name: 'sources',
      rows: [
        [...SOURCE],
        ...questions.flatMap(({ id: question, sources }) =>
          sources.map(({ id, title, authors, year, venue, url, doi, number }) => [
            question,
            id,
            title,
            authors,
            String(year),
            venue ?? '',
            url ?? '',
            doi ?? '',
            number ?? '',
          ]),
        ),
      ],
    },
    {
      name: 'claims',
      rows: [
        [...CLAIM],
        ...questions.flatMap(({ id: question, claims }) =>
          claims.map(({ id, text, source, at, check }) => [
            question,
            id,
            text['zh-CN'],
            text.en,
            source ?? '',
            at ?? '',
            check?.lab ?? '',
            check ? JSON.stringify(check.params) : '',
            check?.vary ? JSON.stringify(check.vary) : '',
            check ? check.seeds.join(' ') : '',
            check ? lines(check.assert) : '',
          ]),
        ),
      ],
    },
  ];
}

/** A row by the names of its columns, with where each cell is, as a spreadsheet names it. */
interface Row {
  cell(column: string): string;
  optional(column: string): string | undefined;
  json(column: string): Record<string, unknown>;
  number(column: string): number;
  place(column: string): string;
}

/** A, B, … Z, AA, … */
export function columnName(index: number): string {
  let name = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  return name;
}

function rowsOf({ rows }: Table, wanted: readonly string[], file: string): Row[] {
  const [head = [], ...body] = rows;
  const columns = new Map<string, number>();
  for (const [index, name] of head.entries()) {
    const plain = name.trim();
    if (plain === '') continue;
    if (columns.has(plain))
      throw new ExchangeError(
        'bad-table',
        file,
        `the column "${plain}" stands twice`,
        `${columnName(index)}1`,
      );
    if (!wanted.includes(plain))
      throw new ExchangeError(
        'bad-table',
        file,
        `unknown column "${plain}"; the columns are: ${wanted.join(', ')}`,
        `${columnName(index)}1`,
      );
    columns.set(plain, index);
  }
  const missing = wanted.filter((name) => !columns.has(name) && !LATER.has(name));
  if (missing.length > 0)
    throw new ExchangeError('bad-table', file, `columns are missing: ${missing.join(', ')}`, 'row 1');
  return body.flatMap((cells, at): Row[] => {
    if (cells.every((cell) => cell.trim() === '')) return [];
    const cell = (column: string) => cells[columns.get(column) ?? -1] ?? '';
    const place = (column: string) => `${columnName(columns.get(column) ?? 0)}${at + 2}`;
    return [
      {
        cell,
        place,
        optional: (column) => (cell(column) === '' ? undefined : cell(column)),
        number: (column) => {
          const value = Number(cell(column));
          if (cell(column).trim() === '' || !Number.isFinite(value))
            throw new ExchangeError(
              'bad-table',
              file,
              `"${cell(column).slice(0, 40)}" under "${column}" is not a number`,
              place(column),
            );
          return value;
        },
        json: (column) => {
          try {
            const value: unknown = JSON.parse(cell(column) || '{}');
            if (value !== null && typeof value === 'object' && !Array.isArray(value))
              return value as Record<string, unknown>;
          } catch {
            // Said below, as for a value of another kind.
          }
          throw new ExchangeError(
            'bad-table',
            file,
            `"${column}" holds a JSON object such as {"steps": 100}`,
            place(column),
          );
        },
      },
    ];
  });
}

const given = <T extends object, K extends string>(key: K, value: T | string | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [key in K]?: string };

/** What a row of the table of questions says by itself. Sources and claims are undefined where there was no such table. */
export interface TableQuestion {
  place: string;
  content: Omit<QuestionContent, 'sources' | 'claims'> & Partial<Pick<QuestionContent, 'sources' | 'claims'>>;
}

/**
 * Reads tables back.
 * @throws ExchangeError naming the cell
 */
export function fromTables(
  tables: readonly Table[],
  fileOf: (name: Table['name']) => string,
): TableQuestion[] {
  const table = (name: Table['name']) => tables.find((one) => one.name === name);
  const questions = table('questions');
  if (!questions) throw new ExchangeError('bad-table', fileOf('questions'), 'there is no table of questions');
  const wanted = [...META, ...LOCALES.flatMap((locale) => TEXT.map((column) => `${column} (${locale})`))];
  const textOf = (row: Row, locale: Locale): QuestionText => {
    const cell = (column: (typeof TEXT)[number]) => row.cell(`${column} (${locale})`);
    const parallel = cell('parallel');
    return {
      title: cell('title'),
      prompt: cell('prompt'),
      answer: cell('answer'),
      anchors: [cell('anchor 1'), cell('anchor 2'), cell('anchor 3'), cell('anchor 4'), cell('anchor 5')],
      probes: unlines(cell('probes')),
      mistakes: unlines(cell('mistakes')),
      fair: unlines(cell('fair')),
      ...(parallel === '' ? {} : { parallel }),
    };
  };
  const read: TableQuestion[] = [];
  const seen = new Map<string, string>();
  for (const row of rowsOf(questions, wanted, fileOf('questions'))) {
    const id = row.cell('id').trim();
    const place = row.place('id');
    if (id === '') throw new ExchangeError('bad-table', fileOf('questions'), 'the id is missing', place);
    const other = seen.get(id);
    if (other)
      throw new ExchangeError(
        'bad-table',
        fileOf('questions'),
        `the id "${id}" stands at ${other} already`,
        place,
      );
    seen.set(id, place);
    const text: Localised<QuestionText> = { 'zh-CN': textOf(row, 'zh-CN'), en: textOf(row, 'en') };
    read.push({
      place,
      content: {
        id,
        area: row.cell('area').trim(),
        kind: row.cell('kind').trim() as QuestionContent['kind'],
        competency: row.cell('competency').trim(),
        difficulty: row.number('difficulty') as QuestionContent['difficulty'],
        minutes: row.number('minutes'),
        tags: row.cell('tags').split(/\s+/).filter(Boolean),
        ...(row.cell('lab') === ''
          ? {}
          : { lab: { id: row.cell('lab').trim(), params: row.json('lab params') } }),
        text,
      },
    });
  }
  const owner = (row: Row, name: 'sources' | 'claims'): TableQuestion => {
    const found = read.find(({ content }) => content.id === row.cell('question').trim());
    if (found) return found;
    throw new ExchangeError(
      'bad-table',
      fileOf(name),
      `there is no question "${row.cell('question')}" in the table of questions`,
      row.place('question'),
    );
  };
  const sources = table('sources');
  if (sources) {
    for (const { content } of read) content.sources = [];
    for (const row of rowsOf(sources, SOURCE, fileOf('sources')))
      owner(row, 'sources').content.sources?.push({
        id: row.cell('id').trim(),
        title: row.cell('title'),
        authors: row.cell('authors'),
        year: row.number('year'),
        ...given('venue', row.optional('venue')),
        ...given('url', row.optional('url')),
        ...given('doi', row.optional('doi')),
        ...given('number', row.optional('number')),
      });
  }
  const claims = table('claims');
  if (claims) {
    for (const { content } of read) content.claims = [];
    for (const row of rowsOf(claims, CLAIM, fileOf('claims')))
      owner(row, 'claims').content.claims?.push({
        id: row.cell('id').trim(),
        text: { 'zh-CN': row.cell('zh-CN'), en: row.cell('en') },
        ...given('source', row.optional('source')),
        ...given('at', row.optional('at')),
        ...(row.cell('check lab') === ''
          ? {}
          : {
              check: {
                lab: row.cell('check lab').trim(),
                params: row.json('check params'),
                ...(row.cell('check vary') === ''
                  ? {}
                  : { vary: row.json('check vary') as NonNullable<ClaimCheck['vary']> }),
                seeds: row.cell('check seeds').split(/\s+/).filter(Boolean).map(Number),
                assert: unlines(row.cell('check assert')),
              },
            }),
      });
  }
  return read;
}
