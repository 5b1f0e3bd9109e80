/** Appends to the audit log, in the transaction of the change that it records. */
import { sql } from 'drizzle-orm';
import type { Store, Tables } from '../store/store.ts';

export interface AuditRecord {
  action: string;
  /** What was changed, e.g. `candidate/6f1c…`. */
  subject: string;
  openingId?: string | null;
  candidateId?: string | null;
  /** Hidden from everybody but the actor until the candidate is revealed. */
  sealed?: boolean;
  detail?: Record<string, unknown>;
}

export async function appendAudit(
  { clock }: Pick<Store, 'clock'>,
  tables: Tables,
  { action, subject, openingId = null, candidateId = null, sealed = false, detail = {} }: AuditRecord,
): Promise<void> {
  await tables.execute(
    sql`SELECT viva.audit_append(${clock().toISOString()}::timestamptz, ${action}, ${subject}, ${openingId}::uuid, ${candidateId}::uuid, ${sealed}::boolean, ${JSON.stringify(detail)})`,
  );
}
