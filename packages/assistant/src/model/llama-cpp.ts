/** A model in this process: a GGUF file through node-llama-cpp, which is an optional install (some 700 MB). */
import { ConfigurationError, isAbort, ModelError } from '../errors.ts';
import type {
  FinishReason,
  GenerateOptions,
  Generation,
  LanguageModel,
  Message,
  StreamPart,
  Usage,
} from './language-model.ts';

export interface LlamaCppOptions {
  /** A GGUF file with a chat template. */
  file: string;
  /** A second GGUF file for embeddings; without one there is no `embed`. */
  embeddingFile?: string | undefined;
  /** Tokens of context. Default: as much as the model has and memory allows. */
  contextSize?: number | undefined;
}

type HistoryItem = { type: 'system' | 'user'; text: string } | { type: 'model'; response: string[] };

interface PromptOptions {
  maxTokens?: number;
  temperature?: number;
  topP?: number;
  seed?: number;
  signal?: AbortSignal;
  customStopTriggers?: readonly string[];
  grammar?: unknown;
  onTextChunk?: (text: string) => void;
}

/** The part of node-llama-cpp 3 that we use; declared here since the package may be absent when this is compiled. */
export interface LlamaCppModule {
  getLlama(): Promise<{
    loadModel(options: { modelPath: string }): Promise<LlamaCppModel>;
    createGrammarForJsonSchema(schema: unknown): Promise<unknown>;
  }>;
  LlamaChatSession: new (options: {
    contextSequence: unknown;
    systemPrompt?: string;
  }) => {
    setChatHistory(history: HistoryItem[]): void;
    promptWithMeta(
      text: string,
      options: PromptOptions,
    ): Promise<{ responseText: string; stopReason: string }>;
    dispose(options?: { disposeSequence?: boolean }): void;
  };
}

interface LlamaCppModel {
  tokenize(text: string): readonly unknown[];
  createContext(options: { contextSize?: number }): Promise<{
    getSequence(): {
      tokenMeter: { usedInputTokens: number; usedOutputTokens: number };
      dispose(): void;
    };
  }>;
  createEmbeddingContext(): Promise<{
    getEmbeddingFor(text: string): Promise<{ vector: readonly number[] }>;
  }>;
}

const PACKAGE = 'node-llama-cpp';

/**
 * @throws ConfigurationError `llama-cpp-missing` with what to install
 */
