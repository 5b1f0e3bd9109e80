/** `viva bank eval`: how well the bank's questions are found, on the labelled queries, by us and by others. */
import { resolve } from 'node:path';
import {
  bankPassages,
  clusterInterval,
  evaluateRetrieval,
  type LabelledQuery,
  loadQuerySet,
  type QuerySplit,
  type RankingQuality,
  type RetrievalReport,
  Retriever,
} from '@viva/assistant';
import type { Locale } from '@viva/bank';
import { CommandFailure } from '../../failure.ts';
import { bankFolder } from '../../folders.ts';
import { language } from '../../terminal/language.ts';
import { Progress } from '../../terminal/progress.ts';
import { textTable } from '../../terminal/text-table.ts';
import { openBank } from './ask.ts';
import { openPeers } from './bank-peers.ts';
import { cancellable, type ModelOptions, openGuarded } from './open-model.ts';
import { say } from './words.ts';

export interface EvalOptions extends ModelOptions {
  bank?: string;
  lang?: string;
  split: string;
  vectors?: boolean;
  peers?: boolean;
  json?: boolean;
}

interface Ranked {
  name: string;
  report: RetrievalReport;
  /** Differences from words alone, query by query, with 95 % bootstrap intervals; null for words themselves. */
  against: Record<'recallAt5' | 'reciprocalRank' | 'ndcgAt10', [number, number] | null> | null;
}

const splitsOf = (split: string): readonly QuerySplit[] => {
  if (split === 'all') return ['dev', 'test'];
  if (split === 'dev' || split === 'test') return [split];
  throw new CommandFailure(`--split ${split}: dev, test or all.`, 2);
};

function against(base: RetrievalReport, other: RetrievalReport): Ranked['against'] {
  const of = (measure: 'recallAt5' | 'reciprocalRank' | 'ndcgAt10') =>
    clusterInterval(other.perQuery.map((row, at) => [row[measure] - (base.perQuery[at]?.[measure] ?? 0)]));
  return { recallAt5: of('recallAt5'), reciprocalRank: of('reciprocalRank'), ndcgAt10: of('ndcgAt10') };
}

const row = (name: string, { queries, recallAt5, mrr, ndcgAt10 }: RankingQuality): string[] => [
  name,
  String(queries),
  recallAt5.toFixed(3),
  mrr.toFixed(3),
  ndcgAt10.toFixed(3),
];
const signed = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(3)}`;

function print({ name, report, against: differences }: Ranked, split: string, locale: Locale): void {
  const right = (head: string) => ({ head, align: 'right' as const });
  const kinds = Object.entries(report.kinds).map(([kind, quality]) =>
    row(say(locale, kind as 'paraphrase' | 'keyword' | 'misspelling' | 'mixed'), quality),
  );
  const languages = Object.entries(report.languages).map(([code, quality]) =>
    row(say(locale, code === 'en' ? 'inEnglish' : 'inChinese'), quality),
  );
  console.log(
    [
      `${name} (${split})`,
      '',
      textTable(
        [{ head: say(locale, 'metric') }, right('n'), right('recall@5'), right('MRR'), right('nDCG@10')],
        [row(say(locale, 'all'), report.all), ...languages, ...kinds],
      ),
      '',
      ...(differences
        ? [
            say(locale, 'againstWords', {
              ...Object.fromEntries(
                Object.entries(differences).map(([measure, interval]) => [
                  measure,
                  interval ? `${signed(interval[0])} … ${signed(interval[1])}` : '–',
                ]),
              ),
            }),
            '',
          ]
        : []),
    ].join('\n'),
  );
}

export async function bankEval(options: EvalOptions): Promise<void> {
  const locale = language(options.lang);
  const splits = splitsOf(options.split);
  const bank = await openBank(options.bank);
  const folder = resolve(options.bank ?? bankFolder());
  const queries: readonly LabelledQuery[] = (await loadQuerySet(folder, bank.questions)).filter(({ split }) =>
    splits.includes(split),
  );
  const passages = bankPassages(bank);
  const words = new Retriever(passages);
  await cancellable(async (signal) => {
    const measure = (retriever: Retriever, rerank: boolean) =>
      evaluateRetrieval(
        queries,
        (query) => retriever.rankQuestions(query, 10, signal, rerank),
        async (query) => (await retriever.search(query, { signal })).length > 0,
      );
    const base = await measure(words, false);
    const found: Ranked[] = [{ name: say(locale, 'lexical'), report: base, against: null }];
    const add = (name: string, report: RetrievalReport) =>
      found.push({ name, report, against: against(base, report) });
    add(say(locale, 'lexicalReranked'), await measure(words, true));
    if (options.vectors) {
      const model = await openGuarded(options, locale);
      if (!model.embed && !model.rerank)
        throw new CommandFailure(
          `${model.id} has no embedding model or reranker beside it. Set one up: viva assistant setup --url … --model … --embedding-model NAME, or --encoder FOLDER, or --reranker FOLDER`,
        );
      const both = new Retriever(passages);
      if (model.embed) {
        const progress = new Progress({ label: say(locale, 'embedding'), total: passages.length });
        await both
          .addVectors(model, { signal, onProgress: (done) => progress.update(done) })
          .finally(() => progress.done());
        const id = model.embeddingId ?? model.id;
        add(`${say(locale, 'fused')} ${id}`, await measure(both, false));
        add(`${say(locale, 'fusedReranked')} ${id}`, await measure(both, true));
      }
      if (model.rerank) {
        both.useReranker(model);
        add(say(locale, 'crossEncoded'), await measure(both, true));
      }
    }
    const missing: string[] = [];
    if (options.peers)
      for (const { name, rank } of await openPeers(passages)) {
        signal.throwIfAborted();
        if (!rank) missing.push(name);
        else add(name, await evaluateRetrieval(queries, async (query) => (await rank(query)).slice(0, 10)));
      }
    if (options.json) {
      console.log(JSON.stringify({ split: options.split, rankings: found, missing }, null, 2));
      return;
    }
    for (const ranked of found) print(ranked, options.split, locale);
    const { outside, needlessRefusals, missed, all } = base;
    console.log(
      [
        say(locale, 'outside', {
          refused: outside.refused,
          count: outside.queries,
          needless: needlessRefusals.length,
          answerable: all.queries,
        }),
        ...(missed.length > 0 ? ['', say(locale, 'missed')] : []),
        ...missed.map(({ query, wanted }) => `  ${query}  → ${wanted}`),
        ...(missing.length > 0 ? ['', say(locale, 'peersMissing', { names: missing.join(', ') })] : []),
      ].join('\n'),
    );
  });
}
