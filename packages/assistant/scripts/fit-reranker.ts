/**
 * Fits the linear reranker anew on the development queries and writes its weights:
 *
 *   node --import tsx --conditions source packages/assistant/scripts/fit-reranker.ts [--test] [VECTORS]
 *
 * Prints what cross-validation says, and with --test, once all is decided, the test queries before and after. VECTORS is a
 * JSON file `{ model, texts }` of the vectors of passages and queries by their text; without it the weights for
 * words and vectors together stay as they are.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadBank } from '@viva/bank';
import { Bm25Index } from '../src/retrieval/bm25.ts';
import { ndcgAt, recallAt, reciprocalRank } from '../src/retrieval/evaluate.ts';
import { bankPassages } from '../src/retrieval/passages.ts';
import { type LabelledQuery, loadQuerySet, type QuerySplit } from '../src/retrieval/query-set.ts';
import { crossValidate, fitLinear, order, type RankingExample } from '../src/retrieval/rerank/fit-linear.ts';
import { LINEAR_WEIGHTS } from '../src/retrieval/rerank/linear-weights.ts';
import { FEATURES, questionFeatures } from '../src/retrieval/rerank/question-features.ts';
import { RERANKED, toCandidates, weightsFor } from '../src/retrieval/rerank/rank-candidates.ts';
import { passageFields, Retriever } from '../src/retrieval/retriever.ts';
import { VectorIndex } from '../src/retrieval/vector-index.ts';

/** Chosen by cross-validation among 0.1, 0.03, 0.01, 0.003 and 0.001, of which all but the last give the same order. */
const DECAY = 0.01;
const FOLDS = 10;
const PRIOR = FEATURES.map(() => 0);

interface Example extends RankingExample {
  query: LabelledQuery;
  ids: string[];
}
interface VectorFile {
  model: string;
  texts: Record<string, number[]>;
}

const folder = fileURLToPath(new URL('../../../bank', import.meta.url));
const bank = await loadBank(folder);
const passages = bankPassages(bank);
const queries = await loadQuerySet(folder, bank.questions);
const index = new Bm25Index(passages.map(passageFields));
const args = process.argv.slice(2).filter((word) => word !== '--test');
const vectors = args[0] ? (JSON.parse(await readFile(args[0], 'utf8')) as VectorFile) : undefined;

async function examples(split: QuerySplit, withVectors: boolean): Promise<Example[]> {
  const retriever = new Retriever(passages);
  if (withVectors && vectors) {
    const of = (text: string) => Float32Array.from(vectors.texts[text] ?? []);
    const near = new VectorIndex(passages.map(({ title, text }) => of(`${title}\n${text}`)));
    const usage = { inputTokens: 0, outputTokens: 0, estimated: false };
    retriever.useVectors(
      { embed: async (texts) => ({ vectors: texts.map(of), usage }) },
      (vector, limit, also) => near.search(vector, limit, also),
    );
  }
  const found: Example[] = [];
  for (const query of queries) {
    if (query.split !== split || query.grades.size === 0) continue;
    const candidates = toCandidates(await retriever.rank(query.text, { limit: 200 })).slice(0, RERANKED);
    found.push({
      query,
      ids: candidates.map(({ question }) => question),
      features: questionFeatures(query.text, index.queryTerms(query.text), candidates),
      grades: candidates.map(({ question }) => query.grades.get(question) ?? 0),
    });
  }
  return found;
}

function quality(rows: readonly Example[], places: (row: Example, at: number) => readonly number[]): string {
  const mean = (of: (ranking: string[], row: Example) => number) =>
    rows.reduce(
      (sum, row, at) =>
        sum +
        of(
          places(row, at).map((place) => row.ids[place] as string),
          row,
        ),
      0,
    ) / rows.length;
  const figures = [
    mean((ranking, { query }) => recallAt(ranking, query.grades, 5)),
    mean((ranking, { query }) => reciprocalRank(ranking, query.grades)),
    mean((ranking, { query }) => ndcgAt(ranking, query.grades, 10)),
  ];
  return `recall@5 ${figures[0]?.toFixed(3)}  MRR ${figures[1]?.toFixed(3)}  nDCG@10 ${figures[2]?.toFixed(3)}`;
}

const fitted: Record<'words' | 'vectors', Record<string, number>> = { ...LINEAR_WEIGHTS };
for (const kind of vectors ? (['words', 'vectors'] as const) : (['words'] as const)) {
  const dev = await examples('dev', kind === 'vectors');
  const fit = (rows: readonly RankingExample[]) => fitLinear(rows, { prior: PRIOR, decay: DECAY });
  const predicted = crossValidate(dev, FOLDS, fit);
  console.log(
    `${kind}${kind === 'vectors' ? ` (${vectors?.model})` : ''}, ${dev.length} development queries`,
  );
  console.log(`  first stage          ${quality(dev, ({ ids }) => [...ids.keys()])}`);
  console.log(`  ${FOLDS}-fold, held out    ${quality(dev, (_, at) => predicted[at] ?? [])}`);
  const weights = fit(dev);
  console.log(`  fitted on all        ${quality(dev, ({ features }) => order(weights, features))}`);
  fitted[kind] = Object.fromEntries(
    FEATURES.map((name, at) => [name, Number((weights[at] ?? 0).toFixed(4))]),
  );
  if (process.argv.includes('--test')) {
    const test = await examples('test', kind === 'vectors');
    const rounded = FEATURES.map((name) => fitted[kind][name] ?? 0);
    console.log(`  ${test.length} test queries: first stage ${quality(test, ({ ids }) => [...ids.keys()])}`);
    console.log(
      `  ${test.length} test queries: reranked    ${quality(test, ({ features }) => order(rounded, features))}`,
    );
  }
}
const changed = (['words', 'vectors'] as const).some((kind) =>
  FEATURES.some((name, at) => fitted[kind][name] !== weightsFor(kind === 'vectors')[at]),
);
if (changed) {
  const file = new URL('../src/retrieval/rerank/linear-weights.ts', import.meta.url);
  const row = (kind: 'words' | 'vectors') =>
    `  ${kind}: {\n${FEATURES.map((name) => `    ${name}: ${fitted[kind][name]},`).join('\n')}\n  },`;
  await writeFile(
    file,
    `/** Fitted on the development queries by \`scripts/fit-reranker.ts\`; not to be changed by hand. */\nimport type { Feature } from './question-features.ts';\n\nexport const LINEAR_WEIGHTS: Record<'words' | 'vectors', Readonly<Record<Feature, number>>> = {\n${row('words')}\n${row('vectors')}\n};\n`,
  );
  console.log('weights written: packages/assistant/src/retrieval/rerank/linear-weights.ts');
}
