import type { z } from '@hono/zod-openapi';
import { tidyContent, toQuestion } from '@viva/bank';
import { eq } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { Propose } from '../contract/authoring.ts';
import { conflict, Refusal } from '../errors.ts';
import { requireLead } from '../interview/permissions.ts';
import * as t from '../store/schema.ts';
import { checkProposal } from './check-proposal.ts';
import { currentBank, versionNumbers } from './current-bank.ts';
import { recordEvent } from './record-event.ts';
import { refuseStep } from './transitions.ts';
import { findProposal, takenIds, viewProposal } from './view-proposal.ts';

/**
 * Proposes for review what passes its checks; the content is fixed from here on, and its hash is what gets published.
 * @throws Refusal 409 `draft-conflict`, `base-moved`, `nothing-changed`; 422 `checks-fail` naming the findings
 */
export async function propose(
  context: Context,
  actor: Actor,
  id: string,
  { summary, revision }: z.output<typeof Propose>,
) {
  requireLead(actor);
  const { store } = context;
  return store.as(actor.id, async (tables) => {
    const row = await findProposal(tables, id);
    const refusal = refuseStep('propose', row.state, row.authorId === actor.id);
    if (refusal) throw refusal;
    if (row.revision !== revision)
      throw conflict('draft-conflict', 'The draft was saved elsewhere since; look at it again first.', {
        current: {
          content: row.content,
          revision: row.revision,
          savedAt: row.savedAt.toISOString(),
        },
      });
    const bank = await currentBank(context, tables);
    if ((bank.questions.get(row.questionId)?.hash ?? null) !== row.baseHash)
      throw conflict(
        'base-moved',
        'Another version of this question was published since. Compare your draft with it first.',
      );
    const content = tidyContent(row.content);
    const findings = await checkProposal(content, row.base, bank, await takenIds(context, tables));
    const errors = findings.filter(({ severity }) => severity === 'error');
    if (errors.length > 0)
      throw new Refusal(422, 'checks-fail', `The checks find ${errors.length} faults.`, {
        errors: errors.map(({ at, message }) => ({ field: `/content${at}`, message })),
      });
    const { hash } = await toQuestion(content);
    if (hash === row.baseHash)
      throw conflict('nothing-changed', 'The draft says the same as the published version.');
    await recordEvent(context, tables, actor, row, {
      kind: 'proposed',
      body: summary,
      content,
      detail: { hash },
    });
    await tables
      .update(t.proposal)
      .set({ state: 'proposed', content, summary, proposedHash: hash, revision: revision + 1 })
      .where(eq(t.proposal.id, id));
    return viewProposal(context, tables, id, actor);
  });
}

/** Takes one's own proposal back into draft. */
export async function recall(context: Context, actor: Actor, id: string) {
  requireLead(actor);
  return context.store.as(actor.id, async (tables) => {
    const row = await findProposal(tables, id);
    const refusal = refuseStep('recall', row.state, row.authorId === actor.id);
    if (refusal) throw refusal;
    await recordEvent(context, tables, actor, row, { kind: 'recalled', body: '' });
    await tables.update(t.proposal).set({ state: 'draft' }).where(eq(t.proposal.id, id));
    return viewProposal(context, tables, id, actor);
  });
}

/** Takes the version that is published now as what one's draft is compared with; the draft itself stays. */
export async function rebase(context: Context, actor: Actor, id: string) {
  requireLead(actor);
  return context.store.as(actor.id, async (tables) => {
    const row = await findProposal(tables, id);
    const refusal = refuseStep('rebase', row.state, row.authorId === actor.id);
    if (refusal) throw refusal;
    const question = (await currentBank(context, tables)).questions.get(row.questionId);
    if (question) {
      const { hash, ...content } = question;
      const version = (await versionNumbers(context, tables, row.questionId, [hash])).get(hash) ?? 0;
      await recordEvent(context, tables, actor, row, { kind: 'rebased', body: '', detail: { hash } });
      await tables
        .update(t.proposal)
        .set({ baseVersion: version, baseHash: hash, base: content })
        .where(eq(t.proposal.id, id));
    }
    return viewProposal(context, tables, id, actor);
  });
}
