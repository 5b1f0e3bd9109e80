/** Reranking in the retriever: linear always, by a cross-encoder where there is one. */
import { fileURLToPath } from 'node:url';
import { type Bank, loadBank } from '@viva/bank';
import { beforeAll, expect, it } from 'vitest';
import { ModelError } from '../../errors.ts';
import { evaluateRetrieval } from '../evaluate.ts';
import { bankPassages, type Passage } from '../passages.ts';
import { loadQuerySet } from '../query-set.ts';
import { Retriever } from '../retriever.ts';
import { FEATURES, questionFeatures } from './question-features.ts';
import { RERANKED, rerankCandidates, toCandidates } from './rank-candidates.ts';

const folder = fileURLToPath(new URL('../../../../../bank', import.meta.url));
let bank: Bank;
let passages: Passage[];
let retriever: Retriever;
beforeAll(async () => {
  bank = await loadBank(folder);
  passages = bankPassages(bank);
  retriever = new Retriever(passages);
});

const USAGE = { inputTokens: 0, outputTokens: 0, estimated: false };

it('keeps every candidate, and those beyond its reach where they were', async () => {
  for (const query of [
    'double quantisation',
    '模式崩塌的成因与缓解',
    'the',
    'trust_remote_code 有什么风险',
    '??',
  ]) {
    const before = toCandidates(await retriever.rank(query, { limit: 400 }));
    const after = rerankCandidates(query, [], before);
    expect(new Set(after)).toEqual(new Set(before));
    expect(after.slice(RERANKED)).toEqual(before.slice(RERANKED));
  }
});

it('describes candidates by numbers between 0 and 1', async () => {
  const query = 'why does 0.75689 become 193 with int8 量化';
  const candidates = toCandidates(await retriever.rank(query, { limit: 200 })).slice(0, RERANKED);
  const terms = [{ words: ['193'], weight: 2, certainty: 1 }];
  const rows = questionFeatures(query, terms, candidates);
  for (const row of rows) {
    expect(row).toHaveLength(FEATURES.length);
    for (const value of row) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
  }
  const of = (name: (typeof FEATURES)[number], question: string) =>
    rows[candidates.findIndex((one) => one.question === question)]?.[FEATURES.indexOf(name)];
  // The number that the question is about stands in its text, and in hardly any other.
  expect(of('exact', 'quantization')).toBe(1);
  expect(of('union', 'quantization')).toBe(1);
});

it('is better than the first stage on the development queries that it was fitted on', async () => {
  const dev = (await loadQuerySet(folder, bank.questions)).filter(({ split }) => split === 'dev');
  const measure = (rerank: boolean) =>
    evaluateRetrieval(dev, (query) => retriever.rankQuestions(query, 10, undefined, rerank));
  const [plain, reranked] = [await measure(false), await measure(true)];
  expect(reranked.all.mrr).toBeGreaterThan(plain.all.mrr);
  expect(reranked.all.ndcgAt10).toBeGreaterThan(plain.all.ndcgAt10);
});

it('lets a cross-encoder order the best fifty passages, and questions by their best', async () => {
  const crossed = new Retriever(passages);
  const query = 'quantisation of weights';
  const first = await crossed.rank(query, { limit: 80 });
  const asked: { query: string; texts: readonly string[] }[] = [];
  crossed.useReranker({
    rerank: async (about, texts) => {
      asked.push({ query: about, texts });
      // The other way round.
      return { scores: texts.map((_, at) => at), usage: USAGE };
    },
  });
  const again = await crossed.rank(query, { limit: 80 });
  expect(asked[0]?.query).toBe(query);
  expect(asked[0]?.texts).toHaveLength(50);
  expect(asked[0]?.texts[0]).toContain(first[0]?.passage.text);
  const ids = (list: typeof first) => list.map(({ passage }) => passage.id);
  expect(ids(again).slice(0, 50)).toEqual(ids(first).slice(0, 50).reverse());
  expect(ids(again).slice(50)).toEqual(ids(first).slice(50));
  expect(again.every(({ score }, at) => at === 0 || score <= (again[at - 1]?.score ?? 0))).toBe(true);
  expect((await crossed.rankQuestions(query))[0]).toBe(again[0]?.passage.question);
  // A short list is read as deep.
  expect(ids(await crossed.rank(query, { limit: 5 }))).toEqual(ids(again).slice(0, 5));
});

it('goes on without a cross-encoder that fails, and ends with the signal', async () => {
  const crossed = new Retriever(passages);
  const query = 'quantisation of weights';
  const without = [await crossed.rank(query), await crossed.rankQuestions(query)];
  crossed.useReranker({ rerank: () => Promise.reject(new ModelError('encoder', 'gone')) });
  expect([await crossed.rank(query), await crossed.rankQuestions(query)]).toEqual(without);
  const control = new AbortController();
  crossed.useReranker({
    rerank: () => {
      control.abort(new Error('left'));
      return Promise.reject(control.signal.reason);
    },
  });
  await expect(crossed.rank(query, { signal: control.signal })).rejects.toThrow('left');
  crossed.useReranker({ rerank: () => Promise.reject(new TypeError('a fault of ours')) });
  await expect(crossed.rank(query)).rejects.toThrow(TypeError);
});
