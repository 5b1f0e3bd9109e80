/** Reads the audit log from its first row to its last and recomputes every hash, in constant memory. */
import { hash as digest } from 'node:crypto';
import { ERASED, isErased } from '../keys/vault.ts';
import type { RunQuery } from '../store/driver.ts';
import type { Anchor } from './anchors.ts';
import type { Faults } from './faults.ts';

/** A row of the log that a record elsewhere must answer to. */
export interface Recorded {
  seq: number;
  action: string;
  subject: string;
  actorId: string;
  candidateId: string;
  detail: Record<string, unknown>;
}

export interface ChainOptions {
  run: RunQuery;
  faults: Faults;
  anchors?: readonly Anchor[];
  /** Actions whose rows go to `onRecorded`, a batch at a time. */
  actions?: ReadonlySet<string>;
  /** Subjects that were erased: what an entry from before the database was sealed said of them is gone. */
  erased?: ReadonlySet<string>;
  onRecorded?: (rows: Recorded[]) => Promise<void>;
  onProgress?: ((rows: number) => void) | undefined;
}

export interface Chain {
  rows: number;
  /** Sequence number and hash of the last row; 0 and zeros where the log is empty. */
  seq: number;
  head: string;
  /** Entries whose text was erased with the person that it spoke of. */
  erasedRows: number;
}

export const GENESIS = '0'.repeat(64);
const BATCH = 8_000;
const FIELDS = 11;
const UNIT = '\x1f';
const RECORD = '\x1e';

/** Its own text for a time costs the database half of what `to_char` does. */
const SETTINGS = "SET LOCAL DateStyle = 'ISO, YMD'";
const COLUMNS = `seq::text, (at AT TIME ZONE 'UTC')::text, coalesce(actor_id::text, '-'), action, subject,
  coalesce(opening_id::text, '-'), coalesce(candidate_id::text, '-'), CASE WHEN sealed THEN 't' ELSE 'f' END, detail, prev_hash, hash`;

/**
 * One text for a whole batch: a row an object costs several times what its hash costs. Where a field holds a
 * separator, which nothing of ours writes, the batch is read again field by field.
 */
async function readBatch(run: RunQuery, after: number): Promise<string[][]> {
  const { rows } = await run(
    `SELECT count(*)::int, string_agg(line, E'\\x1e' ORDER BY seq) FROM (
       SELECT seq, concat_ws(E'\\x1f', ${COLUMNS}) AS line FROM viva.audit WHERE seq > $1 ORDER BY seq LIMIT ${BATCH}) batch`,
    [after],
  );
  const [count, text] = rows[0] as [number, string | null];
  if (text === null) return [];
  const lines = text.split(RECORD).map((line) => line.split(UNIT));
  if (lines.length === count && lines.every(({ length }) => length === FIELDS)) return lines;
  const plain = await run(`SELECT ${COLUMNS} FROM viva.audit WHERE seq > $1 ORDER BY seq LIMIT ${BATCH}`, [
    after,
  ]);
  return plain.rows as string[][];
}

/** The time as it was hashed; undefined where it is finer than that, which the hash would not cover. */
function hashedTime(at: string): string | undefined {
  const [moment = '', fraction = ''] = at.split('.');
  return fraction.length > 3 ? undefined : `${moment.replace(' ', 'T')}.${fraction.padEnd(3, '0')}Z`;
}

function parseDetail(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(isErased(text) ? text.slice(ERASED.length) : text);
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  } catch {
    // Only a changed row has no JSON there, and its hash says so.
    return {};
  }
}

/**
 * Finds changed, missing, inserted, reordered and unlinked rows, a cut-off end, and anchors that the log no longer
 * contains. Run it in one snapshot: the log grows meanwhile.
 */
