import { describe, expect, it } from 'vitest';
import { ModelError } from '../errors.ts';
import { guardModel } from './guard-model.ts';
import type { LanguageModel, Message } from './language-model.ts';
import { scriptedModel } from './scripted-model.ts';
import { TokenBudget } from './token-budget.ts';

const ASK: Message[] = [{ role: 'user', content: 'What is NF4?' }];
const busy = (retryAfterMs: number | null = null) =>
  new ModelError('model-busy', 'busy', { retryable: true, retryAfterMs });
const instantly = { sleep: async () => {}, random: () => 0.5 };
const collect = async (model: LanguageModel, signal?: AbortSignal): Promise<string> => {
  let text = '';
  for await (const part of model.stream(ASK, signal ? { signal } : {}))
    if (part.type === 'text') text += part.text;
  return text;
};

describe('guardModel', () => {
  it('tries again what may pass, waiting longer each time, and as long as the server asks', async () => {
    const waits: number[] = [];
    const model = scriptedModel([busy(), busy(3000), 'yes']);
    const guarded = guardModel(model, { ...instantly, onRetry: (_, __, wait) => waits.push(wait) });
    expect((await guarded.generate(ASK)).text).toBe('yes');
    expect(waits).toEqual([250, 3000]);
  });

  it('gives up after the retries, on what cannot pass, and on a server that asks for too long', async () => {
    const often = scriptedModel([busy(), busy(), busy(), 'never']);
    await expect(guardModel(often, instantly).generate(ASK)).rejects.toMatchObject({ code: 'model-busy' });
    expect(often.calls).toHaveLength(3);
    const wrong = scriptedModel([new ModelError('model-refused', 'no such model'), 'never']);
    await expect(guardModel(wrong, instantly).generate(ASK)).rejects.toMatchObject({ code: 'model-refused' });
    expect(wrong.calls).toHaveLength(1);
    const later = scriptedModel([busy(3_600_000), 'never']);
    await expect(guardModel(later, instantly).generate(ASK)).rejects.toMatchObject({ code: 'model-busy' });
    expect(later.calls).toHaveLength(1);
  });

  it('does not hide faults of the program behind retries', async () => {
    const model = scriptedModel([new TypeError('ours'), 'never']);
    await expect(guardModel(model, instantly).generate(ASK)).rejects.toThrow('ours');
    expect(model.calls).toHaveLength(1);
  });

  it('ends a slow answer by itself, even of a model that ignores its signal', async () => {
    const deaf: LanguageModel = {
      ...scriptedModel('x'),
      generate: () => new Promise(() => {}),
    };
    const guarded = guardModel(deaf, { ...instantly, timeoutMs: 20, retries: 1 });
    await expect(guarded.generate(ASK)).rejects.toMatchObject({ code: 'model-timeout', retryable: true });
  });

  it('cancels at once, without a retry', async () => {
    const model = scriptedModel('late', { delayMs: 10_000 });
    const control = new AbortController();
    const answer = guardModel(model, instantly).generate(ASK, { signal: control.signal });
    control.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    expect(model.calls.length).toBeLessThanOrEqual(1);
  });

  it('streams the whole text; retries before the first piece only', async () => {
    const model = scriptedModel([busy(), 'NF4 has sixteen levels.']);
    expect(await collect(guardModel(model, instantly))).toBe('NF4 has sixteen levels.');
    const breaking: LanguageModel = {
      ...scriptedModel('x'),
      async *stream() {
        yield { type: 'text', text: 'half' };
        throw busy();
      },
    };
    await expect(collect(guardModel(breaking, instantly))).rejects.toMatchObject({ code: 'model-busy' });
  });

  it('cancels a stream, and a stalled one by itself', async () => {
    const control = new AbortController();
    const slow = guardModel(scriptedModel('a long answer that takes time', { delayMs: 15 }), instantly);
    setTimeout(() => control.abort(), 40);
    await expect(collect(slow, control.signal)).rejects.toMatchObject({ name: 'AbortError' });
    const stalled: LanguageModel = {
      ...scriptedModel('x'),
      async *stream() {
        yield { type: 'text', text: 'half' };
        await new Promise(() => {});
      },
    };
    await expect(collect(guardModel(stalled, { ...instantly, timeoutMs: 20 }))).rejects.toMatchObject({
      code: 'model-timeout',
    });
  });
});

describe('TokenBudget', () => {
  it('counts what was used, cuts an answer to what is left, and refuses when nothing is', async () => {
    const budget = new TokenBudget(40);
    const model = scriptedModel('a few words here');
    const guarded = guardModel(model, { ...instantly, budget });
    const { usage } = await guarded.generate(ASK);
    expect(budget.spent).toBe(usage.inputTokens + usage.outputTokens);
    expect(model.calls[0]?.options.maxOutputTokens).toBe(40 - usage.inputTokens);
    await guarded.generate(ASK);
    await guarded.generate(ASK);
    await expect(
      (async () => {
        for (let i = 0; i < 10; i++) await guarded.generate(ASK);
      })(),
    ).rejects.toMatchObject({ code: 'budget-exhausted' });
    expect(budget.spent).toBeLessThanOrEqual(40);
  });

  it('holds the limit over calls that run at once', async () => {
    const budget = new TokenBudget(60);
    const model = guardModel(scriptedModel('one two three four', { delayMs: 5 }), { ...instantly, budget });
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => model.generate(ASK, { maxOutputTokens: 8 })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect(budget.spent).toBeLessThanOrEqual(60);
    expect(budget.left).toBe(60 - budget.spent);
  });

  it('gives back what a failed call had held', async () => {
    const budget = new TokenBudget(100);
    const model = guardModel(scriptedModel([new ModelError('x', 'x')]), { budget });
    await expect(model.generate(ASK)).rejects.toThrow();
    expect(budget.left).toBe(100);
  });
});
