/** What a model thinks of a text: log-probabilities of its tokens, and how two models' distributions differ. */
import type { LlamaSequence, Token } from './llama-runtime.ts';

/** A stretch of tokens that is read at once; the tokens from `scoreFrom` on are scored in it. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly scoreFrom: number;
}

/**
 * Windows of at most `context` tokens, `stride` apart, so that every token but the first is scored once, and after
 * the first window with at least `context − stride` tokens before it.
 */
export function slidingWindows(tokens: number, context: number, stride: number): Window[] {
  const windows: Window[] = [];
  for (let from = 0, scoreFrom = 1; scoreFrom < tokens; from += stride) {
    const to = Math.min(from + context, tokens);
    windows.push({ from, to, scoreFrom });
    scoreFrom = to;
  }
  return windows;
}

/** Tokens that are evaluated in one call, which bounds how far Ctrl-C is away. */
const BATCH = 256;

/**
 * Natural logarithms of the probabilities of tokens 1, 2, …, each given those before it in its window.
 *
 * @param onProgress called with the number of tokens scored
 */
export async function logProbabilities(
  sequence: LlamaSequence,
  tokens: readonly Token[],
  {
    context,
    stride,
    signal,
    onProgress,
  }: {
    context: number;
    stride: number;
    signal?: AbortSignal;
    onProgress?: (scored: number) => void;
  },
): Promise<Float64Array> {
  const out = new Float64Array(Math.max(0, tokens.length - 1));
  for (const { from, to, scoreFrom } of slidingWindows(tokens.length, context, stride)) {
    await sequence.clearHistory();
    for (let at = from; at < to; at += BATCH) {
      signal?.throwIfAborted();
      const end = Math.min(at + BATCH, to);
      const input = tokens
        .slice(at, end)
        .map((token, i): Parameters<LlamaSequence['controlledEvaluate']>[0][number] => {
          const next = tokens[at + i + 1];
          if (next === undefined || at + i + 1 >= to || at + i + 1 < scoreFrom) return token;
          const logits = { filter: { tokens: [next], includeTop: 1 } };
          return [token, { generateNext: { logits, totalLogitWeight: true } }];
        });
      const results = await sequence.controlledEvaluate(input);
      for (const [i, result] of results.entries()) {
        const position = at + i + 1;
        const next = tokens[position];
        if (!result || next === undefined || position >= to || position < scoreFrom) continue;
        const logit = result.next.logits?.get(next);
        const total = result.next.totalLogitWeight;
        if (logit === undefined || total === undefined) throw new Error('llama.cpp gave no logit of a token');
        const greatest = Math.max(...(result.next.logits?.values() ?? []));
        out[position - 1] = logit - greatest - Math.log(total);
      }
      onProgress?.(Math.max(0, end - 1));
    }
  }
  return out;
}

export interface Perplexity {
  readonly perplexity: number;
  /** Standard error of the perplexity, by the delta method from that of the mean log-probability. */
  readonly standardError: number;
  readonly tokens: number;
}

/** exp(−mean log-probability). */
export function perplexityOf(logs: ArrayLike<number>): Perplexity {
  const tokens = logs.length;
  let sum = 0;
  for (let i = 0; i < tokens; i += 1) sum += logs[i] ?? 0;
  const mean = sum / tokens;
  let squares = 0;
  for (let i = 0; i < tokens; i += 1) squares += ((logs[i] ?? 0) - mean) ** 2;
  const perplexity = Math.exp(-mean);
  const error = tokens > 1 ? Math.sqrt(squares / (tokens - 1) / tokens) : Number.NaN;
  return { perplexity, standardError: perplexity * error, tokens };
}

/** Logits by token, as log-probabilities. */
export function logSoftmax(logits: Float64Array): Float64Array {
  let greatest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > greatest) greatest = logit;
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - greatest);
  const shift = greatest + Math.log(total);
  return logits.map((logit) => logit - shift);
}

/** KL(p‖q) in nats, of distributions given as log-probabilities. */
export function klDivergence(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i += 1) {
    const log = p[i] ?? Number.NEGATIVE_INFINITY;
    if (log > Number.NEGATIVE_INFINITY) sum += Math.exp(log) * (log - (q[i] ?? Number.NEGATIVE_INFINITY));
  }
  return Math.max(0, sum);
}

const likeliest = (logs: Float64Array): number =>
  logs.reduce((best, log, i) => (log > (logs[best] ?? Number.NEGATIVE_INFINITY) ? i : best), 0);

export interface Divergence {
  readonly mean: number;
  readonly median: number;
  readonly percentile99: number;
  readonly max: number;
  /** Share of positions at which both models hold the same token for the likeliest. */
  readonly sameTop: number;
  readonly tokens: number;
}

export function summarizeDivergence(divergences: readonly number[], same: number): Divergence {
  const sorted = [...divergences].sort((a, b) => a - b);
  const quantile = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return {
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    median: quantile(0.5),
    percentile99: quantile(0.99),
    max: sorted.at(-1) ?? Number.NaN,
    sameTop: same / sorted.length,
    tokens: sorted.length,
  };
}

/** Positions whose whole distributions are held at once: 16 × 150,000 tokens are 40 MB a model. */
const FULL_BATCH = 16;

async function distributions(sequence: LlamaSequence, tokens: readonly Token[]): Promise<Float64Array[]> {
  const results = await sequence.controlledEvaluate(
    tokens.map((token) => [token, { generateNext: { logits: true, totalLogitWeight: false } }]),
  );
  return results.map((result) => {
    const logits = result?.next.logits;
    if (!logits) throw new Error('llama.cpp gave no logits');
    const dense = new Float64Array(logits.size).fill(Number.NEGATIVE_INFINITY);
    for (const [token, logit] of logits) dense[token] = logit;
    return logSoftmax(dense);
  });
}

/** KL divergences of two models' next-token distributions on the same tokens, read in windows of `context`. */
export async function compareDistributions(
  a: LlamaSequence,
  b: LlamaSequence,
  tokens: readonly Token[],
  {
    context,
    signal,
    onProgress,
  }: { context: number; signal?: AbortSignal; onProgress?: (done: number) => void },
): Promise<Divergence> {
  const divergences: number[] = [];
  let same = 0;
  for (let from = 0; from < tokens.length; from += context) {
    await Promise.all([a.clearHistory(), b.clearHistory()]);
    const to = Math.min(from + context, tokens.length);
    for (let at = from; at < to; at += FULL_BATCH) {
      signal?.throwIfAborted();
      const batch = tokens.slice(at, Math.min(at + FULL_BATCH, to));
      const ofA = await distributions(a, batch);
      const ofB = await distributions(b, batch);
      for (const [i, p] of ofA.entries()) {
        const q = ofB[i] ?? new Float64Array();
        divergences.push(klDivergence(p, q));
        if (likeliest(p) === likeliest(q)) same += 1;
      }
      onProgress?.(at + batch.length);
    }
  }
  return summarizeDivergence(divergences, same);
}
