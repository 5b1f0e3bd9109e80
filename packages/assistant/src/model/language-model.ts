/** The one interface that everything here speaks to a language model through. */

export type Role = 'system' | 'user' | 'assistant';

export interface Message {
  role: Role;
  content: string;
}

export interface GenerateOptions {
  /** Upper bound on generated tokens; reasoning tokens count where the server counts them. */
  maxOutputTokens?: number;
  /** 0 is greedy. Left out: the server's own default. */
  temperature?: number;
  topP?: number;
  /** Generation ends before any of these. */
  stop?: readonly string[];
  /** Same seed, same text, where the server keeps that promise. */
  seed?: number;
  signal?: AbortSignal;
  /** A JSON schema for the answer. A hint: servers without constrained decoding ignore it. */
  jsonSchema?: Record<string, unknown>;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  /** True where the server reported nothing and we counted by `estimateTokens`. */
  estimated: boolean;
}

export type FinishReason = 'stop' | 'length' | 'content-filter' | 'other';

export interface Generation {
  text: string;
  finish: FinishReason;
  usage: Usage;
}

export type StreamPart = { type: 'text'; text: string } | { type: 'end'; finish: FinishReason; usage: Usage };

export interface TokenLogProbability {
  token: string;
  /** Natural logarithm. */
  logProbability: number;
  /** The likeliest tokens at this place, best first; empty where the server gives none. */
  alternatives: { token: string; logProbability: number }[];
}

export interface Embeddings {
  /** One vector a text, in order, all of one length. */
  vectors: Float32Array[];
  usage: Usage;
}

export interface RelevanceScores {
  /** One a text, in order: higher answers the query better. Comparable within one query. */
  scores: number[];
  usage: Usage;
}

export interface LanguageModel {
  /** Names the model in reports, as in `openai-compatible:qwen2.5-7b`. */
  readonly id: string;
  /** The host that text is sent to; null when it does not leave this process. */
  readonly host: string | null;
  /** @throws ModelError; an AbortError when `signal` is aborted */
  generate(messages: readonly Message[], options?: GenerateOptions): Promise<Generation>;
  /** Text as it comes, and one `end` last. Throws as `generate`; leaving the loop cancels. */
  stream(messages: readonly Message[], options?: GenerateOptions): AsyncIterable<StreamPart>;
  /** The generated tokens with their log-probabilities, where the server gives them. */
  tokenLogProbabilities?(
    messages: readonly Message[],
    options?: GenerateOptions,
  ): Promise<{ tokens: TokenLogProbability[]; usage: Usage }>;
  /** Tokens that fit into one conversation, prompt and answer; null where nobody says. */
  contextTokens?(options?: { signal?: AbortSignal }): Promise<number | null>;
  /** Names the embedding model where it is not the same as `id` tells; vectors of different ones do not mix. */
  readonly embeddingId?: string;
  /** Present where an embedding model is set up. */
  embed?(texts: readonly string[], options?: { signal?: AbortSignal }): Promise<Embeddings>;
  /** Present where a cross-encoder is set up. */
  rerank?(
    query: string,
    texts: readonly string[],
    options?: { signal?: AbortSignal },
  ): Promise<RelevanceScores>;
}

export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, estimated: false };

export const addUsage = (a: Usage, b: Usage): Usage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  estimated: a.estimated || b.estimated,
});

export const totalTokens = ({ inputTokens, outputTokens }: Usage): number => inputTokens + outputTokens;

/**
 * A rough count for when nobody gave one: a token a Chinese character, one for every four others. Common tokenizers lie
 * within some 40 % of it; it is for budgets, not for bills.
 */
export function estimateTokens(text: string): number {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return han + Math.ceil((text.length - han) / 4);
}

/** @returns tokens of a conversation, with four a message for its frame */
export const estimateMessages = (messages: readonly Message[]): number =>
  messages.reduce((sum, { content }) => sum + estimateTokens(content) + 4, 0);
