/** `viva assistant setup` and `viva assistant check`. */
import { resolve } from 'node:path';
import {
  checkModel,
  configuredModel,
  guardModel,
  HOW_TO_SET_UP,
  type ModelCheck,
  type ModelConfiguration,
  readConfiguration,
  removeConfiguration,
  writeConfiguration,
} from '@viva/assistant';
import type { Locale } from '@viva/bank';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { textTable } from '../../terminal/text-table.ts';
import { openEncoders } from './open-encoders.ts';
import { cancellable, readNumber } from './open-model.ts';
import { say } from './words.ts';

export interface SetupOptions {
  url?: string;
  model?: string;
  embeddingModel?: string;
  apiKeyEnv?: string;
  gguf?: string;
  embeddingGguf?: string;
  encoder?: string;
  reranker?: string;
  threads?: string;
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
      ...(options.encoder ? { encoder: resolve(options.encoder) } : {}),
      ...(options.reranker ? { reranker: resolve(options.reranker) } : {}),
      ...(options.threads ? { threads: readNumber(options.threads, '--threads', 1) } : {}),
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
    ...(options.encoder ? { encoder: resolve(options.encoder) } : {}),
    ...(options.reranker ? { reranker: resolve(options.reranker) } : {}),
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

const ITEMS = {
  answer: 'checkAnswer',
  stream: 'checkStream',
  json: 'checkJson',
  'log-probabilities': 'checkLog',
  embeddings: 'checkEmbed',
  reranker: 'checkRerank',
  context: 'checkContext',
} as const;

function resultOf(
  { outcome, seconds, tokensPerSecond, estimated, count, problem }: ModelCheck,
  locale: Locale,
): string {
  if (outcome === 'fails') return say(locale, 'no', { why: problem ?? '' });
  if (outcome === 'absent') return say(locale, 'none');
  return [
    say(locale, outcome === 'repaired' ? 'repaired' : 'yes'),
    ...(seconds === undefined ? [] : [`${seconds.toFixed(1)} s`]),
    ...(tokensPerSecond === undefined
      ? []
      : [`${Math.round(tokensPerSecond)} tokens/s${estimated ? say(locale, 'estimated') : ''}`]),
    ...(count === undefined ? [] : [String(count)]),
  ].join(', ');
}

export async function assistantCheck(options: {
  lang?: string;
  timeout: string;
  json?: boolean;
}): Promise<void> {
  const locale = language(options.lang);
  const model = guardModel(await configuredModel(process.env, openEncoders()), {
    timeoutMs: readNumber(options.timeout, '--timeout', 0.1) * 1000,
    retries: 0,
  });
  const checks = await cancellable((signal) => checkModel(model, signal));
  if (options.json) console.log(JSON.stringify({ model: model.id, host: model.host, checks }, null, 2));
  else {
    console.log(`${model.id}\n${where(locale, model.host)}\n`);
    console.log(
      textTable(
        [{ head: say(locale, 'checkItem') }, { head: say(locale, 'checkResult') }],
        checks.map((check) => [say(locale, ITEMS[check.item]), resultOf(check, locale)]),
      ),
    );
  }
  if (checks[0]?.outcome !== 'works') throw new CommandFailure(`${model.id} does not answer.`);
}
