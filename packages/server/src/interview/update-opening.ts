import type { z } from '@hono/zod-openapi';
import { and, eq, notInArray } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import { currentBank } from '../authoring/current-bank.ts';
import type { Actor, Context } from '../context.ts';
import type { UpdateOpening } from '../contract/interview.ts';
import { conflict, Refusal } from '../errors.ts';
import * as t from '../store/schema.ts';
import { requireLead } from './permissions.ts';
import { findOpening, listItems, lockOpening, viewOpening } from './view-opening.ts';

/** Changes a draft. Once open, kit, items and weights are fixed, and the database holds them so. */
export async function updateOpening(
  context: Context,
  actor: Actor,
  id: string,
  change: z.output<typeof UpdateOpening>,
) {
  requireLead(actor);
  const { store } = context;
  return store.as(actor.id, async (tables) => {
    await lockOpening(tables, id);
    const opening = await findOpening(tables, id);
    if (opening.status !== 'draft')
      throw conflict(
        'opening-fixed',
        'The opening is no longer a draft: its items and weights are fixed, so that every candidate meets the same.',
      );
    const { title = opening.title, description = opening.description } = change;
    let competencies = opening.competencies;
    if (change.items) {
      const known = new Set((await listItems(tables, id)).map(({ questionId }) => questionId));
      // What is added is pinned as it is published now; what was pinned before stays as it was.
      const { questions } = await currentBank(context, tables);
      const measured = new Set(opening.competencies.map((competency) => competency.id));
      const fits = (question: string): boolean => measured.has(questions.get(question)?.competency ?? '');
      const errors = change.items.flatMap(({ question }, index) => [
        ...(known.has(question) || fits(question)
          ? []
          : [
              {
                field: `/items/${index}/question`,
                message: `"${question}" is neither in this opening nor a question of the bank on one of its competencies`,
              },
            ]),
        ...(change.items?.findIndex((item) => item.question === question) === index
          ? []
          : [{ field: `/items/${index}/question`, message: `"${question}" is listed twice` }]),
      ]);
      if (errors.length > 0)
        throw new Refusal(422, 'bad-items', 'The list of items does not fit this opening.', { errors });
      const added = change.items.flatMap(({ question: name, weight }, index) => {
        const question = known.has(name) ? undefined : questions.get(name);
        return question
          ? [
              {
                openingId: id,
                questionId: name,
                ordinal: index + 1,
                competency: question.competency,
                weight,
                questionHash: question.hash,
                question,
              },
            ]
          : [];
      });
      if (added.length > 0) await tables.insert(t.openingItem).values(added);
      const kept = change.items.map(({ question }) => question);
      await tables
        .delete(t.openingItem)
        .where(and(eq(t.openingItem.openingId, id), notInArray(t.openingItem.questionId, kept)));
      for (const [index, { question, weight }] of change.items.entries())
        await tables
          .update(t.openingItem)
          .set({ weight, ordinal: index + 1 })
          .where(and(eq(t.openingItem.openingId, id), eq(t.openingItem.questionId, question)));
    }
    if (change.competencies) {
      const weights = new Map(change.competencies.map((competency) => [competency.id, competency.weight]));
      const unknown = change.competencies.findIndex(
        (wanted) => !competencies.some((competency) => competency.id === wanted.id),
      );
      if (unknown >= 0)
        throw new Refusal(
          422,
          'bad-competencies',
          'The list names a competency that this kit does not have.',
          {
            errors: [
              {
                field: `/competencies/${unknown}/id`,
                message: `choose one of: ${competencies.map((c) => c.id).join(', ')}`,
              },
            ],
          },
        );
      competencies = competencies.map((competency) => ({
        ...competency,
        weight: weights.get(competency.id) ?? competency.weight,
      }));
    }
    const askGroups = [...new Set(change.askGroups ?? opening.askGroups)];
    await tables
      .update(t.opening)
      .set({ title, description, competencies, askGroups })
      .where(eq(t.opening.id, id));
    await appendAudit(store, tables, {
      action: 'opening.changed',
      subject: `opening/${id}`,
      openingId: id,
      detail: { ...change },
    });
    return viewOpening(tables, id, actor);
  });
}
