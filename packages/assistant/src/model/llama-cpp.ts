/** A model in this process: a GGUF file through node-llama-cpp, which is an optional install. */
import { isAbort, ModelError } from '../errors.ts';
import { grammarSchema } from './grammar-schema.ts';
import type {
  FinishReason,
  GenerateOptions,
  Generation,
  LanguageModel,
  Message,
  StreamPart,
  TokenLogProbability,
  Usage,
} from './language-model.ts';
import {
  type HistoryItem,
  importLlamaCpp,
  type LlamaCppModule,
  type LlamaModel,
  type LlamaSequence,
  type LlamaSession,
} from './llama-runtime.ts';

export interface LlamaCppOptions {
  /** A GGUF file with a chat template. */
  file: string;
  /** A second GGUF file for embeddings; without one there is no `embed`. */
  embeddingFile?: string | undefined;
  /** Tokens of context. Default: as much as the model has and memory allows. */
  contextSize?: number | undefined;
  /**
   * Threads that compute. Default: VIVA_THREADS, else one a core. On a machine that others use, fewer are faster: llama.cpp's
   * threads wait for each other by spinning.
   */
  threads?: number | undefined;
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
    : reason === 'eogToken' || reason === 'customStopTrigger' || reason === 'stopGenerationTrigger'
      ? 'stop'
      : 'other';

const historyOf = (messages: readonly Message[]): HistoryItem[] =>
  messages.map(({ role, content }) =>
    role === 'assistant' ? { type: 'model', response: [content] } : { type: role, text: content },
  );

/** Tokens around a message, at most, in the chat formats in use. */
const FRAME = 8;
/** Room that an answer needs at least. */
const LEAST_ANSWER = 16;
/** Alternatives told of each place. */
const ALTERNATIVES = 5;
/** No sampler changes the probabilities that are told. */
const PLAIN = { temperature: 1, topK: 0, topP: 1, minP: 0 };

const threadsOf = (threads: number | undefined): { threads?: number } => {
  const wanted = threads ?? Number(process.env.VIVA_THREADS);
  return Number.isInteger(wanted) && wanted > 0 ? { threads: wanted } : {};
};

/**
 * Loads the file with the first call.
 * @param load for tests
 */
export function llamaCppModel(
  { file, embeddingFile, contextSize, threads }: LlamaCppOptions,
  load: () => Promise<LlamaCppModule> = importLlamaCpp,
): LanguageModel {
  const open = async (path: string) => {
    const module = await load();
    const llama = await module.getLlama({
      gpu: 'auto',
      build: 'never',
      logLevel: process.env.VIVA_LLAMA_LOG ? 'error' : 'disabled',
      progressLogs: false,
      skipDownload: true,
    });
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
  type Opened = Awaited<ReturnType<typeof open>> & { sequence: LlamaSequence; room: number };
  let chat: Promise<Opened> | undefined;
  const opened = (): Promise<Opened> => {
    chat ??= (async () => {
      const parts = await open(file);
      const context = await parts.model.createContext({
        ...(contextSize ? { contextSize } : {}),
        ...threadsOf(threads),
      });
      return {
        ...parts,
        sequence: context.getSequence(),
        room: context.contextSize ?? Number.POSITIVE_INFINITY,
      };
    })();
    // A failure is no state: the file may be there the next time.
    chat.catch(() => {
      chat = undefined;
    });
    return chat;
  };
  const inTurn = queue();

  /** Left to itself the library would silently drop the beginning of a conversation that is too long. */
  const roomFor = (
    { model, room }: Opened,
    messages: readonly Message[],
    wanted: number | undefined,
  ): { maxTokens?: number } => {
    if (!Number.isFinite(room)) return wanted === undefined ? {} : { maxTokens: wanted };
    const input = messages.reduce((sum, { content }) => sum + model.tokenize(content).length + FRAME, 0);
    const left = room - input;
    if (left < LEAST_ANSWER)
      throw new ModelError(
        'context-too-small',
        `${input} tokens are to be read, and ${file} is open with a context of ${room}. Shorten the text, or set more: viva assistant setup --gguf FILE --context TOKENS`,
      );
    return { maxTokens: Math.min(wanted ?? left, left) };
  };

  /** A session on our one sequence; whatever fails is told as ours. */
  const inSession = <T>(
    signal: AbortSignal | undefined,
    work: (opened: Opened, session: LlamaSession) => Promise<T>,
  ): Promise<T> =>
    inTurn(async () => {
      signal?.throwIfAborted();
      const parts = await opened();
      const session = new parts.module.LlamaChatSession({ contextSequence: parts.sequence });
      try {
        return await work(parts, session);
      } catch (error) {
        if (signal?.aborted || isAbort(error)) throw signal?.reason ?? error;
        if (error instanceof ModelError) throw error;
        const why = error instanceof Error ? error.message : String(error);
        throw new ModelError('llama-cpp', `${file}: ${why}`, { cause: error });
      } finally {
        session.dispose({ disposeSequence: false });
      }
    });

  const answer = (
    messages: readonly Message[],
    asked: GenerateOptions,
    onTextChunk?: (text: string) => void,
  ): Promise<Generation> =>
    inSession(asked.signal, async (parts, session) => {
      const { llama, sequence } = parts;
      const most = roomFor(parts, messages, asked.maxOutputTokens);
      const before = sequence.tokenMeter.usedOutputTokens;
      session.setChatHistory(historyOf(messages.slice(0, -1)));
      const grammar = asked.jsonSchema
        ? await llama.createGrammarForJsonSchema(grammarSchema(asked.jsonSchema))
        : undefined;
      const { responseText, stopReason } = await session.promptWithMeta(messages.at(-1)?.content ?? '', {
        ...most,
        ...(asked.temperature === undefined ? {} : { temperature: asked.temperature }),
        ...(asked.topP === undefined ? {} : { topP: asked.topP }),
        ...(asked.seed === undefined ? {} : { seed: asked.seed }),
        ...(asked.stop ? { customStopTriggers: asked.stop } : {}),
        ...(asked.signal ? { signal: asked.signal } : {}),
        ...(grammar ? { grammar } : {}),
        ...(onTextChunk ? { onTextChunk } : {}),
      });
      // The meter counts what was evaluated; a prompt whose beginning is still in the context costs less than its length.
      const outputTokens = sequence.tokenMeter.usedOutputTokens - before;
      const usage: Usage = {
        inputTokens: Math.max(0, sequence.nextTokenIndex - outputTokens),
        outputTokens,
        estimated: false,
      };
      return { text: responseText, finish: finishOf(stopReason), usage };
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
    contextTokens: async () => {
      const { room } = await inTurn(opened);
      return Number.isFinite(room) ? room : null;
    },
    /** Greedy: the likeliest token at each place, and those that came after it. */
    tokenLogProbabilities: (messages, asked = {}) =>
      inSession(asked.signal, async (parts, session) => {
        const { model, sequence } = parts;
        const { chatWrapper } = session;
        if (!chatWrapper || !sequence.adaptStateToTokens || !sequence.controlledEvaluate)
          throw new ModelError('log-probabilities', 'this node-llama-cpp tells no log-probabilities');
        const { maxTokens = 1 } = roomFor(parts, messages, asked.maxOutputTokens ?? LEAST_ANSWER);
        const { contextText } = chatWrapper.generateContextState({
          chatHistory: [...historyOf(messages), { type: 'model', response: [] }],
        });
        const prompt = contextText.tokenize(model.tokenizer);
        await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
        let input = prompt.slice(sequence.nextTokenIndex);
        const tokens: TokenLogProbability[] = [];
        const named = (token: number, probability: number) => ({
          token: model.detokenize?.([token], true) ?? '',
          logProbability: Math.log(probability),
        });
        while (tokens.length < maxTokens) {
          asked.signal?.throwIfAborted();
          const last = input.at(-1) ?? 0;
          const found = await sequence.controlledEvaluate([
            ...input.slice(0, -1),
            [last, { generateNext: { probabilities: true, options: PLAIN } }],
          ]);
          const best = [...(found.at(-1)?.next.probabilities ?? [])].slice(0, ALTERNATIVES);
          const [first] = best;
          if (!first || model.isEogToken?.(first[0])) break;
          tokens.push({ ...named(...first), alternatives: best.map((each) => named(...each)) });
          input = [first[0]];
        }
        const usage = { inputTokens: prompt.length, outputTokens: tokens.length, estimated: false };
        return { tokens, usage };
      }),
  };
  if (embeddingFile) {
    Object.assign(result, { embeddingId: `llama-cpp:${embeddingFile.split(/[\\/]/).at(-1)}` });
    type Embedder = {
      model: LlamaModel;
      context: Awaited<ReturnType<LlamaModel['createEmbeddingContext']>>;
    };
    let found: Promise<Embedder> | undefined;
    const embedder = (): Promise<Embedder> => {
      found ??= open(embeddingFile).then(async ({ model }) => ({
        model,
        context: await model.createEmbeddingContext(threadsOf(threads)),
      }));
      found.catch(() => {
        found = undefined;
      });
      return found;
    };
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
