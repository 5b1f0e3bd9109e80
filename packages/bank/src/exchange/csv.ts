/** CSV by RFC 4180, with a byte order mark so that Excel reads it as UTF-8. */
import { ExchangeError } from './exchange-error.ts';
import { utf8 } from './zip.ts';

/** Many times a large bank. */
const MOST_ROWS = 50_000;
const MOST_COLUMNS = 200;

/**
 * What a spreadsheet would take for a formula gets an apostrophe before it, as OWASP advises, and so does what begins
 * with one already: reading takes exactly one away.
 */
const RISKY = /^[=+\-@\t\r']/;

export function writeCsv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => {
    const safe = RISKY.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/**
 * Reads CSV, with commas or, as some Excels write it, semicolons or tabs.
 * @throws ExchangeError naming the line
 */
export function readCsv(bytes: Uint8Array, file: string): string[][] {
  // The decoder has taken the byte order mark away.
  const text = utf8(bytes, file);
  const [head = ''] = text.split(/[\r\n]/, 1);
  const count = (mark: string) => head.split(mark).length;
  const separator = [',', ';', '\t'].sort((a, b) => count(b) - count(a))[0] ?? ',';
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  let started = false;
  let line = 1;
  let opened = 1;
  const fail = (message: string, at = line): never => {
    throw new ExchangeError('bad-table', file, message, `line ${at}`);
  };
  const endCell = () => {
    row.push(RISKY.test(cell.slice(1)) && cell.startsWith("'") ? cell.slice(1) : cell);
    if (row.length > MOST_COLUMNS) fail(`more than ${MOST_COLUMNS} columns`);
    cell = '';
    started = false;
  };
  const endRow = () => {
    endCell();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    if (rows.length > MOST_ROWS) fail(`more than ${MOST_ROWS} rows`);
    row = [];
  };
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? '';
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[index + 1] === '"') {
        cell += '"';
        index++;
      } else quoted = false;
      if (char === '\n' || (char === '\r' && text[index + 1] !== '\n')) line++;
    } else if (char === '"' && !started) {
      quoted = true;
      started = true;
      opened = line;
    } else if (char === separator) endCell();
    else if (char === '\n' || char === '\r') {
      if (char === '\r' && text[index + 1] === '\n') index++;
      endRow();
      line++;
    } else {
      if (char === '\0') fail('there is a NUL character; this is no text');
      cell += char;
      started = true;
    }
  }
  if (quoted) fail('a quotation mark is opened here and never closed', opened);
  if (cell !== '' || row.length > 0) endRow();
  return rows;
}
