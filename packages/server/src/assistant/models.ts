/** The language model that this server asks: as the owner named it here, else as it is set up on the machine. */
import {
  AssistantError,
  bankPassages,
  ConfigurationError,
  checkModel,
  guardModel,
  type LanguageModel,
  type ModelConfiguration,
  ModelError,
  type OpenOptions,
  openModel,
  Retriever,
  readConfiguration,
  StructuredOutputError,
  TokenBudget,
} from '@viva/assistant';
import type { Bank } from '@viva/bank';
import type { z } from 'zod';
import type { AssistantStatus } from '../contract/assistant.ts';
import { conflict, Refusal } from '../errors.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import type { SearchIndex } from './search-index.ts';

/** Tokens that one request may spend, in and out, repairs included. */
const BUDGET = 24_000;
const TIMEOUT_MS = 120_000;

export interface Models {
  /**
   * Who answers now, for this person's request.
   * @param budget tokens that it may spend in all; by default those of one request of a page
   * @throws Refusal 409 `no-model`, `model-setting`
   */
  model(tables: Tables, budget?: number): Promise<LanguageModel>;
  status(tables: Tables): Promise<Omit<z.infer<typeof AssistantStatus>, 'setting'>>;
  setting(tables: Tables): Promise<ModelConfiguration | null>;
  /** Passages of this bank; with vectors once a model with embeddings has been asked. */
  retriever(bank: Bank, model: LanguageModel | null, signal: AbortSignal): Promise<Retriever>;
  check(model: LanguageModel, signal: AbortSignal): ReturnType<typeof checkModel>;
}

export interface ModelsOptions {
  env?: Readonly<Record<string, string | undefined>>;
  /** Keeps vectors in the database; without one they are made anew by each start, in memory. */
  search?: SearchIndex;
  /** Opens encoders' folders, for vectors and for reranking. */
  encoders?: OpenOptions;
  /** For tests. */
  open?: (configuration: ModelConfiguration) => LanguageModel;
}

export function createModels({
  env = process.env,
  search,
  encoders = {},
  open = (configuration) => openModel(configuration, env, encoders),
}: ModelsOptions = {}): Models {
  let words: { bank: Bank; retriever: Retriever } | null = null;
  let withVectors: { id: string; words: Retriever; retriever: Promise<Retriever> } | null = null;
  let held: { key: string; model: LanguageModel } | null = null;

  const setting = async (tables: Tables): Promise<ModelConfiguration | null> => {
    const [row] = await tables.select().from(t.assistantSetting);
    return row?.configuration ?? null;
  };
  const find = async (tables: Tables) => {
    const own = await setting(tables);
    if (own) return { configuration: own, from: 'setting' as const };
    const machine = await readConfiguration(env);
    return machine ? { configuration: machine.configuration, from: 'machine' as const } : null;
  };
  /** One model for one set-up: a file is loaded once, not for every request. */
  const opened = (configuration: ModelConfiguration): LanguageModel => {
    const key = JSON.stringify(configuration);
    if (held?.key !== key) held = { key, model: open(configuration) };
    return held.model;
  };
  return {
    setting,
    model: async (tables, budget = BUDGET) => {
      const found = await find(tables).catch(refuse);
      if (!found)
        throw conflict(
          'no-model',
          'No language model is set up. The owner can name one on the assistant’s page.',
        );
      try {
        return guardModel(opened(found.configuration), {
          timeoutMs: TIMEOUT_MS,
          budget: new TokenBudget(budget),
        });
      } catch (error) {
        return refuse(error);
      }
    },
    status: async (tables) => {
      try {
        const found = await find(tables);
        if (!found)
          return {
            state: 'none',
            model: null,
            host: null,
            embeddings: false,
            search: null,
            from: null,
            problem: null,
          };
        const { id, host, embed } = opened(found.configuration);
        return {
          state: 'ready',
          model: id,
          host,
          embeddings: embed !== undefined,
          search: embed && search ? search.state : null,
          from: found.from,
          problem: null,
        };
      } catch (error) {
        if (!(error instanceof AssistantError)) throw error;
        return {
          state: 'faulty',
          model: null,
          host: null,
          embeddings: false,
          search: null,
          from: null,
          problem: error.message,
        };
      }
    },
    retriever: async (bank, model, signal) => {
      // The bank is the same object until a version is published or retired.
      if (words?.bank !== bank) words = { bank, retriever: new Retriever(bankPassages(bank)) };
      const guarded = held && model ? guardModel(held.model, { timeoutMs: TIMEOUT_MS }) : model;
      if (!model?.embed) {
        words.retriever.useReranker(guarded);
        return words.retriever;
      }
      const id = model.embeddingId ?? model.id;
      if (withVectors?.id !== id || withVectors.words !== words.retriever) {
        const retriever = new Retriever(words.retriever.passages);
        const adding = search
          ? Promise.resolve(retriever)
          : retriever.addVectors(model, { signal }).then(() => retriever);
        withVectors = { id, words: words.retriever, retriever: adding };
        adding.catch(() => {
          withVectors = null;
        });
      }
      const retriever = await withVectors.retriever;
      // What failed is tried again, in its time.
      // Not by this request's budget, which a whole bank would use up.
      search?.attach(retriever, guarded ?? model);
      retriever.useReranker(guarded);
      return retriever;
    },
    check: (model, signal) => checkModel(model, signal),
  };
}

/** What a model or its set-up says went wrong, as a refusal that a page can show. */
export function refuse(error: unknown): never {
  if (error instanceof ConfigurationError) throw conflict('model-setting', error.message);
  if (error instanceof ModelError || error instanceof StructuredOutputError)
    throw new Refusal(502, error.code, error.message, { cause: error });
  if (error instanceof AssistantError) throw conflict(error.code, error.message);
  throw error;
}
