/** What speaks for a question as the answer to a query, as numbers between 0 and 1, for a linear reranker. */
import { tokens } from '@viva/bank';
import { localeOf } from '../answer-question.ts';
import type { QueryTerm } from '../bm25.ts';
import type { Passage } from '../passages.ts';

/** In the order of the weights. */
export const FEATURES = [
  'sum',
  'best',
  'share',
  'language',
  'title',
  'tags',
  'union',
  'coverage',
  'adjacent',
  'exact',
  'spelling',
  'prompt',
  'cosine',
] as const;
export type Feature = (typeof FEATURES)[number];

/** A question with those of its passages that the first stage has found, best first. */
export interface Candidate {
  question: string;
  /** By the first stage: its passages' scores, each counting half as much as the one before. */
  score: number;
  passages: readonly { passage: Passage; score: number; similarity: number | null }[];
}

/** Passages looked into word by word. */
const READ = 6;
/** Passages among which a question's share is counted. */
const DEPTH = 20;

const known = new WeakMap<Passage, readonly string[]>();
function tokensOf(passage: Passage): readonly string[] {
  let found = known.get(passage);
  if (!found) {
    found = tokens(passage.text);
    known.set(passage, found);
  }
  return found;
}

/** The share of the query's terms, by weight, that stand in a text. */
function covered(terms: readonly QueryTerm[], words: ReadonlySet<string>): number {
  let have = 0;
  let all = 0;
  for (const { words: spellings, weight, certainty } of terms) {
    all += weight;
    if (spellings.some((word) => words.has(word))) have += weight * certainty;
  }
  return all === 0 ? 0 : have / all;
}

const trigrams = (text: string): Set<string> => {
  const clean = ` ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `;
  const size = /\p{Script=Han}/u.test(clean) ? 2 : 3;
  return new Set(
    Array.from({ length: Math.max(0, clean.length - size + 1) }, (_, at) => clean.slice(at, at + size)),
  );
};

function contained(part: ReadonlySet<string>, whole: ReadonlySet<string>): number {
  let have = 0;
  for (const one of part) if (whole.has(one)) have++;
  return part.size === 0 ? 0 : have / part.size;
}

/** The share of neighbouring pairs of the query that are neighbours in a passage. */
function adjacency(query: readonly string[], passage: readonly string[]): number {
  if (query.length < 2) return 0;
  const pairs = new Set(passage.slice(1).map((word, at) => `${passage[at]} ${word}`));
  let have = 0;
  for (let at = 1; at < query.length; at++) if (pairs.has(`${query[at - 1]} ${query[at]}`)) have++;
  return have / (query.length - 1);
}

/** Names, numbers and code: what is never a paraphrase. */
const EXACT = /[A-Za-z]*\d[\w.]*|\w+_\w+|\b[A-Z]{2,}\w*\b/g;

/**
 * @param candidates best first by the first stage
 * @param terms the query's content words, see `Bm25Index.terms`
 * @returns a row of `FEATURES.length` numbers a candidate
 */
export function questionFeatures(
  query: string,
  terms: readonly QueryTerm[],
  candidates: readonly Candidate[],
): number[][] {
  const topSum = Math.max(1e-9, ...candidates.map(({ score }) => score));
  const flat = candidates
    .flatMap(({ question, passages }) => passages.map(({ score }) => ({ question, score })))
    .sort((a, b) => b.score - a.score)
    .slice(0, DEPTH);
  const top = Math.max(1e-9, flat[0]?.score ?? 0);
  const locale = localeOf(query);
  const exact = [...new Set(query.match(EXACT) ?? [])].map((word) => word.toLowerCase());
  const spelled = tokens(query);
  const ownTrigrams = trigrams(query);
  return candidates.map(({ question, score, passages }) => {
    const read = passages.slice(0, READ);
    const first = read[0]?.passage;
    const union = new Set(read.flatMap(({ passage }) => tokensOf(passage)));
    const texts = read.map(({ passage }) => `${passage.title}\n${passage.text}`.toLowerCase());
    const values: Record<Feature, number> = {
      sum: score / topSum,
      best: (passages[0]?.score ?? 0) / top,
      share: flat.filter((one) => one.question === question).length / Math.max(1, flat.length),
      language:
        passages
          .filter(({ passage }) => passage.locale === locale)
          .reduce((most, one) => Math.max(most, one.score), 0) / top,
      title: first ? covered(terms, new Set(read.flatMap(({ passage }) => tokens(passage.title)))) : 0,
      tags: first
        ? covered(terms, new Set(tokens(`${question} ${first.tags.join(' ')}`.replaceAll('-', ' '))))
        : 0,
      union: covered(terms, union),
      coverage: Math.max(0, ...read.map(({ passage }) => covered(terms, new Set(tokensOf(passage))))),
      adjacent: Math.max(0, ...read.map(({ passage }) => adjacency(spelled, tokensOf(passage)))),
      exact:
        exact.length === 0
          ? 0
          : exact.filter((word) => texts.some((text) => text.includes(word))).length / exact.length,
      spelling: Math.max(0, ...read.map(({ passage }) => contained(ownTrigrams, trigrams(passage.title)))),
      prompt: passages
        .filter(({ passage }) => passage.section === 'prompt')
        .reduce((most, one) => Math.max(most, one.score / top), 0),
      cosine: Math.max(0, ...passages.map(({ similarity }) => similarity ?? 0)),
    };
    return FEATURES.map((name) => values[name]);
  });
}
