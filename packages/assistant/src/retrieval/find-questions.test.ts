import { fileURLToPath } from 'node:url';
import { loadBank } from '@viva/bank';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateRetrieval } from './evaluate.ts';
import { findQuestions } from './find-questions.ts';
import { loadQuerySet } from './query-set.ts';

const folder = fileURLToPath(new URL('../../../../bank', import.meta.url));
const bank = await loadBank(folder);
const first = async (query: string) => (await findQuestions(bank, query))[0]?.question.id;

describe('findQuestions', () => {
  it.each([
    ['双重量化', 'quantization'],
    ['NF4', 'quantization'],
    ['loss scaling bf16', 'mixed-precision'],
    ['损失缩放', 'mixed-precision'],
    ["let's think step by step", 'chain-of-thought'],
    ['思维树', 'chain-of-thought'],
    ['BERT', 'pretrained-encoders'],
    ['软提示', 'prompt-generalization'],
    ['ransomware', 'hospital-system-down'],
    ['单独同意', 'cross-border-data'],
    ['差分隐私', 'privacy-and-ethics'],
    // Misspelt, which words alone would not find.
    ['assymetric quantistion activatons', 'quantization'],
  ])('finds %s', async (query, id) => {
    expect(await first(query)).toBe(id);
  });

  it('searches both languages and shows a passage of the one asked for, without Markdown', async () => {
    const [english] = await findQuestions(bank, '双重量化', { locale: 'en' });
    expect(english?.question.id).toBe('quantization');
    expect(english?.snippet).toMatch(/^…?[^\u4e00-\u9fff]+…?$/);
    const [named] = await findQuestions(bank, 'NormalFloat');
    expect(named?.snippet).toContain('NormalFloat');
    expect(named?.snippet).not.toMatch(/[*_`]/);
  });

  it('gives nothing for nothing', async () => {
    for (const query of ['', '  ', '？！']) expect(await findQuestions(bank, query)).toEqual([]);
  });

  it('finds what was labelled, in either language', async () => {
    const test = (await loadQuerySet(folder, bank.questions)).filter(({ split }) => split === 'test');
    const rank = async (query: string) =>
      (await findQuestions(bank, query, { limit: 10 })).map(({ question }) => question.id);
    const report = await evaluateRetrieval(test, rank);
    expect(report.all.recallAt5).toBeGreaterThan(0.95);
    const chinese = await evaluateRetrieval(
      test.filter(({ text }) => /\p{Script=Han}/u.test(text)),
      rank,
    );
    const english = await evaluateRetrieval(
      test.filter(({ text }) => !/\p{Script=Han}/u.test(text)),
      rank,
    );
    expect(chinese.all.recallAt5).toBeGreaterThan(0.92);
    expect(english.all.recallAt5).toBeGreaterThan(0.92);
  });

  it('sorts by score, keeps the limit, names each question once and repeats itself', () =>
    fc.assert(
      fc.asyncProperty(fc.string(), fc.integer({ min: 1, max: 30 }), async (noise, limit) => {
        const query = `模型 model ${noise}`;
        const results = await findQuestions(bank, query, { limit });
        expect(results.length).toBeLessThanOrEqual(limit);
        expect(new Set(results.map(({ question }) => question.id)).size).toBe(results.length);
        for (const [index, { score }] of results.entries())
          expect(score).toBeLessThanOrEqual(results[index - 1]?.score ?? Number.POSITIVE_INFINITY);
        expect(await findQuestions(bank, query, { limit })).toEqual(results);
      }),
      { numRuns: 20 },
    ));
});
