/** What a verification finds, each fault with the row that it is about. */

export type AuditFaultCode =
  | 'changed'
  | 'missing'
  | 'unlinked'
  | 'misplaced'
  | 'end'
  | 'anchor'
  | 'seal'
  | 'unrecorded'
  | 'version'
  | 'pinned';

export interface AuditFault {
  code: AuditFaultCode;
  /** Sequence number of the row, where the fault is in the chain. */
  seq: number | null;
  /** The row outside the log that the fault is about, e.g. `scorecard/<candidate>/<rater>`; null where it is the log itself. */
  subject: string | null;
  what: string;
}

/** A log that was rewritten from some row on has a fault a row: the first of them say enough. */
const MOST = 1_000;

/** Collects faults; counts all and keeps the first thousand, so that memory stays flat. */
export class Faults {
  readonly kept: AuditFault[] = [];
  count = 0;

  add(code: AuditFaultCode, seq: number | null, what: string, subject: string | null = null): void {
    this.count++;
    if (this.kept.length < MOST) this.kept.push({ code, seq, subject, what });
  }
}
