/** `viva assistant setup` and `viva assistant check`. */
import { resolve } from 'node:path';
import {
  configuredModel,
  generateStructured,
  guardModel,
  HOW_TO_SET_UP,
  type LanguageModel,
  type ModelConfiguration,
  readConfiguration,
  removeConfiguration,
  writeConfiguration,
} from '@viva/assistant';
import type { Locale } from '@viva/bank';
import { z } from 'zod';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { textTable } from '../../terminal/text-table.ts';
import { cancellable, readNumber } from './open-model.ts';
import { say } from './words.ts';

export interface SetupOptions {
  url?: string;
  model?: string;
  embeddingModel?: string;
  apiKeyEnv?: string;
  gguf?: string;
  embeddingGguf?: string;
  context?: string;
  remove?: boolean;
  lang?: string;
}

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host);

function where(locale: Locale, host: string | null): string {
  if (host === null) return say(locale, 'inProcess');
  return say(locale, isLoopback(host) ? 'local' : 'remote', { host });
}

function chosen(options: SetupOptions): ModelConfiguration | undefined {
  if (options.gguf) {
    if (options.url || options.model)
      throw new CommandFailure(
        '--gguf runs a file in this process, --url and --model name a server: take one.',
        2,
      );
    return {
      kind: 'llama-cpp',
      file: resolve(options.gguf),
      ...(options.embeddingGguf ? { embeddingFile: resolve(options.embeddingGguf) } : {}),
      ...(options.context ? { contextSize: readNumber(options.context, '--context', 256) } : {}),
    };
  }
  if (!options.url && !options.model) return undefined;
  if (!options.url || !options.model)
    throw new CommandFailure(
      '--url and --model belong together, as in --url http://localhost:11434/v1 --model qwen3:8b',
      2,
    );
  return {
    kind: 'openai-compatible',
    baseUrl: options.url,
    model: options.model,
    ...(options.embeddingModel ? { embeddingModel: options.embeddingModel } : {}),
    ...(options.apiKeyEnv ? { apiKeyEnv: options.apiKeyEnv } : {}),
  };
}

export async function assistantSetup(options: SetupOptions): Promise<void> {
  const locale = language(options.lang);
  if (options.remove) {
    console.log(say(locale, 'removed', { file: await removeConfiguration() }));
    return;
  }
  const configuration = chosen(options);
  if (!configuration) {
    const found = await readConfiguration();
    console.log(found ? `${found.from}\n${JSON.stringify(found.configuration, null, 2)}` : HOW_TO_SET_UP);
    return;
  }
  console.log(say(locale, 'written', { file: await writeConfiguration(configuration) }));
  const host = configuration.kind === 'llama-cpp' ? null : new URL(configuration.baseUrl).host;
  console.log(`${where(locale, host)}\n${say(locale, 'next')}`);
}

interface Check {
  item: string;
  ok: boolean;
  result: string;
}

/** Tries what the assistant will need; only the first is indispensable. */
async function tryModel(model: LanguageModel, locale: Locale, signal: AbortSignal): Promise<Check[]> {
  const checks: Check[] = [];
  const attempt = async (item: string, work: () => Promise<string>): Promise<void> => {
    try {
      checks.push({ item, ok: true, result: await work() });
    } catch (error) {
      if (signal.aborted) throw error;
      checks.push({ item, ok: false, result: say(locale, 'no', { why: (error as Error).message }) });
    }
  };
  const user = (content: string) => [{ role: 'user' as const, content }];
  await attempt(say(locale, 'checkAnswer'), async () => {
    const began = performance.now();
    const { text, usage } = await model.generate(user('Count from 1 to 20, separated by spaces.'), {
      maxOutputTokens: 400,
      temperature: 0,
      signal,
    });
    const seconds = (performance.now() - began) / 1000;
    if (text.trim() === '') throw new CommandFailure('the answer is empty');
    return `${say(locale, 'yes')}, ${seconds.toFixed(1)} s, ${Math.round(usage.outputTokens / seconds)} tokens/s${usage.estimated ? say(locale, 'estimated') : ''}`;
  });
  if (!checks[0]?.ok) return checks;
  await attempt(say(locale, 'checkStream'), async () => {
    let pieces = 0;
    for await (const part of model.stream(user('Count from 1 to 20.'), { maxOutputTokens: 400, signal }))
      if (part.type === 'text') pieces++;
    return `${say(locale, 'yes')}, ${pieces}`;
  });
  await attempt(say(locale, 'checkJson'), async () => {
    const { repaired } = await generateStructured(
      model,
      user('Name the capital of France and the number of letters in its name.'),
      z.strictObject({ capital: z.string(), letters: z.int() }),
      { temperature: 0, maxOutputTokens: 400, signal },
    );
    return say(locale, repaired ? 'repaired' : 'yes');
  });
  await attempt(say(locale, 'checkLog'), async () => {
    if (!model.tokenLogProbabilities) return say(locale, 'none');
    const { tokens } = await model.tokenLogProbabilities(user('Say yes.'), { maxOutputTokens: 5, signal });
    return `${say(locale, 'yes')}, ${tokens.length}`;
  });
  await attempt(say(locale, 'checkEmbed'), async () => {
    if (!model.embed) return say(locale, 'none');
    const { vectors } = await model.embed(['量化', 'quantisation'], { signal });
    return `${say(locale, 'yes')}, ${vectors[0]?.length ?? 0}`;
  });
  return checks;
}

export async function assistantCheck(options: {
  lang?: string;
  timeout: string;
  json?: boolean;
}): Promise<void> {
  const locale = language(options.lang);
  const model = guardModel(await configuredModel(), {
    timeoutMs: readNumber(options.timeout, '--timeout', 0.1) * 1000,
    retries: 0,
  });
  const checks = await cancellable((signal) => tryModel(model, locale, signal));
  if (options.json) console.log(JSON.stringify({ model: model.id, host: model.host, checks }, null, 2));
  else {
    console.log(`${model.id}\n${where(locale, model.host)}\n`);
    console.log(
      textTable(
        [{ head: say(locale, 'checkItem') }, { head: say(locale, 'checkResult') }],
        checks.map(({ item, result }) => [item, result]),
      ),
    );
  }
  if (!checks[0]?.ok) throw new CommandFailure(`${model.id} does not answer.`);
}
