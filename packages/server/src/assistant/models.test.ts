import { fileURLToPath } from 'node:url';
import { type RelevanceScores, scriptedModel } from '@viva/assistant';
import { type Bank, loadBank } from '@viva/bank';
import { beforeAll, expect, it } from 'vitest';
import { createModels } from './models.ts';

let bank: Bank;
beforeAll(async () => {
  bank = await loadBank(fileURLToPath(new URL('../../../../bank', import.meta.url)));
});

it('lets the cross-encoder of the model that is asked read passages again, and none without it', async () => {
  const asked: string[] = [];
  const rerank = async (query: string, texts: readonly string[]): Promise<RelevanceScores> => {
    asked.push(query);
    return {
      scores: texts.map((_, at) => at),
      usage: { inputTokens: 0, outputTokens: 0, estimated: false },
    };
  };
  const models = createModels();
  const { signal } = new AbortController();
  const plain = await models.retriever(bank, null, signal);
  const first = await plain.rank('double quantisation', { limit: 50 });
  expect(asked).toEqual([]);
  const read = await models.retriever(bank, { ...scriptedModel(''), rerank }, signal);
  const again = await read.rank('double quantisation', { limit: 50 });
  expect(asked).toEqual(['double quantisation']);
  expect(again.map(({ passage }) => passage.id)).toEqual(first.map(({ passage }) => passage.id).reverse());
  const after = await models.retriever(bank, scriptedModel(''), signal);
  expect(await after.rank('double quantisation', { limit: 50 })).toEqual(first);
  expect(asked).toHaveLength(1);
});
