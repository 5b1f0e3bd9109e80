/** Finds passages of the bank for a question in either language: words, and vectors where there are any. */
import { ModelError } from '../errors.ts';
import type { LanguageModel } from '../model/language-model.ts';
import { Bm25Index, type Field } from './bm25.ts';
import { fuseScores, SEMANTIC_WEIGHT } from './fuse-scores.ts';
import type { Passage } from './passages.ts';
import type { Candidate } from './rerank/question-features.ts';
import { rerankCandidates, toCandidates } from './rerank/rank-candidates.ts';
import { type VectorHit, VectorIndex } from './vector-index.ts';

export interface RetrievedPassage {
  passage: Passage;
  /** BM25 where words alone ranked; the fused score where vectors did too. Only its order means something. */
  score: number;
  /** Of the query's content words, see `Bm25Hit`; 0 for a passage that only vectors found. */
  coverage: number;
  /** Cosine to the query, where there are vectors. */
  similarity: number | null;
}

export interface RetrieverOptions {
  /**
   * Passages that hold less than this share of what the query is about are not evidence. Set on the development half of
   * the labelled set.
   */
  minCoverage?: number;
  /** With vectors, a cosine from which a passage is evidence whatever its words. Depends on the embedding model. */
  minSimilarity?: number;
  /** What meaning counts against words. Default `SEMANTIC_WEIGHT`. */
  semanticWeight?: number;
}

/** The passages nearest a vector, by their place in `passages`, nearest first, and `also` with theirs, wherever they come. */
export type NearestPassages = (
  vector: Float32Array,
  limit: number,
  also: readonly number[],
) => Promise<readonly VectorHit[]> | readonly VectorHit[];

export interface SearchPassagesOptions {
  limit?: number;
  signal?: AbortSignal;
}

/** How much words in each field count; title and tags stand before every passage of their question. */
const BOOST = { title: 3, tags: 2, text: 1 };

/** What of a passage is searched word by word. */
export const passageFields = ({ title, tags, text, question }: Passage): Field[] => [
  { text: title, boost: BOOST.title },
  { text: `${question} ${tags.join(' ')}`.replaceAll('-', ' '), boost: BOOST.tags },
  { text, boost: BOOST.text },
];

export const MIN_COVERAGE = 0.25;
/** How deep each ranking goes into the fusion. */
const DEPTH = 200;
/** Passages that a cross-encoder reads again. */
const CROSS_DEPTH = 50;
/** Texts embedded by one call. */
const BATCH = 64;

export class Retriever {
  readonly passages: readonly Passage[];
  private readonly words: Bm25Index;
  private readonly minCoverage: number;
  private readonly minSimilarity: number;
  private readonly semanticWeight: number;
  private cross: NonNullable<LanguageModel['rerank']> | null = null;
  private vectors: { near: NearestPassages; embed: NonNullable<LanguageModel['embed']> } | null = null;

  constructor(passages: readonly Passage[], options: RetrieverOptions = {}) {
    this.passages = passages;
    this.minCoverage = options.minCoverage ?? MIN_COVERAGE;
    this.minSimilarity = options.minSimilarity ?? Number.POSITIVE_INFINITY;
    this.semanticWeight = options.semanticWeight ?? SEMANTIC_WEIGHT;
    this.words = new Bm25Index(passages.map(passageFields));
  }

  /**
   * Embeds every passage; from then on words and vectors rank together.
   * @throws what the model throws; the retriever then goes on with words alone
   */
  async addVectors(
    model: LanguageModel,
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
  ): Promise<void> {
    const embed = model.embed?.bind(model);
    if (!embed) return;
    const vectors: Float32Array[] = [];
    for (let from = 0; from < this.passages.length; from += BATCH) {
      const batch = this.passages.slice(from, from + BATCH);
      const found = await embed(
        batch.map(({ title, text }) => `${title}\n${text}`),
        signal ? { signal } : {},
      );
      vectors.push(...found.vectors);
      onProgress?.(vectors.length, this.passages.length);
    }
    const index = new VectorIndex(vectors);
    this.useVectors(model, (vector, limit, also) => index.search(vector, limit, also));
  }

  /** From now on words and these vectors rank together; without a model that embeds, words alone again. */
  useVectors(model: Pick<LanguageModel, 'embed'> | null, near: NearestPassages): void {
    const embed = model?.embed?.bind(model);
    this.vectors = embed ? { near, embed } : null;
  }

  /** From now on this model's cross-encoder reads the best passages again; without one, none does. */
  useReranker(model: Pick<LanguageModel, 'rerank'> | null): void {
    this.cross = model?.rerank?.bind(model) ?? null;
  }

