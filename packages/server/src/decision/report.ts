/** The decision page: figures of revealed candidates, only the names of the others. What was said is `list-evidence.ts`. */
import type { z } from '@hono/zod-openapi';
import { asc, eq, inArray } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import { ADVISOR_ID } from '../contract/advisory.ts';
import type { DecisionQuery, DecisionReport } from '../contract/decision.ts';
import { viewImpact } from '../fairness/view-impact.ts';
import { requireTeam } from '../interview/permissions.ts';
import { findOpening, listItems, listSeats, toItem } from '../interview/view-opening.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { ADVISOR_NAME, advisoryReport, asRatings, readAdvisory } from './advisory-report.ts';
import { fitShelf } from './fit-shelf.ts';
import { groupBy } from './group-by.ts';
import { readScores, type Score } from './read-scores.ts';
import { analyseOnce } from './remember.ts';
import { summarise } from './summarise.ts';

export async function decisionReport(
  context: Context,
  actor: Actor,
  openingId: string,
  { top }: z.output<typeof DecisionQuery>,
): Promise<z.infer<typeof DecisionReport>> {
  requireTeam(actor);
  const { store } = context;
  const { report, input, given, panel } = await store.as(actor.id, (tables) =>
    readReport(context, tables, actor, openingId),
  );
  // Outside the transaction: the embedded database has one connection, and others wait for it.
  const analysis = await analyseOnce({ ...input, top }, fitShelf(context, actor, openingId));
  const adjusted = new Map(
    analysis.candidates.map(({ candidateId, overall }) => [candidateId, overall.value]),
  );
  const standing = (id: string, raw: number | null): number => adjusted.get(id) ?? raw ?? 0;
  return {
    ...report,
    candidates: report.candidates.sort(
      (a, b) => standing(b.candidate.id, b.overall) - standing(a.candidate.id, a.overall),
    ),
    analysis,
    advisory: given ? advisoryReport(given, panel) : null,
  };
}

/** What the reader may see of it: row security decides in every query. */
async function readReport({ store }: Context, tables: Tables, actor: Actor, openingId: string) {
  const opening = await findOpening(tables, openingId);
  const items = (await listItems(tables, openingId)).map(toItem);
  const rows = await tables
    .select()
    .from(t.candidate)
    .where(eq(t.candidate.openingId, openingId))
    .orderBy(asc(t.candidate.createdAt), asc(t.candidate.id));
  const reveals = new Map(
    (
      await tables
        .select({ id: t.reveal.candidateId, cause: t.reveal.cause })
        .from(t.reveal)
        .where(eq(t.reveal.openingId, openingId))
    ).map(({ id, cause }) => [id, cause]),
  );
  const open = rows.filter(({ id }) => reveals.has(id));
  const ids = open.map(({ id }) => id);
  const scores = groupBy(await readScores(tables, openingId), ({ candidateId }) => candidateId);
  const panel = ids.flatMap((id) => scores.get(id) ?? []);
  const questions = items.map(({ question }) => question);
  const given = await readAdvisory(store.vault, tables, openingId, questions, ids);
  // The one place where an advisory rater can enter the decision.
  const ratings = given?.setting.counted ? [...panel, ...asRatings(given).map(toScore)] : panel;
  const outcomes = await latestOutcomes(tables, ids);
  const seats = await listSeats(tables, openingId);
  const raters = nameRaters(ratings, seats);
  const byCandidate = groupBy(ratings, ({ candidateId }) => candidateId);
  const candidates = open.map(({ id, name, withdrawnAt }) => {
    const own = byCandidate.get(id) ?? [];
    const summary = summarise(items, opening.competencies, own);
    return {
      candidate: {
        id,
        name,
        status: withdrawnAt ? ('withdrawn' as const) : ('active' as const),
        cause: reveals.get(id) ?? ('complete' as const),
        outcome: outcomes.get(id) ?? null,
      },
      overall: summary.overall,
      coverage: summary.coverage,
      competencies: summary.competencies,
      byRater: [...groupBy(own, ({ raterId }) => raterId)].map(([raterId, given]) => ({
        raterId,
        overall: summarise(items, opening.competencies, given).overall,
      })),
    };
  });
  const report = {
    openingId,
    openingTitle: opening.title,
    demo: opening.demo,
    computedAt: store.clock().toISOString(),
    // A competency that no question of this opening asks about has no column.
    competencies: opening.competencies
      .filter(({ id }) => items.some(({ competency }) => competency === id))
      .map(({ id, weight, title }) => ({ id, weight, title })),
    questions: items.map(({ question, title, competency, weight }) => ({
      id: question,
      title,
      competency,
      weight,
    })),
    raters,
    seats,
    candidates,
    sealed: rows
      .filter(({ id, withdrawnAt }) => !reveals.has(id) && !withdrawnAt)
      .map(({ id, name }) => ({ id, name })),
    impact: await viewImpact(tables, actor, opening),
  };
  const input = {
    items,
    competencies: opening.competencies,
    ratings,
    candidates: open.map(({ id, name, withdrawnAt }) => ({ id, name, withdrawn: withdrawnAt !== null })),
    raters: raters.map(({ id, name, advisory }) => ({ id, name: advisory ? ADVISOR_NAME : name })),
  };
  return { report, input, given, panel };
}

const toScore = ({ candidateId, raterId, question, score }: Score): Score => ({
  candidateId,
  raterId,
  question,
  score,
});

async function latestOutcomes(tables: Tables, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, 'advance' | 'hold' | 'decline'>();
  const rows = await tables
    .select({ id: t.decision.candidateId, outcome: t.decision.outcome })
    .from(t.decision)
    .where(inArray(t.decision.candidateId, [...ids]))
    .orderBy(asc(t.decision.decidedAt));
  return new Map(rows.map(({ id, outcome }) => [id, outcome]));
}

/** Whoever rated, and whoever sits now. Former holders of a seat who rated nobody are in the seats' history alone. */
function nameRaters(ratings: readonly Score[], seats: Awaited<ReturnType<typeof listSeats>>) {
  const rated = new Set(ratings.map(({ raterId }) => raterId));
  const names = new Map<string, string>(rated.has(ADVISOR_ID) ? [[ADVISOR_ID, ADVISOR_NAME.en]] : []);
  for (const { holder, history } of seats)
    for (const { personId, name } of history)
      if (rated.has(personId) || holder.personId === personId) names.set(personId, name);
  return [...names].map(([id, name]) => ({ id, name, advisory: id === ADVISOR_ID }));
}
