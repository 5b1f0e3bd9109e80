/** What the decision page says of the advisory rater: read under row security, so of revealed candidates alone. */

import type { z } from '@hono/zod-openapi';
import { and, asc, count, eq, inArray, sum } from 'drizzle-orm';
import { openBodies } from '../advisory/rating-body.ts';
import { findSetting, type Setting } from '../advisory/setting.ts';
import { missingOf, taskStates, toRating } from '../advisory/tasks.ts';
import { ADVISOR_ID, type AdvisoryReport } from '../contract/advisory.ts';
import type { Rating } from '../contract/ratings.ts';
import type { Vault } from '../keys/vault.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import type { Scored } from './analyse-advisory.ts';
import { analyseAdvisoryOnce } from './remember-advisory.ts';

type PlainRating = z.infer<typeof Rating>;

export const ADVISOR_NAME = { 'zh-CN': '辅助评分者（模型）', en: 'Advisory rater (model)' };

interface Given {
  setting: Setting;
  rows: (typeof t.advisoryRating.$inferSelect)[];
  missing: AdvisoryReport['missing'];
  models: string[];
  kept: number;
  dropped: number;
}

/** Null where the opening uses none. */
export async function readAdvisory(
  vault: Vault,
  tables: Tables,
  openingId: string,
  questions: readonly string[],
  revealed: readonly string[],
): Promise<Given | null> {
  const setting = await findSetting(tables, openingId);
  if (!setting?.used) return null;
  const rows =
    revealed.length === 0
      ? []
      : await tables
          .select()
          .from(t.advisoryRating)
          .where(
            and(
              eq(t.advisoryRating.openingId, openingId),
              inArray(t.advisoryRating.candidateId, [...revealed]),
            ),
          )
          .orderBy(asc(t.advisoryRating.candidateId), asc(t.advisoryRating.questionId));
  const uses = await tables
    .select({
      model: t.aiUse.model,
      uses: count(),
      kept: sum(t.aiUse.quotesKept).mapWith(Number),
      dropped: sum(t.aiUse.quotesDropped).mapWith(Number),
    })
    .from(t.aiUse)
    .where(
      and(
        eq(t.aiUse.openingId, openingId),
        inArray(t.aiUse.outcome, ['rated', 'withheld']),
        revealed.length === 0 ? undefined : inArray(t.aiUse.candidateId, [...revealed]),
      ),
    )
    .groupBy(t.aiUse.model)
    .orderBy(asc(t.aiUse.model));
  const stateOf = await taskStates(tables, revealed);
  const rated = new Set(rows.map(({ candidateId, questionId }) => `${candidateId} ${questionId}`));
  return {
    setting,
    rows: await openBodies(vault, rows),
    missing: revealed.flatMap((candidateId) =>
      questions.flatMap((question) => {
        if (rated.has(`${candidateId} ${question}`)) return [];
        const { state, problem } = stateOf(candidateId, question);
        return [{ candidateId, question, reason: missingOf(state, problem) }];
      }),
    ),
    models: uses.map(({ model }) => model),
    kept: uses.reduce((total, use) => total + (use.kept ?? 0), 0),
    dropped: uses.reduce((total, use) => total + (use.dropped ?? 0), 0),
  };
}

/** Its scores as ratings of one more rater: what a counted one enters the decision with. */
export function asRatings(given: Given): PlainRating[] {
  return given.rows.flatMap((row) => {
    const { score, evidence } = toRating(row);
    return score === null
      ? []
      : [
          {
            id: row.id,
            candidateId: row.candidateId,
            raterId: ADVISOR_ID,
            raterName: ADVISOR_NAME.en,
            question: row.questionId,
            score,
            notAsked: null,
            evidence: evidence.map(({ quote }) => `“${quote}”`).join('\n'),
            kind: 'first' as const,
            amends: null,
            reason: null,
            createdAt: row.createdAt.toISOString(),
          },
        ];
  });
}

/** @param panel first ratings of the panel alone */
export function advisoryReport(given: Given, panel: readonly Scored[]): AdvisoryReport {
  const { setting, rows, missing, models, kept, dropped } = given;
  const ratings = rows.map((row) => ({ row, rating: toRating(row) }));
  const sums = new Map<string, { total: number; n: number }>();
  for (const { candidateId, question, score } of panel) {
    if (score === null) continue;
    const key = `${candidateId} ${question}`;
    const { total, n } = sums.get(key) ?? { total: 0, n: 0 };
    sums.set(key, { total: total + score, n: n + 1 });
  }
  const figures = analyseAdvisoryOnce({
    panel: panel.map(({ candidateId, raterId, question, score }) => ({
      candidateId,
      raterId,
      question,
      score,
    })),
    advisory: rows.map(({ candidateId, questionId, score, spread }) => ({
      candidateId,
      question: questionId,
      score,
      spread,
    })),
  });
  return {
    counted: setting.counted,
    strategy: setting.strategy,
    samples: setting.samples,
    answers: rows.length + missing.length,
    rated: rows.filter(({ score }) => score !== null).length,
    withheld: rows.filter(({ score }) => score === null).length,
    quotesKept: kept,
    quotesDropped: dropped,
    setAside: ratings.reduce((sum, { rating }) => sum + rating.setAside.length, 0),
    models,
    ...figures,
    ratings: ratings.map(({ row, rating }) => {
      const own = sums.get(`${row.candidateId} ${row.questionId}`);
      return { ...rating, candidateId: row.candidateId, panel: own ? own.total / own.n : null };
    }),
    missing,
  };
}
