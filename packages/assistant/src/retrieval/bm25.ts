/** An inverted index with BM25 ranks, for some 100,000 documents in memory. */
import { tokens } from '@viva/bank';
import { Spellings } from './close-words.ts';
import { contentUnits, withoutStopWords } from './content-units.ts';

export interface Field {
  text: string;
  /** How often a word counts here, against once in plain text. */
  boost: number;
}

export interface Bm25Hit {
  /** The document's place in the order of adding, from 0. */
  document: number;
  score: number;
  /**
   * How much of what the query is about stands in the document, 0 to 1: its content words, each weighted by rarity; a
   * word that no document has weighs most.
   */
  coverage: number;
}

export interface Bm25Options {
  /** Saturation of repeated words. Default 1.2. */
  k1?: number;
  /** Correction for length, 0 none to 1 full. Default 0.75. */
  b?: number;
}

interface Postings {
  documents: Int32Array;
  counts: Float32Array;
}

interface Expansion {
  terms: number[];
  words: string[];
  weight: number;
}
const UNKNOWN: Expansion = { terms: [], words: [], weight: 0 };

/** A content word of a query. */
export interface QueryTerm {
  /** Itself where the index has it, else those spelt most like it; may be none. */
  words: string[];
  /** By rarity. */
  weight: number;
  /** 1 for the word itself, less for one that was found by its spelling. */
  certainty: number;
}

/** What a word counts that was found by its spelling only. */
const SPELLING_WEIGHT = 0.7;

/**
 * BM25 (Robertson & Zaragoza 2009, eq. 3.15, with idf = ln(1 + (N − n + ½) / (n + ½))) over words and, for Chinese,
 * character pairs. Words that no document has are taken for the ones spelt most like them.
 */
export class Bm25Index {
  private readonly k1: number;
  private readonly b: number;
  private readonly terms = new Map<string, number>();
  private readonly postings: Postings[] = [];
  private readonly lengths: Float32Array;
  private readonly meanLength: number;
  private readonly scores: Float64Array;
  /** Made with the first word that no document has. */
  private spellings: Spellings | undefined;

  /** @param documents each a list of fields; weights multiply counts before saturation, as in BM25F */
  constructor(documents: Iterable<readonly Field[]>, { k1 = 1.2, b = 0.75 }: Bm25Options = {}) {
    this.k1 = k1;
    this.b = b;
    const growing: { documents: number[]; counts: number[] }[] = [];
    const lengths: number[] = [];
    let total = 0;
    const cached = tokenCache();
    for (const fields of documents) {
      const document = lengths.length;
      let length = 0;
      for (const { text, boost } of fields)
        for (const token of cached(text)) {
          let term = this.terms.get(token);
          if (term === undefined) {
            term = growing.length;
            this.terms.set(token, term);
            growing.push({ documents: [], counts: [] });
          }
          const list = growing[term] as { documents: number[]; counts: number[] };
          const last = list.documents.length - 1;
          if (list.documents[last] === document) list.counts[last] = (list.counts[last] ?? 0) + boost;
          else {
            list.documents.push(document);
            list.counts.push(boost);
          }
          length += boost;
        }
      lengths.push(length);
      total += length;
    }
    this.postings = growing.map((list) => ({
      documents: Int32Array.from(list.documents),
      counts: Float32Array.from(list.counts),
    }));
    this.lengths = Float32Array.from(lengths);
    this.meanLength = total / Math.max(1, lengths.length);
    this.scores = new Float64Array(lengths.length);
  }

  get size(): number {
    return this.lengths.length;
  }

  get vocabulary(): number {
    return this.terms.size;
  }

  private idf(frequency: number): number {
    return Math.log(1 + (this.size - frequency + 0.5) / (frequency + 0.5));
  }

  /** The terms of the index that a token of a query stands for: itself, or those spelt most like it. */
  private expand(token: string): Expansion {
    const term = this.terms.get(token);
    if (term !== undefined) return { terms: [term], words: [token], weight: 1 };
    this.spellings ??= new Spellings(this.terms.keys());
    const close = this.spellings.close(token);
    return {
      terms: close.flatMap((word) => this.terms.get(word) ?? []),
      words: close,
      weight: SPELLING_WEIGHT,
    };
  }

