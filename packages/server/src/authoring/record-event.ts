/** Writes what happened to a proposal: in its own thread for the people at work on it, and in the audit log. */
import type { QuestionContent } from '@viva/bank';
import { eq, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import type { ProposalRow } from './view-proposal.ts';

interface EventInput {
  kind: (typeof t.PROPOSAL_EVENTS)[number];
  body: string;
  place?: string | null;
  content?: QuestionContent;
  detail?: Record<string, unknown>;
}

const ACTION: Record<EventInput['kind'], string> = {
  comment: 'question.commented',
  proposed: 'question.proposed',
  recalled: 'question.recalled',
  'changes-requested': 'question.changes-requested',
  rebased: 'question.rebased',
  published: 'question.published',
  withdrawn: 'question.withdrawn',
};

/** Within the transaction of the change, with the proposal locked. */
export async function recordEvent(
  { store }: Pick<Context, 'store'>,
  tables: Tables,
  actor: Actor,
  { id, questionId }: Pick<ProposalRow, 'id' | 'questionId'>,
  { kind, body, place = null, content, detail = {} }: EventInput,
): Promise<void> {
  const [last] = await tables
    .select({ ordinal: sql<number>`coalesce(max(${t.proposalEvent.ordinal}), 0)::int` })
    .from(t.proposalEvent)
    .where(eq(t.proposalEvent.proposalId, id));
  await tables.insert(t.proposalEvent).values({
    id: store.newId(),
    proposalId: id,
    ordinal: (last?.ordinal ?? 0) + 1,
    kind,
    authorId: actor.id,
    body,
    place,
    content: content ?? null,
    at: store.clock(),
  });
  await tables.update(t.proposal).set({ changedAt: store.clock() }).where(eq(t.proposal.id, id));
  await appendAudit(store, tables, {
    action: ACTION[kind],
    subject: `question/${questionId}`,
    detail: { proposal: id, ...(body ? { reason: body } : {}), ...detail },
  });
}
