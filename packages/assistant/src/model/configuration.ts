/** Which model is set up: a small file of the user's, or environment variables. Keys stay in the environment. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from '../errors.ts';
import type { LanguageModel } from './language-model.ts';
import { llamaCppModel } from './llama-cpp.ts';
import { openAiCompatibleModel } from './openai-compatible.ts';

/** A folder with a BERT-family encoder as Hugging Face lays it out; vectors are then made in this process. */
const encoder = z.string().min(1).optional();
/** A folder with a BERT-family cross-encoder (one label); it puts the passages that were found in order, in this process. */
const reranker = z.string().min(1).optional();

const Configuration = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('openai-compatible'),
    baseUrl: z.url({ protocol: /^https?$/ }),
    model: z.string().min(1),
    embeddingModel: z.string().min(1).optional(),
    encoder,
    reranker,
    /** The name of the environment variable that holds the key. */
    apiKeyEnv: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
      .optional(),
  }),
  z.strictObject({
    kind: z.literal('llama-cpp'),
    file: z.string().min(1),
    embeddingFile: z.string().min(1).optional(),
    encoder,
    reranker,
    contextSize: z.int().min(256).optional(),
    threads: z.int().min(1).max(256).optional(),
  }),
]);
export type ModelConfiguration = z.infer<typeof Configuration>;

type Environment = Readonly<Record<string, string | undefined>>;

export const HOW_TO_SET_UP = `No language model is set up. Any OpenAI-compatible server will do, on this machine or elsewhere:

  viva assistant setup --url http://localhost:11434/v1 --model qwen3:8b       Ollama
  viva assistant setup --url http://localhost:8080/v1 --model default         llama-server
  viva assistant setup --url http://localhost:8000/v1 --model Qwen/Qwen3-8B   vLLM
  viva assistant setup --gguf model.gguf                                      in this process, with node-llama-cpp

or, without a file, VIVA_MODEL_URL and VIVA_MODEL (and VIVA_MODEL_KEY, VIVA_EMBEDDING_MODEL) in the environment.
Then try: viva assistant check`;

/** Where the set-up is kept: VIVA_ASSISTANT_CONFIG, else the user's configuration folder. */
export const configurationFile = (env: Environment = process.env): string =>
  env.VIVA_ASSISTANT_CONFIG ||
  join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'viva', 'assistant.json');

/**
 * What is set up; the environment goes before the file. Undefined where nothing is.
 * @throws ConfigurationError when something is set up and cannot be read
 */
export async function readConfiguration(
  env: Environment = process.env,
): Promise<{ configuration: ModelConfiguration; from: string } | undefined> {
  if (env.VIVA_MODEL_URL || env.VIVA_MODEL) {
    const parsed = Configuration.safeParse({
      kind: 'openai-compatible',
      baseUrl: env.VIVA_MODEL_URL,
      model: env.VIVA_MODEL,
      ...(env.VIVA_EMBEDDING_MODEL ? { embeddingModel: env.VIVA_EMBEDDING_MODEL } : {}),
      ...(env.VIVA_MODEL_KEY ? { apiKeyEnv: 'VIVA_MODEL_KEY' } : {}),
    });
    if (!parsed.success)
      throw new ConfigurationError(
        'environment',
        'VIVA_MODEL_URL and VIVA_MODEL belong together: an address such as http://localhost:11434/v1, and the name of a model that it serves.',
      );
    return { configuration: parsed.data, from: 'VIVA_MODEL_URL' };
  }
  const file = configurationFile(env);
  let source: string;
  try {
    source = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new ConfigurationError('configuration-file', `${file} cannot be read: ${(error as Error).message}`);
  }
  let raw: unknown;
  try {
    raw = JSON.parse(source);
  } catch {
    raw = undefined;
  }
  const parsed = Configuration.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigurationError(
      'configuration-file',
      `${file} is not a set-up (${issue?.path.join('.') || 'file'}: ${issue?.message}). Make it again: viva assistant setup --help`,
    );
  }
  return { configuration: parsed.data, from: file };
}

