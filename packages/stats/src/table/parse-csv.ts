/** Reads ratings from CSV as a stream: text or bytes in any chunks, RFC 4180 quotes, a byte order mark, CRLF or LF. */
import { RatingsFormatError } from '../errors.ts';
import { RatingsBuilder, type RatingsTable } from './ratings-table.ts';

/** Names that a header may have for each column, best first; case, spaces, hyphens and underscores do not matter. */
export const COLUMN_NAMES = {
  person: [
    'person',
    'candidate',
    'examinee',
    'student',
    'subject',
    '候选人',
    '考生',
    '应聘者',
    'candidateid',
    'personid',
  ],
  rater: ['rater', 'interviewer', 'judge', 'marker', '评分者', '评分人', '面试官', '评委', 'raterid'],
  item: [
    'item',
    'criterion',
    'question',
    'task',
    'trait',
    '题目',
    '问题',
    '维度',
    '标准',
    'itemid',
    'questionid',
  ],
  score: ['score', 'rating', 'mark', '分数', '得分', '评分'],
  group: ['group', '组', '群体', '组别'],
} as const;

export type ColumnRole = keyof typeof COLUMN_NAMES;

export interface CsvOptions {
  /** Header names given explicitly; the rest is found by name. */
  columns?: Partial<Record<ColumnRole, string>>;
  /** Default: the first of comma, semicolon and tab that the header holds outside quotes. */
  delimiter?: string;
  /** What stands for a missing score besides nothing; default NA, NaN, null, - and . */
  missing?: readonly string[];
  /** Bad rows: `throw` at the first (default), or `skip` them and list the first hundred. */
  badRows?: 'throw' | 'skip';
  /** Called every 64 KiB or so; bytes of chunks of text count as characters. */
  onProgress?: (progress: { bytes: number; rows: number }) => void;
  signal?: AbortSignal;
}

export interface CsvResult {
  table: RatingsTable;
  /** The header's names that were used. */
  columns: Record<Exclude<ColumnRole, 'group' | 'item'>, string> & {
    item: string | null;
    group: string | null;
  };
  rows: number;
  skipped: number;
  errors: RatingsFormatError[];
}

/** Splits text into records of fields, whatever the chunks; knows the line that each record starts on. */
export class Records {
  private readonly fields: string[] = [];
  private field = '';
  private quoted = false;
  private afterQuote = false;
  private sawReturn = false;
  private started = false;
  private line = 1;
  private recordLine = 1;
  private readonly delimiter: string;
  private readonly emit: (fields: readonly string[], line: number) => void;

  constructor(delimiter: string, emit: (fields: readonly string[], line: number) => void) {
    this.delimiter = delimiter;
    this.emit = emit;
  }

  push(text: string): void {
    let at = 0;
    while (at < text.length) {
      const char = text[at] as string;
      if (this.sawReturn) {
        this.sawReturn = false;
        if (char === '\n') {
          at++;
          continue;
        }
      }
      if (this.quoted) {
        const end = text.indexOf('"', at);
        const part = end === -1 ? text.slice(at) : text.slice(at, end);
        for (let n = 0; n < part.length; n++) if (part.charCodeAt(n) === 10) this.line++;
        this.field += part;
        if (end === -1) return;
        this.quoted = false;
        this.afterQuote = true;
        at = end + 1;
        continue;
      }
      if (char === '"') {
        if (this.afterQuote) {
          // A doubled quote inside a quoted field.
          this.field += '"';
          this.quoted = true;
          this.afterQuote = false;
        } else if (this.field === '') this.quoted = true;
        else this.field += '"';
        this.started = true;
        at++;
        continue;
      }
      this.afterQuote = false;
      if (char === '\n' || char === '\r') {
        this.sawReturn = char === '\r';
        this.endRecord();
        this.line++;
        this.recordLine = this.line;
        at++;
        continue;
      }
      if (char === this.delimiter) {
        this.fields.push(this.field);
        this.field = '';
        this.started = true;
        at++;
        continue;
      }
      // Everything up to the next character that means something, at once.
      let end = at + 1;
      while (end < text.length) {
        const next = text[end] as string;
        if (next === this.delimiter || next === '\n' || next === '\r' || next === '"') break;
        end++;
      }
      this.field += text.slice(at, end);
      this.started = true;
      at = end;
    }
  }

  private endRecord(): void {
    if (!this.started && this.field === '' && this.fields.length === 0) return;
    this.fields.push(this.field);
    this.emit(this.fields, this.recordLine);
    this.fields.length = 0;
    this.field = '';
    this.started = false;
  }

  /** @throws RatingsFormatError when the text ends within quotes */
  end(): void {
    if (this.quoted)
      throw new RatingsFormatError(
        'open-quote',
        `The text ends inside a quoted field that began in the row on line ${this.recordLine}: a closing " is missing.`,
        { line: this.recordLine },
      );
    this.endRecord();
  }
}

export function guessDelimiter(text: string): string {
  const end = text.search(/[\r\n]/);
  const header = (end === -1 ? text : text.slice(0, end)).replace(/"[^"]*"/g, '');
  return [',', ';', '\t'].find((candidate) => header.includes(candidate)) ?? ',';
}

const plain = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '');

