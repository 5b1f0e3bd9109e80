import type { z } from '@hono/zod-openapi';
import { desc, eq } from 'drizzle-orm';
import { readDetail } from '../audit/read-detail.ts';
import type { Actor, Context } from '../context.ts';
import type { AuditEntry } from '../contract/decision.ts';
import { Refusal } from '../errors.ts';
import { requireTeam } from '../interview/permissions.ts';
import { findOpening } from '../interview/view-opening.ts';
import { application } from '../keys/sealed-columns.ts';
import * as t from '../store/schema.ts';

interface AuditQuery {
  limit: number;
  cursor?: string | undefined;
}

/**
 * What happened in an opening, newest first. Sequence numbers and hashes stay out of it: a gap between two numbers
 * would tell that something sealed had happened in between. The cursor says how far one has read of what one may see.
 */
export async function listAudit(
  { store }: Context,
  actor: Actor,
  openingId: string,
  { limit, cursor }: AuditQuery,
) {
  requireTeam(actor);
  const skip = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isSafeInteger(skip) || skip < 0)
    throw new Refusal(400, 'bad-cursor', 'The cursor is not one that this list gave out.', {
      errors: [{ field: 'query/cursor', message: 'use the nextCursor of the page before, or none' }],
    });
  return store.as(actor.id, async (tables) => {
    await findOpening(tables, openingId);
    const rows = await tables
      .select({
        at: t.audit.at,
        actor: t.person.name,
        action: t.audit.action,
        subject: t.audit.subject,
        candidateId: t.audit.candidateId,
        detail: t.audit.detail,
      })
      .from(t.audit)
      .leftJoin(t.person, eq(t.person.id, t.audit.actorId))
      .where(eq(t.audit.openingId, openingId))
      .orderBy(desc(t.audit.seq))
      .offset(skip)
      .limit(limit + 1);
    const keys = await store.vault.load(
      rows.flatMap(({ candidateId }) => (candidateId ? [application(candidateId)] : [])),
    );
    const items = rows.slice(0, limit).map(
      ({ at, detail, candidateId, ...row }): z.infer<typeof AuditEntry> => ({
        ...row,
        at: at.toISOString(),
        detail: readDetail(keys, candidateId, row.subject, detail),
      }),
    );
    return { items, nextCursor: rows.length > limit ? String(skip + limit) : null };
  });
}
