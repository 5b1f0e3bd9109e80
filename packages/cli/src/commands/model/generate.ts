/** `viva model generate`: text from a GGUF model, as it comes. */
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { isWord, say } from './gguf-words.ts';
import type { GenerationOptions, RuntimeOptions } from './llama-runtime.ts';
import { withModels } from './open-model.ts';
import { readNumber, readThreads, withInterrupt } from './options.ts';

export interface GenerateOptions extends RuntimeOptions {
  prompt: string;
  chat?: boolean;
  system?: string;
  temperature: string;
  topK: string;
  topP: string;
  minP: string;
  repeatPenalty: string;
  maxTokens: string;
  seed?: string;
  context: string;
  threads?: string;
  stop?: string[];
  json?: boolean;
}

export async function modelGenerate(path: string, options: GenerateOptions): Promise<void> {
  const locale = language(options.lang);
  if (options.prompt.length === 0) throw new CommandFailure('--prompt is empty.', 2);
  if (options.system !== undefined && !options.chat)
    throw new CommandFailure('--system belongs to a chat; add --chat.', 2);
  const penalty = readNumber('--repeat-penalty', options.repeatPenalty, { min: 0.01, max: 10 });
  const seed =
    options.seed === undefined
      ? Math.floor(Math.random() * 2 ** 31)
      : readNumber('--seed', options.seed, { min: 0, max: 2 ** 32 - 1, integer: true });
  const sampling = {
    temperature: readNumber('--temperature', options.temperature, { min: 0, max: 100 }),
    topK: readNumber('--top-k', options.topK, { min: 0, integer: true }),
    topP: readNumber('--top-p', options.topP, { min: 0, max: 1 }),
    minP: readNumber('--min-p', options.minP, { min: 0, max: 1 }),
    seed,
  };
  const maxTokens = readNumber('--max-tokens', options.maxTokens, { min: 1, integer: true });
  const contextSize = readNumber('--context', options.context, { min: 8, integer: true });
  const threads = readThreads(options.threads);

  await withInterrupt((signal) =>
    withModels([path], locale, options, signal, async ({ library, models }) => {
      const [model] = models;
      if (!model) throw new Error('no model was loaded');
      const context = await model.createContext({
        contextSize: Math.min(contextSize, model.trainContextSize),
        threads,
      });
      const sequence = context.getSequence();
      let tokens = 0;
      let first = 0;
      const begun = performance.now();
      const generation: GenerationOptions = {
        ...sampling,
        maxTokens,
        repeatPenalty: penalty === 1 ? false : { penalty, lastTokens: 64 },
        signal,
        stopOnAbortSignal: true,
        ...(options.stop ? { customStopTriggers: options.stop } : {}),
        onTextChunk: (text) => {
          if (!options.json) process.stdout.write(text);
        },
        onToken: (list) => {
          if (tokens === 0) first = performance.now();
          tokens += list.length;
        },
      };
      let text: string;
      let reason: string;
      if (options.chat) {
        const { system } = options;
        const chat = new library.LlamaChatSession({
          contextSequence: sequence,
          ...(system === undefined ? {} : { systemPrompt: system }),
        });
        const answer = await chat.promptWithMeta(options.prompt, generation);
        text = answer.responseText;
        reason = answer.stopReason;
      } else {
        const completion = new library.LlamaCompletion({ contextSequence: sequence });
        const answer = await completion.generateCompletionWithMeta(options.prompt, generation);
        text = answer.response;
        reason = answer.metadata.stopReason;
      }
      const ended = performance.now();
      // The first token's time is that of reading the prompt; the rate is of the tokens after it.
      const rate = tokens > 1 ? ((tokens - 1) * 1000) / (ended - first) : null;
      const seconds = (ended - begun) / 1000;
      if (options.json) {
        const parameters = {
          ...sampling,
          repeatPenalty: penalty,
          maxTokens,
          context: context.contextSize,
          chat: options.chat ?? false,
        };
        const body = {
          model: path,
          text,
          tokens,
          seconds,
          tokensPerSecond: rate,
          stopReason: reason,
          parameters,
        };
        console.log(JSON.stringify(body, null, 2));
      } else {
        process.stdout.write('\n');
        const named = `stop.${reason === 'customStopTrigger' ? 'stop' : reason}`;
        const why = isWord(named) ? say(locale, named) : reason;
        const values = {
          tokens,
          seconds: seconds.toFixed(1),
          rate: rate === null ? '–' : rate.toFixed(1),
          reason: why,
        };
        console.error(say(locale, 'generated', values));
      }
    }),
  );
}
