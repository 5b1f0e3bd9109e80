/** The log of what a model was used for. Row security leaves candidates their own, and the team what is revealed. */

import type { z } from '@hono/zod-openapi';
import { and, count, desc, eq, lt, or } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { AiUse } from '../contract/advisory.ts';
import { readCursor, toPage } from '../interview/paging.ts';
import * as t from '../store/schema.ts';

interface UsesQuery {
  limit: number;
  cursor?: string | undefined;
  opening?: string | undefined;
  candidate?: string | undefined;
}

export async function listUses(
  { store }: Context,
  actor: Actor,
  { limit, cursor, opening, candidate }: UsesQuery,
): Promise<{ items: z.infer<typeof AiUse>[]; nextCursor: string | null; total: number }> {
  const after = readCursor(cursor);
  const u = t.aiUse;
  const wanted = and(
    opening ? eq(u.openingId, opening) : undefined,
    candidate ? eq(u.candidateId, candidate) : undefined,
  );
  return store.as(actor.id, async (tables) => {
    const rows = await tables
      .select({
        use: u,
        openingTitle: t.opening.title,
        candidateName: t.candidate.name,
        question: t.openingItem.question,
      })
      .from(u)
      .innerJoin(t.opening, eq(t.opening.id, u.openingId))
      .innerJoin(t.candidate, eq(t.candidate.id, u.candidateId))
      .innerJoin(
        t.openingItem,
        and(eq(t.openingItem.openingId, u.openingId), eq(t.openingItem.questionId, u.questionId)),
      )
      .where(
        and(
          wanted,
          after
            ? or(lt(u.at, new Date(after[0])), and(eq(u.at, new Date(after[0])), lt(u.id, after[1])))
            : undefined,
        ),
      )
      .orderBy(desc(u.at), desc(u.id))
      .limit(limit + 1);
    const [all] = await tables.select({ n: count() }).from(u).where(wanted);
    const { items, nextCursor } = toPage(rows, limit, ({ use }) => [use.at.toISOString(), use.id]);
    return {
      items: items.map(
        ({ use: { questionId, ...use }, openingTitle, candidateName, question: { text } }) => ({
          ...use,
          at: use.at.toISOString(),
          openingTitle,
          candidateName,
          question: questionId,
          questionTitle: { 'zh-CN': text['zh-CN'].title, en: text.en.title },
        }),
      ),
      nextCursor,
      total: all?.n ?? 0,
    };
  });
}
