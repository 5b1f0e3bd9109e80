import type { z } from '@hono/zod-openapi';
import type { QuestionContent } from '@viva/bank';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type { StartProposal } from '../contract/authoring.ts';
import { conflict, notFound, Refusal } from '../errors.ts';
import { requireLead } from '../interview/permissions.ts';
import * as t from '../store/schema.ts';
import { currentBank, versionNumbers } from './current-bank.ts';
import { liveProposal, lockQuestion, takenIds, viewProposal } from './view-proposal.ts';

type Create = Extract<z.output<typeof StartProposal>, { create: unknown }>['create'];

/** A new question, with room for what every question has. */
function emptyContent({ id, area, kind, competency, title }: Create): QuestionContent {
  const text = (locale: 'zh-CN' | 'en'): QuestionContent['text']['en'] => ({
    title: title[locale],
    prompt: '',
    answer: '',
    anchors: ['', '', '', '', ''],
    probes: ['', '', ''],
    mistakes: ['', ''],
    fair: ['', ''],
  });
  return {
    id,
    area,
    kind,
    competency,
    difficulty: 3,
    minutes: 10,
    tags: [],
    sources: [],
    claims: [],
    text: { 'zh-CN': text('zh-CN'), en: text('en') },
  };
}

/**
 * Begins a draft from the version that new openings take, or from nothing. One is at work on a question at a time.
 * @throws Refusal 409 `being-edited` with the proposal that there is, 422 `id-taken`
 */
export async function startProposal(context: Context, actor: Actor, input: z.output<typeof StartProposal>) {
  requireLead(actor);
  const { store } = context;
  return store.as(actor.id, async (tables) => {
    const questionId = 'question' in input ? input.question : input.create.id;
    await lockQuestion(tables, questionId);
    const live = await liveProposal(tables, questionId);
    if (live)
      throw conflict(
        'being-edited',
        `${live.author.name} is at work on this question: only one proposal is open at a time.`,
        { current: live },
      );
    const id = store.newId();
    const now = store.clock();
    const common = {
      id,
      questionId,
      authorId: actor.id,
      state: 'draft' as const,
      revision: 1,
      savedAt: now,
      summary: '',
      createdAt: now,
      changedAt: now,
    };
    if ('question' in input) {
      const question = (await currentBank(context, tables)).questions.get(questionId);
      if (!question) throw notFound('question');
      const { hash, ...content } = question;
      const version = (await versionNumbers(context, tables, questionId, [hash])).get(hash) ?? 0;
      await tables
        .insert(t.proposal)
        .values({ ...common, baseVersion: version, baseHash: hash, base: content, content });
    } else {
      if ((await takenIds(context, tables)).has(questionId))
        throw new Refusal(422, 'id-taken', `The bank has, or had, a question called "${questionId}".`, {
          errors: [{ field: '/create/id', message: 'choose another' }],
        });
      await tables.insert(t.proposal).values({ ...common, content: emptyContent(input.create) });
    }
    await appendAudit(store, tables, {
      action: 'question.drafted',
      subject: `question/${questionId}`,
      detail: { proposal: id, isNew: 'create' in input },
    });
    return viewProposal(context, tables, id, actor);
  });
}
