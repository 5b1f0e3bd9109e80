/**
 * Practice interviews. They belong to the person who practises: no lead, owner or interviewer can read them, and nothing
 * of them enters an opening. Questions of an opening that the person applies to are left out.
 */

import type { z } from '@hono/zod-openapi';
import {
  answerPractice as answerRound,
  beginPractice as beginRound,
  type Practice as Round,
} from '@viva/assistant';
import type { Bank, Kit, Question } from '@viva/bank';
import { and, desc, eq, lt, ne, or } from 'drizzle-orm';
import { refuse } from '../assistant/models.ts';
import { practiceBank } from '../authoring/current-bank.ts';
import type { Actor, Context } from '../context.ts';
import type { BeginPractice, Practice, PracticeKit, PracticeSummary } from '../contract/assistant.ts';
import { conflict, notFound, Refusal } from '../errors.ts';
import { readCursor, toPage } from '../interview/paging.ts';
import { personal } from '../keys/sealed-columns.ts';
import * as t from '../store/schema.ts';
import type { Store, Tables } from '../store/store.ts';
import { openPractice, type PracticeRow, sealRounds } from './sealed-rounds.ts';

type Row = PracticeRow;

const both = <T>(of: (locale: 'zh-CN' | 'en') => T) => ({ 'zh-CN': of('zh-CN'), en: of('en') });
const titleOf = (kit: Kit) => both((locale) => kit.text[locale].title);

/** Questions that this person will be, or is being, asked for real. */
async function reserved(tables: Tables, actor: Actor): Promise<Set<string>> {
  const rows = await tables
    .select({ question: t.openingItem.questionId })
    .from(t.openingItem)
    .innerJoin(t.opening, eq(t.opening.id, t.openingItem.openingId))
    .innerJoin(t.candidate, eq(t.candidate.openingId, t.opening.id))
    .where(and(eq(t.candidate.personId, actor.id), ne(t.opening.status, 'closed')));
  return new Set(rows.map(({ question }) => question));
}

function practisable(bank: Bank, kit: Kit, without: ReadonlySet<string>): Question[] {
  return kit.items.flatMap(({ question: id }) => {
    const question = bank.questions.get(id);
    return question && !without.has(id) ? [question] : [];
  });
}

function toRound(bank: Bank, { question: id, locale, turns, done, review }: Round) {
  const question = bank.questions.get(id);
  const text = question?.text[locale];
  return {
    question: id,
    title: text?.title ?? id,
    competency: question?.competency ?? '',
    turns: turns.map(({ speaker, text: said }) => ({ speaker, text: said })),
    done,
    // Feedback comes when the question is over: earlier, it would answer the probes.
    review:
      done && review
        ? {
            level: review.level,
            anchors: review.anchors.map((anchor) => ({
              ...anchor,
              text: text?.anchors[anchor.anchor - 1] ?? '',
            })),
          }
        : null,
    lab: question?.lab ? { id: question.lab.id, params: { ...question.lab.params } } : null,
  };
}

const view = (bank: Bank, row: Row): z.infer<typeof Practice> => ({
  id: row.id,
  kit: row.kitId,
  kitTitle: row.kitTitle,
  locale: row.locale,
  createdAt: row.createdAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
  // Questions that are still to come are not shown.
  rounds: row.rounds.slice(0, current(row.rounds) + 1).map((round) => toRound(bank, round)),
});

/** The place of the round that is under way; the last where all are done. */
const current = (rounds: readonly Round[]): number => {
  const at = rounds.findIndex(({ done }) => !done);
  return at < 0 ? rounds.length - 1 : at;
};

async function find({ vault }: Store, tables: Tables, id: string): Promise<Row> {
  const [row] = await tables.select().from(t.practice).where(eq(t.practice.id, id));
  if (!row) throw notFound('practice interview');
  return openPractice(await vault.load([personal(row.personId)]), row);
}

export async function practiceKits(context: Context, actor: Actor): Promise<z.infer<typeof PracticeKit>[]> {
  const { bank, without } = await context.store.as(actor.id, async (tables) => ({
    bank: await practiceBank(context, tables),
    without: await reserved(tables, actor),
  }));
  return [...bank.kits.values()].map((kit) => ({
    id: kit.id,
    title: titleOf(kit),
    questions: practisable(bank, kit, without).length,
  }));
}

export async function listPractices(
  context: Context,
  actor: Actor,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: z.infer<typeof PracticeSummary>[]; nextCursor: string | null }> {
  const after = readCursor(cursor);
  const { bank, rows } = await context.store.as(actor.id, async (tables) => ({
    bank: await practiceBank(context, tables),
    rows: await tables
      .select()
      .from(t.practice)
      .where(
        after
          ? or(
              lt(t.practice.createdAt, new Date(after[0])),
              and(eq(t.practice.createdAt, new Date(after[0])), lt(t.practice.id, after[1])),
            )
          : undefined,
      )
      .orderBy(desc(t.practice.createdAt), desc(t.practice.id))
      .limit(limit + 1),
  }));
  const keys = await context.store.vault.load([personal(actor.id)]);
  const { items, nextCursor } = toPage(
    rows.map((row) => openPractice(keys, row)),
    limit,
    (row) => [row.createdAt.toISOString(), row.id],
  );
  return {
    items: items.map((row) => ({
      id: row.id,
      kitTitle: row.kitTitle,
      createdAt: row.createdAt.toISOString(),
      finishedAt: row.finishedAt?.toISOString() ?? null,
      rounds: row.rounds.slice(0, current(row.rounds) + 1).map((round) => {
        const { question, title, competency, done, review } = toRound(bank, round);
        return { question, title, competency, done, level: review?.level ?? null };
      }),
    })),
    nextCursor,
  };
}