function findColumns(header: readonly string[], wanted: CsvOptions['columns'] = {}) {
  const names = header.map(plain);
  const find = (role: ColumnRole, needed: boolean): number => {
    const given = wanted[role];
    if (given !== undefined) {
      const exact = header.findIndex((name) => name.trim() === given);
      const at = exact === -1 ? names.indexOf(plain(given)) : exact;
      if (at === -1)
        throw new RatingsFormatError(
          'no-column',
          `There is no column “${given}” for the ${role}; the header has: ${header.join(', ')}.`,
          { line: 1, column: given },
        );
      return at;
    }
    for (const candidate of COLUMN_NAMES[role]) {
      const at = names.indexOf(candidate);
      if (at !== -1) return at;
    }
    if (needed)
      throw new RatingsFormatError(
        'no-column',
        `No column for the ${role} was found: the header has ${header.join(', ')}. Name it ${COLUMN_NAMES[role].slice(0, 3).join(', ')}, or say which column it is.`,
        { line: 1, column: role },
      );
    return -1;
  };
  return {
    person: find('person', true),
    rater: find('rater', true),
    item: find('item', false),
    score: find('score', true),
    group: find('group', false),
  };
}

/** Without a column for items, all ratings count as of this one. */
const ONLY_ITEM = 'score';

/**
 * Ratings from CSV text, read as it comes: memory holds the compact table and one chunk. An empty score is a missing
 * rating. Errors name the row (from 1, the header not counted), the line of the file and the column.
 * @throws RatingsFormatError `empty`, `no-column`, `short-row`, `bad-score`, `empty-name`, `open-quote`
 */
export async function parseRatingsCsv(
  chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  options: CsvOptions = {},
): Promise<CsvResult> {
  const { badRows = 'throw', onProgress, signal } = options;
  const missing = new Set(
    (options.missing ?? ['NA', 'NaN', 'null', '-', '.']).map((word) => word.toLowerCase()),
  );
  const builder = new RatingsBuilder();
  const errors: RatingsFormatError[] = [];
  let columns: ReturnType<typeof findColumns> | null = null;
  let header: string[] = [];
  let rows = 0;
  let skipped = 0;

  const refuse = (error: RatingsFormatError): void => {
    if (badRows === 'throw') throw error;
    skipped++;
    if (errors.length < 100) errors.push(error);
  };
  const read = (fields: readonly string[], line: number): void => {
    if (columns === null) {
      header = [...fields];
      columns = findColumns(header, options.columns);
      return;
    }
    rows++;
    const where = { row: rows, line };
    const at = (index: number): string => (index === -1 ? '' : (fields[index] ?? '').trim());
    const least = Math.max(columns.person, columns.rater, columns.item, columns.score);
    if (fields.length <= least) {
      refuse(
        new RatingsFormatError(
          'short-row',
          `Row ${rows} (line ${line}) has ${fields.length} fields, but the column “${header[least]}” is number ${least + 1}.`,
          { ...where, column: header[least] ?? null },
        ),
      );
      return;
    }
    for (const role of ['person', 'rater', 'item'] as const)
      if (columns[role] !== -1 && at(columns[role]) === '') {
        refuse(
          new RatingsFormatError(
            'empty-name',
            `Row ${rows} (line ${line}): the ${role} in column “${header[columns[role]]}” is empty.`,
            {
              ...where,
              column: header[columns[role]] ?? null,
            },
          ),
        );
        return;
      }
    const text = at(columns.score);
    const absent = text === '' || missing.has(text.toLowerCase());
    const score = absent ? null : Number(text);
    if (score !== null && !Number.isFinite(score)) {
      refuse(
        new RatingsFormatError(
          'bad-score',
          `Row ${rows} (line ${line}): the score “${text}” in column “${header[columns.score]}” is not a number.`,
          { ...where, column: header[columns.score] ?? null },
        ),
      );
      return;
    }
    builder.add({
      person: at(columns.person),
      rater: at(columns.rater),
      item: columns.item === -1 ? ONLY_ITEM : at(columns.item),
      score,
      group: at(columns.group) || null,
    });
  };

  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let records: Records | null = null;
  let bytes = 0;
  let reported = 0;
  let head = '';
  /** The header is held back until it is whole: it says how fields are parted. */
  const push = (text: string, last = false): void => {
    if (records !== null) {
      records.push(text);
      return;
    }
    head += text;
    if (!last && !/[\r\n]/.test(head)) return;
    if (head.charCodeAt(0) === 0xfeff) head = head.slice(1);
    records = new Records(options.delimiter ?? guessDelimiter(head), read);
    records.push(head);
  };
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    bytes += chunk.length;
    push(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
    if (onProgress && bytes - reported >= 65_536) {
      reported = bytes;
      onProgress({ bytes, rows });
    }
  }
  push(decoder.decode(), true);
  (records as Records | null)?.end();
  onProgress?.({ bytes, rows });
  const found = columns as ReturnType<typeof findColumns> | null;
  if (found === null)
    throw new RatingsFormatError(
      'empty',
      'The text is empty: a header with person, rater, item and score is needed.',
      {
        line: 1,
      },
    );
  const name = (index: number): string => header[index] as string;
  return {
    table: builder.build(),
    columns: {
      person: name(found.person),
      rater: name(found.rater),
      item: found.item === -1 ? null : name(found.item),
      score: name(found.score),
      group: found.group === -1 ? null : name(found.group),
    },
    rows,
    skipped,
    errors,
  };
}

/** A table as CSV text, line by line, for writing simulated ratings to a file. */
export function* ratingsToCsv(table: RatingsTable): Generator<string> {
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const groups = table.groups.length > 0;
  yield `person,rater,item,score${groups ? ',group' : ''}\r\n`;
  for (let row = 0; row < table.size; row++) {
    const p = table.person[row] as number;
    const g = table.personGroup[p] as number;
    const parts = [
      cell(table.persons[p] as string),
      cell(table.raters[table.rater[row] as number] as string),
      cell(table.items[table.item[row] as number] as string),
      String(table.score[row]),
    ];
    if (groups) parts.push(g === -1 ? '' : cell(table.groups[g] as string));
    yield `${parts.join(',')}\r\n`;
  }
}
