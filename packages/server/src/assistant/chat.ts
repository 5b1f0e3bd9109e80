/** Chats over the bank: answers with citations, or a refusal; seen by nobody but the person who asked. */

import type { z } from '@hono/zod-openapi';
import { answerQuestion, type BankAnswer, type LanguageModel, totalTokens } from '@viva/assistant';
import type { Bank, Locale } from '@viva/bank';
import { and, asc, desc, eq, lt, max, or } from 'drizzle-orm';
import { currentBank } from '../authoring/current-bank.ts';
import type { Actor, Context } from '../context.ts';
import type { AskBank, Chat, ChatAnswer, ChatSummary } from '../contract/assistant.ts';
import { MOST_TURNS } from '../contract/limits.ts';
import { notFound, Refusal } from '../errors.ts';
import { readCursor, toPage } from '../interview/paging.ts';
import { requireTeam } from '../interview/permissions.ts';
import type { Place } from '../keys/seal.ts';
import { personal, place } from '../keys/sealed-columns.ts';
import * as t from '../store/schema.ts';
import type { Store, Tables } from '../store/store.ts';
import { refuse } from './models.ts';

/** Shown where there is no model, or below an answer. */
const SHOWN = 6;
const TITLE = 80;

type Answer = z.infer<typeof ChatAnswer>;

/** @param before the question asked before, in the same chat: "and why?" is looked up together with it */
async function ask(
  { models }: Context,
  bank: Bank,
  model: LanguageModel | null,
  question: string,
  before: string | null,
  locale: Locale,
  signal: AbortSignal,
): Promise<Answer> {
  const retriever = await models.retriever(bank, model, signal);
  const titled = (id: string) => ({ question: id, title: bank.questions.get(id)?.text[locale].title ?? id });
  const toPassages = (found: BankAnswer['passages']) =>
    found.slice(0, SHOWN).map(({ passage }) => ({
      question: passage.question,
      title: passage.title,
      section: passage.section,
      text: passage.text,
    }));
  if (!model) {
    const look = async (text: string) =>
      (await retriever.search(text, { limit: 2 * SHOWN, signal })).filter(
        ({ passage }) => passage.locale === locale,
      );
    let found = await look(question);
    if (found.length === 0 && before) found = await look(`${before} ${question}`);
    return {
      status: found.length > 0 ? 'passages' : 'refused',
      reason: found.length > 0 ? null : 'nothing-found',
      text: null,
      citations: [],
      passages: toPassages(found),
      model: null,
      tokens: 0,
    };
  }
  let answer = await answerQuestion(question, { retriever, model }, { locale, signal });
  if (answer.status === 'refused' && before)
    answer = await answerQuestion(`${before}\n${question}`, { retriever, model }, { locale, signal });
  return {
    status: answer.status,
    reason: answer.status === 'refused' ? answer.reason : null,
    text: answer.status === 'answered' ? answer.text : null,
    citations: answer.status === 'answered' ? answer.citations.map(titled) : [],
    passages: toPassages(answer.passages),
    model: model.id,
    tokens: totalTokens(answer.usage),
  };
}

async function findChat(tables: Tables, id: string) {
  const [row] = await tables.select().from(t.chat).where(eq(t.chat.id, id));
  if (!row) throw notFound('chat');
  return row;
}

async function view({ vault }: Store, tables: Tables, id: string): Promise<z.infer<typeof Chat>> {
  const chat = await findChat(tables, id);
  const turns = await tables
    .select()
    .from(t.chatTurn)
    .where(eq(t.chatTurn.chatId, id))
    .orderBy(asc(t.chatTurn.ordinal));
  const subject = personal(chat.personId);
  const keys = await vault.load([subject]);
  return {
    id,
    title: keys.open(subject, place('chat', 'title', id), chat.title),
    updatedAt: chat.updatedAt.toISOString(),
    turns: turns.map(({ ordinal, question, answer, askedAt }) => ({
      question: keys.open(subject, place('chat_turn', 'question', id, ordinal), question),
      answer:
        typeof answer === 'string'
          ? (JSON.parse(keys.open(subject, place('chat_turn', 'answer', id, ordinal), answer)) as Answer)
          : answer,
      askedAt: askedAt.toISOString(),
    })),
  };
}

