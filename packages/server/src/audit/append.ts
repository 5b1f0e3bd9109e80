/** Appends to the audit log, in the transaction of the change that it records. */
import { sql } from 'drizzle-orm';
import { application, place } from '../keys/sealed-columns.ts';
import type { Store, Tables } from '../store/store.ts';

export interface AuditRecord {
  action: string;
  /** What was changed, e.g. `candidate/6f1c…`. */
  subject: string;
  openingId?: string | null;
  candidateId?: string | null;
  /** Hidden from everybody but the actor until the candidate is revealed. */
  sealed?: boolean;
  /** Never anything that tells who a candidate is, or what was said: the log cannot be changed. */
  detail?: Record<string, unknown>;
  /** Texts for the log that are sealed with the candidate's key, and gone when it is destroyed. */
  secret?: Record<string, string>;
}

/** The member of a stored detail that holds sealed texts. */
export const SECRET = 'secret';

/** Where the sealed texts of one entry stand: entries have no identifier before they are written. */
export const secretPlace = (subject: string, ref: string) => place('audit', 'detail', subject, ref);

export async function appendAudit(
  { clock, newId, vault }: Pick<Store, 'clock' | 'newId' | 'vault'>,
  tables: Tables,
  { action, subject, openingId = null, candidateId = null, sealed = false, detail = {}, secret }: AuditRecord,
): Promise<void> {
  let stored = detail;
  if (secret && candidateId) {
    const ref = newId();
    const text = await vault.seal(
      application(candidateId),
      secretPlace(subject, ref),
      JSON.stringify(secret),
    );
    stored = { ...detail, [SECRET]: { ref, text } };
  }
  await tables.execute(
    sql`SELECT viva.audit_append(${clock().toISOString()}::timestamptz, ${action}, ${subject}, ${openingId}::uuid, ${candidateId}::uuid, ${sealed}::boolean, ${JSON.stringify(stored)})`,
  );
}
