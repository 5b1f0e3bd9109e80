/**
 * node-llama-cpp, which runs GGUF models inside this process. It is no dependency of Viva (its builds for graphics cards weigh
 * 650 MB): it is found where it is installed, or installed on request into a folder of its own.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { pathToFileURL } from 'node:url';
import type { Locale } from '@viva/stats';
import { CommandFailure } from '../../failure.ts';
import { say } from './gguf-words.ts';

/** The version that these commands were written and tested with. */
const VERSION = '3.22.1';

export type Token = number;

export interface Sampling {
  temperature?: number;
  topK?: number;
  topP?: number;
  minP?: number;
  seed?: number;
}

export interface NextToken {
  readonly logits?: ReadonlyMap<Token, number>;
  /** Σ exp(logit − greatest logit) over the vocabulary. */
  readonly totalLogitWeight?: number;
}

interface Wanted {
  generateNext: {
    logits: true | { filter: { tokens: readonly Token[]; includeTop: number } };
    totalLogitWeight: boolean;
  };
}

/** The parts of node-llama-cpp's sequence that are used here. */
export interface LlamaSequence {
  controlledEvaluate(
    input: (Token | [Token, Wanted])[],
  ): Promise<(undefined | { readonly next: NextToken })[]>;
  clearHistory(): Promise<void>;
  dispose(): void;
}

export interface LlamaContext {
  readonly contextSize: number;
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  readonly trainContextSize: number;
  readonly tokens: { readonly bos: Token | null; readonly shouldPrependBosToken: boolean };
  tokenize(text: string, specialTokens?: boolean): Token[];
  createContext(options: {
    contextSize: number;
    batchSize?: number;
    threads?: number;
    sequences?: number;
  }): Promise<LlamaContext>;
  dispose(): Promise<void>;
}

export interface Llama {
  readonly gpu: string | false;
  readonly cpuMathCores: number;
  loadModel(options: { modelPath: string; loadSignal?: AbortSignal }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

export interface GenerationOptions extends Sampling {
  maxTokens: number;
  repeatPenalty: false | { penalty: number; lastTokens?: number };
  customStopTriggers?: readonly string[];
  signal?: AbortSignal;
  stopOnAbortSignal: boolean;
  onTextChunk(text: string): void;
  onToken(tokens: Token[]): void;
}

interface Completion {
  generateCompletionWithMeta(
    input: string,
    options: GenerationOptions,
  ): Promise<{ response: string; metadata: { stopReason: string } }>;
}

interface Chat {
  promptWithMeta(
    prompt: string,
    options: GenerationOptions,
  ): Promise<{ responseText: string; stopReason: string }>;
}

export interface LlamaLibrary {
  getLlama(options: {
    gpu: 'auto' | false;
    build: 'never';
    logLevel: 'error' | 'disabled';
    progressLogs: false;
    skipDownload: true;
  }): Promise<Llama>;
  readonly LlamaCompletion: new (options: { contextSequence: LlamaSequence }) => Completion;
  readonly LlamaChatSession: new (options: { contextSequence: LlamaSequence; systemPrompt?: string }) => Chat;
}

export interface RuntimeOptions {
  lang?: string;
  /** Install without asking. */
  install?: boolean;
  /** Use a graphics card where there is one. */
  gpu?: boolean;
}

const folder = (): string => process.env.VIVA_RUNTIME ?? join(homedir(), '.cache/viva/runtime');

/** The package with the compiled library for this machine's processor. */
export function platformPackage(platform: string = process.platform, arch: string = process.arch): string {
  const name = { linux: 'linux', darwin: 'mac', win32: 'win' }[platform];
  const known = ['linux-x64', 'linux-arm64', 'mac-x64', 'mac-arm64', 'win-x64', 'win-arm64'];
  const found = name === undefined ? undefined : known.find((each) => each === `${name}-${arch}`);
  if (!found)
    throw new CommandFailure(
      `node-llama-cpp has no ready build for ${platform}-${arch}; models cannot be run here.`,
    );
  return `@node-llama-cpp/${found === 'mac-arm64' ? 'mac-arm64-metal' : found}`;
}

const entry = (at: string): string => join(at, 'node_modules/node-llama-cpp/dist/index.js');

async function importFrom(specifier: string): Promise<LlamaLibrary | undefined> {
  try {
    return (await import(specifier)) as LlamaLibrary;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function npmInstall(at: string, gpu: boolean): Promise<void> {
  const packages = [`node-llama-cpp@${VERSION}`, ...(gpu ? [] : [`${platformPackage()}@${VERSION}`])];
  const options = ['--prefix', at, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  return new Promise((resolve, reject) => {
    const child = spawn(npm, ['install', ...options, ...(gpu ? [] : ['--omit=optional']), ...packages], {
      stdio: ['ignore', process.stderr, process.stderr],
      shell: process.platform === 'win32',
    });
    child.on('error', (error) => reject(new CommandFailure(`npm could not be started: ${error.message}`)));
    child.on('exit', (status) =>
      status === 0 ? resolve() : reject(new CommandFailure(`npm install ended with status ${status}.`)),
    );
  });
}

/**
 * Finds node-llama-cpp: beside Viva, else in VIVA_RUNTIME or ~/.cache/viva/runtime. Where it is missing, offers on a terminal
 * to install it there; elsewhere only `install` does.
 *
 * @throws CommandFailure when it is missing and not to be installed
 */
export async function loadLibrary(locale: Locale, options: RuntimeOptions): Promise<LlamaLibrary> {
  const at = folder();
  const name = 'node-llama-cpp';
  const found =
    (await importFrom(name)) ??
    (existsSync(entry(at)) ? await importFrom(pathToFileURL(entry(at)).href) : undefined);
  if (found) return found;
  const size = options.gpu ? '725 MB' : '85 MB';
  if (!options.install) {
    if (!process.stdin.isTTY || !process.stderr.isTTY)
      throw new CommandFailure(say(locale, 'runtimeMissing', { folder: at, size }));
    const asking = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await asking.question(say(locale, 'runtimeAsk', { folder: at, size }));
    asking.close();
    if (!/^\s*(y|yes|是|好)/i.test(answer))
      throw new CommandFailure(say(locale, 'runtimeMissing', { folder: at, size }));
  }
  await mkdir(at, { recursive: true });
  await npmInstall(at, options.gpu ?? false);
  const installed = await importFrom(pathToFileURL(entry(at)).href);
  if (!installed) throw new CommandFailure(`node-llama-cpp was installed in ${at}, but cannot be loaded.`);
  return installed;
}

/** Starts llama.cpp from its ready build. Nothing is compiled or downloaded. */
export async function startLlama(library: LlamaLibrary, options: RuntimeOptions): Promise<Llama> {
  return library.getLlama({
    gpu: options.gpu ? 'auto' : false,
    build: 'never',
    logLevel: process.env.VIVA_LLAMA_LOG ? 'error' : 'disabled',
    progressLogs: false,
    skipDownload: true,
  });
}

/** Loads a model. @throws CommandFailure saying what llama.cpp says when it cannot */
export async function loadModel(llama: Llama, path: string, signal?: AbortSignal): Promise<LlamaModel> {
  try {
    return await llama.loadModel({ modelPath: path, ...(signal ? { loadSignal: signal } : {}) });
  } catch (error) {
    signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(
      `${path}: llama.cpp cannot load this model: ${why} (VIVA_LLAMA_LOG=1 shows its log)`,
    );
  }
}
