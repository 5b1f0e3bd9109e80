import type { z } from '@hono/zod-openapi';
import { desc, eq } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { AuditEntry } from '../contract/decision.ts';
import { Refusal } from '../errors.ts';
import { requireTeam } from '../interview/permissions.ts';
import { findOpening } from '../interview/view-opening.ts';
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
        detail: t.audit.detail,
      })
      .from(t.audit)
      .leftJoin(t.person, eq(t.person.id, t.audit.actorId))
      .where(eq(t.audit.openingId, openingId))
      .orderBy(desc(t.audit.seq))
      .offset(skip)
      .limit(limit + 1);
    const items = rows.slice(0, limit).map(
      ({ at, detail, ...row }): z.infer<typeof AuditEntry> => ({
        ...row,
        at: at.toISOString(),
        detail: JSON.parse(detail) as Record<string, unknown>,
      }),
    );
    return { items, nextCursor: rows.length > limit ? String(skip + limit) : null };
  });
}
