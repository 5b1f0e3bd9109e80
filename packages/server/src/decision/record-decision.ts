import type { z } from '@hono/zod-openapi';
import { eq } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type { RecordDecision } from '../contract/interview.ts';
import { conflict } from '../errors.ts';
import { requireLead } from '../interview/permissions.ts';
import { findCandidate, viewCandidate } from '../interview/view-candidate.ts';
import { application, place } from '../keys/sealed-columns.ts';
import * as t from '../store/schema.ts';

/** Records what was decided. The latest stands; earlier ones stay on record. */
export async function recordDecision(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  { outcome, reason }: z.output<typeof RecordDecision>,
) {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    const { openingId } = await findCandidate(tables, candidateId);
    const [reveal] = await tables.select().from(t.reveal).where(eq(t.reveal.candidateId, candidateId));
    if (!reveal) throw conflict('sealed', 'Decide when the panel has locked and the ratings are open.');
    const id = store.newId();
    await tables.insert(t.decision).values({
      id,
      openingId,
      candidateId,
      outcome,
      reason: await store.vault.seal(application(candidateId), place('decision', 'reason', id), reason),
      decidedBy: actor.id,
      decidedAt: store.clock(),
    });
    await appendAudit(store, tables, {
      action: 'decision.recorded',
      subject: `candidate/${candidateId}`,
      openingId,
      candidateId,
      detail: { outcome },
      secret: { reason },
    });
    return viewCandidate(store.vault, tables, candidateId, actor);
  });
}
