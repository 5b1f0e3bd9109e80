/** Search over the bank: BM25 on words, and on character pairs for Chinese. Pure. */
import { type Bank, LOCALES, type Locale, type Question } from './types.ts';

export interface SearchResult {
  id: string;
  score: number;
  title: string;
  /** Plain text around the best match. */
  snippet: string;
}

interface SearchOptions {
  /** The language to show titles and snippets in; both are searched. Without it, the query's own. */
  locale?: Locale;
  limit?: number;
}

const HAN = /\p{Script=Han}/u;
const words = new Intl.Segmenter('zh-CN', { granularity: 'word' });

/** Just enough for English: plurals, and "quantisation" beside "quantization". */
const stem = (word: string): string =>
  (/^[a-z]{3,}[^s]s$/.test(word) ? word.slice(0, -1) : word).replace(/is(ation|e|ed|ing)$/, 'iz$1');

/** Words in lower case, and for runs of Chinese characters every pair, since segmenters disagree on terms of art. */
export function tokens(text: string): string[] {
  const found: string[] = [];
  for (const { segment, isWordLike } of words.segment(text.toLowerCase().normalize('NFKC')))
    if (isWordLike) found.push(stem(segment));
  for (const [run] of text.matchAll(/\p{Script=Han}{2,}/gu))
    for (let index = 0; index + 1 < run.length; index++) found.push(run.slice(index, index + 2));
  return found;
}

interface Index {
  documents: { question: Question; locale: Locale; counts: Map<string, number>; length: number }[];
  frequency: Map<string, number>;
  meanLength: number;
}

/** How much a word in each part of a question weighs against one in the answer. */
const BOOST = { title: 6, tags: 4, prompt: 2, answer: 1, probes: 1 };
const indexes = new WeakMap<Bank, Index>();

function indexOf(bank: Bank): Index {
  const known = indexes.get(bank);
  if (known) return known;
  const frequency = new Map<string, number>();
  const documents = [...bank.questions.values()].flatMap((question) =>
    LOCALES.map((locale) => {
      const counts = new Map<string, number>();
      const add = (text: string, boost: number) => {
        for (const token of tokens(text)) counts.set(token, (counts.get(token) ?? 0) + boost);
      };
      const text = question.text[locale];
      add(text.title, BOOST.title);
      add(`${question.id.replaceAll('-', ' ')} ${question.tags.join(' ').replaceAll('-', ' ')}`, BOOST.tags);
      add(text.prompt, BOOST.prompt);
      add(text.answer, BOOST.answer);
      add(text.probes.join('\n'), BOOST.probes);
      for (const token of counts.keys()) frequency.set(token, (frequency.get(token) ?? 0) + 1);
      return {
        question,
        locale,
        counts,
        length: [...counts.values()].reduce((sum, count) => sum + count, 0),
      };
    }),
  );
  const meanLength = documents.reduce((sum, { length }) => sum + length, 0) / Math.max(1, documents.length);
  const index = { documents, frequency, meanLength };
  indexes.set(bank, index);
  return index;
}

function snippet(text: string, query: readonly string[]): string {
  const clean = text.replace(/[#*_`>$]/g, '').replace(/\s+/g, ' ');
  const lower = clean.toLowerCase();
  const found = query.map((token) => lower.indexOf(token)).filter((at) => at >= 0);
  const from = Math.max(0, (found.length > 0 ? Math.min(...found) : 0) - 40);
  return `${from > 0 ? '…' : ''}${clean.slice(from, from + 160)}${from + 160 < clean.length ? '…' : ''}`;
}

/**
 * Questions that match, best first. BM25 (Robertson & Zaragoza 2009) with k1 = 1.2 and b = 0.75; a question's score is
 * that of its better language.
 */
export function searchBank(
  bank: Bank,
  query: string,
  { locale, limit = 20 }: SearchOptions = {},
): SearchResult[] {
  const wanted = [...new Set(tokens(query))];
  if (wanted.length === 0) return [];
  const { documents, frequency, meanLength } = indexOf(bank);
  const shown = locale ?? (HAN.test(query) ? 'zh-CN' : 'en');
  const best = new Map<string, SearchResult>();
  for (const { question, counts, length } of documents) {
    let score = 0;
    for (const token of wanted) {
      const count = counts.get(token);
      if (!count) continue;
      const df = frequency.get(token) ?? 0;
      const idf = Math.log(1 + (documents.length - df + 0.5) / (df + 0.5));
      score += (idf * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * length) / meanLength));
    }
    if (score <= (best.get(question.id)?.score ?? 0)) continue;
    const text = question.text[shown];
    best.set(question.id, {
      id: question.id,
      score,
      title: text.title,
      snippet: snippet(`${text.prompt} ${text.answer}`, wanted),
    });
  }
  return [...best.values()].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, limit);
}
