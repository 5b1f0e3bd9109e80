/** What tests of authoring share: content that passes its checks, and a way through to a published version. */
import type { QuestionContent } from '@viva/bank';
import type { Actor } from '../context.ts';
import type { World } from './world.ts';

/** Says something more in both languages, and stays within every check. */
export function reworded(content: QuestionContent, mark: number): QuestionContent {
  const next = structuredClone(content);
  next.text.en.fair[0] = `Version ${mark} of what should not be marked down in an answer.`;
  next.text['zh-CN'].fair[0] = `第 ${mark} 版：回答中不应扣分的地方。`;
  return next;
}

export const contentOf = (world: World, question: string): QuestionContent => {
  const found = world.context.bank.questions.get(question);
  if (!found) throw new Error(`the bank has no ${question}`);
  const { hash: _, ...content } = found;
  return structuredClone(content);
};

/** Draft, save, propose by one lead; publish by another. @returns the version's number and hash */
export async function publishChange(
  world: World,
  author: Actor,
  reviewer: Actor,
  question: string,
  change: (content: QuestionContent) => QuestionContent,
): Promise<{ version: number; hash: string; id: string }> {
  const api = world.as(author);
  const started = await api.startProposal({ body: { question } });
  const params = { id: started.id };
  const content = change(started.content as QuestionContent);
  const { revision } = await api.saveContent({ params, body: { content, baseRevision: started.revision } });
  const proposed = await api.propose({
    params,
    body: { summary: 'Says more plainly what is fair.', revision },
  });
  const hash = proposed.proposedHash ?? '';
  const done = await world.as(reviewer).publishProposal({ params, body: { hash } });
  return { version: done.version ?? 0, hash, id: started.id };
}
