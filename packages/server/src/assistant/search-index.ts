/** Brings a retriever its vectors from the database, in the background: words answer until they are there, and if they never come. */
import type { LanguageModel, Retriever } from '@viva/assistant';
import type { Driver } from '../store/driver.ts';
import {
  openPassageVectors,
  type PassageVectors,
  VectorsUnavailable,
  vectorName,
} from './passage-vectors.ts';

export interface SearchState {
  /**
   * `words`: no model for vectors, or none asked yet. `indexing`: vectors are being made, words answer meanwhile.
   * `vectors`: both. `failed`: words alone, and `problem` says why.
   */
  state: 'words' | 'indexing' | 'vectors' | 'failed';
  done: number;
  total: number;
  problem: string | null;
}

export interface SearchIndex {
  readonly state: SearchState;
  /** Starts the work unless it runs or is done for this retriever and model. Returns at once. */
  attach(retriever: Retriever, model: LanguageModel): void;
  /** For tests and for stopping: when what was begun has ended. */
  settled(): Promise<void>;
  stop(): void;
}

/** A failure is tried again with the first question after so long. */
const AGAIN_AFTER_MS = 60_000;

export function createSearchIndex(driver: Driver, clock: () => Date = () => new Date()): SearchIndex {
  let opened: Promise<PassageVectors> | undefined;
  let current: { retriever: Retriever; name: string; failedAt: number | null } | undefined;
  let state: SearchState = { state: 'words', done: 0, total: 0, problem: null };
  let running: Promise<void> = Promise.resolve();
  let control = new AbortController();

  const work = async (retriever: Retriever, model: LanguageModel, signal: AbortSignal): Promise<void> => {
    opened ??= openPassageVectors(driver);
    const vectors = await opened;
    const name = vectorName(model);
    await vectors.update(model, retriever.passages, {
      signal,
      onProgress: ({ done, total }) => {
        state = { state: 'indexing', done, total, problem: null };
      },
    });
    signal.throwIfAborted();
    const places = new Map(retriever.passages.map(({ id }, at) => [id, at]));
    const ids = retriever.passages.map(({ id }) => id);
    retriever.useVectors(model, async (vector, limit, also) =>
      (
        await vectors.nearest(
          name,
          vector,
          limit,
          also.flatMap((document) => ids[document] ?? []),
        )
      ).flatMap(({ passage, similarity }) => {
        const document = places.get(passage);
        return document === undefined ? [] : [{ document, similarity }];
      }),
    );
    state = { state: 'vectors', done: places.size, total: places.size, problem: null };
  };

  return {
    get state() {
      return state;
    },
    attach: (retriever, model) => {
      if (!model.embed) return;
      const name = vectorName(model);
      const now = clock().getTime();
      if (current?.retriever === retriever && current.name === name) {
        if (current.failedAt === null || now - current.failedAt < AGAIN_AFTER_MS) return;
      }
      control.abort();
      control = new AbortController();
      const { signal } = control;
      const mine = { retriever, name, failedAt: null as number | null };
      current = mine;
      state = { state: 'indexing', done: 0, total: retriever.passages.length, problem: null };
      // One after another: what was stopped may be in the middle of a batch.
      running = running.then(async () => {
        try {
          await work(retriever, model, signal);
        } catch (error) {
          if (signal.aborted) return;
          if (!(error instanceof VectorsUnavailable)) opened = undefined;
          mine.failedAt = clock().getTime();
          state = {
            state: 'failed',
            done: 0,
            total: retriever.passages.length,
            problem: error instanceof Error ? error.message : String(error),
          };
        }
      });
    },
    settled: () => running,
    stop: () => control.abort(),
  };
}
