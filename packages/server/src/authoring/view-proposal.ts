/** A proposal as the API shows it, and finding and locking one. */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { Proposal, ProposalQuery, ProposalSummary } from '../contract/authoring.ts';
import { MOST_EVENTS } from '../contract/limits.ts';
import { notFound } from '../errors.ts';
import { after, toPage } from '../interview/paging.ts';
import { requireLead } from '../interview/permissions.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { checkProposal } from './check-proposal.ts';
import { currentBank } from './current-bank.ts';
import { mayStep } from './transitions.ts';

export type ProposalRow = typeof t.proposal.$inferSelect;

/** Locks it until the transaction ends. @throws Refusal 404 */
export async function findProposal(tables: Tables, id: string): Promise<ProposalRow> {
  const [row] = await tables.select().from(t.proposal).where(eq(t.proposal.id, id)).for('update');
  if (!row) throw notFound('proposal');
  return row;
}

/** Keeps what becomes of one question in turn, until the transaction ends. */
export const lockQuestion = (tables: Tables, question: string) =>
  tables.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`question/${question}`}, 0))`);

/** Every id that a question has or had. */
export async function takenIds({ bank }: Pick<Context, 'bank'>, tables: Tables): Promise<Set<string>> {
  const rows = await tables.selectDistinct({ id: t.questionVersion.questionId }).from(t.questionVersion);
  return new Set([...bank.questions.keys(), ...rows.map(({ id }) => id)]);
}

const toSummary = (row: ProposalRow, author: string): z.infer<typeof ProposalSummary> => ({
  id: row.id,
  question: row.questionId,
  title: { 'zh-CN': row.content.text['zh-CN'].title, en: row.content.text.en.title },
  state: row.state,
  isNew: row.baseVersion === null,
  author: { id: row.authorId, name: author },
  summary: row.summary,
  createdAt: row.createdAt.toISOString(),
  changedAt: row.changedAt.toISOString(),
});

const LAST_CHANGED = {
  columns: [t.proposal.changedAt, t.proposal.id],
  from: sql`${t.proposal}`,
  id: t.proposal.id,
  descending: true,
};

export async function listProposals(
  { store }: Context,
  actor: Actor,
  { which, question, limit, cursor }: z.output<typeof ProposalQuery>,
): Promise<{ items: z.infer<typeof ProposalSummary>[]; nextCursor: string | null }> {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    const rows = await tables
      .select({ proposal: t.proposal, author: t.person.name })
      .from(t.proposal)
      .innerJoin(t.person, eq(t.person.id, t.proposal.authorId))
      .where(
        and(
          which === 'live'
            ? inArray(t.proposal.state, ['draft', 'proposed', 'changes-requested'])
            : undefined,
          question ? eq(t.proposal.questionId, question) : undefined,
          after(cursor, LAST_CHANGED),
        ),
      )
      .orderBy(desc(t.proposal.changedAt), desc(t.proposal.id))
      .limit(limit + 1);
    const { items, nextCursor } = toPage(rows, limit, ({ proposal }) => [proposal.id]);
    return { items: items.map(({ proposal, author }) => toSummary(proposal, author)), nextCursor };
  });
}

/** The summary of the proposal that somebody is at work on, if any. */
export async function liveProposal(
  tables: Tables,
  question: string,
): Promise<z.infer<typeof ProposalSummary> | null> {
  const [row] = await tables
    .select({ proposal: t.proposal, author: t.person.name })
    .from(t.proposal)
    .innerJoin(t.person, eq(t.person.id, t.proposal.authorId))
    .where(
      and(
        eq(t.proposal.questionId, question),
        inArray(t.proposal.state, ['draft', 'proposed', 'changes-requested']),
      ),
    );
  return row ? toSummary(row.proposal, row.author) : null;
}

const ACTIONS = {
  edit: 'save',
  propose: 'propose',
  recall: 'recall',
  review: 'publish',
  withdraw: 'withdraw',
  comment: 'comment',
  rebase: 'rebase',
} as const;

export async function viewProposal(
  context: Context,
  tables: Tables,
  id: string,
  actor: Actor,
): Promise<z.infer<typeof Proposal>> {
  const [found] = await tables
    .select({ proposal: t.proposal, author: t.person.name, version: t.questionVersion.version })
    .from(t.proposal)
    .innerJoin(t.person, eq(t.person.id, t.proposal.authorId))
    .leftJoin(t.questionVersion, eq(t.questionVersion.proposalId, t.proposal.id))
    .where(eq(t.proposal.id, id));
  if (!found) throw notFound('proposal');
  const { proposal: row, author, version } = found;
  const latest = await tables
    .select({ event: t.proposalEvent, by: t.person.name })
    .from(t.proposalEvent)
    .innerJoin(t.person, eq(t.person.id, t.proposalEvent.authorId))
    .where(eq(t.proposalEvent.proposalId, id))
    .orderBy(desc(t.proposalEvent.ordinal))
    .limit(MOST_EVENTS);
  const events = latest.reverse();
  const bank = await currentBank(context, tables);
  const live = row.state !== 'published' && row.state !== 'withdrawn';
  const isAuthor = row.authorId === actor.id;
  const baseMoved = live && (bank.questions.get(row.questionId)?.hash ?? null) !== row.baseHash;
  return {
    ...toSummary(row, author),
    content: row.content,
    revision: row.revision,
    savedAt: row.savedAt.toISOString(),
    base:
      row.base && row.baseVersion !== null && row.baseHash !== null
        ? { version: row.baseVersion, hash: row.baseHash, content: row.base }
        : null,
    baseMoved,
    proposedHash: row.proposedHash,
    version,
    findings: live ? await checkProposal(row.content, row.base, bank, await takenIds(context, tables)) : [],
    may: (Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]).filter(
      (action) => mayStep(ACTIONS[action], row.state, isAuthor) && (action !== 'rebase' || baseMoved),
    ),
    events: events.map(({ event, by }) => ({
      id: event.id,
      kind: event.kind,
      by,
      byId: event.authorId,
      body: event.body,
      place: event.place,
      at: event.at.toISOString(),
    })),
  };
}
