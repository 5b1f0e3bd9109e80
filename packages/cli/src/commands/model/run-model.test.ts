/** Quantises the real model and runs what was written, where both the model and node-llama-cpp are at hand. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realModel } from '@viva/assistant/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { modelGenerate } from './generate.ts';
import { modelPerplexity, type PerplexityReport } from './perplexity.ts';
import { quantizeGguf } from './quantize-gguf.ts';

const { file: model, missing } = realModel('running a real model');

describe.skipIf(missing.length > 0)('a model that we quantised', () => {
  let folder: string;
  let file: string;
  const printed: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'viva-run-'));
    file = join(folder, 'q8_0.gguf');
    vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
    await quantizeGguf(model, file, { scheme: 'Q8_0', requantize: true, json: true });
  }, 120_000);
  afterAll(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true, force: true });
  });

  const last = <T>(): T => JSON.parse(printed.at(-1) ?? '') as T;
  const sampling = {
    temperature: '0',
    topK: '40',
    topP: '0.95',
    minP: '0.05',
    repeatPenalty: '1',
    context: '256',
    json: true,
  };

  it('generates, the same each time', async () => {
    const texts: string[] = [];
    for (let i = 0; i < 2; i += 1) {
      await modelGenerate(file, { ...sampling, prompt: 'The capital of France is', maxTokens: '12' });
      const answer = last<{ text: string; tokens: number; stopReason: string }>();
      expect(answer).toMatchObject({ tokens: 12, stopReason: 'maxTokens' });
      texts.push(answer.text);
    }
    expect(texts[0]).toContain('Paris');
    expect(texts[1]).toBe(texts[0]);
  }, 120_000);

  it('finds English likelier than nonsense', async () => {
    const measure = async (text: string) => {
      const path = join(folder, 'text.txt');
      await writeFile(path, text);
      await modelPerplexity(file, path, { context: '128', json: true });
      return last<PerplexityReport>().perplexity;
    };
    const english = await measure(
      'Water boils when it is heated to a temperature of one hundred degrees Celsius.',
    );
    const nonsense = await measure(
      'Celsius boils hundred heated of to degrees a when Water one temperature is it.',
    );
    expect(english).toBeGreaterThan(1);
    expect(english).toBeLessThan(100);
    expect(nonsense).toBeGreaterThan(5 * english);
  }, 120_000);
});