export async function importLlamaCpp(name: string = PACKAGE): Promise<LlamaCppModule> {
  try {
    return (await import(name)) as LlamaCppModule;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    throw new ConfigurationError(
      'llama-cpp-missing',
      missing
        ? `A GGUF model runs in this process through ${name}, which is not installed (some 700 MB). Install it: npm install --no-save ${name}@3. Or use a server: viva assistant setup --url http://localhost:11434/v1 --model NAME`
        : `${name} is installed and does not load: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** Answers one call after another: a context holds one conversation. */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}

const finishOf = (reason: string): FinishReason =>
  reason === 'maxTokens'
    ? 'length'
    : reason === 'eogToken' || reason === 'customStopTrigger'
      ? 'stop'
      : 'other';

/**
 * Loads the file with the first call.
 * @param load for tests
 */
export function llamaCppModel(
  { file, embeddingFile, contextSize }: LlamaCppOptions,
  load: () => Promise<LlamaCppModule> = importLlamaCpp,
): LanguageModel {
  const open = async (path: string) => {
    const module = await load();
    const llama = await module.getLlama();
    try {
      return { module, llama, model: await llama.loadModel({ modelPath: path }) };
    } catch (error) {
      throw new ModelError(
        'gguf',
        `${path} cannot be loaded as a GGUF model: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    }
  };
  let chat:
    | Promise<Awaited<ReturnType<typeof open>> & { sequence: ReturnType<Context['getSequence']> }>
    | undefined;
  type Context = Awaited<ReturnType<LlamaCppModel['createContext']>>;
  const opened = () => {
    chat ??= (async () => {
      const parts = await open(file);
      const context = await parts.model.createContext(contextSize ? { contextSize } : {});
      return { ...parts, sequence: context.getSequence() };
    })();
    return chat;
  };
  const inTurn = queue();

  const answer = (
    messages: readonly Message[],
    asked: GenerateOptions,
    onTextChunk?: (text: string) => void,
  ): Promise<Generation> =>
    inTurn(async () => {
      asked.signal?.throwIfAborted();
      const { module, llama, sequence } = await opened();
      const session = new module.LlamaChatSession({ contextSequence: sequence });
      const before = { ...meter(sequence.tokenMeter) };
      try {
        session.setChatHistory(
          messages
            .slice(0, -1)
            .map(
              ({ role, content }): HistoryItem =>
                role === 'assistant' ? { type: 'model', response: [content] } : { type: role, text: content },
            ),
        );
        const grammar = asked.jsonSchema
          ? await llama.createGrammarForJsonSchema(asked.jsonSchema)
          : undefined;
        const { responseText, stopReason } = await session.promptWithMeta(messages.at(-1)?.content ?? '', {
          ...(asked.maxOutputTokens === undefined ? {} : { maxTokens: asked.maxOutputTokens }),
          ...(asked.temperature === undefined ? {} : { temperature: asked.temperature }),
          ...(asked.topP === undefined ? {} : { topP: asked.topP }),
          ...(asked.seed === undefined ? {} : { seed: asked.seed }),
          ...(asked.stop ? { customStopTriggers: asked.stop } : {}),
          ...(asked.signal ? { signal: asked.signal } : {}),
          ...(grammar ? { grammar } : {}),
          ...(onTextChunk ? { onTextChunk } : {}),
        });
        const after = meter(sequence.tokenMeter);
        const usage: Usage = {
          inputTokens: after.inputTokens - before.inputTokens,
          outputTokens: after.outputTokens - before.outputTokens,
          estimated: false,
        };
        return { text: responseText, finish: finishOf(stopReason), usage };
      } catch (error) {
        if (asked.signal?.aborted || isAbort(error)) throw asked.signal?.reason ?? error;
        throw new ModelError(
          'llama-cpp',
          `${file}: ${error instanceof Error ? error.message : String(error)}`,
          {
            cause: error,
          },
        );
      } finally {
        session.dispose({ disposeSequence: false });
      }
    });

  const result: LanguageModel = {
    id: `llama-cpp:${file.split(/[\\/]/).at(-1)}`,
    host: null,
    generate: (messages, asked = {}) => answer(messages, asked),
    async *stream(messages, asked = {}) {
      const control = new AbortController();
      const signal = asked.signal ? AbortSignal.any([asked.signal, control.signal]) : control.signal;
      const pieces: string[] = [];
      let wake = () => {};
      let ended = false;
      const whole = answer(messages, { ...asked, signal }, (text) => {
        pieces.push(text);
        wake();
      }).finally(() => {
        ended = true;
        wake();
      });
      whole.catch(() => undefined); // Thrown below.
      try {
        while (!ended || pieces.length > 0) {
          const text = pieces.shift();
          if (text !== undefined) yield { type: 'text', text } satisfies StreamPart;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
              if (ended || pieces.length > 0) resolve();
            });
        }
        const { finish, usage } = await whole;
        yield { type: 'end', finish, usage };
      } finally {
        control.abort();
      }
    },
  };
  if (embeddingFile) {
    const embedder = (() => {
      let found:
        | Promise<{
            model: LlamaCppModel;
            context: Awaited<ReturnType<LlamaCppModel['createEmbeddingContext']>>;
          }>
        | undefined;
      return () => {
        found ??= open(embeddingFile).then(async ({ model }) => ({
          model,
          context: await model.createEmbeddingContext(),
        }));
        return found;
      };
    })();
    result.embed = (texts, { signal } = {}) =>
      inTurn(async () => {
        const { model, context } = await embedder();
        const vectors: Float32Array[] = [];
        let inputTokens = 0;
        for (const text of texts) {
          signal?.throwIfAborted();
          vectors.push(Float32Array.from((await context.getEmbeddingFor(text)).vector));
          inputTokens += model.tokenize(text).length;
        }
        return { vectors, usage: { inputTokens, outputTokens: 0, estimated: false } };
      });
  }
  return result;
}

const meter = ({
  usedInputTokens,
  usedOutputTokens,
}: {
  usedInputTokens: number;
  usedOutputTokens: number;
}) => ({
  inputTokens: usedInputTokens,
  outputTokens: usedOutputTokens,
});