  /** Passages best first, whether or not they are evidence enough for an answer. */
  async rank(query: string, { limit = 10, signal }: SearchPassagesOptions = {}): Promise<RetrievedPassage[]> {
    const found = await this.firstStage(query, this.cross ? Math.max(limit, CROSS_DEPTH) : limit, signal);
    return (await this.crossEncoded(query, found, signal)).slice(0, limit);
  }

  private async firstStage(
    query: string,
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<RetrievedPassage[]> {
    const words = this.words.search(query, this.vectors ? DEPTH : limit);
    const plain = (document: number, score: number, coverage: number, similarity: number | null) => ({
      passage: this.passages[document] as Passage,
      score,
      coverage,
      similarity,
    });
    if (!this.vectors)
      return words.map(({ document, score, coverage }) => plain(document, score, coverage, null));
    const near = await this.near(query, words, signal);
    return fuseScores(words, near, this.semanticWeight)
      .slice(0, limit)
      .map(({ document, score, coverage, similarity }) => plain(document, score, coverage, similarity));
  }

  /** The best in the order of the cross-encoder; all as they were where it cannot be had just now. */
  private async crossEncoded(
    query: string,
    found: RetrievedPassage[],
    signal: AbortSignal | undefined,
  ): Promise<RetrievedPassage[]> {
    const near = found.slice(0, CROSS_DEPTH);
    if (!this.cross || near.length === 0) return found;
    try {
      const { scores } = await this.cross(
        query,
        near.map(({ passage }) => `${passage.title}\n${passage.text}`),
        signal ? { signal } : {},
      );
      const top = found[0]?.score || 1;
      return [
        // Above one; the rest, against the best of the first stage, below.
        ...near
          .map((one, at) => ({ one, logit: scores[at] as number }))
          .sort((a, b) => b.logit - a.logit)
          .map(({ one, logit }) => ({ ...one, score: 1 + 1 / (1 + Math.exp(-logit)) })),
        ...found.slice(CROSS_DEPTH).map((one) => ({ ...one, score: one.score / top })),
      ];
    } catch (error) {
      if (signal?.aborted || !(error instanceof ModelError)) throw error;
      return found;
    }
  }

  /** Nothing where the vectors cannot be had just now: words then rank alone. */
  private async near(
    query: string,
    words: readonly { document: number }[],
    signal: AbortSignal | undefined,
  ): Promise<readonly VectorHit[]> {
    if (!this.vectors) return [];
    const { near, embed } = this.vectors;
    try {
      const [vector] = (await embed([query], signal ? { signal } : {})).vectors;
      return vector
        ? await near(
            vector,
            DEPTH,
            words.map(({ document }) => document),
          )
        : [];
    } catch (error) {
      if (signal?.aborted || !(error instanceof ModelError)) throw error;
      return [];
    }
  }

  /**
   * Passages that an answer may rest on, best first. Empty when the bank says nothing of the matter: no passage then
   * holds enough of what was asked.
   */
  async search(
    query: string,
    { limit = 6, signal }: SearchPassagesOptions = {},
  ): Promise<RetrievedPassage[]> {
    const ranked = await this.rank(query, { limit: Math.max(limit, 20), ...(signal ? { signal } : {}) });
    const enough = ranked.some(
      ({ coverage, similarity }) =>
        coverage >= this.minCoverage || (similarity !== null && similarity >= this.minSimilarity),
    );
    return enough ? ranked.slice(0, limit) : [];
  }

  /**
   * Questions best first. Those that the first stage puts highest are ranked again: by a cross-encoder where one is set up,
   * else by a linear ranking of what speaks for each.
   * @param options `rerank: false` leaves the first stage's order
   */
  async rankCandidates(
    query: string,
    { limit = 10, signal, rerank = true }: SearchPassagesOptions & { rerank?: boolean } = {},
  ): Promise<Candidate[]> {
    const found = await this.firstStage(query, Math.max(200, limit * 20), signal);
    const read = rerank ? await this.crossEncoded(query, found, signal) : found;
    const candidates = toCandidates(read);
    if (!rerank) return candidates.slice(0, limit);
    if (read !== found) {
      // A cross-encoder's scores say of one passage that it answers, and are no sums.
      const places = new Map(read.map(({ passage }, at) => [passage.question, at] as const).reverse());
      const place = ({ question }: Candidate) => places.get(question) as number;
      return candidates.sort((a, b) => place(a) - place(b)).slice(0, limit);
    }
    return rerankCandidates(query, this.words.queryTerms(query), candidates).slice(0, limit);
  }

  /** The ids of `rankCandidates`. */
  async rankQuestions(query: string, limit = 10, signal?: AbortSignal, rerank = true): Promise<string[]> {
    const candidates = await this.rankCandidates(query, { limit, rerank, ...(signal ? { signal } : {}) });
    return candidates.map(({ question }) => question);
  }
}
