/** What the raters wrote of revealed candidates: opened when somebody asks for it, a page at a time. */
import type { z } from '@hono/zod-openapi';
import { and, asc, eq, gt, inArray, or } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { DecisionEvidence, EvidenceQuery } from '../contract/decision.ts';
import { readCursor, toPage } from '../interview/paging.ts';
import { requireTeam } from '../interview/permissions.ts';
import { toCandidates } from '../interview/view-candidate.ts';
import { findOpening, listItems, toItem } from '../interview/view-opening.ts';
import { readRatings } from '../ratings/list-ratings.ts';
import * as t from '../store/schema.ts';
import { asRatings, readAdvisory } from './advisory-report.ts';
import { groupBy } from './group-by.ts';
import { spread } from './summarise.ts';

/** Revealed candidates in the order they were added. */
export async function listEvidence(
  { store }: Context,
  actor: Actor,
  openingId: string,
  { limit, cursor, candidate }: z.output<typeof EvidenceQuery>,
): Promise<{ items: z.infer<typeof DecisionEvidence>[]; nextCursor: string | null }> {
  requireTeam(actor);
  const after = readCursor(cursor);
  return store.as(actor.id, async (tables) => {
    await findOpening(tables, openingId);
    const found = await tables
      .select({ row: t.candidate })
      .from(t.candidate)
      .innerJoin(t.reveal, eq(t.reveal.candidateId, t.candidate.id))
      .where(
        and(
          eq(t.candidate.openingId, openingId),
          candidate ? eq(t.candidate.id, candidate) : undefined,
          after
            ? or(
                gt(t.candidate.createdAt, new Date(after[0])),
                and(eq(t.candidate.createdAt, new Date(after[0])), gt(t.candidate.id, after[1])),
              )
            : undefined,
        ),
      )
      .orderBy(asc(t.candidate.createdAt), asc(t.candidate.id))
      .limit(limit + 1);
    const { items: rows, nextCursor } = toPage(
      found.map(({ row }) => row),
      limit,
      (row) => [row.createdAt.toISOString(), row.id],
    );
    if (rows.length === 0) return { items: [], nextCursor };
    const ids = rows.map(({ id }) => id);
    const items = (await listItems(tables, openingId)).map(toItem);
    const panel = await readRatings(store.vault, tables, inArray(t.rating.candidateId, ids));
    const questions = items.map(({ question }) => question);
    const given = await readAdvisory(store.vault, tables, openingId, questions, ids);
    // Beside the panel's only where it is counted, as in the figures.
    const ratings = given?.setting.counted ? [...panel, ...asRatings(given)] : panel;
    const byCandidate = groupBy(ratings, ({ candidateId }) => candidateId);
    return {
      items: (await toCandidates(store.vault, tables, rows, actor)).map(({ id, reveal, decision }) => {
        const own = byCandidate.get(id) ?? [];
        const amended = new Set(own.flatMap(({ amends }) => (amends ? [amends] : [])));
        return {
          candidateId: id,
          reveal,
          decision,
          items: items.map(({ question, competency, weight }) => {
            const first = own.filter((rating) => rating.kind === 'first' && rating.question === question);
            return {
              question,
              competency,
              weight,
              spread: spread(first.flatMap(({ score }) => (score === null ? [] : [score]))),
              scores: first.map(({ id: rating, raterId, score, notAsked, evidence }) => ({
                raterId,
                score,
                notAsked,
                evidence,
                amended: amended.has(rating),
              })),
            };
          }),
        };
      }),
      nextCursor,
    };
  });
}
