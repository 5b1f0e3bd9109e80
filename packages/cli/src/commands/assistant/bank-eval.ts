/** `viva bank eval`: how well the bank's questions are found, on the labelled queries. */
import { resolve } from 'node:path';
import {
  bankPassages,
  evaluateRetrieval,
  loadQuerySet,
  type QuerySplit,
  type RankingQuality,
  Retriever,
} from '@viva/assistant';
import { CommandFailure } from '../../failure.ts';
import { bankFolder } from '../../folders.ts';
import { language } from '../../terminal/language.ts';
import { Progress } from '../../terminal/progress.ts';
import { textTable } from '../../terminal/text-table.ts';
import { openBank } from './ask.ts';
import { cancellable, type ModelOptions, openGuarded } from './open-model.ts';
import { say } from './words.ts';

export interface EvalOptions extends ModelOptions {
  bank?: string;
  lang?: string;
  split: string;
  vectors?: boolean;
  json?: boolean;
}

export async function bankEval(options: EvalOptions): Promise<void> {
  const locale = language(options.lang);
  const splits: readonly QuerySplit[] =
    options.split === 'all'
      ? ['dev', 'test']
      : options.split === 'dev' || options.split === 'test'
        ? [options.split]
        : [];
  if (splits.length === 0) throw new CommandFailure(`--split ${options.split}: dev, test or all.`, 2);
  const bank = await openBank(options.bank);
  const folder = resolve(options.bank ?? bankFolder());
  const queries = (await loadQuerySet(folder, bank.questions)).filter(({ split }) => splits.includes(split));
  const retriever = new Retriever(bankPassages(bank));
  await cancellable(async (signal) => {
    if (options.vectors) {
      const model = await openGuarded(options, locale);
      if (!model.embed)
        throw new CommandFailure(
          `${model.id} has no embedding model beside it. Set one up: viva assistant setup --url … --model … --embedding-model NAME`,
        );
      const progress = new Progress({ label: say(locale, 'embedding'), total: retriever.passages.length });
      await retriever
        .addVectors(model, { signal, onProgress: (done) => progress.update(done) })
        .finally(() => progress.done());
    }
    const report = await evaluateRetrieval(
      queries,
      (query) => retriever.rankQuestions(query, 10, signal),
      async (query) => (await retriever.search(query, { signal })).length > 0,
    );
    if (options.json) {
      console.log(
        JSON.stringify({ split: options.split, vectors: options.vectors ?? false, ...report }, null, 2),
      );
      return;
    }
    const row = (name: string, { queries: count, recallAt5, mrr, ndcgAt10 }: RankingQuality): string[] => [
      name,
      String(count),
      recallAt5.toFixed(3),
      mrr.toFixed(3),
      ndcgAt10.toFixed(3),
    ];
    const kinds = Object.entries(report.kinds).map(([kind, quality]) =>
      row(say(locale, kind as 'paraphrase' | 'keyword' | 'misspelling' | 'mixed'), quality),
    );
    const right = (head: string) => ({ head, align: 'right' as const });
    console.log(
      [
        `${say(locale, options.vectors ? 'fused' : 'lexical')} (${options.split})`,
        '',
        textTable(
          [{ head: say(locale, 'metric') }, right('n'), right('recall@5'), right('MRR'), right('nDCG@10')],
          [row(say(locale, 'all'), report.all), ...kinds],
        ),
        '',
        say(locale, 'outside', {
          refused: report.outside.refused,
          count: report.outside.queries,
          needless: report.needlessRefusals.length,
          answerable: report.all.queries,
        }),
        ...(report.missed.length > 0 ? ['', say(locale, 'missed')] : []),
        ...report.missed.map(({ query, wanted }) => `  ${query}  → ${wanted}`),
      ].join('\n'),
    );
  });
}
