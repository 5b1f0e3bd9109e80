import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { requireCrossEncoder, scorePair } from './cross-encoder.ts';
import { openEncoder } from './model/open-encoder.ts';
import { folderFiles } from './testing.ts';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const open = async (name: string) => openEncoder(await folderFiles(fixture(name)));
beforeAll(async () => {
  await startEngine();
});

it('reads pairs and scores them as Python transformers does, within 1e-5, cut texts too', async () => {
  const { pairs } = JSON.parse(await readFile(fixture('tiny-cross-encoder.golden.json'), 'utf8')) as {
    pairs: { query: string; text: string; ids: number[]; score: number }[];
  };
  const encoder = await open('tiny-cross-encoder');
  expect(pairs.length).toBeGreaterThanOrEqual(6);
  for (const { query, text, ids, score } of pairs) {
    expect(encoder.tokenizer.encode(query, { pair: text, maxLength: 12 }).ids).toEqual(ids);
    const found = await scorePair(encoder, query, text);
    expect(Math.abs(found.score - score), `${query} | ${text}`).toBeLessThan(1e-5);
    expect(found.read).toBe(ids.length);
  }
  encoder.dispose();
});

it('refuses a model without such a head, and says which to open', async () => {
  const encoder = await open('tiny-bert');
  expect(() => requireCrossEncoder(encoder)).toThrow(/has no head that scores pairs.*ms-marco-MiniLM/);
  await expect(scorePair(encoder, 'the', 'model')).rejects.toMatchObject({ code: 'unsupported-model' });
  expect(() => encoder.model.classify(new Float32Array(16))).toThrow(/classifier\.weight/);
  encoder.dispose();
});
