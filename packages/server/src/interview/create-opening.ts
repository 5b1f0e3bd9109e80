import type { z } from '@hono/zod-openapi';
import { writeSetting } from '../advisory/setting.ts';
import { appendAudit } from '../audit/append.ts';
import { currentBank } from '../authoring/current-bank.ts';
import type { Actor, Context } from '../context.ts';
import type { CreateOpening } from '../contract/interview.ts';
import { MOST_COMPETENCIES, MOST_ITEMS } from '../contract/limits.ts';
import { Refusal } from '../errors.ts';
import * as t from '../store/schema.ts';
import { requireLead } from './permissions.ts';
import { viewOpening } from './view-opening.ts';

/**
 * Makes a draft opening. Kit and questions are copied with their hashes, as they are published now: later versions and
 * changes of the bank do not reach it.
 */
export async function createOpening(
  context: Context,
  actor: Actor,
  { title, description, kit: kitId, advisory }: z.output<typeof CreateOpening>,
) {
  requireLead(actor);
  const { store, demo } = context;
  return store.as(actor.id, async (tables) => {
    const bank = await currentBank(context, tables);
    const kit = bank.kits.get(kitId);
    if (!kit)
      throw new Refusal(422, 'no-such-kit', `The bank has no kit "${kitId}".`, {
        errors: [{ field: '/kit', message: `choose one of: ${[...bank.kits.keys()].join(', ')}` }],
      });
    if (kit.items.length > MOST_ITEMS || kit.competencies.length > MOST_COMPETENCIES)
      throw new Refusal(
        422,
        'kit-too-large',
        `An opening takes at most ${MOST_ITEMS} questions on ${MOST_COMPETENCIES} competencies; kit "${kitId}" has ${kit.items.length} on ${kit.competencies.length}.`,
        { errors: [{ field: '/kit', message: 'choose a smaller kit, or take questions out of this one' }] },
      );
    const items = kit.items.map(({ question: id, weight }, index) => {
      const question = bank.questions.get(id);
      if (!question) throw new Error(`kit ${kitId} names question ${id}, which the bank lacks`);
      return {
        questionId: id,
        ordinal: index + 1,
        competency: question.competency,
        weight,
        questionHash: question.hash,
        question,
      };
    });
    const id = store.newId();
    await tables.insert(t.opening).values({
      id,
      title,
      description,
      status: 'draft',
      demo,
      kitId,
      kitHash: kit.hash,
      kit: { title: { 'zh-CN': kit.text['zh-CN'].title, en: kit.text.en.title } },
      scaleFamily: kit.scaleFamily,
      competencies: kit.competencies.map(({ id: competency, weight, text }) => ({
        id: competency,
        weight,
        title: { 'zh-CN': text['zh-CN'].title, en: text.en.title },
        description: { 'zh-CN': text['zh-CN'].description, en: text.en.description },
      })),
      createdBy: actor.id,
      createdAt: store.clock(),
    });
    await tables.insert(t.openingItem).values(items.map((item) => ({ openingId: id, ...item })));
    await appendAudit(store, tables, {
      action: 'opening.created',
      subject: `opening/${id}`,
      openingId: id,
      detail: { title, kit: kitId, kitHash: kit.hash },
    });
    if (advisory) await writeSetting(context, tables, actor, id, advisory);
    return viewOpening(tables, id, actor);
  });
}
