/** Recomputes the hash chain of the audit log and the seals of all scorecards. */
import { createHash } from 'node:crypto';
import type { Driver } from '../store/driver.ts';

export interface AuditFault {
  /** Sequence number of the row, where the fault is in the chain. */
  seq: number | null;
  what: string;
}

export interface AuditVerdict {
  rows: number;
  /** Keep it elsewhere: a later log that does not contain it was rewritten. */
  head: string;
  faults: AuditFault[];
}

const BATCH = 5_000;
const SEPARATOR = '\x1f';

/** Reads the log in batches; finds changed, missing and reordered rows, a cut-off end, and ratings that differ from their seal. */
export async function verifyAudit(
  driver: Driver,
  onProgress?: (rows: number) => void,
): Promise<AuditVerdict> {
  const faults: AuditFault[] = [];
  let expected = 1;
  let previous = '0'.repeat(64);
  let rows = 0;
  for (;;) {
    const batch = await driver.transaction(async (run) => {
      await run('SET LOCAL ROLE viva_owner');
      return run(
        `SELECT seq::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), coalesce(actor_id::text, '-'), action, subject,
           coalesce(opening_id::text, '-'), coalesce(candidate_id::text, '-'), CASE WHEN sealed THEN 't' ELSE 'f' END, detail, prev_hash, hash
         FROM viva.audit a WHERE a.seq >= $1 ORDER BY a.seq LIMIT ${BATCH}`,
        [expected],
      );
    });
    for (const row of batch.rows) {
      const fields = row as string[];
      const seq = Number(fields[0]);
      const prev = fields[9] ?? '';
      const hash = fields[10] ?? '';
      if (seq !== expected)
        faults.push({ seq: expected, what: `rows ${expected} to ${seq - 1} are missing` });
      else if (prev !== previous) faults.push({ seq, what: 'does not follow from the row before it' });
      const computed = createHash('sha256').update(fields.slice(0, 10).join(SEPARATOR)).digest('hex');
      if (computed !== hash) faults.push({ seq, what: 'was changed after it was written' });
      expected = seq + 1;
      previous = hash;
      rows++;
    }
    onProgress?.(rows);
    if (batch.rows.length < BATCH) break;
  }
  await driver.transaction(async (run) => {
    await run('SET LOCAL ROLE viva_owner');
    const [seq, hash] = (await run('SELECT seq::text, hash FROM viva.audit_head')).rows[0] ?? [];
    if (Number(seq) !== expected - 1 || hash !== previous)
      faults.push({
        seq: expected,
        what: `the log should end at row ${seq} and ends at row ${expected - 1}`,
      });
    const broken = await run(
      'SELECT subject, what FROM viva.broken_seals() UNION ALL SELECT subject, what FROM viva.broken_advisory_seals()',
    );
    for (const [subject, what] of broken.rows) faults.push({ seq: null, what: `${subject}: ${what}` });
  });
  return { rows, head: previous, faults };
}