  /** Best first; equal scores in the order of adding. Documents without any of the words are left out. */
  search(query: string, limit = 10): Bm25Hit[] {
    const { k1, b, scores, lengths, meanLength } = this;
    const expansions = new Map<string, Expansion>();
    for (const token of new Set(tokens(withoutStopWords(query)))) expansions.set(token, this.expand(token));
    const touched: number[] = [];
    for (const { terms, weight } of expansions.values())
      for (const term of terms) {
        const { documents, counts } = this.postings[term] as Postings;
        const gain = (weight * this.idf(documents.length) * (k1 + 1)) / terms.length;
        for (let at = 0; at < documents.length; at++) {
          const document = documents[at] as number;
          const count = counts[at] as number;
          if (scores[document] === 0) touched.push(document);
          scores[document] =
            (scores[document] as number) +
            (gain * count) / (count + k1 * (1 - b + (b * (lengths[document] as number)) / meanLength));
        }
      }
    const best = largest(touched, scores, limit);
    const units = contentUnits(query).map((unit) => unit.map((token) => expansions.get(token) ?? UNKNOWN));
    const hits = best.map((document) => ({
      document,
      score: scores[document] as number,
      coverage: this.coverage(units, document),
    }));
    for (const document of touched) scores[document] = 0;
    return hits;
  }

  /** What the query is about, word by word, with the words of the index that each stands for. */
  queryTerms(query: string): QueryTerm[] {
    return contentUnits(query).flatMap((unit) =>
      unit.map((token): QueryTerm => {
        const { terms, weight, words } = this.expand(token);
        const frequency = Math.max(
          0,
          ...terms.map((term) => (this.postings[term] as Postings).documents.length),
        );
        return { words, weight: this.idf(frequency) / unit.length, certainty: weight };
      }),
    );
  }

  private coverage(units: readonly (readonly Expansion[])[], document: number): number {
    let covered = 0;
    let all = 0;
    for (const unit of units)
      for (const { terms, weight: certainty } of unit) {
        const frequency = Math.max(
          0,
          ...terms.map((term) => (this.postings[term] as Postings).documents.length),
        );
        const weight = this.idf(frequency) / unit.length;
        all += weight;
        if (terms.some((term) => includes((this.postings[term] as Postings).documents, document)))
          covered += certainty * weight;
      }
    return all === 0 ? 0 : covered / all;
  }
}

/** Titles and tags come again with every passage of their question; the last few hundred short texts are remembered. */
function tokenCache(): (text: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (text) => {
    if (text.length > 200) return tokens(text);
    let found = known.get(text);
    if (!found) {
      found = tokens(text);
      if (known.size >= 512) known.clear();
      known.set(text, found);
    }
    return found;
  };
}

/** The `limit` documents of largest score, by a heap of that size: n log(limit) comparisons. */
function largest(candidates: readonly number[], scores: Float64Array, limit: number): number[] {
  const before = (a: number, b: number): boolean => {
    const difference = (scores[a] as number) - (scores[b] as number);
    return difference > 0 || (difference === 0 && a < b);
  };
  const heap: number[] = []; // The worst on top.
  const swap = (i: number, j: number) => {
    const held = heap[i] as number;
    heap[i] = heap[j] as number;
    heap[j] = held;
  };
  const sink = () => {
    let at = 0;
    for (;;) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && before(heap[worst] as number, heap[child] as number)) worst = child;
      if (worst === at) return;
      swap(at, worst);
      at = worst;
    }
  };
  for (const candidate of candidates) {
    if (heap.length < limit) {
      let at = heap.push(candidate) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!before(heap[parent] as number, heap[at] as number)) break;
        swap(at, parent);
        at = parent;
      }
    } else if (limit > 0 && before(candidate, heap[0] as number)) {
      heap[0] = candidate;
      sink();
    }
  }
  return heap.sort((a, b) => (before(a, b) ? -1 : 1));
}

/** Whether an ascending list has a value. */
function includes(sorted: Int32Array, value: number): boolean {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = sorted[middle] as number;
    if (found === value) return true;
    if (found < value) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
