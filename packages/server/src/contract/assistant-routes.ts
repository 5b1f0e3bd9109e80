/** Routes of the assistant. */
import { z } from '@hono/zod-openapi';
import * as assistant from './assistant.ts';
import { list, PageQuery, page } from './common.ts';
import { MOST_CHECKS } from './limits.ts';
import { route } from './route.ts';

const Done = z.object({ ok: z.literal(true) });

export const assistantRoutes = {
  assistantStatus: route({
    method: 'get',
    path: '/api/assistant',
    tag: 'Assistant',
    summary: 'Whether a language model is set up, and where text would go',
    response: assistant.AssistantStatus,
  }),
  setAssistant: route({
    method: 'put',
    path: '/api/assistant',
    tag: 'Assistant',
    summary: 'Name the language model (the owner alone)',
    body: assistant.ModelSetting,
    response: assistant.AssistantStatus,
  }),
  removeAssistant: route({
    method: 'delete',
    path: '/api/assistant',
    tag: 'Assistant',
    summary: 'Forget the model that was named here (the owner alone)',
    response: assistant.AssistantStatus,
  }),
  checkAssistant: route({
    method: 'post',
    path: '/api/assistant/check',
    tag: 'Assistant',
    summary: 'Try what the assistant will ask of the model (the owner alone)',
    response: list(assistant.ModelCheck, MOST_CHECKS),
  }),
  listChats: route({
    method: 'get',
    path: '/api/chats',
    tag: 'Assistant',
    summary: 'One’s own chats over the bank, the latest first',
    query: PageQuery,
    response: page(assistant.ChatSummary),
  }),
  beginChat: route({
    method: 'post',
    path: '/api/chats',
    tag: 'Assistant',
    summary: 'Ask the bank: an answer with citations, or none',
    body: assistant.AskBank,
    response: assistant.Chat,
    status: 201,
  }),
  chat: route({
    method: 'get',
    path: '/api/chats/{id}',
    tag: 'Assistant',
    summary: 'One of one’s own chats',
    response: assistant.Chat,
  }),
  continueChat: route({
    method: 'post',
    path: '/api/chats/{id}/turns',
    tag: 'Assistant',
    summary: 'Ask further in a chat',
    body: assistant.AskBank,
    response: assistant.Chat,
    status: 201,
  }),
  removeChat: route({
    method: 'delete',
    path: '/api/chats/{id}',
    tag: 'Assistant',
    summary: 'Remove a chat for good',
    response: Done,
  }),
  practiceKits: route({
    method: 'get',
    path: '/api/practice-kits',
    tag: 'Practice',
    summary: 'What can be practised',
    query: PageQuery,
    response: page(assistant.PracticeKit),
  }),
  listPractices: route({
    method: 'get',
    path: '/api/practices',
    tag: 'Practice',
    summary: 'One’s own practice interviews, the latest first; nobody else sees them',
    query: PageQuery,
    response: page(assistant.PracticeSummary),
  }),
  beginPractice: route({
    method: 'post',
    path: '/api/practices',
    tag: 'Practice',
    summary: 'Begin a practice interview',
    body: assistant.BeginPractice,
    response: assistant.Practice,
    status: 201,
  }),
  practice: route({
    method: 'get',
    path: '/api/practices/{id}',
    tag: 'Practice',
    summary: 'One of one’s own practice interviews',
    response: assistant.Practice,
  }),
  answerPractice: route({
    method: 'post',
    path: '/api/practices/{id}/answers',
    tag: 'Practice',
    summary: 'Answer the question or probe that was asked last',
    body: assistant.PracticeAnswer,
    response: assistant.Practice,
  }),
  skipPractice: route({
    method: 'post',
    path: '/api/practices/{id}/skip',
    tag: 'Practice',
    summary: 'End this question and go on to the next',
    response: assistant.Practice,
  }),
  removePractice: route({
    method: 'delete',
    path: '/api/practices/{id}',
    tag: 'Practice',
    summary: 'Remove a practice interview for good',
    response: Done,
  }),
};
