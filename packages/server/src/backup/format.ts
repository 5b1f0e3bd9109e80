/**
 * What a backup says, before it is compressed and encrypted: text, a line an entry.
 *
 *     {"format":"viva-backup",…}     the manifest
 *     T{"table":"viva.person",…}     a table begins; its columns, in the order of the rows
 *     R("…",3,)                      a row, as PostgreSQL writes a row: exact for every type, NULL apart from empty text
 *     E{"table":…,"rows":12}         it ends
 *     .{"tables":30,"rows":4711}     the backup ends
 *
 * A line break within a row stands as \n, a backslash as \\. The text is the same whichever database it came from.
 */
import { BackupError } from './backup-error.ts';

export const FORMAT = 'viva-backup';
/** Names of candidates are sealed; in the version before they are plain, as a dump gives them. */
export const FORMAT_VERSION = 2;
export const PLAIN_VERSION = 1;
const VERSIONS: readonly number[] = [PLAIN_VERSION, FORMAT_VERSION];

export interface Manifest {
  format: typeof FORMAT;
  version: typeof PLAIN_VERSION | typeof FORMAT_VERSION;
  /** ISO 8601: when the transaction that reads began. */
  made: string;
  viva: string;
  /** What had been applied, oldest first. */
  migrations: { version: number; name: string; checksum: string }[];
  /** Which key folder belongs to it; null where the database was not bound to one yet. */
  keyStore: string | null;
  /** The audit log's last row. */
  audit: { rows: number; head: string };
}

export interface TableHead {
  /** With its schema: `viva.person`. */
  table: string;
  columns: string[];
}

export type Entry =
  | { kind: 'manifest'; manifest: Manifest }
  | { kind: 'table'; head: TableHead }
  | { kind: 'row'; row: string }
  | { kind: 'end-table'; table: string; rows: number }
  | { kind: 'end'; tables: number; rows: number };

export function writeEntry(entry: Entry): string {
  switch (entry.kind) {
    case 'manifest':
      return `${JSON.stringify(entry.manifest)}\n`;
    case 'table':
      return `T${JSON.stringify(entry.head)}\n`;
    case 'row':
      return `R${entry.row.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}\n`;
    case 'end-table':
      return `E${JSON.stringify({ table: entry.table, rows: entry.rows })}\n`;
    case 'end':
      return `.${JSON.stringify({ tables: entry.tables, rows: entry.rows })}\n`;
  }
}

const UNESCAPED: Record<string, string> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' };

const damaged = (line: number, why: string): BackupError =>
  new BackupError(
    'damaged',
    `The backup is damaged at line ${line} of its content: ${why}. Use another copy.`,
  );

/** @throws BackupError `not-a-backup`, `newer`, `damaged` */
function readEntry(line: string, number: number): Entry {
  try {
    if (number === 1) {
      const manifest = JSON.parse(line) as Manifest;
      if (manifest.format !== FORMAT)
        throw new BackupError(
          'not-a-backup',
          'The file is encrypted, and what is in it is no backup of Viva.',
        );
      if (!VERSIONS.includes(manifest.version))
        throw new BackupError(
          'newer',
          `The backup is of format ${manifest.version}, this Viva reads ${FORMAT_VERSION}. Restore with the newer Viva.`,
        );
      return { kind: 'manifest', manifest };
    }
    const rest = line.slice(1);
    switch (line[0]) {
      case 'T':
        return { kind: 'table', head: JSON.parse(rest) as TableHead };
      case 'R':
        return { kind: 'row', row: rest.replaceAll(/\\[\\nr]/g, (found) => UNESCAPED[found] ?? found) };
      case 'E':
        return { kind: 'end-table', ...(JSON.parse(rest) as { table: string; rows: number }) };
      case '.':
        return { kind: 'end', ...(JSON.parse(rest) as { tables: number; rows: number }) };
    }
  } catch (error) {
    if (error instanceof BackupError) throw error;
    if (number === 1)
      throw new BackupError('not-a-backup', 'The file is encrypted, and what is in it is no backup of Viva.');
  }
  throw damaged(number, 'it is no entry');
}

/**
 * Reads entries from text in pieces of any size, and holds them to their order and their counts.
 * @throws BackupError `not-a-backup`, `newer`; `damaged` where something is missing, out of order or miscounted
 */
export async function* readEntries(pieces: AsyncIterable<string>): AsyncGenerator<Entry> {
  let rest = '';
  let number = 0;
  let table: { name: string; rows: number } | undefined;
  let tables = 0;
  let rows = 0;
  let ended = false;
  const check = (entry: Entry): Entry => {
    if (ended) throw damaged(number, 'something follows the end');
    if ((entry.kind === 'row' || entry.kind === 'end-table') !== (table !== undefined))
      throw damaged(number, 'an entry is out of its place');
    if (entry.kind === 'table') table = { name: entry.head.table, rows: 0 };
    else if (entry.kind === 'row' && table) table.rows++;
    else if (entry.kind === 'end-table' && table) {
      if (entry.table !== table.name || entry.rows !== table.rows)
        throw damaged(number, `${table.name} has ${table.rows} rows and should have ${entry.rows}`);
      tables++;
      rows += table.rows;
      table = undefined;
    } else if (entry.kind === 'end') {
      if (entry.tables !== tables || entry.rows !== rows)
        throw damaged(number, `it has ${tables} tables and should have ${entry.tables}`);
      ended = true;
    }
    return entry;
  };
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield check(readEntry(line, ++number));
  }
  if (number === 0)
    throw new BackupError('not-a-backup', 'The file is encrypted, and there is nothing in it.');
  if (!ended || rest !== '') throw damaged(number, 'it ends too early');
}