/**
 * Writes the set-up whole or not at all, readable by the user alone.
 * @throws ConfigurationError when it is not sound
 */
export async function writeConfiguration(
  configuration: ModelConfiguration,
  env: Environment = process.env,
): Promise<string> {
  const parsed = Configuration.safeParse(configuration);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigurationError('configuration', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const file = configurationFile(env);
  await mkdir(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}.part`;
  await writeFile(aside, `${JSON.stringify(parsed.data, null, 2)}\n`, { mode: 0o600 });
  await rename(aside, file);
  return file;
}

/** @returns the file, whether or not there was one */
export async function removeConfiguration(env: Environment = process.env): Promise<string> {
  const file = configurationFile(env);
  await rm(file, { force: true });
  return file;
}

/** Of each kind by itself. */
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type Embed = NonNullable<LanguageModel['embed']>;
type Rerank = NonNullable<LanguageModel['rerank']>;

export interface OpenOptions {
  /** Opens an encoder's folder; the labs do it, which this package does not know. Called with the first text. */
  encoder?: (folder: string) => Promise<Embed>;
  /** The same for a cross-encoder's. */
  reranker?: (folder: string) => Promise<Rerank>;
}

/** Opens with the first call; what failed is tried again by the next. */
function onFirstCall<A extends unknown[], R>(
  open: () => Promise<(...args: A) => Promise<R>>,
): (...args: A) => Promise<R> {
  let opening: ReturnType<typeof open> | undefined;
  return async (...args) => {
    opening ??= open();
    opening.catch(() => {
      opening = undefined;
    });
    return (await opening)(...args);
  };
}

/** @throws ConfigurationError when the variable that should hold the key is empty, or an encoder cannot be run here */
export function openModel(
  configuration: ModelConfiguration,
  env: Environment = process.env,
  options: OpenOptions = {},
): LanguageModel {
  const { encoder: embedFolder, reranker: rerankFolder, ...rest } = configuration;
  const model = openPlain(rest, env);
  for (const [folder, open] of [
    [embedFolder, options.encoder],
    [rerankFolder, options.reranker],
  ] as const)
    if (folder !== undefined && !open)
      throw new ConfigurationError(
        'encoder',
        `An encoder (${folder}) is set up, and this program cannot run one. Start it as viva start.`,
      );
  const { encoder: openEncoder, reranker: openReranker } = options;
  return {
    ...model,
    ...(embedFolder !== undefined && openEncoder
      ? {
          embed: onFirstCall(() => openEncoder(embedFolder)),
          // Vectors of two encoders do not mix.
          embeddingId: `encoder:${embedFolder.split(/[\\/]/).findLast((part) => part !== '')}`,
        }
      : {}),
    ...(rerankFolder !== undefined && openReranker
      ? { rerank: onFirstCall(() => openReranker(rerankFolder)) }
      : {}),
  };
}

function openPlain(
  configuration: DistributiveOmit<ModelConfiguration, 'encoder' | 'reranker'>,
  env: Environment,
): LanguageModel {
  if (configuration.kind === 'llama-cpp') return llamaCppModel(configuration);
  const { apiKeyEnv, ...options } = configuration;
  const apiKey = apiKeyEnv === undefined ? undefined : env[apiKeyEnv];
  if (apiKeyEnv !== undefined && !apiKey)
    throw new ConfigurationError(
      'api-key',
      `The key for ${configuration.baseUrl} is to be in the environment variable ${apiKeyEnv}, which is empty.`,
    );
  return openAiCompatibleModel({ ...options, apiKey });
}

/**
 * The model that is set up.
 * @throws ConfigurationError `no-model` that says how to set one up
 */
export async function configuredModel(
  env: Environment = process.env,
  options: OpenOptions = {},
): Promise<LanguageModel> {
  const found = await readConfiguration(env);
  if (!found) throw new ConfigurationError('no-model', HOW_TO_SET_UP);
  return openModel(found.configuration, env, options);
}
