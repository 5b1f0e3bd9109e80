/** The two trained transformers behind the assistant's interface: one answers at once, the other writes steps first. */
import type { GenerateOptions, Generation, LanguageModel, Message } from '@viva/assistant/reasoning';
import { streamOf } from '../engine/random.ts';
import type { Point } from '../transformer/batch.ts';
import type { TransformerConfig } from '../transformer/config.ts';
import { generate } from '../transformer/decoder.ts';
import type { Tokenizer } from '../transformer/tokenizer.ts';

export interface TinyPair {
  config: TransformerConfig;
  tokenizer: Tokenizer;
  direct: () => Point;
  worked: () => Point;
  seed: number;
}

interface Waiting {
  prompt: number[];
  worked: boolean;
  temperature: number;
  settle: (said: number[]) => void;
  fail: (error: unknown) => void;
}

/**
 * Which of the two is asked shows in the system prompt, as it would to a large model. Calls that are made together are
 * generated together, since rows of one batch cost little more than one alone.
 */
export function tinyModel({ config, tokenizer, direct, worked, seed }: TinyPair): LanguageModel {
  let waiting: Waiting[] = [];
  let rounds = 0;
  const flush = (): void => {
    const all = waiting;
    waiting = [];
    rounds++;
    for (const isWorked of [false, true])
      for (const temperature of new Set(all.map((one) => one.temperature))) {
        const own = all.filter((one) => one.worked === isWorked && one.temperature === temperature);
        if (own.length === 0) continue;
        try {
          const said = generate(
            config,
            isWorked ? worked() : direct(),
            own.map(({ prompt }) => prompt),
            {
              tokens: config.context - Math.max(...own.map(({ prompt }) => prompt.length)),
              stop: tokenizer.special('end'),
              temperature,
              random: streamOf(seed, `sampling ${rounds} ${isWorked} ${temperature}`),
            },
          );
          for (const [at, { settle }] of own.entries()) settle(said[at] as number[]);
        } catch (error) {
          for (const { fail } of own) fail(error);
        }
      }
  };
  const ask = async (messages: readonly Message[], options: GenerateOptions = {}): Promise<Generation> => {
    options.signal?.throwIfAborted();
    const isWorked = /numbered steps|分步解题/.test(messages[0]?.content ?? '');
    const prompt = tokenizer.encode(`${messages.at(-1)?.content ?? ''}>`);
    const said = await new Promise<number[]>((settle, fail) => {
      waiting.push({ prompt, worked: isWorked, temperature: options.temperature ?? 0, settle, fail });
      if (waiting.length === 1) queueMicrotask(flush);
    });
    const text = tokenizer.decode(said);
    const cut = text.lastIndexOf(';');
    const answer = text.slice(cut + 1);
    return {
      // The answer stands after the last semicolon; the strategies look for a line of its own.
      text: `${isWorked ? `${text.slice(0, Math.max(0, cut))}\n` : ''}Answer: ${answer}`,
      finish: 'stop',
      // The sign that ends a row is written too.
      usage: { inputTokens: prompt.length, outputTokens: said.length + 1, estimated: false },
    };
  };
  return {
    id: 'tiny-transformer',
    host: null,
    generate: ask,
    async *stream(messages, options) {
      const { text, finish, usage } = await ask(messages, options);
      yield { type: 'text', text };
      yield { type: 'end', finish, usage };
    },
  };
}
