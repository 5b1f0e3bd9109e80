/** The search of the pages and of the command line: questions by words in either language, with a passage of each. */
import { type Bank, type Locale, type Question, tokens } from '@viva/bank';
import { bankPassages } from './passages.ts';
import { Retriever } from './retriever.ts';

export interface FoundQuestion {
  question: Question;
  /** Only its order means something. */
  score: number;
  /** Plain text around the best match. */
  snippet: string;
}

export interface FindOptions {
  /** The language to show passages in; both are searched. Without it, the query's own. */
  locale?: Locale;
  limit?: number;
}

const HAN = /\p{Script=Han}/u;
const retrievers = new WeakMap<Bank, Retriever>();

function retrieverOf(bank: Bank): Retriever {
  const known = retrievers.get(bank);
  if (known) return known;
  const made = new Retriever(bankPassages(bank));
  retrievers.set(bank, made);
  return made;
}

function snippetOf(text: string, query: readonly string[]): string {
  const clean = text.replace(/[#*_`>$]/g, '').replace(/\s+/g, ' ');
  const lower = clean.toLowerCase();
  const found = query.map((token) => lower.indexOf(token)).filter((at) => at >= 0);
  const from = Math.max(0, (found.length > 0 ? Math.min(...found) : 0) - 40);
  return `${from > 0 ? '…' : ''}${clean.slice(from, from + 160)}${from + 160 < clean.length ? '…' : ''}`;
}

/** Questions that match, best first; see `Retriever.rankCandidates` for the order. Misspellings are seen through. */
export async function findQuestions(
  bank: Bank,
  query: string,
  { locale, limit = 20 }: FindOptions = {},
): Promise<FoundQuestion[]> {
  const shown = locale ?? (HAN.test(query) ? 'zh-CN' : 'en');
  const words = tokens(query);
  if (words.length === 0) return [];
  const ranked = await retrieverOf(bank).rankCandidates(query, { limit });
  return ranked.flatMap(({ question: id, passages }, at) => {
    const question = bank.questions.get(id);
    if (!question) return [];
    const best = passages.find(({ passage }) => passage.locale === shown)?.passage;
    return [
      {
        question,
        score: ranked.length - at,
        snippet: snippetOf(best?.text ?? question.text[shown].prompt, words),
      },
    ];
  });
}
