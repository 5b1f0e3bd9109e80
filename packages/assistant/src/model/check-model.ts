/** Tries what the assistant will ask of a model; only the first is indispensable. */
import { z } from 'zod';
import { ModelError } from '../errors.ts';
import type { LanguageModel } from './language-model.ts';
import { generateStructured } from './structured.ts';

export interface ModelCheck {
  item: 'answer' | 'stream' | 'json' | 'log-probabilities' | 'embeddings' | 'reranker' | 'context';
  /** `absent`: the model does not offer it, and nothing failed. */
  outcome: 'works' | 'repaired' | 'absent' | 'fails';
  /** Seconds of the answer. */
  seconds?: number;
  tokensPerSecond?: number;
  /** Whether tokens were counted by us rather than by the server. */
  estimated?: boolean;
  /** Pieces of the stream, tokens with log-probabilities, dimensions of a vector, or tokens of context. */
  count?: number;
  /** Why it fails. */
  problem?: string;
}

const user = (content: string) => [{ role: 'user' as const, content }];

/** @throws only when `signal` is aborted; what fails is part of the result */
export async function checkModel(model: LanguageModel, signal: AbortSignal): Promise<ModelCheck[]> {
  const checks: ModelCheck[] = [];
  const attempt = async (
    item: ModelCheck['item'],
    work: () => Promise<Omit<ModelCheck, 'item'>>,
  ): Promise<void> => {
    try {
      checks.push({ item, ...(await work()) });
    } catch (error) {
      if (signal.aborted) throw error;
      checks.push({ item, outcome: 'fails', problem: (error as Error).message });
    }
  };
  await attempt('answer', async () => {
    const began = performance.now();
    const { text, usage } = await model.generate(user('Count from 1 to 20, separated by spaces.'), {
      maxOutputTokens: 400,
      temperature: 0,
      signal,
    });
    const seconds = (performance.now() - began) / 1000;
    if (text.trim() === '') throw new ModelError('empty-answer', 'the answer is empty');
    return {
      outcome: 'works',
      seconds,
      tokensPerSecond: usage.outputTokens / seconds,
      estimated: usage.estimated,
    };
  });
  if (checks[0]?.outcome !== 'works') return checks;
  await attempt('stream', async () => {
    let count = 0;
    for await (const part of model.stream(user('Count from 1 to 20.'), { maxOutputTokens: 400, signal }))
      if (part.type === 'text') count++;
    return { outcome: 'works', count };
  });
  await attempt('json', async () => {
    const { repaired } = await generateStructured(
      model,
      user('Name the capital of France and the number of letters in its name.'),
      z.strictObject({ capital: z.string(), letters: z.int() }),
      { temperature: 0, maxOutputTokens: 400, signal },
    );
    return { outcome: repaired ? 'repaired' : 'works' };
  });
  await attempt('log-probabilities', async () => {
    if (!model.tokenLogProbabilities) return { outcome: 'absent' };
    const { tokens } = await model.tokenLogProbabilities(user('Say yes.'), { maxOutputTokens: 5, signal });
    return { outcome: 'works', count: tokens.length };
  });
  await attempt('embeddings', async () => {
    if (!model.embed) return { outcome: 'absent' };
    const { vectors } = await model.embed(['量化', 'quantisation'], { signal });
    return { outcome: 'works', count: vectors[0]?.length ?? 0 };
  });
  await attempt('reranker', async () => {
    if (!model.rerank) return { outcome: 'absent' };
    const { scores } = await model.rerank('量化', ['量化把权重换成整数', 'how to boil an egg'], { signal });
    return { outcome: 'works', count: scores.length };
  });
  await attempt('context', async () => {
    const count = (await model.contextTokens?.({ signal })) ?? null;
    return count === null ? { outcome: 'absent' } : { outcome: 'works', count };
  });
  return checks;
}
