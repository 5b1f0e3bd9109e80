/** The figures of parallel forms, and of questions written with them, are worked out here, in both languages. */
import { expect, it } from 'vitest';
import { bank, says } from './testing/answers.ts';
import { LOCALES } from './types.ts';

function parallelSays(id: string, ...pieces: string[]): void {
  for (const locale of LOCALES)
    for (const piece of pieces)
      expect(bank.questions.get(id)?.text[locale].parallel, `${id}, ${locale}`).toContain(piece);
}

it('budgets Llama 2 13B on 24 GB', () => {
  const linear = 40 * (4 * 5120 ** 2 + 3 * 5120 * 13824);
  const tables = 2 * 32_000 * 5120;
  expect(((linear + tables) * 2) / 1e9).toBeCloseTo(26, 0);
  const four = (linear * (4 + 8 / 64 + 32 / (64 * 256))) / 8 / 1e9;
  expect([four.toFixed(1), (four + (tables * 2) / 1e9).toFixed(1)]).toEqual(['6.5', '7.2']);
  const token = 2 * 40 * 40 * (5120 / 40) * 2;
  expect([token / 1024, ((token * 4096) / 1e9).toFixed(1)]).toEqual([800, '3.4']);
  expect(Math.floor((24 - 7.2 - 1.5) / 3.36)).toBe(4);
  parallelSays('quantized-pipeline-review', '26 GB', '6.5 GB', '7.2 GB', '800 KiB', '3.4 GB', '1.5 GB');
});

it('counts the characters that BERT cuts', () => {
  const length = (text: string) => [...text].length + 2;
  expect([length('今天发烧'), length('昨天开始咳嗽，夜里加重')]).toEqual([6, 13]);
  parallelSays('pretrained-encoders', '2 × 13 × 768', `${13 - 6}`);
});

it('finds the ceiling of mending retrieval, and of mending generation', () => {
  expect(108 + 8).toBe(116);
  expect([Math.round((100 * 108) / 130), ((130 + 8) / 200) * 100]).toEqual([83, 69]);
  expect((100 * Math.sqrt((0.58 * 0.42) / 200)).toFixed(1)).toBe('3.5');
  says('rag-triage', '108/130 = 83', '(130 + 8)/200', '3.5');
});
