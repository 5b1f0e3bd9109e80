/** Exact search among vectors by cosine. A bank has thousands of passages; nothing cleverer is needed. */
import { AssistantError } from '../errors.ts';

export interface VectorHit {
  document: number;
  /** Cosine, −1 to 1. */
  similarity: number;
}

const norm = (vector: Float32Array): number =>
  Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

export class VectorIndex {
  private readonly rows: Float32Array;
  private readonly dimensions: number;
  readonly size: number;

  /** @throws AssistantError `vector-shape` when lengths differ */
  constructor(vectors: readonly Float32Array[]) {
    this.size = vectors.length;
    this.dimensions = vectors[0]?.length ?? 0;
    this.rows = new Float32Array(this.size * this.dimensions);
    for (const [at, vector] of vectors.entries()) {
      this.check(vector);
      const length = norm(vector) || 1;
      for (let i = 0; i < this.dimensions; i++)
        this.rows[at * this.dimensions + i] = (vector[i] as number) / length;
    }
  }

  private check(vector: Float32Array): void {
    if (vector.length !== this.dimensions)
      throw new AssistantError(
        'vector-shape',
        `A vector of ${vector.length} numbers among vectors of ${this.dimensions}: they come from different embedding models. Build the index again with one.`,
      );
  }

  /** @param also documents that are told of wherever they come; after the nearest */
  search(query: Float32Array, limit = 10, also: readonly number[] = []): VectorHit[] {
    if (this.size === 0) return [];
    this.check(query);
    const length = norm(query) || 1;
    const similarities = new Float64Array(this.size);
    for (let document = 0; document < this.size; document++) {
      let dot = 0;
      const from = document * this.dimensions;
      for (let i = 0; i < this.dimensions; i++) dot += (this.rows[from + i] as number) * (query[i] as number);
      similarities[document] = dot / length;
    }
    const of = (document: number): VectorHit => ({
      document,
      similarity: similarities[document] as number,
    });
    const hits = Array.from(similarities.keys(), of)
      .sort((a, b) => b.similarity - a.similarity || a.document - b.document)
      .slice(0, limit);
    const told = new Set(hits.map(({ document }) => document));
    return [...hits, ...also.filter((document) => !told.has(document)).map(of)];
  }
}
