import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StructuredOutputError } from '../errors.ts';
import type { Message } from './language-model.ts';
import { scriptedModel } from './scripted-model.ts';
import { extractJson, generateStructured } from './structured.ts';

const Score = z.strictObject({ score: z.int().min(1).max(5), quotes: z.array(z.string()) });
const ASK: Message[] = [{ role: 'user', content: 'Score this.' }];

describe('extractJson', () => {
  it('finds an object bare, fenced, among words and after reasoning', () => {
    const value = { score: 3, quotes: ['a } in a "string"'] };
    const json = JSON.stringify(value);
    for (const text of [
      json,
      `\`\`\`json\n${json}\n\`\`\``,
      `Here it is: ${json} I hope it helps {really}.`,
      `<think>maybe {"score": 1, "quotes": []}</think>${json}`,
      `An empty set {} of … no: {x} and ${json}`.replace('{}', '{ y }'),
    ])
      expect(extractJson(text)).toEqual(value);
    expect(extractJson('no braces')).toBeUndefined();
    expect(extractJson('{"score": 3, "quo')).toBeUndefined();
  });

  it('returns any object among any words without brackets', () => {
    const words = fc.string().map((text) => text.replace(/[[\]{}"<>]/g, ''));
    fc.assert(
      fc.property(words, fc.dictionary(fc.string(), fc.jsonValue()), words, (before, value, after) => {
        expect(extractJson(`${before}${JSON.stringify(value)}${after}`)).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });
});

describe('generateStructured', () => {
  it('gives the value when the first answer fits', async () => {
    const model = scriptedModel(['{"score": 4, "quotes": ["x"]}']);
    const { value, repaired } = await generateStructured(model, ASK, Score);
    expect(value).toEqual({ score: 4, quotes: ['x'] });
    expect(repaired).toBe(false);
    expect(model.calls[0]?.options.jsonSchema).toMatchObject({ type: 'object' });
  });

  it('sends an answer back once, naming the field, and counts both', async () => {
    const model = scriptedModel(['{"score": 9, "quotes": []}', '{"score": 5, "quotes": []}']);
    const { value, repaired, usage } = await generateStructured(model, ASK, Score);
    expect(value.score).toBe(5);
    expect(repaired).toBe(true);
    const correction = model.calls[1]?.messages.at(-1)?.content ?? '';
    expect(correction).toContain('score:');
    expect(usage.outputTokens).toBeGreaterThan(8);
  });

  it('says what was wrong after the second', async () => {
    const model = scriptedModel(['I would give it a four.', '{"quotes": []}']);
    const error = await generateStructured(model, ASK, Score).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StructuredOutputError);
    expect((error as StructuredOutputError).issues.join()).toContain('score');
    expect(model.calls).toHaveLength(2);
  });
});
