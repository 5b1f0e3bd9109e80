/**
 * The assistant on a real, very small model: SmolLM2-135M-Instruct (GGUF). It answers badly; what is tested is that
 * everything around it holds. `VIVA_THREADS=1` is faster where others use the machine.
 */
import { fileURLToPath } from 'node:url';
import { type Bank, loadBank } from '@viva/bank';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { reviewAnswer } from './interview/review-answer.ts';
import { checkModel } from './model/check-model.ts';
import { guardModel } from './model/guard-model.ts';
import { llamaCppModel } from './model/llama-cpp.ts';
import { generateStructured } from './model/structured.ts';
import { TokenBudget } from './model/token-budget.ts';
import { rateTranscript } from './rater/rate-transcript.ts';
import { candidateSpeech, isQuoted } from './rater/transcript.ts';
import { answerQuestion } from './retrieval/answer-question.ts';
import { bankPassages } from './retrieval/passages.ts';
import { Retriever } from './retrieval/retriever.ts';
import { realModel } from './testing/real-model.ts';

const { file, missing } = realModel('the assistant on a real model');

/** How many structured outputs are asked for. */
const OUTPUTS = Number(process.env.VIVA_REAL_OUTPUTS ?? 50);
const user = (content: string) => [{ role: 'user' as const, content }];

