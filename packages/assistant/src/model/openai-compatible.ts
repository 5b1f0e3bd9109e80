/** Models behind an OpenAI-compatible server (vLLM, llama-server, Ollama, a hosted one), through the Vercel AI SDK. */
import type { APICallError } from 'ai';
import { z } from 'zod';
import { ConfigurationError, isAbort, ModelError } from '../errors.ts';
import {
  estimateMessages,
  estimateTokens,
  type FinishReason,
  type GenerateOptions,
  type LanguageModel,
  type Message,
  type TokenLogProbability,
  type Usage,
} from './language-model.ts';

export interface OpenAiCompatibleOptions {
  /** As in `http://localhost:11434/v1`. */
  baseUrl: string;
  model: string;
  /** Without one there is no `embed`. */
  embeddingModel?: string | undefined;
  apiKey?: string | undefined;
  headers?: Record<string, string> | undefined;
}

/** The provider's name within the SDK: options for the request and metadata of the answer go under it. */
const NAME = 'viva';
/** Alternatives asked for beside each token. */
const TOP_LOG_PROBABILITIES = 5;

/** Loaded with the first call: a fifth of a second that commands without a model should not pay. */
const loadSdk = async () => {
  const [compatible, sdk] = await Promise.all([import('@ai-sdk/openai-compatible'), import('ai')]);
  return { ...compatible, ...sdk };
};

const isApiCallError = (error: unknown): error is APICallError =>
  error instanceof Error && error.name === 'AI_APICallError';

const LogProbabilities = z.object({
  content: z.array(
    z.object({
      token: z.string(),
      logprob: z.number(),
      top_logprobs: z.array(z.object({ token: z.string(), logprob: z.number() })).optional(),
    }),
  ),
});
const WithLogProbabilities = z.object({ choices: z.array(z.object({ logprobs: z.unknown() })).min(1) });

/** The body's reason, as most servers give it; else the start of the body. */
function reasonOf(error: APICallError): string {
  const body = error.responseBody ?? '';
  try {
    const json = JSON.parse(body) as { error?: { message?: unknown } | string; message?: unknown };
    const message = typeof json.error === 'object' ? json.error?.message : (json.error ?? json.message);
    if (typeof message === 'string' && message !== '') return message.slice(0, 300);
  } catch {
    // Not JSON: a proxy's page, most likely.
  }
  return (
    body
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 200) || error.message
  );
}

/** The innermost reason; Node's own "fetch failed" says nothing. */
function rootCause(error: Error): string {
  let at = error;
  while (at.cause instanceof Error) at = at.cause;
  return at.message || ('code' in at ? String(at.code) : at.name);
}

/** Seconds or a date (RFC 9110, § 10.2.3), in milliseconds from now. */
export function readRetryAfter(value: string | undefined, now = Date.now()): number | null {
  if (value === undefined || value.trim() === '') return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** Turns what the SDK throws into a ModelError that says what to do. */
function explain(error: unknown, { baseUrl, model }: OpenAiCompatibleOptions): Error {
  if (isAbort(error)) return error as Error;
  if (!isApiCallError(error)) {
    const cause = error instanceof Error ? error.message : String(error);
    return new ModelError(
      'model-answer',
      `${model} at ${baseUrl} gave an answer that cannot be read: ${cause}`,
      {
        cause: error,
      },
    );
  }
  const { statusCode: status } = error;
  const options = { cause: error };
  if (status === undefined) {
    const cause = rootCause(error);
    return new ModelError(
      'model-unreachable',
      `${baseUrl} cannot be reached (${cause}). Is the server running, and is the address right? Try: viva assistant check`,
      { ...options, retryable: !cause.includes('redirect') },
    );
  }
  if (status < 300)
    return new ModelError(
      'model-answer',
      `${baseUrl} gave an answer that is not the OpenAI protocol: ${error.message}. Check the base URL; it usually ends in /v1.`,
      options,
    );
  const reason = reasonOf(error);
  if (status === 401 || status === 403)
    return new ModelError(
      'model-unauthorised',
      `${baseUrl} refuses the API key (${status}: ${reason}). Set the right one: viva assistant setup --help`,
      options,
    );
  if (status === 404)
    return new ModelError(
      'model-not-found',
      `${baseUrl} does not know the model "${model}", or the address is wrong (404: ${reason}).`,
      options,
    );
  if (status === 429 || status === 408 || status >= 500)
    return new ModelError(status === 429 ? 'model-busy' : 'model-down', `${baseUrl}: ${status}: ${reason}`, {
      ...options,
      retryable: true,
      retryAfterMs: readRetryAfter(error.responseHeaders?.['retry-after']),
    });
  if (/context (length|window|size)|maximum context|too many tokens/i.test(reason))
    return new ModelError(
      'context-too-long',
      `The text is longer than ${model} at ${baseUrl} can take: ${reason}. Shorten it, or start the server with a longer context.`,
      options,
    );
  return new ModelError('model-refused', `${baseUrl} refuses the request (${status}: ${reason}).`, options);
}

const finishOf = (reason: string): FinishReason =>
  reason === 'stop' || reason === 'length' || reason === 'content-filter' ? reason : 'other';

interface SdkUsage {
  inputTokens: number | undefined;
  outputTokens: number | undefined;
}

const usageOf = (usage: SdkUsage, messages: readonly Message[], text: string): Usage => ({
  inputTokens: usage.inputTokens ?? estimateMessages(messages),
  outputTokens: usage.outputTokens ?? estimateTokens(text),
  estimated: usage.inputTokens === undefined || usage.outputTokens === undefined,
});

/** What servers say of their models beyond the protocol: vLLM, some providers, llama-server. */
const ServedModels = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      max_model_len: z.number().nullish(),
      context_length: z.number().nullish(),
      meta: z.object({ n_ctx: z.number().nullish(), n_ctx_train: z.number().nullish() }).nullish(),
    }),
  ),
});

