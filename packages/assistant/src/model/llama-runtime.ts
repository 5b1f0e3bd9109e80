/** node-llama-cpp, which runs GGUF models in this process: what we use of it, and where it is found. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '../errors.ts';

export type HistoryItem = { type: 'system' | 'user'; text: string } | { type: 'model'; response: string[] };

export interface PromptOptions {
  maxTokens?: number;
  temperature?: number;
  topP?: number;
  seed?: number;
  signal?: AbortSignal;
  customStopTriggers?: readonly string[];
  grammar?: unknown;
  onTextChunk?: (text: string) => void;
}

export type Token = number;

/** What came out at one place of an evaluated input. */
interface Evaluated {
  next: { token?: Token | null; probabilities?: Map<Token, number> };
}

export interface LlamaSequence {
  /** Tokens in the context now: prompt and answer. */
  nextTokenIndex: number;
  tokenMeter: { usedOutputTokens: number };
  /** Keeps what the tokens have in common with the context from its beginning, and erases the rest. */
  adaptStateToTokens?(tokens: readonly Token[], allowShift?: boolean): Promise<void>;
  controlledEvaluate?(
    input: (Token | [Token, { generateNext: { probabilities: true; options: object } }])[],
  ): Promise<(Evaluated | undefined)[]>;
  dispose(): void;
}

export interface LlamaModel {
  tokenize(text: string): readonly Token[];
  detokenize?(tokens: readonly Token[], specialTokens?: boolean): string;
  isEogToken?(token: Token): boolean;
  tokenizer?: unknown;
  createContext(options: { contextSize?: number; threads?: number }): Promise<{
    contextSize?: number;
    getSequence(): LlamaSequence;
  }>;
  createEmbeddingContext(options?: { threads?: number }): Promise<{
    getEmbeddingFor(text: string): Promise<{ vector: readonly number[] }>;
  }>;
}

export interface LlamaSession {
  chatWrapper?: {
    generateContextState(state: { chatHistory: HistoryItem[] }): {
      contextText: { tokenize(tokenizer: unknown): Token[] };
    };
  };
  setChatHistory(history: HistoryItem[]): void;
  promptWithMeta(text: string, options: PromptOptions): Promise<{ responseText: string; stopReason: string }>;
  dispose(options?: { disposeSequence?: boolean }): void;
}

/** The part of node-llama-cpp 3 that we use; declared here since the package may be absent when this is compiled. */
export interface LlamaCppModule {
  /** With our options nothing is compiled or downloaded: left to itself it may compile for minutes. */
  getLlama(options: {
    gpu: 'auto' | false;
    build: 'never';
    logLevel: 'error' | 'disabled';
    progressLogs: false;
    skipDownload: true;
  }): Promise<{
    loadModel(options: { modelPath: string }): Promise<LlamaModel>;
    createGrammarForJsonSchema(schema: unknown): Promise<unknown>;
  }>;
  LlamaChatSession: new (options: { contextSequence: unknown; systemPrompt?: string }) => LlamaSession;
}

const PACKAGE = 'node-llama-cpp';

/** Where `viva model … --install` puts the package: VIVA_RUNTIME, else a folder of the user's. */
const installed = (name: string): string =>
  join(
    process.env.VIVA_RUNTIME ?? join(homedir(), '.cache/viva/runtime'),
    'node_modules',
    name,
    'dist',
    'index.js',
  );

/**
 * From beside Viva, else from where `viva model … --install` puts it.
 * @throws ConfigurationError `llama-cpp-missing` with what to install
 */
export async function importLlamaCpp(name: string = PACKAGE): Promise<LlamaCppModule> {
  const broken = (error: unknown, text: string) =>
    new ConfigurationError('llama-cpp-missing', text, { cause: error });
  const load = async (specifier: string): Promise<LlamaCppModule> => {
    try {
      return (await import(specifier)) as LlamaCppModule;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw broken(error, `${name} is installed and does not load: ${why}`);
    }
  };
  try {
    return await load(name);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const file = installed(name);
    if (existsSync(file)) return load(pathToFileURL(file).href);
    throw broken(
      error,
      `A GGUF model runs in this process through ${name}, which is not installed. Install it: npm install --no-save ${name}@3 (some 700 MB), or for the processor alone (85 MB) answer yes to: viva model generate FILE --prompt Hello. Or use a server: viva assistant setup --url http://localhost:11434/v1 --model NAME`,
    );
  }
}
