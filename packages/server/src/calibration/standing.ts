/** Who has passed a calibration that is still valid. */
import { and, eq, gt, sql } from 'drizzle-orm';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

/** Person → the latest expiry of a passed attempt. Row-level security leaves people who do not lead only themselves. */
export async function standings(tables: Tables, family: string, now: Date): Promise<Map<string, Date>> {
  const rows = await tables
    .select({
      personId: t.calibrationAttempt.personId,
      until: sql<string>`max(${t.calibrationAttempt.expiresAt})`,
    })
    .from(t.calibrationAttempt)
    .where(
      and(
        eq(t.calibrationAttempt.family, family),
        eq(t.calibrationAttempt.passed, true),
        gt(t.calibrationAttempt.expiresAt, now),
      ),
    )
    .groupBy(t.calibrationAttempt.personId);
  return new Map(rows.map(({ personId, until }) => [personId, new Date(until)]));
}
