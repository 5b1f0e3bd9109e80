/** The assistant: its model, chats over the bank, practice interviews. */
import { askBank, listChats, removeChat, viewChat } from '../assistant/chat.ts';
import { assistantStatus, checkAssistant, removeAssistant, setAssistant } from '../assistant/set-model.ts';
import type { Context } from '../context.ts';
import { pageOf } from '../interview/paging.ts';
import {
  answerPractice,
  beginPractice,
  listPractices,
  practiceKits,
  removePractice,
  skipPractice,
  viewPractice,
} from '../practice/practice.ts';
import type { Handlers } from './exchange.ts';

const done = { ok: true as const };

export const assistantHandlers = (context: Context) =>
  ({
    assistantStatus: (_, { actor }) => assistantStatus(context, actor),
    setAssistant: ({ body }, { actor }) => setAssistant(context, actor, body),
    removeAssistant: (_, { actor }) => removeAssistant(context, actor),
    checkAssistant: async (_, { actor, signal }) => ({
      items: await checkAssistant(context, actor, signal),
    }),
    listChats: ({ query }, { actor }) => listChats(context, actor, query),
    chat: ({ params }, { actor }) => viewChat(context, actor, params.id),
    beginChat: ({ body }, { actor, signal }) => askBank(context, actor, null, body, signal),
    continueChat: ({ params, body }, { actor, signal }) => askBank(context, actor, params.id, body, signal),
    removeChat: async ({ params }, { actor }) => {
      await removeChat(context, actor, params.id);
      return done;
    },
    practiceKits: async ({ query }, { actor }) =>
      pageOf(await practiceKits(context, actor), query, ({ id }) => id),
    listPractices: ({ query }, { actor }) => listPractices(context, actor, query),
    practice: ({ params }, { actor }) => viewPractice(context, actor, params.id),
    beginPractice: ({ body }, { actor }) => beginPractice(context, actor, body),
    answerPractice: ({ params, body }, { actor, signal }) =>
      answerPractice(context, actor, params.id, body.answer, signal),
    skipPractice: ({ params }, { actor }) => skipPractice(context, actor, params.id),
    removePractice: async ({ params }, { actor }) => {
      await removePractice(context, actor, params.id);
      return done;
    },
  }) satisfies Partial<Handlers>;
