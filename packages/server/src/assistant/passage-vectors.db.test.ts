import { type Passage, scriptedModel } from '@viva/assistant';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Driver } from '../store/driver.ts';
import { migrate } from '../store/migrate.ts';
import { freshDatabase } from '../testing/database.ts';
import { openPassageVectors, type PassageVectors, VectorsUnavailable } from './passage-vectors.ts';

let driver: Driver;
let vectors: PassageVectors | null = null;
beforeAll(async () => {
  driver = await freshDatabase();
  await migrate(driver);
  try {
    vectors = await openPassageVectors(driver);
  } catch (error) {
    if (!(error instanceof VectorsUnavailable) || driver.kind === 'pglite') throw error;
    console.warn(`SKIPPED: vectors in PostgreSQL. ${error.message}`);
  }
});
afterAll(() => driver.close());

const passage = (id: string, text: string): Passage => ({
  id,
  question: id,
  locale: 'en',
  section: 'answer',
  title: 'T',
  tags: [],
  text,
});
/** Counts letters: texts with the same letters are near. */
const byLetters = (text: string): number[] =>
  Array.from(
    { length: 26 },
    (_, at) => [...text.toLowerCase()].filter((letter) => letter.charCodeAt(0) === 97 + at).length + 0.01,
  );
const embedder = () => {
  const asked: string[] = [];
  const model = scriptedModel('', {
    embed: (text) => {
      asked.push(text);
      return byLetters(text);
    },
  });
  return { model, asked };
};
const of = async (text: string, limit = 3) =>
  (await vectors?.nearest('scripted', Float32Array.from(byLetters(text)), limit)) ?? [];

describe('vectors in the database', () => {
  it('are searched by cosine, and only changed passages are embedded again', async ({ skip }) => {
    if (!vectors) return skip();
    const { model, asked } = embedder();
    const passages = [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => passage(letter, letter.repeat(9)));
    const seen: number[] = [];
    const first = await vectors.update(model, passages, { onProgress: ({ done }) => seen.push(done) });
    expect(first).toEqual({ embedded: 26, kept: 0, removed: 0 });
    expect(seen).toEqual([16, 26]);
    const near = await of('kkkkk');
    expect(near[0]?.passage).toBe('k');
    expect(near[0]?.similarity).toBeGreaterThan(0.9);
    expect(near[1]?.similarity).toBeLessThan(near[0]?.similarity ?? 0);
    expect(await vectors.update(model, passages)).toEqual({ embedded: 0, kept: 26, removed: 0 });
    expect(asked).toHaveLength(26);
    const later = passages.slice(1).map((one) => (one.id === 'k' ? passage('k', 'yyyyyyyyyyyyyyy') : one));
    expect(await vectors.update(model, later)).toEqual({ embedded: 1, kept: 24, removed: 1 });
    expect((await of('kkkkk')).map((one) => one.passage)).not.toContain('k');
    expect((await of('aaaaa')).map((one) => one.passage)).not.toContain('a');
    expect((await of('yyy', 2)).map((one) => one.passage).sort()).toEqual(['k', 'y']);
  });

  it('of different models stay apart, whatever their names and dimensions', async ({ skip }) => {
    if (!vectors) return skip();
    const odd = { ...scriptedModel('', { embed: () => [1, 0, 0] }), id: "it's; DROP TABLE x" };
    expect((await vectors.update(odd, [passage('only', 'x')])).embedded).toBe(1);
    expect(await vectors.nearest(odd.id, Float32Array.from([1, 0, 0]), 5)).toEqual([
      { passage: 'only', similarity: 1 },
    ]);
    expect((await of('bbb', 50)).map((one) => one.passage)).not.toContain('only');
    expect(await vectors.nearest('nobody', Float32Array.from([1, 0, 0]), 5)).toEqual([]);
  });

  it('keep what was embedded when the model fails midway', async ({ skip }) => {
    if (!vectors) return skip();
    let calls = 0;
    const failing = {
      ...scriptedModel(''),
      id: 'failing',
      embed: async (texts: readonly string[]) => {
        if (++calls === 2) throw new Error('gone');
        return {
          vectors: texts.map(() => Float32Array.from([1, 2])),
          usage: { inputTokens: 0, outputTokens: 0, estimated: false },
        };
      },
    };
    const many = Array.from({ length: 40 }, (_, at) => passage(`p${at}`, `${at}`));
    await expect(vectors.update(failing, many)).rejects.toThrow('gone');
    expect(await vectors.update(failing, many)).toEqual({ embedded: 24, kept: 16, removed: 0 });
  });
});
