/** A model that says what it is told to: for tests, and to try a set-up without a model. */
import { ModelError } from '../errors.ts';
import {
  type Embeddings,
  estimateMessages,
  estimateTokens,
  type GenerateOptions,
  type Generation,
  type LanguageModel,
  type Message,
  type StreamPart,
} from './language-model.ts';

export type ScriptedReply =
  | string
  | Error
  | ((messages: readonly Message[], options: GenerateOptions, call: number) => string | Promise<string>);

export interface ScriptedModelOptions {
  /** Milliseconds before an answer; between the pieces of a stream too. */
  delayMs?: number;
  embed?: (text: string) => readonly number[];
}

export interface ScriptedModel extends LanguageModel {
  /** What it has been asked, in order. */
  readonly calls: { messages: readonly Message[]; options: GenerateOptions }[];
}

const wait = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });

/**
 * @param replies one after another, or one function for every call
 * @throws ModelError `script-ended` (from its methods) when it is asked more often than it has replies
 */
export function scriptedModel(
  replies: readonly ScriptedReply[] | ScriptedReply,
  { delayMs = 0, embed }: ScriptedModelOptions = {},
): ScriptedModel {
  const calls: ScriptedModel['calls'] = [];
  const generate = async (
    messages: readonly Message[],
    options: GenerateOptions = {},
  ): Promise<Generation> => {
    options.signal?.throwIfAborted();
    const call = calls.length;
    calls.push({ messages: messages.map((message) => ({ ...message })), options });
    const reply = Array.isArray(replies) ? replies[call] : (replies as ScriptedReply);
    if (delayMs > 0) await wait(delayMs, options.signal);
    if (reply === undefined)
      throw new ModelError('script-ended', `The scripted model has no reply for call ${call + 1}.`);
    if (reply instanceof Error) throw reply;
    const text = typeof reply === 'string' ? reply : await reply(messages, options, call);
    options.signal?.throwIfAborted();
    return {
      text,
      finish: 'stop',
      usage: {
        inputTokens: estimateMessages(messages),
        outputTokens: estimateTokens(text),
        estimated: true,
      },
    };
  };
  const model: ScriptedModel = {
    id: 'scripted',
    host: null,
    calls,
    generate,
    async *stream(messages, options = {}): AsyncGenerator<StreamPart> {
      const { text, finish, usage } = await generate(messages, options);
      for (const piece of text.match(/[\s\S]{1,7}/gu) ?? []) {
        if (delayMs > 0) await wait(delayMs, options.signal);
        options.signal?.throwIfAborted();
        yield { type: 'text', text: piece };
      }
      yield { type: 'end', finish, usage };
    },
  };
  if (embed)
    model.embed = async (texts, { signal } = {}): Promise<Embeddings> => {
      signal?.throwIfAborted();
      return {
        vectors: texts.map((text) => Float32Array.from(embed(text))),
        usage: {
          inputTokens: texts.reduce((sum, text) => sum + estimateTokens(text), 0),
          outputTokens: 0,
          estimated: true,
        },
      };
    };
  return model;
}
