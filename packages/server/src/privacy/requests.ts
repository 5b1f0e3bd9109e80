/** What candidates ask for, and what leads answer. */
import type { z } from '@hono/zod-openapi';
import { and, asc, eq, gt, or } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type * as contract from '../contract/privacy.ts';
import { conflict, notFound, Refusal } from '../errors.ts';
import { readCursor, toPage } from '../interview/paging.ts';
import { requireLead } from '../interview/permissions.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import { application, place } from '../keys/sealed-columns.ts';
import * as t from '../store/schema.ts';
import type { Store, Tables } from '../store/store.ts';
import { eraseCandidate } from './erase.ts';
import { sweepErased } from './wipe.ts';

type Request = z.infer<typeof contract.PrivacyRequest>;

/** An open request of each kind is enough: asking again would only bury it. */
const MOST_OPEN = 5;

async function insert(
  store: Store,
  tables: Tables,
  candidateId: string,
  { kind, body, confirmed }: z.output<typeof contract.AskPrivacy>,
): Promise<void> {
  if (kind === 'erasure' && !confirmed)
    throw new Refusal(422, 'not-confirmed', 'Erasure cannot be undone: confirm that you ask for it.', {
      errors: [{ field: '/confirmed', message: 'confirm that erasure cannot be undone' }],
    });
  if (kind === 'correction' && body === '')
    throw new Refusal(422, 'nothing-asked', 'Say what should be corrected.', {
      errors: [{ field: '/body', message: 'say what is wrong, and what is right' }],
    });
  const [candidate] = await tables
    .select({ openingId: t.candidate.openingId })
    .from(t.candidate)
    .where(eq(t.candidate.id, candidateId));
  if (!candidate) throw notFound('application');
  const open = await tables
    .select({ kind: t.privacyRequest.kind })
    .from(t.privacyRequest)
    .where(and(eq(t.privacyRequest.candidateId, candidateId), eq(t.privacyRequest.status, 'open')));
  if (open.length >= MOST_OPEN || (kind === 'erasure' && open.some((row) => row.kind === 'erasure')))
    throw conflict('asked-already', 'This was asked for already, and is not answered yet.');
  const id = store.newId();
  const { openingId } = candidate;
  await tables.insert(t.privacyRequest).values({
    id,
    kind,
    candidateId,
    openingId,
    status: 'open',
    body: await store.vault.seal(application(candidateId), place('privacy_request', 'body', id), body),
    askedAt: store.clock(),
  });
  await appendAudit(store, tables, {
    action: `${kind}.asked`,
    subject: `candidate/${candidateId}`,
    openingId,
    candidateId,
  });
}

/** By the candidate's own account. @throws Refusal 404, 409, 422 */
export async function askPrivacy(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  ask: z.output<typeof contract.AskPrivacy>,
): Promise<void> {
  await store.as(actor.id, async (tables) => {
    const candidate = await findCandidate(tables, candidateId);
    if (candidate.personId !== actor.id) throw notFound('application');
    await insert(store, tables, candidateId, ask);
  });
}

/** By the access of a link. */
export const askPrivacyAs = (
  { store }: Context,
  candidateId: string,
  ask: z.output<typeof contract.AskPrivacy>,
): Promise<void> => store.asKeeper((tables) => insert(store, tables, candidateId, ask));

async function toRequests(
  store: Store,
  rows: { request: typeof t.privacyRequest.$inferSelect; name: string; title: string }[],
): Promise<Request[]> {
  const keys = await store.vault.load(rows.map(({ request }) => application(request.candidateId)));
  return rows.map(({ request, name, title }) => {
    const open = (column: string, text: string): string =>
      keys.open(application(request.candidateId), place('privacy_request', column, request.id), text);
    return {
      id: request.id,
      kind: request.kind,
      candidateId: request.candidateId,
      candidateName: name,
      openingId: request.openingId,
      openingTitle: title,
      status: request.status,
      body: open('body', request.body),
      answer: request.answer === null ? null : open('answer', request.answer),
      askedAt: request.askedAt.toISOString(),
      decidedAt: request.decidedAt?.toISOString() ?? null,
    };
  });
}

const select = (tables: Tables) =>
  tables
    .select({ request: t.privacyRequest, name: t.candidate.name, title: t.opening.title })
    .from(t.privacyRequest)
    .innerJoin(t.candidate, eq(t.candidate.id, t.privacyRequest.candidateId))
    .innerJoin(t.opening, eq(t.opening.id, t.privacyRequest.openingId));

/** Oldest first: the one that has waited longest is the one to answer. */
export async function listPrivacyRequests(
  { store }: Context,
  actor: Actor,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: Request[]; nextCursor: string | null }> {
  requireLead(actor);
  const r = t.privacyRequest;
  const after = readCursor(cursor);
  const rows = await store.as(actor.id, (tables) =>
    select(tables)
      .where(
        after
          ? or(gt(r.askedAt, new Date(after[0])), and(eq(r.askedAt, new Date(after[0])), gt(r.id, after[1])))
          : undefined,
      )
      .orderBy(asc(r.askedAt), asc(r.id))
      .limit(limit + 1),
  );
  const { items, nextCursor } = toPage(rows, limit, ({ request }) => [
    request.askedAt.toISOString(),
    request.id,
  ]);
  return { items: await toRequests(store, items), nextCursor };
}