/** Redirects are refused: text goes to the host that was named, and to no other. */
const fetchDirectly: typeof fetch = (input, init) => fetch(input, { ...init, redirect: 'error' });

/**
 * @throws ConfigurationError when the address is none
 */
export function openAiCompatibleModel(options: OpenAiCompatibleOptions): LanguageModel {
  const { baseUrl, model, embeddingModel, apiKey, headers } = options;
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol))
    throw new ConfigurationError(
      'base-url',
      `"${baseUrl}" is not the address of a server. It looks like http://localhost:11434/v1.`,
    );
  const connect = async () => {
    const sdk = await loadSdk();
    const provider = sdk.createOpenAICompatible({
      name: NAME,
      baseURL: baseUrl,
      fetch: fetchDirectly,
      includeUsage: true,
      ...(apiKey ? { apiKey } : {}),
      ...(headers ? { headers } : {}),
      metadataExtractor: {
        extractMetadata: async ({ parsedBody }) => {
          const body = WithLogProbabilities.safeParse(parsedBody);
          const found = LogProbabilities.safeParse(body.data?.choices[0]?.logprobs);
          return found.success ? { [NAME]: { logprobs: found.data } } : undefined;
        },
        createStreamExtractor: () => ({ processChunk: () => {}, buildMetadata: () => undefined }),
      },
    });
    return { ...sdk, provider };
  };
  let connection: ReturnType<typeof connect> | undefined;
  const connected = () => (connection ??= connect());
  /** Turned off by the first server that refuses a schema. */
  let schemas = true;

  const settings = (
    messages: readonly Message[],
    asked: GenerateOptions,
    extra: Record<string, never> | object,
  ) => {
    const format =
      asked.jsonSchema && schemas
        ? {
            response_format: {
              type: 'json_schema',
              json_schema: { name: 'answer', strict: true, schema: asked.jsonSchema },
            },
          }
        : {};
    return {
      messages: messages.map(({ role, content }) => ({ role, content })),
      allowSystemInMessages: true,
      maxRetries: 0,
      providerOptions: { [NAME]: { ...format, ...extra } as Record<string, never> },
      ...(asked.maxOutputTokens === undefined ? {} : { maxOutputTokens: asked.maxOutputTokens }),
      ...(asked.temperature === undefined ? {} : { temperature: asked.temperature }),
      ...(asked.topP === undefined ? {} : { topP: asked.topP }),
      ...(asked.seed === undefined ? {} : { seed: asked.seed }),
      ...(asked.stop ? { stopSequences: [...asked.stop] } : {}),
      ...(asked.signal ? { abortSignal: asked.signal } : {}),
    };
  };

  const run = async (messages: readonly Message[], asked: GenerateOptions, extra: object = {}) => {
    const { generateText, provider } = await connected();
    const chat = provider.chatModel(model);
    try {
      return await generateText({ model: chat, ...settings(messages, asked, extra) });
    } catch (error) {
      if (asked.jsonSchema && schemas && isApiCallError(error) && error.statusCode === 400) {
        schemas = false;
        try {
          return await generateText({ model: chat, ...settings(messages, asked, extra) });
        } catch (second) {
          schemas = true; // It was not the schema.
          throw explain(second, options);
        }
      }
      throw explain(error, options);
    }
  };

  const result: LanguageModel = {
    id: `openai-compatible:${model}`,
    host: new URL(baseUrl).host,
    ...(embeddingModel ? { embeddingId: `openai-compatible:${embeddingModel}` } : {}),

    async generate(messages, asked = {}) {
      const { text, finishReason, usage } = await run(messages, asked);
      return { text, finish: finishOf(finishReason), usage: usageOf(usage, messages, text) };
    },

    async *stream(messages, asked = {}) {
      const control = new AbortController();
      const signal = asked.signal ? AbortSignal.any([asked.signal, control.signal]) : control.signal;
      const { streamText, provider } = await connected();
      const { fullStream } = streamText({
        model: provider.chatModel(model),
        ...settings(messages, { ...asked, signal }, {}),
        onError: () => {}, // Thrown below; by default the SDK prints it.
      });
      let text = '';
      try {
        for await (const part of fullStream) {
          if (part.type === 'text-delta' && part.text !== '') {
            text += part.text;
            yield { type: 'text', text: part.text };
          } else if (part.type === 'error') throw explain(part.error, options);
          else if (part.type === 'abort') signal.throwIfAborted();
          else if (part.type === 'finish')
            yield {
              type: 'end',
              finish: finishOf(part.finishReason),
              usage: usageOf(part.totalUsage, messages, text),
            };
        }
      } finally {
        control.abort();
      }
    },

    async tokenLogProbabilities(messages, asked = {}) {
      const { text, usage, providerMetadata } = await run(messages, asked, {
        logprobs: true,
        top_logprobs: TOP_LOG_PROBABILITIES,
      });
      const found = LogProbabilities.safeParse(providerMetadata?.[NAME]?.logprobs);
      if (!found.success)
        throw new ModelError(
          'no-log-probabilities',
          `${model} at ${baseUrl} gives no log-probabilities of tokens. vLLM and llama-server do.`,
        );
      const tokens: TokenLogProbability[] = found.data.content.map(({ token, logprob, top_logprobs }) => ({
        token,
        logProbability: logprob,
        alternatives: (top_logprobs ?? []).map((other) => ({
          token: other.token,
          logProbability: other.logprob,
        })),
      }));
      return { tokens, usage: usageOf(usage, messages, text) };
    },
  };
  result.contextTokens = async ({ signal } = {}) => {
    try {
      const response = await fetchDirectly(`${baseUrl.replace(/\/+$/, '')}/models`, {
        headers: { ...headers, ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
        ...(signal ? { signal } : {}),
      });
      const { data } = ServedModels.parse(await response.json());
      const own = data.find(({ id }) => id === model) ?? (data.length === 1 ? data[0] : undefined);
      return own?.max_model_len ?? own?.context_length ?? own?.meta?.n_ctx ?? own?.meta?.n_ctx_train ?? null;
    } catch (error) {
      if (signal?.aborted) throw error;
      return null;
    }
  };
  if (embeddingModel)
    result.embed = async (texts, { signal } = {}) => {
      const { embedMany, provider } = await connected();
      try {
        const { embeddings, usage } = await embedMany({
          model: provider.embeddingModel(embeddingModel),
          values: [...texts],
          maxRetries: 0,
          ...(signal ? { abortSignal: signal } : {}),
        });
        const counted = Number.isFinite(usage.tokens) ? usage.tokens : undefined;
        return {
          vectors: embeddings.map((vector) => Float32Array.from(vector)),
          usage: {
            inputTokens: counted ?? texts.reduce((sum, text) => sum + estimateTokens(text), 0),
            outputTokens: 0,
            estimated: counted === undefined,
          },
        };
      } catch (error) {
        throw explain(error, { ...options, model: embeddingModel });
      }
    };
  return result;
}