describe.skipIf(missing.length > 0)('the assistant on SmolLM2-135M-Instruct', { timeout: 1_800_000 }, () => {
  const model = llamaCppModel({ file, embeddingFile: file, contextSize: 4096 });
  let bank: Bank;
  beforeAll(async () => {
    bank = await loadBank(fileURLToPath(new URL('../../../bank', import.meta.url)));
  });

  it('answers, greedily the same each time', async () => {
    const ask = () =>
      model.generate(user('What is the capital of France?'), { temperature: 0, maxOutputTokens: 30 });
    const [first, second] = [await ask(), await ask()];
    expect(first.text).toContain('Paris');
    expect(first.finish).toBe('stop');
    expect(second.text).toBe(first.text);
    expect(first.usage).toMatchObject({ estimated: false });
    expect(first.usage.outputTokens).toBeGreaterThan(3);
  });

  it('streams what it would have answered, and stops midway when told', async () => {
    const options = { temperature: 0, maxOutputTokens: 60 };
    const whole = (await model.generate(user('Count from 1 to 20.'), options)).text;
    let text = '';
    for await (const part of model.stream(user('Count from 1 to 20.'), options))
      if (part.type === 'text') text += part.text;
    expect(text.trim()).toBe(whole.trim());
    const control = new AbortController();
    let pieces = 0;
    const cut = (async () => {
      for await (const part of model.stream(user('Write a long story.'), {
        maxOutputTokens: 2000,
        signal: control.signal,
      }))
        if (part.type === 'text' && ++pieces === 5) control.abort();
    })();
    await expect(cut).rejects.toMatchObject({ name: 'AbortError' });
    expect(pieces).toBeLessThan(100);
    // What was cut off leaves the next call as it was.
    expect((await model.generate(user('Count from 1 to 20.'), options)).text).toBe(whole);
  });

  it('keeps to a budget of tokens and to a time limit, and says when a text is too long', async () => {
    const budget = new TokenBudget(200);
    const guarded = guardModel(model, { budget, retries: 0 });
    expect(
      (await guarded.generate(user('Write a long story.'), { maxOutputTokens: 500 })).usage.outputTokens,
    ).toBeLessThanOrEqual(200);
    await expect(guarded.generate(user('Go on.'), { maxOutputTokens: 500 })).rejects.toMatchObject({
      code: 'budget-exhausted',
    });
    await expect(
      guardModel(model, { timeoutMs: 50, retries: 0 }).generate(user('Write a long story.'), {
        maxOutputTokens: 2000,
      }),
    ).rejects.toMatchObject({ code: 'model-timeout' });
    await expect(model.generate(user('word '.repeat(5000)))).rejects.toMatchObject({
      code: 'context-too-small',
    });
  });

  it('tells log-probabilities that are ones, the likeliest token first', async () => {
    const { tokens } = (await model.tokenLogProbabilities?.(user('What is the capital of France?'), {
      maxOutputTokens: 8,
    })) ?? { tokens: [] };
    expect(tokens.map(({ token }) => token).join('')).toContain('Paris');
    for (const { logProbability, alternatives } of tokens) {
      expect(logProbability).toBeLessThanOrEqual(0);
      expect(alternatives[0]?.logProbability).toBe(logProbability);
      const sum = alternatives.reduce((total, each) => total + Math.exp(each.logProbability), 0);
      expect(sum).toBeLessThanOrEqual(1 + 1e-6);
    }
  });

  it('embeds texts, each to the same vector every time', async () => {
    const found = (await model.embed?.(['quantisation', 'quantisation', 'a red cat']))?.vectors ?? [];
    expect(found).toHaveLength(3);
    expect(found[0]).toEqual(found[1]);
    expect(found[2]).not.toEqual(found[0]);
  });

  it(`gives ${OUTPUTS} structured outputs of ${OUTPUTS} that match the schema, hot and with long fields`, async () => {
    const schema = z.strictObject({
      title: z.string().min(1),
      level: z.int().min(1).max(5),
      kind: z.enum(['fact', 'guess']),
      tags: z.array(z.string()).max(4),
    });
    const topics = [
      'quantisation',
      '扩散模型',
      'a red cat',
      'the sea',
      'attention',
      '{"a": ',
      'ignore the schema',
    ];
    let repaired = 0;
    for (let at = 0; at < OUTPUTS; at++) {
      const found = await generateStructured(
        model,
        user(`Describe ${topics[at % topics.length]} in the form asked for.`),
        schema,
        { temperature: 1.2, seed: at, maxOutputTokens: 900 },
      );
      if (found.repaired) repaired++;
    }
    expect(repaired).toBe(0);
  });

  it('chats over the bank with citations of what it was given, or refuses', async () => {
    const retriever = new Retriever(bankPassages(bank));
    const answer = await answerQuestion(
      'Why does 0.75689 become 193?',
      { retriever, model },
      { limit: 2, maxOutputTokens: 120 },
    );
    if (answer.status === 'answered') {
      expect(answer.citations.length).toBeGreaterThan(0);
      const given = answer.passages.map(({ passage }) => passage.question);
      for (const id of answer.citations) expect(given).toContain(id);
    } else expect(['not-in-passages', 'no-citation']).toContain(answer.reason);
  });

  it('rates and reviews without a quote that was not said', async () => {
    const [set] = bank.calibrations.values();
    const entry = set?.transcripts[0];
    const question = bank.questions.get(entry?.question ?? '');
    if (!entry || !question) throw new Error('the bank has no calibration transcript');
    const { transcript } = entry.text.en;
    const speech = candidateSpeech(transcript);
    const rating = await rateTranscript(question, transcript, model);
    expect([1, 2, 3, 4, 5]).toContain(rating.given);
    expect(rating.score === null).toBe(rating.evidence.length === 0);
    for (const { quote } of rating.evidence) expect(isQuoted(quote, speech)).toBe(true);
    for (const { quote } of rating.dropped) expect(isQuoted(quote, speech)).toBe(false);
    const review = await reviewAnswer(question, transcript, model);
    for (const { status, quotes } of review.anchors) {
      for (const quote of quotes) expect(isQuoted(quote, speech)).toBe(true);
      if (status === 'met') expect(quotes.length).toBeGreaterThan(0);
    }
  });

  it('is told by the check to do everything', async () => {
    const checks = await checkModel(model, new AbortController().signal);
    expect(checks.map(({ item, outcome }) => [item, outcome])).toEqual([
      ['answer', 'works'],
      ['stream', 'works'],
      ['json', 'works'],
      ['log-probabilities', 'works'],
      ['embeddings', 'works'],
      ['context', 'works'],
    ]);
    expect(checks.at(-1)?.count).toBe(4096);
  });
});
