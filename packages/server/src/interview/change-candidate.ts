/** Adding, correcting, withdrawing a candidate; closing a panel for a stated reason. */

import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type { AddCandidate, UpdateCandidate } from '../contract/interview.ts';
import { MOST_CANDIDATES } from '../contract/limits.ts';
import { conflict } from '../errors.ts';
import { application, place } from '../keys/sealed-columns.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { holdLimit } from './hold-limit.ts';
import { requireLead } from './permissions.ts';
import { findCandidate, viewCandidate } from './view-candidate.ts';
import { findOpening, lockOpening } from './view-opening.ts';

/** Keeps submissions, reveal and withdrawal of one candidate in turn, until the transaction ends. */
export const lockCandidate = (tables: Tables, id: string) =>
  tables.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`candidate/${id}`}, 0))`);

export async function addCandidate(
  { store }: Context,
  actor: Actor,
  openingId: string,
  { name, email }: z.output<typeof AddCandidate>,
) {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    await lockOpening(tables, openingId);
    const opening = await findOpening(tables, openingId);
    if (opening.status === 'closed')
      throw conflict('closed', 'The opening is closed: no candidate can be added.');
    await holdLimit(tables, {
      table: t.candidate,
      where: eq(t.candidate.openingId, openingId),
      most: MOST_CANDIDATES,
      code: 'too-many-candidates',
      detail: `An opening holds at most ${MOST_CANDIDATES} candidates, whom its decision ranks together. Make another opening for more.`,
    });
    const id = store.newId();
    await tables
      .insert(t.candidate)
      .values({ id, openingId, name, email: email ?? null, createdAt: store.clock() });
    // Now rather than with the first save of an interview.
    await store.vault.prepare(application(id));
    await appendAudit(store, tables, {
      action: 'candidate.added',
      subject: `candidate/${id}`,
      openingId,
      candidateId: id,
    });
    return viewCandidate(store.vault, tables, id, actor);
  });
}

export async function updateCandidate(
  { store }: Context,
  actor: Actor,
  id: string,
  change: z.output<typeof UpdateCandidate>,
) {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    const row = await findCandidate(tables, id);
    const { name = row.name, email = row.email } = change;
    await tables.update(t.candidate).set({ name, email }).where(eq(t.candidate.id, id));
    await appendAudit(store, tables, {
      action: 'candidate.corrected',
      subject: `candidate/${id}`,
      openingId: row.openingId,
      candidateId: id,
      detail: { fields: Object.keys(change) },
    });
    return viewCandidate(store.vault, tables, id, actor);
  });
}

export async function withdrawCandidate({ store }: Context, actor: Actor, id: string, reason: string) {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    await lockCandidate(tables, id);
    const row = await findCandidate(tables, id);
    if (row.withdrawnAt) throw conflict('withdrawn', 'The candidate is withdrawn already.');
    await tables
      .update(t.candidate)
      .set({
        withdrawnAt: store.clock(),
        withdrawnReason: await store.vault.seal(
          application(id),
          place('candidate', 'withdrawn_reason', id),
          reason,
        ),
      })
      .where(eq(t.candidate.id, id));
    await appendAudit(store, tables, {
      action: 'candidate.withdrawn',
      subject: `candidate/${id}`,
      openingId: row.openingId,
      candidateId: id,
      secret: { reason },
    });
    return viewCandidate(store.vault, tables, id, actor);
  });
}

/** Reveals with the ratings there are. Whoever has not submitted by then no longer can. */
export async function closePanel({ store }: Context, actor: Actor, id: string, reason: string) {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    await lockCandidate(tables, id);
    const before = await viewCandidate(store.vault, tables, id, actor);
    if (before.revealed) throw conflict('revealed', 'The candidate is revealed already.');
    const opening = await findOpening(tables, before.openingId);
    if (opening.status === 'draft')
      throw conflict('not-open', 'The opening is still a draft: there is no panel to close.');
    const sealed = await store.vault.seal(application(id), place('reveal', 'reason', id), reason);
    await tables.execute(
      sql`SELECT viva.close_panel(${id}::uuid, ${sealed}, ${store.clock().toISOString()}::timestamptz)`,
    );
    await appendAudit(store, tables, {
      action: 'panel.closed',
      subject: `candidate/${id}`,
      openingId: before.openingId,
      candidateId: id,
      secret: { reason },
      detail: {
        locked: before.locks.filter(({ locked }) => locked).length,
        seats: before.locks.length,
      },
    });
    return viewCandidate(store.vault, tables, id, actor);
  });
}
