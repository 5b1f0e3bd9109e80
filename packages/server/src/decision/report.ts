/** The decision page: everything about revealed candidates, only the names of the others. */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, inArray } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import { ADVISOR_ID } from '../contract/advisory.ts';
import type { DecisionQuery, DecisionReport } from '../contract/decision.ts';
import type { RecordDecision } from '../contract/interview.ts';
import { conflict } from '../errors.ts';
import { viewImpact } from '../fairness/view-impact.ts';
import { requireLead, requireTeam } from '../interview/permissions.ts';
import { findCandidate, toCandidates, viewCandidate } from '../interview/view-candidate.ts';
import { findOpening, listItems, listSeats, toItem } from '../interview/view-opening.ts';
import { application, place } from '../keys/sealed-columns.ts';
import { readRatings } from '../ratings/list-ratings.ts';
import * as t from '../store/schema.ts';
import { ADVISOR_NAME, advisoryReport, asRatings, readAdvisory } from './advisory-report.ts';
import { analyseOnce } from './remember.ts';
import { summarise } from './summarise.ts';

export async function decisionReport(
  { store }: Context,
  actor: Actor,
  openingId: string,
  { top }: z.output<typeof DecisionQuery>,
): Promise<z.infer<typeof DecisionReport>> {
  requireTeam(actor);
  const { report, input, given, panel } = await store.as(actor.id, async (tables) => {
    const opening = await findOpening(tables, openingId);
    const items = (await listItems(tables, openingId)).map(toItem);
    const rows = await tables
      .select()
      .from(t.candidate)
      .where(eq(t.candidate.openingId, openingId))
      .orderBy(asc(t.candidate.createdAt), asc(t.candidate.id));
    const revealed = new Set(
      (
        await tables
          .select({ id: t.reveal.candidateId })
          .from(t.reveal)
          .where(eq(t.reveal.openingId, openingId))
      ).map(({ id }) => id),
    );
    const open = rows.filter(({ id }) => revealed.has(id));
    const ids = open.map(({ id }) => id);
    const panel =
      ids.length === 0
        ? []
        : await readRatings(
            store.vault,
            tables,
            and(eq(t.rating.openingId, openingId), inArray(t.rating.candidateId, ids)),
          );
    const given = await readAdvisory(
      store.vault,
      tables,
      openingId,
      items.map(({ question }) => question),
      ids,
    );
    // The one place where an advisory rater can enter the decision.
    const ratings = given?.setting.counted ? [...panel, ...asRatings(given)] : panel;
    const byCandidate = new Map<string, typeof ratings>(ids.map((id) => [id, []]));
    for (const rating of ratings) byCandidate.get(rating.candidateId)?.push(rating);
    const raters = new Map(ratings.map(({ raterId, raterName }) => [raterId, raterName]));
    const seats = await listSeats(tables, openingId);
    for (const { holder } of seats) raters.set(holder.personId, holder.name);
    const candidates = (await toCandidates(store.vault, tables, open, actor)).map((candidate) => {
      const own = byCandidate.get(candidate.id) ?? [];
      const first = own.filter(({ kind }) => kind === 'first');
      const byQuestion = new Map<string, typeof first>();
      for (const rating of first)
        byQuestion.set(rating.question, [...(byQuestion.get(rating.question) ?? []), rating]);
      const amended = new Set(own.flatMap(({ amends }) => (amends ? [amends] : [])));
      const summary = summarise(items, opening.competencies, first);
      return {
        candidate,
        overall: summary.overall,
        coverage: summary.coverage,
        competencies: summary.competencies,
        items: summary.items.map(({ question, competency, weight, spread }) => ({
          question,
          competency,
          weight,
          spread,
          scores: (byQuestion.get(question) ?? []).map(({ id, raterId, score, notAsked, evidence }) => ({
            raterId,
            score,
            notAsked,
            evidence,
            amended: amended.has(id),
          })),
        })),
        byRater: [...new Set(first.map(({ raterId }) => raterId))].map((raterId) => ({
          raterId,
          overall: summarise(
            items,
            opening.competencies,
            first.filter((rating) => rating.raterId === raterId),
          ).overall,
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
      raters: [...raters].map(([id, name]) => ({ id, name, advisory: id === ADVISOR_ID })),
      seats,
      candidates,
      sealed: rows
        .filter(({ id, withdrawnAt }) => !revealed.has(id) && !withdrawnAt)
        .map(({ id, name }) => ({ id, name })),
      impact: await viewImpact(tables, actor, opening),
    };
    const input = {
      items,
      competencies: opening.competencies,
      ratings: ratings
        .filter(({ kind }) => kind === 'first')
        .map(({ candidateId, raterId, question, score }) => ({ candidateId, raterId, question, score })),
      candidates: open.map(({ id, name, withdrawnAt }) => ({ id, name, withdrawn: withdrawnAt !== null })),
      raters: report.raters.map(({ id, name, advisory }) => ({ id, name: advisory ? ADVISOR_NAME : name })),
      top,
    };
    return { report, input, given, panel };
  });
  // Outside the transaction: the embedded database has one connection, and others wait for it.
  const analysis = await analyseOnce(input);
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
    advisory: given
      ? advisoryReport(
          given,
          panel.filter(({ kind }) => kind === 'first'),
        )
      : null,
  };
}

/** Records what was decided. The latest stands; earlier ones stay on record. */
export async function recordDecision(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  { outcome, reason }: z.output<typeof RecordDecision>,
) {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    const { openingId } = await findCandidate(tables, candidateId);
    const [reveal] = await tables.select().from(t.reveal).where(eq(t.reveal.candidateId, candidateId));
    if (!reveal) throw conflict('sealed', 'Decide when the panel has locked and the ratings are open.');
    const id = store.newId();
    await tables.insert(t.decision).values({
      id,
      openingId,
      candidateId,
      outcome,
      reason: await store.vault.seal(application(candidateId), place('decision', 'reason', id), reason),
      decidedBy: actor.id,
      decidedAt: store.clock(),
    });
    await appendAudit(store, tables, {
      action: 'decision.recorded',
      subject: `candidate/${candidateId}`,
      openingId,
      candidateId,
      detail: { outcome },
      secret: { reason },
    });
    return viewCandidate(store.vault, tables, candidateId, actor);
  });
}
