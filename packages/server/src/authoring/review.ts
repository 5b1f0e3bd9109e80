/** What a second person does: comment, ask for changes, publish. And giving a proposal up. */
import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { CommentOnProposal, Publish } from '../contract/authoring.ts';
import { MOST_VERSIONS } from '../contract/limits.ts';
import { conflict, Refusal } from '../errors.ts';
import { requireLead } from '../interview/permissions.ts';
import * as t from '../store/schema.ts';
import { checkProposal } from './check-proposal.ts';
import { currentBank } from './current-bank.ts';
import { recordEvent } from './record-event.ts';
import { refuseStep } from './transitions.ts';
import { findProposal, lockQuestion, takenIds, viewProposal } from './view-proposal.ts';

export async function commentOnProposal(
  context: Context,
  actor: Actor,
  id: string,
  { body, place }: z.output<typeof CommentOnProposal>,
) {
  requireLead(actor);
  return context.store.as(actor.id, async (tables) => {
    const row = await findProposal(tables, id);
    const refusal = refuseStep('comment', row.state, row.authorId === actor.id);
    if (refusal) throw refusal;
    await recordEvent(context, tables, actor, row, { kind: 'comment', body, place });
    return viewProposal(context, tables, id, actor);
  });
}

export async function requestChanges(context: Context, actor: Actor, id: string, body: string) {
  requireLead(actor);
  return context.store.as(actor.id, async (tables) => {
    const row = await findProposal(tables, id);
    const refusal = refuseStep('request-changes', row.state, row.authorId === actor.id);
    if (refusal) throw refusal;
    await recordEvent(context, tables, actor, row, { kind: 'changes-requested', body });
    await tables.update(t.proposal).set({ state: 'changes-requested' }).where(eq(t.proposal.id, id));
    return viewProposal(context, tables, id, actor);
  });
}

/**
 * Makes the next version of what was read. It never changes; openings that there are keep what they pinned.
 * @throws Refusal 409 `own-proposal`, `proposal-changed`, `base-moved`; 422 `checks-fail`
 */
export async function publish(
  context: Context,
  actor: Actor,
  id: string,
  { hash, body }: z.output<typeof Publish>,
) {
  requireLead(actor);
  const { store } = context;
  return store.as(actor.id, async (tables) => {
    const row = await findProposal(tables, id);
    const refusal = refuseStep('publish', row.state, row.authorId === actor.id);
    if (refusal) throw refusal;
    if (row.proposedHash !== hash)
      throw conflict('proposal-changed', 'The proposal was changed since you read it. Read it again.');
    await lockQuestion(tables, row.questionId);
    const bank = await currentBank(context, tables);
    if ((bank.questions.get(row.questionId)?.hash ?? null) !== row.baseHash)
      throw conflict(
        'base-moved',
        'Another version of this question was published since it was proposed. Ask the author to compare with it.',
      );
    const findings = await checkProposal(row.content, row.base, bank, await takenIds(context, tables));
    const errors = findings.filter(({ severity }) => severity === 'error');
    if (errors.length > 0)
      throw new Refusal(422, 'checks-fail', `The checks find ${errors.length} faults.`, {
        errors: errors.map(({ at, message }) => ({ field: `/content${at}`, message })),
      });
    const [last] = await tables
      .select({ version: sql<number>`coalesce(max(${t.questionVersion.version}), 0)::int` })
      .from(t.questionVersion)
      .where(eq(t.questionVersion.questionId, row.questionId));
    if ((last?.version ?? 0) >= MOST_VERSIONS)
      throw conflict(
        'too-many-versions',
        `A question has at most ${MOST_VERSIONS} versions. Write a new question.`,
      );
    const version = (last?.version ?? 0) + 1;
    await tables.insert(t.questionVersion).values({
      questionId: row.questionId,
      version,
      hash,
      content: row.content,
      summary: row.summary,
      proposalId: id,
      authorId: row.authorId,
      publishedBy: actor.id,
      publishedAt: store.clock(),
    });
    await recordEvent(context, tables, actor, row, { kind: 'published', body, detail: { version, hash } });
    await tables.update(t.proposal).set({ state: 'published' }).where(eq(t.proposal.id, id));
    return viewProposal(context, tables, id, actor);
  });
}

/** By its author, or by another lead where the author cannot; the content stays readable. */
export async function withdrawProposal(context: Context, actor: Actor, id: string, reason: string) {
  requireLead(actor);
  return context.store.as(actor.id, async (tables) => {
    const row = await findProposal(tables, id);
    const refusal = refuseStep('withdraw', row.state, row.authorId === actor.id);
    if (refusal) throw refusal;
    await recordEvent(context, tables, actor, row, { kind: 'withdrawn', body: reason });
    await tables.update(t.proposal).set({ state: 'withdrawn' }).where(eq(t.proposal.id, id));
    return viewProposal(context, tables, id, actor);
  });
}
