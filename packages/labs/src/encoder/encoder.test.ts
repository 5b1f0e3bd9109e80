import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { runLab } from '../lab.ts';
import { createEncoderLab } from './lab.ts';
import { EncoderParams } from './params.ts';
import { chance, ranking } from './session.ts';
import { folderFiles } from './testing.ts';
import { type EncoderCorpus, SHIPPED_ENCODERS } from './world.ts';

const models = new URL('../../models/', import.meta.url);
const oracle = JSON.parse(await readFile(new URL('./oracle.json', import.meta.url), 'utf8')) as {
  probes: { padding: number; equivariance: number; rows: number };
  chance: { questions: number; right: number; value: number };
};
const question = (id: string, language: 'zh-CN' | 'en', text: string) =>
  ({ id, language, part: 'prompt', text }) as const;
const CORPUS: EncoderCorpus = {
  questions: [
    question('quantization', 'en', 'How does quantisation make a model smaller?'),
    question('quantization', 'zh-CN', '量化如何让模型变小？'),
    question('gan', 'en', 'How is a generative adversarial network trained?'),
    question('gan', 'zh-CN', '生成对抗网络如何训练？'),
  ],
  queries: [{ text: 'weights in four bits', ids: ['quantization'] }],
  heldOut: ['The model is trained on text, and the loss falls.', '模型在文本上训练，损失随之下降。'],
};
const lab = createEncoderLab({
  open: async (name) => folderFiles(fileURLToPath(new URL(name, models))),
  corpus: () => Promise.resolve(CORPUS),
});
const params = (change: Record<string, unknown> = {}) => EncoderParams.parse({ places: 20, ...change });

beforeAll(async () => {
  await startEngine('wasm');
});

describe('the encoder lab', () => {
  it.each(SHIPPED_ENCODERS)(
    'runs on %s: probes as theory has them, the same under the same seed',
    async (model) => {
      const { msPerText, ...measures } = await runLab(lab, params({ model }), { seed: 3 });
      const { msPerText: other, ...again } = await runLab(lab, params({ model }), { seed: 3 });
      expect(msPerText).toBeGreaterThan(0);
      expect(other).toBeGreaterThan(0);
      expect(again).toEqual(measures);
      expect(measures['padding.masked']!).toBeLessThan(oracle.probes.padding);
      expect(measures['padding.ignored']!).toBeGreaterThan(10 * oracle.probes.padding);
      expect(measures['order.withoutPositions']!).toBeLessThan(oracle.probes.equivariance);
      expect(measures['order.withPositions']!).toBeGreaterThan(100 * oracle.probes.equivariance);
      expect(measures['attention.sum']!).toBeLessThan(oracle.probes.rows);
      expect(measures['text.states']).toBe(measures['text.tokens']! * 64);
      expect(measures['mlm.accuracy']).not.toBeNull();
    },
  );

  it('shows attention by layer and head, guesses what is hidden, and finds neighbours once there are vectors', async () => {
    const session = await lab.begin(params({ text: 'the model is small [MASK]' }), 1);
    const first = await session.frame({ hide: [] });
    expect(first.tokens).toEqual(['[CLS]', 'the', 'model', 'is', 'small', '[MASK]', '[SEP]']);
    expect(first.attentions.map((layer) => layer.length)).toEqual([4 * 49, 4 * 49, 4 * 49]);
    expect(first.guesses.map(({ at, truth }) => [at, truth])).toEqual([[5, null]]);
    expect(first.neighbours).toEqual([]);
    await session.advance(4);
    const { guesses, neighbours, embedded } = await session.frame({ hide: [2, 99] });
    expect(guesses.map(({ at, truth }) => [at, truth?.token])).toEqual([
      [2, 'model'],
      [5, undefined],
    ]);
    for (const { options } of guesses) {
      const shares = options.map(({ probability }) => probability);
      expect(shares).toEqual([...shares].sort((a, b) => b - a));
    }
    expect(embedded).toBe(4);
    expect(new Set(neighbours.map(({ id }) => id))).toEqual(new Set(['quantization', 'gan']));
    session.dispose();
  });

  it('ranks a question by its best text, and knows what chance gets', () => {
    expect(ranking(CORPUS.questions, [0.1, 0.2, 0.9, 0])).toEqual(['gan', 'quantization']);
    const { questions, right, value } = oracle.chance;
    const ids = Array.from({ length: questions }, (_, at) => `q${at}`);
    const found = chance({
      questions: ids.map((id) => question(id, 'en', id)),
      queries: [{ text: 'x', ids: ids.slice(0, right) }],
      heldOut: [],
    });
    expect(found).toBeCloseTo(value, 12);
  });
});
