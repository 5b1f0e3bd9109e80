/** Time limits, retries and a token budget around any model. */
import { isAbort, ModelError } from '../errors.ts';
import {
  estimateMessages,
  estimateTokens,
  type GenerateOptions,
  type LanguageModel,
  type StreamPart,
  type Usage,
} from './language-model.ts';
import type { TokenBudget } from './token-budget.ts';

export interface GuardOptions {
  /** Milliseconds for a whole answer; in a stream, for the wait before each piece. Default 120,000. */
  timeoutMs?: number;
  /** Further attempts after a failure that may pass. Default 2. */
  retries?: number;
  budget?: TokenBudget;
  /** Told before each wait. */
  onRetry?: (error: ModelError, attempt: number, waitMs: number) => void;
  /** For tests. */
  sleep?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  random?: () => number;
}

/** Output tokens of a call that names no limit, for reservations only. */
const USUAL_OUTPUT = 2048;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 20_000;
/** A server that asks for longer than this is not waited for. */
const LONGEST_REQUESTED_WAIT = 60_000;

const pause = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });

const tooSlow = (model: LanguageModel, timeoutMs: number, what: string): ModelError =>
  new ModelError(
    'model-timeout',
    `${model.id}${model.host ? ` at ${model.host}` : ''} gave no ${what} within ${timeoutMs / 1000} s. Raise the time limit, or use a smaller model.`,
    { retryable: true },
  );

/**
 * Rejects with `late()` when nothing came in time, and tells the model to stop. The promise given up on is left to end
 * by itself; a model that ignores its signal cannot hold us.
 */
async function within<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, signal, late }: { timeoutMs: number; signal: AbortSignal | undefined; late: () => ModelError },
): Promise<T> {
  signal?.throwIfAborted();
  const inner = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = late();
      reject(error);
      inner.abort(error);
    }, timeoutMs);
    stop = () => {
      reject(signal?.reason);
      inner.abort(signal?.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(inner.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/**
 * Exponential waits with full jitter, as in the AWS Architecture Blog's "Exponential Backoff and Jitter" (Brooker 2015),
 * or what the server asked for.
 */
function waitBefore(error: ModelError, attempt: number, random: () => number): number | null {
  if (error.retryAfterMs !== null)
    return error.retryAfterMs <= LONGEST_REQUESTED_WAIT ? error.retryAfterMs : null;
  return random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt);
}

/** @returns the same model, guarded; errors are those of the model, or `model-timeout`, or a BudgetError */
export function guardModel(model: LanguageModel, options: GuardOptions = {}): LanguageModel {
  const { timeoutMs = 120_000, retries = 2, budget, onRetry, sleep = pause, random = Math.random } = options;

  const again = async (error: unknown, attempt: number, signal: AbortSignal | undefined): Promise<void> => {
    if (signal?.aborted || isAbort(error) || !(error instanceof ModelError)) throw error;
    const wait = error.retryable && attempt < retries ? waitBefore(error, attempt, random) : null;
    if (wait === null) throw error;
    onRetry?.(error, attempt + 1, wait);
    await sleep(wait, signal);
  };

  const guarded = async <T extends { usage: Usage }>(
    call: (options: GenerateOptions) => Promise<T>,
    inputTokens: number,
    asked: GenerateOptions,
  ): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      const reservation = budget?.reserve(inputTokens, asked.maxOutputTokens ?? USUAL_OUTPUT);
      try {
        const result = await within(
          (signal) =>
            call({
              ...asked,
              signal,
              ...(reservation ? { maxOutputTokens: reservation.maxOutputTokens } : {}),
            }),
          { timeoutMs, signal: asked.signal, late: () => tooSlow(model, timeoutMs, 'answer') },
        );
        reservation?.settle(result.usage);
        return result;
      } catch (error) {
        reservation?.settle();
        await again(error, attempt, asked.signal);
      }
    }
  };

  const result: LanguageModel = {
    id: model.id,
    host: model.host,
    ...(model.embeddingId === undefined ? {} : { embeddingId: model.embeddingId }),
    generate: (messages, asked = {}) =>
      guarded((inner) => model.generate(messages, inner), estimateMessages(messages), asked),

    async *stream(messages, asked = {}): AsyncGenerator<StreamPart> {
      for (let attempt = 0; ; attempt++) {
        const inputTokens = estimateMessages(messages);
        const reservation = budget?.reserve(inputTokens, asked.maxOutputTokens ?? USUAL_OUTPUT);
        const control = new AbortController();
        const source = model.stream(messages, {
          ...asked,
          ...(reservation ? { maxOutputTokens: reservation.maxOutputTokens } : {}),
          signal: asked.signal ? AbortSignal.any([asked.signal, control.signal]) : control.signal,
        });
        const parts = source[Symbol.asyncIterator]();
        let text = '';
        let usage: Usage | undefined;
        try {
          for (;;) {
            const next = await within(() => parts.next(), {
              timeoutMs,
              signal: asked.signal,
              late: () => tooSlow(model, timeoutMs, text === '' ? 'answer' : 'further text'),
            });
            if (next.done) return;
            if (next.value.type === 'text') text += next.value.text;
            else usage = next.value.usage;
            yield next.value;
          }
        } catch (error) {
          // What has been shown cannot be taken back: only a stream that has not begun is tried again.
          if (text !== '') throw error;
          await again(error, attempt, asked.signal);
        } finally {
          control.abort();
          parts.return?.()?.catch(() => undefined);
          reservation?.settle(
            usage ??
              (text === ''
                ? undefined
                : { inputTokens, outputTokens: estimateTokens(text), estimated: true }),
          );
        }
      }
    },
  };
  const { tokenLogProbabilities, embed, rerank, contextTokens } = model;
  if (contextTokens) result.contextTokens = contextTokens.bind(model);
  if (tokenLogProbabilities)
    result.tokenLogProbabilities = (messages, asked = {}) =>
      guarded(
        (inner) => tokenLogProbabilities.call(model, messages, inner),
        estimateMessages(messages),
        asked,
      );
  /** Calls in which nothing is generated: counted after the fact. */
  const computed = async <T extends { usage: Usage }>(
    call: (signal: AbortSignal) => Promise<T>,
    what: string,
    signal: AbortSignal | undefined,
  ): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      try {
        const found = await within(call, { timeoutMs, signal, late: () => tooSlow(model, timeoutMs, what) });
        budget?.add(found.usage);
        return found;
      } catch (error) {
        await again(error, attempt, signal);
      }
    }
  };
  if (embed)
    result.embed = (texts, { signal } = {}) =>
      computed((inner) => embed.call(model, texts, { signal: inner }), 'embeddings', signal);
  if (rerank)
    result.rerank = (query, texts, { signal } = {}) =>
      computed((inner) => rerank.call(model, query, texts, { signal: inner }), 'order of passages', signal);
  return result;
}