/**
 * Carries out a correction, or refuses either kind; both with an answer for the candidate, both on record. An erasure is
 * carried out by `eraseByLead`.
 * @throws Refusal 404, 409
 */
export async function decidePrivacyRequest(
  { store }: Context,
  actor: Actor,
  id: string,
  { outcome, answer, name, email }: z.output<typeof contract.DecidePrivacy>,
): Promise<Request> {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    const [row] = await select(tables).where(eq(t.privacyRequest.id, id));
    if (!row) throw notFound('request');
    const { request } = row;
    if (request.status !== 'open') throw conflict('answered', 'This request is answered already.');
    if (request.kind === 'erasure' && outcome === 'done')
      throw conflict(
        'erase-instead',
        'Carry out an erasure on the candidate’s page, with the name typed once more.',
      );
    const decidedAt = store.clock();
    const { candidateId, openingId } = request;
    if (outcome === 'done' && (name || email))
      await tables
        .update(t.candidate)
        .set({ ...(name ? { name } : {}), ...(email ? { email } : {}) })
        .where(eq(t.candidate.id, candidateId));
    const sealed = await store.vault.seal(
      application(candidateId),
      place('privacy_request', 'answer', id),
      answer,
    );
    await tables
      .update(t.privacyRequest)
      .set({ status: outcome, answer: sealed, decidedAt, decidedBy: actor.id })
      .where(eq(t.privacyRequest.id, id));
    await appendAudit(store, tables, {
      action: `${request.kind}.${outcome}`,
      subject: `candidate/${candidateId}`,
      openingId,
      candidateId,
      detail: { fields: [...(name ? ['name'] : []), ...(email ? ['email'] : [])] },
      secret: { reason: answer },
    });
    const [next] = await select(tables).where(eq(t.privacyRequest.id, id));
    const [view] = await toRequests(store, next ? [next] : []);
    if (!view) throw notFound('request');
    return view;
  });
}

/** The second step of an erasure: the name typed once more, and why. @throws Refusal 404, 409, 422 */
export async function eraseByLead(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  { confirm, reason }: z.output<typeof contract.EraseCandidate>,
): Promise<{ erased: string[] }> {
  requireLead(actor);
  await store.as(actor.id, async (tables) => {
    const candidate = await findCandidate(tables, candidateId);
    if (candidate.erasedAt) throw conflict('erased', 'This candidate is erased already.');
    if (candidate.name.trim() !== confirm.trim())
      throw new Refusal(
        422,
        'not-confirmed',
        'Type the candidate’s name exactly: erasure cannot be undone.',
        {
          errors: [{ field: '/confirm', message: 'this is not the candidate’s name' }],
        },
      );
    await appendAudit(store, tables, {
      action: 'erasure.confirmed',
      subject: `candidate/${candidateId}`,
      openingId: candidate.openingId,
      candidateId,
      secret: { reason },
    });
  });
  const { subjects } = await eraseCandidate(store, candidateId, { cause: 'asked', actorId: actor.id });
  await sweepErased(store);
  return { erased: subjects };
}

/** A legal hold, as a lead sees it. */
export async function viewHold({ store }: Context, actor: Actor, candidateId: string) {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    await findCandidate(tables, candidateId);
    const [hold] = await tables.select().from(t.legalHold).where(eq(t.legalHold.candidateId, candidateId));
    return {
      held: hold !== undefined,
      reason: hold
        ? await store.vault.open(
            application(candidateId),
            place('legal_hold', 'reason', candidateId),
            hold.reason,
          )
        : null,
      since: hold?.setAt.toISOString() ?? null,
    };
  });
}

/** Sets a hold (a reason), or lifts it (null). */
export async function changeHold(context: Context, actor: Actor, candidateId: string, reason: string | null) {
  requireLead(actor);
  const { store } = context;
  await store.as(actor.id, async (tables) => {
    const candidate = await findCandidate(tables, candidateId);
    if (candidate.erasedAt) throw conflict('erased', 'This candidate is erased already.');
    await tables.delete(t.legalHold).where(eq(t.legalHold.candidateId, candidateId));
    if (reason !== null)
      await tables.insert(t.legalHold).values({
        candidateId,
        reason: await store.vault.seal(
          application(candidateId),
          place('legal_hold', 'reason', candidateId),
          reason,
        ),
        setBy: actor.id,
        setAt: store.clock(),
      });
    await appendAudit(store, tables, {
      action: reason === null ? 'hold.lifted' : 'hold.set',
      subject: `candidate/${candidateId}`,
      openingId: candidate.openingId,
      candidateId,
      ...(reason === null ? {} : { secret: { reason } }),
    });
  });
  return viewHold(context, actor, candidateId);
}
