import type { z } from '@hono/zod-openapi';
import { canonicalJson, type QuestionContent } from '@viva/bank';
import { and, eq, inArray } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { SaveContent, SavedContent } from '../contract/authoring.ts';
import { conflict, notFound, Refusal } from '../errors.ts';
import { requireLead } from '../interview/permissions.ts';
import * as t from '../store/schema.ts';
import { refuseStep } from './transitions.ts';

/**
 * Saves a draft in one statement. A save made on an older revision is refused with what the server holds, unless it
 * says the same, so that a repeated save whose answer was lost is safe.
 * @throws Refusal 409 `draft-conflict`, 422 `id-fixed`, or why this person may not write now
 */
export async function saveContent(
  { store }: Context,
  actor: Actor,
  id: string,
  { content: given, baseRevision }: z.output<typeof SaveContent>,
): Promise<z.infer<typeof SavedContent>> {
  requireLead(actor);
  // Zod's output has `undefined` where the bank's types have nothing; JSON drops both.
  const content = JSON.parse(JSON.stringify(given)) as QuestionContent;
  return store.as(actor.id, async (tables) => {
    const savedAt = store.clock();
    const [before] = await tables
      .select({ questionId: t.proposal.questionId, base: t.proposal.base })
      .from(t.proposal)
      .where(eq(t.proposal.id, id));
    if (!before) throw notFound('proposal');
    const fixed = [
      ...(content.id === before.questionId ? [] : ['id']),
      ...(before.base && content.area !== before.base.area ? ['area'] : []),
    ];
    if (fixed.length > 0)
      throw new Refusal(422, 'id-fixed', 'A question keeps its id, and once published its area.', {
        errors: fixed.map((field) => ({ field: `/content/${field}`, message: 'cannot be changed' })),
      });
    const [saved] = await tables
      .update(t.proposal)
      .set({ content, revision: baseRevision + 1, savedAt, changedAt: savedAt })
      .where(
        and(
          eq(t.proposal.id, id),
          eq(t.proposal.authorId, actor.id),
          eq(t.proposal.revision, baseRevision),
          inArray(t.proposal.state, ['draft', 'changes-requested']),
        ),
      )
      .returning({ revision: t.proposal.revision });
    if (saved) return { revision: saved.revision, savedAt: savedAt.toISOString() };
    const [held] = await tables.select().from(t.proposal).where(eq(t.proposal.id, id));
    if (!held) throw notFound('proposal');
    const refusal = refuseStep('save', held.state, held.authorId === actor.id);
    if (refusal) throw refusal;
    const current = {
      content: held.content,
      revision: held.revision,
      savedAt: held.savedAt.toISOString(),
    };
    if (canonicalJson(held.content) === canonicalJson(content)) return current;
    throw conflict(
      'draft-conflict',
      'This draft was changed elsewhere since you last saw it. Choose which version to keep.',
      { current },
    );
  });
}
