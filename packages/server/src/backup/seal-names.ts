/**
 * Names and addresses of candidates in a backup. The database holds them plain, to search and sort by; a backup holds them
 * sealed with the key of whom they belong to, like every text about a candidate, so that destroying a key erases
 * the person from all backups there are.
 */
import { openKeys } from '../keys/open-keys.ts';
import { isSealed, type Subject } from '../keys/seal.ts';
import { application, personal, place } from '../keys/sealed-columns.ts';
import { createVault, type Vault } from '../keys/vault.ts';
import { pseudonym } from '../privacy/wipe.ts';
import { BackupError } from './backup-error.ts';
import { type Entry, FORMAT_VERSION, PLAIN_VERSION } from './format.ts';
import { readRow, writeRow } from './row-text.ts';

type Row = ReadonlyMap<string, string | null>;

interface Named {
  /** Whose row it is; undefined where it is no candidate's, or erased already. */
  subject(row: Row): Subject | undefined;
  /** What stands instead of each value that no key opens any more. */
  gone: Record<string, (id: string) => string | null>;
}

const idOf = (subject: Subject): string => subject.slice(subject.indexOf('/') + 1);
const noAddress = (id: string): string => `${id}@erased.invalid`;

/** The tables that name candidates. @returns fresh rules, for one pass through a backup */
function namedTables(): Record<string, Named> {
  // Accounts come after the people whom they belong to: tables are in the order of their names, `viva` before `viva_auth`.
  const accounts = new Map<string, Subject>();
  return {
    'viva.candidate': {
      subject: (row) => (row.get('erased_at') ? undefined : application(row.get('id') ?? '')),
      gone: { name: pseudonym, email: () => null },
    },
    'viva.interview_session': {
      subject: (row) => application(row.get('candidate_id') ?? ''),
      gone: { place: () => '' },
    },
    'viva.person': {
      subject: (row) => {
        if (row.get('role') !== 'candidate' || row.get('erased_at')) return undefined;
        const subject = personal(row.get('id') ?? '');
        const account = row.get('user_id');
        if (account) accounts.set(account, subject);
        return subject;
      },
      gone: { name: pseudonym, email: noAddress },
    },
    'viva_auth.account_user': {
      subject: (row) => accounts.get(row.get('id') ?? ''),
      gone: { name: pseudonym, email: noAddress },
    },
  };
}

type Change = (
  value: string,
  subject: Subject,
  column: string,
  row: Row,
  table: string,
) => Promise<string | null>;

/** Changes what names candidates, and passes the rest on as it is. */
async function* changeNames(entries: AsyncIterable<Entry>, change: Change): AsyncGenerator<Entry> {
  const rules = namedTables();
  let table = '';
  let columns: string[] = [];
  for await (const entry of entries) {
    if (entry.kind === 'table') ({ table, columns } = entry.head);
    const rule = entry.kind === 'row' ? rules[table] : undefined;
    if (entry.kind !== 'row' || !rule) {
      yield entry;
      continue;
    }
    const values = readRow(entry.row);
    const row: Row = new Map(columns.map((name, at) => [name, values[at] ?? null]));
    const subject = rule.subject(row);
    if (subject)
      for (const [at, name] of columns.entries()) {
        const value = values[at];
        if (value && name in rule.gone) values[at] = await change(value, subject, name, row, table);
      }
    yield subject ? { kind: 'row', row: writeRow(values) } : entry;
  }
}

const gone = (table: string, column: string, subject: Subject): string | null =>
  namedTables()[table]?.gone[column]?.(idOf(subject)) ?? null;

const whereOf = (table: string, column: string, row: Row) =>
  place(table.slice(table.indexOf('.') + 1), column, row.get('id') ?? '');

/** The manifest, and all entries again with it. */
async function peek(entries: AsyncIterable<Entry>) {
  const reading = entries[Symbol.asyncIterator]();
  const { value: first } = await reading.next();
  if (first?.kind !== 'manifest') throw new BackupError('not-a-backup', 'The backup has no manifest.');
  return { manifest: first.manifest, rest: { [Symbol.asyncIterator]: () => reading } };
}

/** The keys that belong to a backup. @throws BackupError `keys` where they are not there */
async function vaultFor(data: string, keyStore: string, advice: string): Promise<Vault> {
  const keys = openKeys(data);
  const id = await keys.id();
  if (id !== keyStore)
    throw new BackupError(
      'keys',
      `${id ? `The key folder ${keys.folder} belongs to another database` : `There is no key folder at ${keys.folder}`}: ` +
        `names of candidates are sealed in backups with the keys of this one (${keyStore}). ${advice}`,
    );
  return createVault(keys);
}

/**
 * The entries of a database with candidates' names sealed. One that is bound to no key folder yet is passed on as it is.
 * @param data the folder that holds the keys, unless the settings name another
 * @throws BackupError `keys`; KeyError
 */
export async function* sealNames(entries: AsyncIterable<Entry>, data: string): AsyncGenerator<Entry> {
  const { manifest, rest } = await peek(entries);
  if (manifest.keyStore === null) {
    yield { kind: 'manifest', manifest };
    yield* rest;
    return;
  }
  const vault = await vaultFor(data, manifest.keyStore, 'Name its folder with VIVA_KEYS, or with --data.');
  yield { kind: 'manifest', manifest: { ...manifest, version: FORMAT_VERSION } };
  yield* changeNames(rest, async (value, subject, column, row, table) => {
    // Erased while the backup was being read.
    if ((await vault.store.ledger()).has(subject)) return gone(table, column, subject);
    return vault.seal(subject, whereOf(table, column, row), value);
  });
}

/**
 * The entries of a backup with candidates' names as they were; of whom the key is gone, a pseudonym.
 * @throws BackupError `keys`; `damaged` where a name is not what was sealed
 */
export async function* openNames(entries: AsyncIterable<Entry>, data: string): AsyncGenerator<Entry> {
  const { manifest, rest } = await peek(entries);
  if (manifest.version === PLAIN_VERSION || manifest.keyStore === null) {
    yield { kind: 'manifest', manifest };
    yield* rest;
    return;
  }
  const vault = await vaultFor(
    data,
    manifest.keyStore,
    'Put the copy of its key folder there, or name it with VIVA_KEYS, and restore again.',
  );
  yield { kind: 'manifest', manifest };
  yield* changeNames(rest, async (value, subject, column, row, table) => {
    if (!isSealed(value)) return value;
    if ((await vault.store.ledger()).has(subject) || !(await vault.store.find(subject)))
      return gone(table, column, subject);
    try {
      return await vault.open(subject, whereOf(table, column, row), value);
    } catch (cause) {
      throw new BackupError('damaged', `The ${column} of ${subject} in the backup cannot be opened.`, {
        cause,
      });
    }
  });
}
