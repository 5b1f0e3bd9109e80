/** Verifies everything that the audit log vouches for, in one snapshot and in constant memory. */
import type { Driver } from '../store/driver.ts';
import type { Anchor } from './anchors.ts';
import { type AuditFault, Faults } from './faults.ts';
import { verifyChain } from './verify-chain.ts';
import { findUnrecorded, RECORDING, verifyContents, verifyRecorded, verifySeals } from './verify-records.ts';

export interface AuditVerdict {
  /** Rows of the log. */
  rows: number;
  /** Keep it elsewhere: a later log that does not contain it was rewritten. */
  head: string;
  /** Applications and persons that were erased, and entries of the log whose text went with them. */
  erased: number;
  erasedRows: number;
  scorecards: number;
  /** Published versions and pinned questions whose content was hashed. */
  contents: number;
  anchors: number;
  /** The first thousand faults. */
  faults: AuditFault[];
  /** How many there are. */
  faultCount: number;
}

export interface VerifyOptions {
  /** Heads that were noted earlier, outside the database. */
  anchors?: readonly Anchor[];
  onProgress?: (rows: number) => void;
}

/**
 * Finds changed, missing, inserted and reordered rows, a cut-off end, ratings that differ from their seal, records that
 * the log does not know, and content that is not what its hash says. What was cut off or rewritten together with the
 * head in the database is found by an anchor alone.
 */
export async function verifyAudit(
  driver: Driver,
  { anchors = [], onProgress }: VerifyOptions = {},
): Promise<AuditVerdict> {
  const faults = new Faults();
  return driver.transaction(async (run) => {
    await run('SET LOCAL ROLE viva_auditor');
    const erased = new Set(
      (await run('SELECT subject FROM viva.erasure')).rows.map(([subject]) => String(subject)),
    );
    const { rows, head, erasedRows } = await verifyChain({
      run,
      faults,
      anchors,
      actions: RECORDING,
      erased,
      onRecorded: (recorded) => verifyRecorded(run, faults, recorded),
      onProgress,
    });
    const scorecards = await verifySeals(run, faults);
    await findUnrecorded(run, faults);
    const contents = await verifyContents(run, faults);
    return {
      rows,
      head,
      erased: erased.size,
      erasedRows,
      scorecards,
      contents,
      anchors: anchors.length,
      faults: faults.kept,
      faultCount: faults.count,
    };
  }, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
}
