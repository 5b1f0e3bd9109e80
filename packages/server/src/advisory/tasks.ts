/** How far the advisory rater has come with a candidate; stopping it, and letting it try again. */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, inArray } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type { AdvisoryRating, CandidateAdvisory, Missing } from '../contract/advisory.ts';
import { conflict } from '../errors.ts';
import { requireLead, requireTeam } from '../interview/permissions.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import { listItems, toItem } from '../interview/view-opening.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { openBodies, readBody } from './rating-body.ts';
import { findSetting, viewModel } from './setting.ts';

type Row = typeof t.advisoryRating.$inferSelect;

/** @param row with its body opened */
export const toRating = (row: Row): z.infer<typeof AdvisoryRating> => ({
  question: row.questionId,
  score: row.score,
  votes: row.votes,
  samples: row.samples,
  spread: row.spread,
  ...readBody(row.body),
});

type State = (typeof t.TASK_STATES)[number] | 'none';

/** After reveal: why an answer has no rating of the advisory rater. */
export function missingOf(state: State, problem: string | null): z.infer<typeof Missing> {
  if (state === 'none') return 'no-transcript';
  if (state === 'cancelled') return 'cancelled';
  return state === 'failed' && problem !== 'not-in-time' ? 'failed' : 'not-in-time';
}

/** The states of the tasks of several candidates, by candidate and question. */
export async function taskStates(tables: Tables, candidateIds: readonly string[]) {
  const rows =
    candidateIds.length === 0
      ? []
      : await tables
          .select({
            candidateId: t.advisoryTask.candidateId,
            question: t.advisoryTask.questionId,
            state: t.advisoryTask.state,
            problem: t.advisoryTask.problem,
          })
          .from(t.advisoryTask)
          .where(inArray(t.advisoryTask.candidateId, [...candidateIds]));
  const found = new Map(rows.map((row) => [`${row.candidateId} ${row.question}`, row]));
  return (candidateId: string, question: string): { state: State; problem: string | null } =>
    found.get(`${candidateId} ${question}`) ?? { state: 'none', problem: null };
}

async function view(
  context: Context,
  tables: Tables,
  candidateId: string,
): Promise<z.infer<typeof CandidateAdvisory>> {
  const { openingId } = await findCandidate(tables, candidateId);
  const setting = await findSetting(tables, openingId);
  const [reveal] = await tables.select().from(t.reveal).where(eq(t.reveal.candidateId, candidateId));
  const stateOf = await taskStates(tables, [candidateId]);
  // Row security leaves this empty before reveal.
  const rows = await openBodies(
    context.store.vault,
    await tables
      .select()
      .from(t.advisoryRating)
      .where(eq(t.advisoryRating.candidateId, candidateId))
      .orderBy(asc(t.advisoryRating.questionId)),
  );
  const rated = new Set(rows.map(({ questionId }) => questionId));
  const items = (await listItems(tables, openingId)).map(toItem);
  return {
    used: setting?.used ?? false,
    counted: setting?.counted ?? false,
    model: await viewModel(context, tables),
    tasks: setting?.used
      ? items.map(({ question, title }) => {
          const { state, problem } = stateOf(candidateId, question);
          return {
            question,
            title,
            state,
            problem,
            missing: reveal && !rated.has(question) ? missingOf(state, problem) : null,
          };
        })
      : [],
    revealed: reveal !== undefined,
    ratings: items.flatMap(({ question }) =>
      rows.filter(({ questionId }) => questionId === question).map(toRating),
    ),
  };
}

export async function viewCandidateAdvisory(context: Context, actor: Actor, candidateId: string) {
  requireTeam(actor);
  return context.store.as(actor.id, (tables) => view(context, tables, candidateId));
}

async function steer(
  context: Context,
  actor: Actor,
  candidateId: string,
  from: ('waiting' | 'running' | 'failed' | 'cancelled')[],
  to: 'cancelled' | 'waiting',
) {
  requireLead(actor);
  const { store } = context;
  return store.as(actor.id, async (tables) => {
    const { openingId } = await findCandidate(tables, candidateId);
    const [reveal] = await tables.select().from(t.reveal).where(eq(t.reveal.candidateId, candidateId));
    if (reveal)
      throw conflict(
        'revealed',
        'The ratings are open: what the advisory rater has not given stays missing.',
      );
    const changed = await tables
      .update(t.advisoryTask)
      .set({ state: to })
      .where(and(eq(t.advisoryTask.candidateId, candidateId), inArray(t.advisoryTask.state, from)))
      .returning({ question: t.advisoryTask.questionId });
    if (changed.length > 0)
      await appendAudit(store, tables, {
        action: to === 'cancelled' ? 'advisory.cancelled' : 'advisory.retried',
        subject: `candidate/${candidateId}`,
        openingId,
        candidateId,
        detail: { questions: changed.map(({ question }) => question).sort() },
      });
    return view(context, tables, candidateId);
  });
}

/** @throws Refusal 403; 409 `revealed` */
export async function cancelAdvisory(context: Context, actor: Actor, candidateId: string) {
  const result = await steer(context, actor, candidateId, ['waiting', 'running'], 'cancelled');
  context.advisory.stop(candidateId);
  return result;
}

/** @throws Refusal 403; 409 `revealed` */
export async function retryAdvisory(context: Context, actor: Actor, candidateId: string) {
  const result = await steer(context, actor, candidateId, ['failed', 'cancelled'], 'waiting');
  context.advisory.nudge();
  return result;
}
