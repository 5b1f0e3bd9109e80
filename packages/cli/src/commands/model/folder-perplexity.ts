/** Perplexity of a folder by our own forward pass: for models that no GGUF stands for, such as those of GPTQ. */

import { stat } from 'node:fs/promises';
import {
  createMatmul,
  openDecoder,
  openModelFolder,
  openTokenizer,
  sequenceLogProbabilities,
} from '@viva/checkpoint';
import type { Locale } from '@viva/stats';
import { CommandFailure } from '../../failure.ts';
import { Progress } from '../../terminal/progress.ts';
import { say } from './gguf-words.ts';
import { slidingWindows } from './next-token.ts';

export const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

/** Tokens that run through a layer at once: all layers are read once for each lot. */
const LOT = 16_384;

export interface FolderScores {
  readonly logs: Float64Array;
  readonly context: number;
  /** Tokens read, those read again in the next window included. */
  readonly read: number;
}

/** Log-probabilities of the text's tokens but the first, in windows. */
export async function scoreFolder(
  path: string,
  text: string,
  options: {
    readonly locale: Locale;
    readonly threads: number;
    readonly context: number;
    readonly stride: (context: number) => number;
    readonly limit: number | undefined;
    readonly signal: AbortSignal;
  },
): Promise<FolderScores> {
  const { locale, threads, limit, signal } = options;
  const matmul = createMatmul(threads);
  const model = await openModelFolder(path);
  try {
    const decoder = openDecoder(model, matmul);
    const tokens = (await openTokenizer(path))(text).slice(0, limit);
    if (tokens.length < 2)
      throw new CommandFailure(`The text is a single token to ${path}; perplexity needs two.`);
    const context = Math.min(options.context, decoder.config.positions);
    const windows = slidingWindows(tokens.length, context, options.stride(context));
    const logs = new Float64Array(tokens.length - 1);
    const lots =
      windows.length === 0 ? 0 : Math.ceil(windows.length / Math.max(1, Math.floor(LOT / context)));
    const total = lots * decoder.config.layers;
    const progress = new Progress({ label: say(locale, 'scoring', { model: path }), total });
    const each = Math.max(1, Math.floor(LOT / context));
    for (let lot = 0; lot < lots; lot++) {
      const own = windows.slice(lot * each, (lot + 1) * each);
      const found = await sequenceLogProbabilities(
        decoder,
        own.map(({ from, to }) => tokens.slice(from, to)),
        { signal, onLayer: (done) => progress.update(lot * decoder.config.layers + done) },
      );
      for (const [i, { from, scoreFrom }] of own.entries())
        logs.set(found[i]?.subarray(scoreFrom - from - 1) ?? [], scoreFrom - 1);
    }
    progress.done();
    return { logs, context, read: windows.reduce((sum, { from, to }) => sum + to - from, 0) };
  } finally {
    await model.close();
    await matmul.close();
  }
}
