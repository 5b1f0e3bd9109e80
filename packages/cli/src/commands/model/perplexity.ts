/** `viva model perplexity`: how surprised a model is by a text. */
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { byteSize, Progress } from '../../terminal/progress.ts';
import { isFolder, scoreFolder } from './folder-perplexity.ts';
import { say } from './gguf-words.ts';
import type { LlamaModel, RuntimeOptions, Token } from './llama-runtime.ts';
import { logProbabilities, perplexityOf, slidingWindows } from './next-token.ts';
import { withModels } from './open-model.ts';
import { readNumber, readThreads, withInterrupt } from './options.ts';
import { readText } from './read-text.ts';

export interface PerplexityOptions extends RuntimeOptions {
  context: string;
  stride?: string;
  maxTokens?: string;
  threads?: string;
  json?: boolean;
}

export interface PerplexityReport {
  readonly model: string;
  readonly perplexity: number;
  readonly standardError: number;
  readonly tokens: number;
  readonly context: number;
  readonly stride: number;
  readonly seconds: number;
  /** Tokens read a second, those read again in the next window included. */
  readonly tokensPerSecond: number;
  /** Most memory that the process has held. */
  readonly peakMemoryBytes: number;
}

/** A text's tokens, with the token that begins texts in front where the model wants it. */
export function textTokens(model: LlamaModel, text: string): Token[] {
  const tokens = model.tokenize(text);
  const { bos, shouldPrependBosToken } = model.tokens;
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}

interface Scored {
  readonly logs: Float64Array;
  readonly context: number;
  readonly read: number;
  readonly seconds: number;
}

export async function modelPerplexity(path: string, file: string, options: PerplexityOptions): Promise<void> {
  const locale = language(options.lang);
  const wanted = readNumber('--context', options.context, { min: 8, integer: true });
  const threads = readThreads(options.threads);
  const limit =
    options.maxTokens === undefined
      ? undefined
      : readNumber('--max-tokens', options.maxTokens, { min: 2, integer: true });
  const strideOf = (context: number): number =>
    options.stride === undefined
      ? Math.floor(context / 2)
      : readNumber('--stride', options.stride, { min: 1, max: context, integer: true });
  const text = await readText(file);
  await withInterrupt(async (signal) => {
    const scored = (await isFolder(path))
      ? await scoreOwn(path, text, { locale, threads, context: wanted, stride: strideOf, limit, signal })
      : await scoreGguf(path, file, text, { options, wanted, threads, limit, strideOf, signal });
    const { logs, context, read, seconds } = scored;
    const report: PerplexityReport = {
      model: path,
      ...perplexityOf(logs),
      ...{ context, stride: strideOf(context), seconds, tokensPerSecond: read / seconds },
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    };
    if (options.json) console.log(JSON.stringify(report, null, 2));
    else
      console.log(
        say(locale, 'perplexity', {
          value: report.perplexity.toFixed(4),
          error: report.standardError.toFixed(4),
          tokens: report.tokens,
          context,
          stride: report.stride,
          rate: report.tokensPerSecond.toFixed(0),
          memory: byteSize(report.peakMemoryBytes),
        }),
      );
  });
}

async function scoreOwn(
  path: string,
  text: string,
  options: Parameters<typeof scoreFolder>[2],
): Promise<Scored> {
  const begun = performance.now();
  const scores = await scoreFolder(path, text, options);
  return { ...scores, seconds: (performance.now() - begun) / 1000 };
}

interface GgufScoring {
  readonly options: PerplexityOptions;
  readonly wanted: number;
  readonly threads: number;
  readonly limit: number | undefined;
  readonly strideOf: (context: number) => number;
  readonly signal: AbortSignal;
}

function scoreGguf(path: string, file: string, text: string, scoring: GgufScoring): Promise<Scored> {
  const { options, wanted, threads, limit, strideOf, signal } = scoring;
  const locale = language(options.lang);
  return withModels([path], locale, options, signal, async ({ models: [model] }) => {
    if (!model) throw new Error('no model was loaded');
    const context = Math.min(wanted, model.trainContextSize);
    const stride = strideOf(context);
    const tokens = textTokens(model, text).slice(0, limit);
    if (tokens.length < 2)
      throw new CommandFailure(`${file} is a single token to ${path}; perplexity needs two.`);
    const opened = await model.createContext({ contextSize: context, threads });
    const sequence = opened.getSequence();
    const progress = new Progress({
      label: say(locale, 'scoring', { model: path }),
      total: tokens.length - 1,
    });
    const begun = performance.now();
    const logs = await logProbabilities(sequence, tokens, {
      ...{ context, stride, signal },
      onProgress: (scored) => progress.update(scored),
    });
    progress.done();
    const windows = slidingWindows(tokens.length, context, stride);
    const read = windows.reduce((sum, { from, to }) => sum + to - from, 0);
    return { logs, context, read, seconds: (performance.now() - begun) / 1000 };
  });
}
