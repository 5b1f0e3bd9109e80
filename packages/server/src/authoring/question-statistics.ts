/** What ratings say of a question, over every opening that asked it: revealed candidates and first ratings only. */
import { createHash } from 'node:crypto';
import type { z } from '@hono/zod-openapi';
import { type ItemReport, itemReport, type TimedRating } from '@viva/stats';
import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type { QuestionStatistics } from '../contract/authoring.ts';
import { type Named, speaker } from '../decision/say.ts';
import { notFound } from '../errors.ts';
import { requireLead } from '../interview/permissions.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { currentBank, versionNumbers } from './current-bank.ts';

type Statistics = z.infer<typeof QuestionStatistics>;

const SCALE = { min: 1, max: 5 };
const MOST_KEPT = 32;
const kept = new Map<string, ItemReport>();

/** The report on the same ratings is kept: several people look at one page, and refitting takes its time. */
function reportOnce(ratings: readonly TimedRating[], items: readonly string[]): ItemReport {
  const key = createHash('sha256')
    .update(JSON.stringify([ratings, items]))
    .digest('base64');
  const report = kept.get(key) ?? itemReport(ratings, items, SCALE);
  kept.delete(key);
  kept.set(key, report);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return report;
}

/**
 * First ratings of revealed candidates in openings that ask the question. The join on `reveal` leaves out one's own
 * sealed ratings too, which row-level security alone would show: a figure must be the same for every reader.
 */
async function readRevealed(tables: Tables, question: string) {
  const openings = await tables
    .select({ id: t.openingItem.openingId })
    .from(t.openingItem)
    .where(eq(t.openingItem.questionId, question));
  if (openings.length === 0) return [];
  return tables
    .select({
      openingId: t.rating.openingId,
      candidateId: t.rating.candidateId,
      candidate: t.candidate.name,
      raterId: t.rating.raterId,
      rater: t.person.name,
      question: t.rating.questionId,
      hash: t.openingItem.questionHash,
      pinned: t.openingItem.question,
      score: t.rating.score,
      at: t.rating.createdAt,
    })
    .from(t.rating)
    .innerJoin(t.reveal, eq(t.reveal.candidateId, t.rating.candidateId))
    .innerJoin(t.candidate, eq(t.candidate.id, t.rating.candidateId))
    .innerJoin(t.person, eq(t.person.id, t.rating.raterId))
    .innerJoin(
      t.openingItem,
      and(eq(t.openingItem.openingId, t.rating.openingId), eq(t.openingItem.questionId, t.rating.questionId)),
    )
    .where(
      and(
        eq(t.rating.kind, 'first'),
        inArray(
          t.rating.openingId,
          openings.map(({ id }) => id),
        ),
      ),
    )
    .orderBy(asc(t.rating.createdAt), asc(t.rating.id));
}

export async function questionStatistics(
  context: Context,
  actor: Actor,
  question: string,
): Promise<Statistics> {
  requireLead(actor);
  const { rows, known, numbers } = await context.store.as(actor.id, async (tables) => {
    const found = await readRevealed(tables, question);
    const hashes = [...new Set(found.flatMap((row) => (row.question === question ? [row.hash] : [])))];
    const published = await tables
      .select({ id: t.questionVersion.questionId })
      .from(t.questionVersion)
      .where(eq(t.questionVersion.questionId, question))
      .limit(1);
    return {
      rows: found,
      known: (await currentBank(context, tables)).questions.has(question) || published.length > 0,
      numbers: await versionNumbers(context, tables, question, hashes),
    };
  });
  if (!known && rows.length === 0) throw notFound('question');
  // Outside the transaction: the embedded database has one connection, and others wait for it.
  const nameOf = (row: (typeof rows)[number]): string => `${row.question}@${row.hash}`;
  const own = rows.filter((row) => row.question === question);
  const scored = own.filter(({ score }) => score !== null);
  const names = [...new Set(own.map(nameOf))];
  const report = reportOnce(
    rows.flatMap((row) =>
      row.score === null
        ? []
        : [
            {
              person: row.candidateId,
              rater: row.raterId,
              item: nameOf(row),
              score: row.score,
              at: row.at.getTime(),
            },
          ],
    ),
    names,
  );
  const say = speaker({
    items: distinct(rows, nameOf).map((row) => ({ question: nameOf(row), title: titleOf(row) })),
    candidates: distinct(rows, ({ candidateId }) => candidateId).map((row) => ({
      id: row.candidateId,
      name: row.candidate,
    })),
    raters: distinct(rows, ({ raterId }) => raterId).map((row) => ({ id: row.raterId, name: row.rater })),
  });
  const raterNames = new Map(own.map(({ raterId, rater }) => [raterId, rater]));
  const count = (of: (row: (typeof own)[number]) => string) => new Set(scored.map(of)).size;
  return {
    basis: report.basis,
    openings: count(({ openingId }) => openingId),
    candidates: count(({ candidateId }) => candidateId),
    raters: count(({ raterId }) => raterId),
    ratings: scored.length,
    notAsked: own.length - scored.length,
    statements: report.statements.map(({ code, level, params }) => ({
      code,
      level,
      text: say.statement(code, params),
    })),
    versions: report.versions.map(({ item, ...version }) => {
      const hash = item.slice(item.indexOf('@') + 1);
      return { hash, version: numbers.get(hash) ?? null, ...version };
    }),
    anchors: report.scores.map(({ score, ...rest }) => ({ point: score, ...rest })),
    people: report.raters.map(({ id, ...rest }) => ({
      raterId: id,
      name: raterNames.get(id) ?? '',
      ...rest,
    })),
    split: report.split === null ? null : new Date(report.split).toISOString(),
  };
}

const titleOf = ({
  pinned: { text },
}: {
  pinned: { text: Record<'zh-CN' | 'en', { title: string }> };
}): Named => ({
  'zh-CN': text['zh-CN'].title,
  en: text.en.title,
});

function distinct<T>(rows: readonly T[], keyOf: (row: T) => string): T[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}
