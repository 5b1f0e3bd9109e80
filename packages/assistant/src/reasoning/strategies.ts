/** Ways of asking a model for the answer to a problem: at once, in steps, and in steps many times with a vote. */
import type { Locale } from '@viva/bank';
import { addUsage, type LanguageModel, type Message, NO_USAGE, type Usage } from '../model/language-model.ts';
import { type Prompt, renderPrompt } from '../prompts/prompt.ts';
import { REASONING_PROMPTS } from '../prompts/reasoning-prompts.ts';
import { inParallel } from './in-parallel.ts';

export interface Reasoned {
  /** What stands after the last "Answer:"; null where the model gave none. */
  answer: string | null;
  /** Texts of the model, in order. */
  thoughts: string[];
  calls: number;
  usage: Usage;
}

/** A problem with the answer that a model should give, steps and all. */
export interface Example {
  problem: string;
  answer: string;
}

export interface ReasonOptions {
  /** Shown before the problem, as earlier turns (few-shot). */
  examples?: readonly Example[];
  locale?: Locale;
  /** Other words for the prompt, as `viva prompts check` tries them. */
  template?: Prompt;
  maxOutputTokens?: number;
  temperature?: number;
  seed?: number;
  signal?: AbortSignal;
}

export interface SelfConsistencyOptions extends ReasonOptions {
  /** Chains to draw. Default 5. */
  samples?: number;
  /** Calls at once. Default 4. */
  concurrency?: number;
  /** Answers with the same key are one answer. Default: without case and white space. */
  key?: (answer: string) => string;
  onProgress?: (done: number, total: number) => void;
}

/**
 * The text after the last "Answer:", on its line; else after a last "the answer is", which small models write whatever they
 * are told. Reasoning between `<think>` tags is passed over.
 */
export function readAnswer(text: string): string | null {
  const lines = text.replace(/<think>[\s\S]*?<\/think>/g, '').split('\n');
  const marks = [
    /(?:answer|答案)\s*\**\s*[:：]\s*\**\s*(.+?)\s*\**\s*$/i,
    /(?:\bthe answer is|答案是|答案为)\s*\**\s*(.+?)\s*\**[.。]?\s*$/i,
  ];
  lines.reverse();
  for (const mark of marks)
    for (const line of lines) {
      const found = mark.exec(line);
      if (found?.[1]) return found[1];
    }
  return null;
}

const settings = ({ maxOutputTokens, temperature, seed, signal }: ReasonOptions) => ({
  ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  ...(temperature === undefined ? {} : { temperature }),
  ...(seed === undefined ? {} : { seed }),
  ...(signal ? { signal } : {}),
});

async function once(
  id: 'direct' | 'chain-of-thought',
  problem: string,
  model: LanguageModel,
  options: ReasonOptions,
): Promise<Reasoned> {
  const render = (text: string) =>
    renderPrompt(options.template ?? REASONING_PROMPTS[id], options.locale ?? 'en', { problem: text });
  const [system, ...rest] = render(problem);
  const shown = (options.examples ?? []).flatMap((example): Message[] => [
    ...render(example.problem).slice(1),
    { role: 'assistant', content: example.answer },
  ]);
  const messages = [...(system ? [system] : []), ...shown, ...rest];
  const { text, usage } = await model.generate(messages, settings(options));
  return { answer: readAnswer(text), thoughts: [text], calls: 1, usage };
}

/** The answer at once. Greedy unless a temperature is given. */
export const direct = (
  problem: string,
  model: LanguageModel,
  options: ReasonOptions = {},
): Promise<Reasoned> => once('direct', problem, model, { temperature: 0, maxOutputTokens: 200, ...options });

/** Steps, then the answer (Wei et al. 2022; without examples, Kojima et al. 2022). Greedy unless told otherwise. */
export const chainOfThought = (
  problem: string,
  model: LanguageModel,
  options: ReasonOptions = {},
): Promise<Reasoned> =>
  once('chain-of-thought', problem, model, { temperature: 0, maxOutputTokens: 1500, ...options });

export interface SelfConsistent extends Reasoned {
  /** How many chains ended in each answer, most first; ties in the order of their first chain. */
  votes: { answer: string; count: number }[];
}

/**
 * Several chains drawn at a temperature, and the answer that most of them reach (Wang et al. 2023).
 * Chains without an answer do not vote. Each has a seed of its own when one is given.
 */
export async function selfConsistency(
  problem: string,
  model: LanguageModel,
  options: SelfConsistencyOptions = {},
): Promise<SelfConsistent> {
  const { samples = 5, concurrency = 4, onProgress, seed, temperature = 0.7 } = options;
  const key = options.key ?? ((answer: string) => answer.toLowerCase().replace(/\s+/g, ''));
  let done = 0;
  const chains = await inParallel(
    Array.from({ length: samples }, (_, at) => at),
    concurrency,
    async (at) => {
      const chain = await chainOfThought(problem, model, {
        ...options,
        temperature,
        ...(seed === undefined ? {} : { seed: seed + at }),
      });
      onProgress?.(++done, samples);
      return chain;
    },
  );
  const votes = new Map<string, { answer: string; count: number }>();
  for (const { answer } of chains) {
    if (answer === null) continue;
    const vote = votes.get(key(answer)) ?? { answer, count: 0 };
    vote.count++;
    votes.set(key(answer), vote);
  }
  const ranked = [...votes.values()].sort((a, b) => b.count - a.count);
  return {
    answer: ranked[0]?.answer ?? null,
    votes: ranked,
    thoughts: chains.flatMap(({ thoughts }) => thoughts),
    calls: chains.length,
    usage: chains.reduce((sum, chain) => addUsage(sum, chain.usage), NO_USAGE),
  };
}

export interface BestOfOptions extends ReasonOptions {
  /** Answers to draw at most. Default 5. */
  samples?: number;
  /** Draws chains of thought, or answers at once. Default `chain-of-thought`. */
  by?: 'direct' | 'chain-of-thought';
  /** The verifier: whether an answer is right. */
  accepts: (answer: string) => boolean;
}

export interface BestOf extends Reasoned {
  /** Whether the verifier took the answer. */
  accepted: boolean;
}

/**
 * Draws one answer after another until a verifier takes one (best of n with a perfect verifier, so success is pass@n).
 * Where none is taken, the last answer is given, not accepted.
 */
export async function bestOf(problem: string, model: LanguageModel, options: BestOfOptions): Promise<BestOf> {
  const { samples = 5, by = 'chain-of-thought', accepts, seed, temperature = 0.7 } = options;
  const ask = by === 'direct' ? direct : chainOfThought;
  const found: BestOf = { answer: null, thoughts: [], calls: 0, usage: NO_USAGE, accepted: false };
  for (let at = 0; at < samples && !found.accepted; at++) {
    const one = await ask(problem, model, {
      ...options,
      temperature,
      ...(seed === undefined ? {} : { seed: seed + at }),
    });
    found.answer = one.answer ?? found.answer;
    found.thoughts.push(...one.thoughts);
    found.calls += one.calls;
    found.usage = addUsage(found.usage, one.usage);
    found.accepted = one.answer !== null && accepts(one.answer);
  }
  return found;
}
