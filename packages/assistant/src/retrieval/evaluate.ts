/** How well a ranking finds what was labelled. */
import { localeOf } from './answer-question.ts';
import type { LabelledQuery, QueryKind } from './query-set.ts';

export interface RankingQuality {
  queries: number;
  /** Mean share of the labelled questions that are among the first five, 0 to 1. */
  recallAt5: number;
  /** Mean reciprocal rank of the first labelled question; 0 for a query that finds none (Voorhees 1999). */
  mrr: number;
  /** Mean normalised discounted cumulative gain over ten places, gain 2^grade − 1 (Burges et al. 2005). */
  ndcgAt10: number;
}

export interface RetrievalReport {
  all: RankingQuality;
  /** Of queries with a Chinese character in them, and without. */
  languages: Partial<Record<'zh-CN' | 'en', RankingQuality>>;
  /** Of each query that has an answer, for paired comparisons. */
  perQuery: { query: string; recallAt5: number; reciprocalRank: number; ndcgAt10: number }[];
  kinds: Partial<Record<QueryKind, RankingQuality>>;
  /** Queries that the bank cannot answer. */
  outside: { queries: number; refused: number };
  /** Queries that it can answer, and was silent on. */
  needlessRefusals: string[];
  /** Queries whose best question was not among the first five. */
  missed: { query: string; wanted: string; found: string[] }[];
}

const gain = (grade: number): number => 2 ** grade - 1;
const discounted = (grades: readonly number[]): number =>
  grades.reduce((sum, grade, at) => sum + gain(grade) / Math.log2(at + 2), 0);

export function recallAt(
  ranking: readonly string[],
  grades: ReadonlyMap<string, number>,
  depth: number,
): number {
  const found = ranking.slice(0, depth).filter((id) => grades.has(id)).length;
  return grades.size === 0 ? 0 : found / Math.min(grades.size, depth);
}

export function reciprocalRank(ranking: readonly string[], grades: ReadonlyMap<string, number>): number {
  const at = ranking.findIndex((id) => grades.has(id));
  return at === -1 ? 0 : 1 / (at + 1);
}

export function ndcgAt(
  ranking: readonly string[],
  grades: ReadonlyMap<string, number>,
  depth: number,
): number {
  const ideal = discounted([...grades.values()].sort((a, b) => b - a).slice(0, depth));
  return ideal === 0 ? 0 : discounted(ranking.slice(0, depth).map((id) => grades.get(id) ?? 0)) / ideal;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Runs queries through a ranker.
 * @param rank ids of questions, best first, at least ten where there are as many
 * @param answers whether anything is found that an answer may rest on; left out: refusals are not measured
 */
export async function evaluateRetrieval(
  queries: readonly LabelledQuery[],
  rank: (query: string) => Promise<readonly string[]> | readonly string[],
  answers?: (query: string) => Promise<boolean> | boolean,
): Promise<RetrievalReport> {
  const rows: { query: LabelledQuery; ranking: readonly string[] }[] = [];
  const report: Omit<RetrievalReport, 'all' | 'kinds' | 'languages' | 'perQuery'> = {
    outside: { queries: 0, refused: 0 },
    needlessRefusals: [],
    missed: [],
  };
  for (const query of queries) {
    const answered = answers ? await answers(query.text) : true;
    if (query.kind === 'outside') {
      report.outside.queries++;
      if (!answered) report.outside.refused++;
      continue;
    }
    if (!answered) report.needlessRefusals.push(query.text);
    const ranking = await rank(query.text);
    rows.push({ query, ranking });
    const [wanted] = query.grades.keys();
    if (wanted !== undefined && !ranking.slice(0, 5).includes(wanted))
      report.missed.push({ query: query.text, wanted, found: ranking.slice(0, 5) });
  }
  const quality = (chosen: typeof rows): RankingQuality => ({
    queries: chosen.length,
    recallAt5: mean(chosen.map(({ query, ranking }) => recallAt(ranking, query.grades, 5))),
    mrr: mean(chosen.map(({ query, ranking }) => reciprocalRank(ranking, query.grades))),
    ndcgAt10: mean(chosen.map(({ query, ranking }) => ndcgAt(ranking, query.grades, 10))),
  });
  const kinds: RetrievalReport['kinds'] = {};
  for (const kind of new Set(rows.map(({ query }) => query.kind)))
    kinds[kind] = quality(rows.filter(({ query }) => query.kind === kind));
  const languages: RetrievalReport['languages'] = {};
  for (const locale of ['zh-CN', 'en'] as const) {
    const own = rows.filter(({ query }) => localeOf(query.text) === locale);
    if (own.length > 0) languages[locale] = quality(own);
  }
  const perQuery = rows.map(({ query, ranking }) => ({
    query: query.text,
    recallAt5: recallAt(ranking, query.grades, 5),
    reciprocalRank: reciprocalRank(ranking, query.grades),
    ndcgAt10: ndcgAt(ranking, query.grades, 10),
  }));
  return { all: quality(rows), kinds, languages, perQuery, ...report };
}