export async function listChats(
  { store }: Context,
  actor: Actor,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: z.infer<typeof ChatSummary>[]; nextCursor: string | null }> {
  requireTeam(actor);
  const after = readCursor(cursor);
  const rows = await store.as(actor.id, (tables) =>
    tables
      .select()
      .from(t.chat)
      .where(
        after
          ? or(
              lt(t.chat.updatedAt, new Date(after[0])),
              and(eq(t.chat.updatedAt, new Date(after[0])), lt(t.chat.id, after[1])),
            )
          : undefined,
      )
      .orderBy(desc(t.chat.updatedAt), desc(t.chat.id))
      .limit(limit + 1),
  );
  const { items, nextCursor } = toPage(rows, limit, (row) => [row.updatedAt.toISOString(), row.id]);
  const subject = personal(actor.id);
  const keys = await store.vault.load([subject]);
  return {
    items: items.map(({ id, title, updatedAt }) => ({
      id,
      title: keys.open(subject, place('chat', 'title', id), title),
      updatedAt: updatedAt.toISOString(),
    })),
    nextCursor,
  };
}

export async function viewChat({ store }: Context, actor: Actor, id: string) {
  requireTeam(actor);
  return store.as(actor.id, (tables) => view(store, tables, id));
}

/**
 * Asks, and keeps question and answer together: a question whose answer failed leaves nothing behind.
 * @throws Refusal 404, 409, 502; the signal's reason where the asker went away
 */
export async function askBank(
  context: Context,
  actor: Actor,
  chatId: string | null,
  { question, locale = /\p{Script=Han}/u.test(question) ? 'zh-CN' : 'en' }: z.output<typeof AskBank>,
  signal: AbortSignal,
): Promise<z.infer<typeof Chat>> {
  requireTeam(actor);
  const { store, models } = context;
  const { bank, model, before } = await store.as(actor.id, async (tables) => {
    if (chatId) await findChat(tables, chatId);
    const [last] = chatId
      ? await tables
          .select({ question: t.chatTurn.question, ordinal: t.chatTurn.ordinal })
          .from(t.chatTurn)
          .where(eq(t.chatTurn.chatId, chatId))
          .orderBy(desc(t.chatTurn.ordinal))
          .limit(1)
      : [];
    const { state } = await models.status(tables);
    return {
      bank: await currentBank(context, tables),
      model: state === 'none' ? null : await models.model(tables),
      before: last
        ? await store.vault.open(
            personal(actor.id),
            place('chat_turn', 'question', chatId ?? '', last.ordinal),
            last.question,
          )
        : null,
    };
  });
  const answer = await ask(context, bank, model, question, before, locale, signal).catch((error: unknown) => {
    if (signal.aborted) throw new Refusal(409, 'cancelled', 'The question was taken back.');
    return refuse(error);
  });
  return store.as(actor.id, async (tables) => {
    const now = store.clock();
    const id = chatId ?? store.newId();
    const seal = (where: Place, text: string) => store.vault.seal(personal(actor.id), where, text);
    if (chatId) {
      await findChat(tables, chatId);
      await tables.update(t.chat).set({ updatedAt: now }).where(eq(t.chat.id, chatId));
    } else
      await tables.insert(t.chat).values({
        id,
        personId: actor.id,
        title: await seal(
          place('chat', 'title', id),
          question.length > TITLE ? `${question.slice(0, TITLE)}…` : question,
        ),
        createdAt: now,
        updatedAt: now,
      });
    const [last] = await tables
      .select({ ordinal: max(t.chatTurn.ordinal) })
      .from(t.chatTurn)
      .where(eq(t.chatTurn.chatId, id));
    const ordinal = (last?.ordinal ?? 0) + 1;
    if (ordinal > MOST_TURNS)
      throw new Refusal(409, 'chat-full', `A chat holds at most ${MOST_TURNS} questions. Begin another.`);
    await tables.insert(t.chatTurn).values({
      chatId: id,
      ordinal,
      personId: actor.id,
      question: await seal(place('chat_turn', 'question', id, ordinal), question),
      answer: await seal(place('chat_turn', 'answer', id, ordinal), JSON.stringify(answer)),
      askedAt: now,
    });
    return view(store, tables, id);
  });
}

export async function removeChat({ store }: Context, actor: Actor, id: string): Promise<void> {
  requireTeam(actor);
  await store.as(actor.id, async (tables) => {
    await findChat(tables, id);
    await tables.delete(t.chatTurn).where(eq(t.chatTurn.chatId, id));
    await tables.delete(t.chat).where(eq(t.chat.id, id));
  });
}
