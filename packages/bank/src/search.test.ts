import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBank } from './load.ts';
import { searchBank, tokens } from './search.ts';
import type { Bank } from './types.ts';

let bank: Bank;
beforeAll(async () => {
  bank = await loadBank(fileURLToPath(new URL('../../../bank', import.meta.url)));
});

describe('tokens', () => {
  it('gives words and, for Chinese, pairs of characters', () => {
    expect(tokens('扩散模型 Diffusion')).toEqual(
      expect.arrayContaining(['扩散', '散模', '模型', 'diffusion']),
    );
  });
  it('folds case, plurals, widths and the two spellings', () => {
    expect(tokens('Quantisation')).toEqual(tokens('quantization'));
    expect(tokens('ＧＡＮ models')).toEqual(tokens('gan model'));
    expect(tokens('loss')).toEqual(['loss']);
  });
});

describe('searchBank', () => {
  const first: [query: string, id: string][] = [
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
  ];
  it.each(first)('finds %s', (query, id) => {
    expect(searchBank(bank, query)[0]?.id).toBe(id);
  });

  it('searches both languages and shows the one asked for', () => {
    const [english] = searchBank(bank, '双重量化', { locale: 'en' });
    expect(english?.title).toBe(bank.questions.get('quantization')?.text.en.title);
    expect(searchBank(bank, 'quantization')[0]?.title).toBe(english?.title);
  });

  it('puts the match into the snippet, without Markdown', () => {
    const snippet = searchBank(bank, 'NormalFloat')[0]?.snippet ?? '';
    expect(snippet).toContain('NormalFloat');
    expect(snippet).not.toMatch(/[*_`]/);
  });

  it('gives nothing for nothing', () => {
    for (const query of ['', '  ', '？！', 'xyzzyqux']) expect(searchBank(bank, query)).toEqual([]);
  });

  it('sorts by score, keeps the limit, names each question once and repeats itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 30 }), (noise, limit) => {
        const query = `模型 model ${noise}`;
        const results = searchBank(bank, query, { limit });
        expect(results.length).toBeLessThanOrEqual(limit);
        expect(new Set(results.map(({ id }) => id)).size).toBe(results.length);
        for (const [index, { score }] of results.entries()) {
          expect(score).toBeGreaterThan(0);
          expect(score).toBeLessThanOrEqual(results[index - 1]?.score ?? Number.POSITIVE_INFINITY);
        }
        expect(searchBank(bank, query, { limit })).toEqual(results);
      }),
      { numRuns: 50 },
    );
  });
});
