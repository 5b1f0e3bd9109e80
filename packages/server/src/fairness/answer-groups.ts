/** A candidate's own group data: given freely, changed and taken back freely until the opening closes. */
import type { z } from '@hono/zod-openapi';
import { and, eq } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import {
  type AnswerGroups,
  GROUP_ATTRIBUTES,
  type GroupAnswers,
  type GroupAttribute,
} from '../contract/fairness.ts';
import { conflict, notFound, Refusal } from '../errors.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

async function ownApplication(tables: Tables, actor: Actor, candidateId: string) {
  const [row] = await tables
    .select({ openingId: t.opening.id, status: t.opening.status, asked: t.opening.askGroups })
    .from(t.candidate)
    .innerJoin(t.opening, eq(t.opening.id, t.candidate.openingId))
    .where(and(eq(t.candidate.id, candidateId), eq(t.candidate.personId, actor.id)));
  // To everybody else there is nothing here: not even whether anything was answered.
  if (!row) throw notFound('application');
  return row;
}

async function read(
  tables: Tables,
  actor: Actor,
  candidateId: string,
): Promise<z.infer<typeof GroupAnswers>> {
  const { asked, status } = await ownApplication(tables, actor, candidateId);
  const rows = await tables
    .select({ attribute: t.groupAnswer.attribute, value: t.groupAnswer.value })
    .from(t.groupAnswer)
    .where(eq(t.groupAnswer.candidateId, candidateId));
  return {
    asked,
    answers: Object.fromEntries(rows.map(({ attribute, value }) => [attribute, value])),
    open: status !== 'closed',
  };
}

/** @throws Refusal 404 for anybody but the candidate */
export const viewGroupAnswers = ({ store }: Context, actor: Actor, candidateId: string) =>
  store.as(actor.id, (tables) => read(tables, actor, candidateId));

/**
 * Gives, changes or takes back answers. The audit log keeps that it was done, for the candidate alone, and never what.
 * @throws Refusal 404 for anybody but the candidate; 409 once the opening is closed; 422 for what is not asked
 */
export async function answerGroups(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  { answers }: z.output<typeof AnswerGroups>,
): Promise<z.infer<typeof GroupAnswers>> {
  return store.as(actor.id, async (tables) => {
    const { openingId, status, asked } = await ownApplication(tables, actor, candidateId);
    if (status === 'closed')
      throw conflict('closed', 'The opening is closed: what was answered has been counted and erased.');
    const given = Object.entries(answers) as [GroupAttribute, string | null][];
    const errors = given.flatMap(([attribute, value]) => {
      if (value === null) return [];
      const known: readonly string[] = GROUP_ATTRIBUTES[attribute];
      if (!asked.includes(attribute))
        return [{ field: `/answers/${attribute}`, message: 'this opening does not ask for it' }];
      return known.includes(value)
        ? []
        : [{ field: `/answers/${attribute}`, message: `choose one of: ${known.join(', ')}` }];
    });
    if (errors.length > 0) throw new Refusal(422, 'bad-answers', 'Some answers do not fit.', { errors });
    for (const [attribute, value] of given)
      if (value === null)
        await tables
          .delete(t.groupAnswer)
          .where(and(eq(t.groupAnswer.candidateId, candidateId), eq(t.groupAnswer.attribute, attribute)));
      else
        await tables
          .insert(t.groupAnswer)
          .values({ candidateId, openingId, attribute, value })
          .onConflictDoUpdate({
            target: [t.groupAnswer.candidateId, t.groupAnswer.attribute],
            set: { value },
          });
    await appendAudit(store, tables, {
      action: 'groups.answered',
      subject: `person/${actor.id}`,
      sealed: true,
      detail: {},
    });
    return read(tables, actor, candidateId);
  });
}