/**
 * Those practised least come first, then the kit's own order.
 * @throws Refusal 404 for an unknown kit, 409 `nothing-to-practise`
 */
export async function beginPractice(
  context: Context,
  actor: Actor,
  { kit: kitId, locale, questions: count }: z.output<typeof BeginPractice>,
): Promise<z.infer<typeof Practice>> {
  const { store } = context;
  return store.as(actor.id, async (tables) => {
    const bank = await practiceBank(context, tables);
    const kit = bank.kits.get(kitId);
    if (!kit) throw notFound('kit');
    const open = practisable(bank, kit, await reserved(tables, actor));
    if (open.length === 0)
      throw conflict(
        'nothing-to-practise',
        'Every question of this kit belongs to an interview that you applied for. Choose another kit.',
      );
    const keys = await store.vault.load([personal(actor.id)]);
    const earlier = (await tables.select().from(t.practice)).map((row) => openPractice(keys, row));
    const times = new Map<string, number>();
    for (const { rounds } of earlier)
      for (const { question } of rounds) times.set(question, (times.get(question) ?? 0) + 1);
    const chosen = open
      .map((question, place) => ({ question, place, times: times.get(question.id) ?? 0 }))
      .sort((a, b) => a.times - b.times || a.place - b.place)
      .slice(0, count);
    const row: Row = {
      id: store.newId(),
      personId: actor.id,
      kitId,
      kitTitle: titleOf(kit),
      locale,
      rounds: chosen.map(({ question }) => beginRound(question, locale)),
      revision: 1,
      createdAt: store.clock(),
      finishedAt: null,
    };
    await tables
      .insert(t.practice)
      .values({ ...row, rounds: await sealRounds(store.vault, actor.id, row.id, row.rounds) });
    return view(bank, row);
  });
}

export async function viewPractice(context: Context, actor: Actor, id: string) {
  return context.store.as(actor.id, async (tables) =>
    view(await practiceBank(context, tables), await find(context.store, tables, id)),
  );
}

/** Keeps a changed round, unless another request has changed the practice meanwhile. */
async function keep(context: Context, actor: Actor, row: Row, round: Round) {
  const { store } = context;
  const at = current(row.rounds);
  const rounds = row.rounds.map((one, place) => (place === at ? round : one));
  const finishedAt = rounds.every(({ done }) => done) ? store.clock() : null;
  const sealed = await sealRounds(store.vault, row.personId, row.id, rounds);
  return store.as(actor.id, async (tables) => {
    const changed = await tables
      .update(t.practice)
      .set({ rounds: sealed, finishedAt, revision: row.revision + 1 })
      .where(and(eq(t.practice.id, row.id), eq(t.practice.revision, row.revision)))
      .returning({ id: t.practice.id });
    if (changed.length === 0)
      throw conflict('changed', 'This practice interview went on elsewhere meanwhile. Reload it.');
    return view(await practiceBank(context, tables), {
      ...row,
      rounds,
      finishedAt,
      revision: row.revision + 1,
    });
  });
}

const underWay = (row: Row): Round => {
  const round = row.rounds[current(row.rounds)];
  if (!round || round.done)
    throw conflict('practice-done', 'This practice interview has ended. Begin another one.');
  return round;
};

/**
 * The answer is reviewed, and the probe that it calls for is asked, or the question ends with feedback. Where the model
 * fails nothing is kept, and the answer can be sent again.
 * @throws Refusal 404; 409 where it has ended, went on elsewhere, or no model is set up; 502
 */
export async function answerPractice(
  context: Context,
  actor: Actor,
  id: string,
  answer: string,
  signal: AbortSignal,
): Promise<z.infer<typeof Practice>> {
  const { store, models } = context;
  const { row, model, bank } = await store.as(actor.id, async (tables) => {
    const found = await find(store, tables, id);
    underWay(found);
    return {
      row: found,
      model: await models.model(tables),
      bank: await practiceBank(context, tables),
    };
  });
  const round = underWay(row);
  const question = bank.questions.get(round.question);
  if (!question) throw conflict('question-gone', 'This question is no longer in the bank. Skip it to go on.');
  const next = await answerRound(round, question, answer, model, { signal }).catch((error: unknown) => {
    if (signal.aborted) throw new Refusal(409, 'cancelled', 'The answer was taken back.');
    return refuse(error);
  });
  return keep(context, actor, row, next);
}

/** Ends the question under way; what was said keeps its feedback. */
export async function skipPractice(context: Context, actor: Actor, id: string) {
  const row = await context.store.as(actor.id, (tables) => find(context.store, tables, id));
  return keep(context, actor, row, { ...underWay(row), done: true });
}

export async function removePractice({ store }: Context, actor: Actor, id: string): Promise<void> {
  await store.as(actor.id, async (tables) => {
    await find(store, tables, id);
    await tables.delete(t.practice).where(eq(t.practice.id, id));
  });
}
