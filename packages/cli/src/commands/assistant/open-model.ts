/** The configured model with time limits, retries that show, and Ctrl-C. */
import { configuredModel, guardModel, type LanguageModel, TokenBudget } from '@viva/assistant';
import type { Locale } from '@viva/bank';
import type { Command } from 'commander';
import { CommandFailure } from '../../failure.ts';
import { openEncoders } from './open-encoders.ts';
import { say } from './words.ts';

export interface ModelOptions {
  timeout: string;
  budget?: string;
}

export const withModelOptions = (command: Command): Command =>
  command
    .option('--timeout <seconds>', 'the longest wait for one answer', '120')
    .option('--budget <tokens>', 'the most tokens in all, input and output');

export function readNumber(text: string, name: string, least: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < least)
    throw new CommandFailure(`${name} ${text}: a number of at least ${least} is wanted.`, 2);
  return value;
}

/** @throws ConfigurationError that says how to set a model up */
export async function openGuarded(options: ModelOptions, locale: Locale): Promise<LanguageModel> {
  const model = await configuredModel(process.env, openEncoders());
  return guardModel(model, {
    timeoutMs: readNumber(options.timeout, '--timeout', 0.1) * 1000,
    ...(options.budget ? { budget: new TokenBudget(readNumber(options.budget, '--budget', 1)) } : {}),
    onRetry: (error, _attempt, wait) =>
      console.error(say(locale, 'retrying', { why: error.message, seconds: (wait / 1000).toFixed(1) })),
  });
}

/** Runs work that the first Ctrl-C cancels; a second ends the process as usual. */
export async function cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const control = new AbortController();
  const stop = () => control.abort();
  process.once('SIGINT', stop);
  try {
    return await work(control.signal);
  } catch (error) {
    if (control.signal.aborted) throw new CommandFailure('Cancelled.', 130);
    throw error;
  } finally {
    process.off('SIGINT', stop);
  }
}
