/** One-time links for candidates without an account. A link that was opened is used up; the access it gave lasts an hour. */
import { createHash, randomBytes } from 'node:crypto';
import { and, eq, gt, isNull } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import { conflict, Refusal } from '../errors.ts';
import { requireLead } from '../interview/permissions.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import * as t from '../store/schema.ts';

const LINK_DAYS = 7;
const ACCESS_MINUTES = 60;
const digest = (token: string): string => createHash('sha256').update(token).digest('hex');
const newToken = (): string => randomBytes(24).toString('base64url');

/** @throws Refusal 404, 409 */
export async function issueDataLink({ store }: Context, actor: Actor, candidateId: string) {
  requireLead(actor);
  const token = newToken();
  const issuedAt = store.clock();
  const expiresAt = new Date(issuedAt.getTime() + LINK_DAYS * 86_400_000);
  await store.as(actor.id, async (tables) => {
    const candidate = await findCandidate(tables, candidateId);
    if (candidate.erasedAt) throw conflict('erased', 'This candidate is erased already.');
    await tables
      .insert(t.dataLink)
      .values({ tokenHash: digest(token), candidateId, issuedBy: actor.id, issuedAt, expiresAt });
    await appendAudit(store, tables, {
      action: 'data-link.issued',
      subject: `candidate/${candidateId}`,
      openingId: candidate.openingId,
      candidateId,
    });
  });
  return { path: `/my-data/${token}`, expiresAt: expiresAt.toISOString() };
}

/** Uses the link up. @throws Refusal 404 where there is none, it is past its date or was used */
export async function openDataLink({ store }: Context, token: string) {
  const access = newToken();
  const now = store.clock();
  const until = new Date(now.getTime() + ACCESS_MINUTES * 60_000);
  const opened = await store.asKeeper((tables) =>
    tables
      .update(t.dataLink)
      .set({ accessHash: digest(access), accessUntil: until })
      .where(
        and(
          eq(t.dataLink.tokenHash, digest(token)),
          gt(t.dataLink.expiresAt, now),
          isNull(t.dataLink.accessHash),
        ),
      )
      .returning({ id: t.dataLink.candidateId }),
  );
  if (opened.length === 0)
    throw new Refusal(404, 'no-link', 'This link was used, or is past its date. Ask for a new one.');
  return { access, until: until.toISOString() };
}

/** Whose data an access opens. @throws Refusal 404 */
export async function candidateByAccess({ store }: Context, access: string): Promise<string> {
  const [link] = await store.asKeeper((tables) =>
    tables
      .select({ id: t.dataLink.candidateId })
      .from(t.dataLink)
      .where(and(eq(t.dataLink.accessHash, digest(access)), gt(t.dataLink.accessUntil, store.clock()))),
  );
  if (!link) throw new Refusal(404, 'no-access', 'This access has ended. Ask for a new link.');
  return link.id;
}