export async function verifyChain({
  run,
  faults,
  anchors = [],
  actions = new Set(),
  erased = new Set(),
  onRecorded = async () => undefined,
  onProgress,
}: ChainOptions): Promise<Chain> {
  const bySeq = new Map<number, Anchor[]>();
  const byHash = new Map<string, Anchor>();
  for (const anchor of anchors)
    if (anchor.seq === null) byHash.set(anchor.hash, anchor);
    else bySeq.set(anchor.seq, [...(bySeq.get(anchor.seq) ?? []), anchor]);
  // The empty log is a prefix of every log.
  byHash.delete(GENESIS);
  await run(SETTINGS);
  const [total, first] = (await run('SELECT count(*)::int, coalesce(min(seq), 1)::int FROM viva.audit'))
    .rows[0] as [number, number];

  let rows = 0;
  let last = Math.min(0, first - 1);
  let previous = GENESIS;
  let sound = 0;
  let erasedRows = 0;
  const check = (fields: string[]): void => {
    const seq = Number(fields[0]);
    const [prev = '', hash = ''] = [fields[9], fields[10]];
    const at = hashedTime(fields[1] ?? '');
    if (seq < 1) faults.add('misplaced', seq, 'stands before the first row of the log');
    else if (seq > last + 1)
      faults.add(
        'missing',
        last + 1,
        seq === last + 2 ? `row ${last + 1} is missing` : `rows ${last + 1} to ${seq - 1} are missing`,
      );
    else if (seq <= last) faults.add('misplaced', seq, 'stands in the log twice');
    else if (prev !== previous) faults.add('unlinked', seq, 'does not follow from the row before it');
    fields[1] = at ?? '';
    const computed = digest('sha256', fields.slice(0, 10).join(UNIT), 'hex');
    // Its hash cannot be made again, and still ties the rows before and after it.
    if (isErased(fields[8] ?? '') && erased.has(`application/${fields[6]}`)) erasedRows++;
    else if (computed !== hash || at === undefined || fields.some((field) => field.includes(UNIT)))
      faults.add('changed', seq, 'was changed after it was written');
    for (const anchor of bySeq.get(seq) ?? [])
      if (anchor.hash === hash) sound = seq;
      else
        faults.add(
          'anchor',
          seq,
          `is not what the anchor${anchor.at ? ` of ${anchor.at}` : ''} says (${anchor.hash}): the log was rewritten after row ${sound}, here or before`,
        );
    if (byHash.delete(hash)) sound = seq;
    last = seq;
    previous = hash;
    rows++;
  };

  let batch = await readBatch(run, last);
  while (batch.length > 0) {
    // The next batch is read while this one is hashed.
    const next = readBatch(run, Number(batch.at(-1)?.[0]));
    const recorded: Recorded[] = [];
    for (const fields of batch) {
      check(fields);
      if (actions.has(fields[3] ?? ''))
        recorded.push({
          seq: Number(fields[0]),
          action: fields[3] ?? '',
          subject: fields[4] ?? '',
          actorId: fields[2] ?? '',
          candidateId: fields[6] ?? '',
          detail: parseDetail(fields[8] ?? ''),
        });
    }
    batch = await next;
    if (recorded.length > 0) await onRecorded(recorded);
    onProgress?.(rows);
  }

  if (rows !== total)
    faults.add(
      'misplaced',
      null,
      `the log holds ${total} rows, of which ${rows} stand in a place of their own`,
    );
  const [seq, hash] = (await run('SELECT seq::text, hash FROM viva.audit_head')).rows[0] ?? ['none', ''];
  if (Number(seq) !== last || hash !== previous)
    faults.add('end', last + 1, `the log should end at row ${seq} and ends at row ${last}`);
  for (const [at, list] of bySeq)
    for (const anchor of list)
      if (at > last)
        faults.add(
          'anchor',
          at,
          `the log ends at row ${last}; an anchor${anchor.at ? ` of ${anchor.at}` : ''} proves that it held ${at} rows: its end was cut off`,
        );
      else if (at === 0 && anchor.hash !== GENESIS)
        faults.add('anchor', 0, 'an anchor for the empty log has another hash than the empty log');
  for (const anchor of byHash.values())
    faults.add(
      'anchor',
      null,
      `no row has the hash ${anchor.hash}: the log was rewritten, or its end cut off`,
    );
  return { rows, seq: last, head: previous, erasedRows };
}
