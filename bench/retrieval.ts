/**
 * Retrieval over the bank: quality on the labelled test queries, beside MiniSearch and Orama on the same passages with the
 * same weights of fields; then the time to index 100,000 passages and to query them. The peers run as they come and with
 * our words and character pairs, since neither cuts Chinese by itself.
 */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { create, insertMultiple, type Orama, search } from '@orama/orama';
import { bankPassages, evaluateRetrieval, loadQuerySet, type Passage, Retriever } from '@viva/assistant';
import { loadBank, tokens } from '@viva/bank';
import MiniSearch from 'minisearch';
import { random } from './random.ts';

const PASSAGES = Number(process.argv[2] ?? 100_000);
/** Passages that each engine is asked for; questions are ranked from them by one rule. */
const DEPTH = 200;
const BOOST = { title: 3, tags: 2, text: 1 };

interface Row {
  id: number;
  title: string;
  tags: string;
  text: string;
}
interface Hit {
  row: number;
  score: number;
}
interface Engine {
  name: string;
  query(text: string, limit: number): Hit[] | Promise<Hit[]>;
}

const rowsOf = (passages: readonly Passage[]): Row[] =>
  passages.map(({ title, tags, text, question }, id) => ({
    id,
    title,
    tags: `${question} ${tags.join(' ')}`.replaceAll('-', ' '),
    text,
  }));

/** The rule of `Retriever.rankQuestions`: a question's passages count 1, ½, ¼ … */
function questionsOf(hits: readonly Hit[], passages: readonly Passage[]): string[] {
  const sums = new Map<string, { score: number; share: number }>();
  for (const { row, score } of hits) {
    const id = passages[row]?.question ?? '';
    const sum = sums.get(id) ?? { score: 0, share: 1 };
    sum.score += score * sum.share;
    sum.share /= 2;
    sums.set(id, sum);
  }
  return [...sums].sort(([, a], [, b]) => b.score - a.score).map(([id]) => id);
}

function viva(passages: readonly Passage[]): Engine {
  const retriever = new Retriever(passages);
  const at = new Map(passages.map((passage, row) => [passage.id, row]));
  return {
    name: 'Viva',
    query: async (text, limit) =>
      (await retriever.rank(text, { limit })).map(({ passage, score }) => ({
        row: at.get(passage.id) ?? 0,
        score,
      })),
  };
}

function miniSearch(rows: readonly Row[], ours: boolean): Engine {
  const index = new MiniSearch<Row>({
    fields: ['title', 'tags', 'text'],
    ...(ours ? { tokenize: tokens, processTerm: (term: string) => term } : {}),
    searchOptions: { boost: BOOST, fuzzy: 0.2, ...(ours ? {} : { prefix: true }) },
  });
  index.addAll(rows);
  return {
    name: ours ? 'MiniSearch, our tokens, fuzzy' : 'MiniSearch, as it comes, fuzzy and prefix',
    query: (text, limit) =>
      index
        .search(text)
        .slice(0, limit)
        .map(({ id, score }) => ({ row: Number(id), score })),
  };
}

async function orama(rows: readonly Row[], ours: boolean): Promise<Engine> {
  const schema = { row: 'number', title: 'string', tags: 'string', text: 'string' } as const;
  const index: Orama<typeof schema> = create({
    schema,
    ...(ours
      ? {
          components: { tokenizer: { language: 'english', normalizationCache: new Map(), tokenize: tokens } },
        }
      : {}),
  });
  await insertMultiple(
    index,
    rows.map(({ id, ...row }) => ({ row: id, ...row })),
    2000,
  );
  return {
    name: ours ? 'Orama, our tokens' : 'Orama, as it comes, tolerance 1',
    query: async (term, limit) =>
      (
        await search(index, {
          term,
          limit,
          properties: ['title', 'tags', 'text'],
          boost: BOOST,
          ...(ours ? {} : { tolerance: 1 }),
        })
      ).hits.map(({ document, score }) => ({ row: document.row, score })),
  };
}

/** Passages of the bank's length: sentences of the bank shuffled together, with made-up words by Zipf's law among them. */
function synthetic(passages: readonly Passage[], count: number): Passage[] {
  const next = random(1);
  const sentences = {
    en: passages
      .filter(({ locale }) => locale === 'en')
      .flatMap(({ text }) => text.match(/[^.!?]+[.!?]/g) ?? []),
    'zh-CN': passages
      .filter(({ locale }) => locale === 'zh-CN')
      .flatMap(({ text }) => text.match(/[^。！？]+[。！？]/g) ?? []),
  };
  const word = () => `w${Math.floor(Math.exp(next() * Math.log(200_000))).toString(36)}`;
  return Array.from({ length: count }, (_, at) => {
    const model = passages[at % passages.length] as Passage;
    const pool = sentences[model.locale];
    let text = '';
    while (text.length < model.text.length)
      text += `${pool[Math.floor(next() * pool.length)] ?? ''} ${word()} ${word()} `;
    return { ...model, id: `p${at}`, question: `q${at}`, text };
  });
}

const ms = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));

async function timed(build: () => Engine | Promise<Engine>, queries: readonly string[]): Promise<string[]> {
  const before = process.memoryUsage().rss;
  const began = performance.now();
  const engine = await build();
  const indexing = performance.now() - began;
  const memory = (process.memoryUsage().rss - before) / 2 ** 20;
  const times: number[] = [];
  for (const query of queries) {
    const start = performance.now();
    await engine.query(query, 10);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
  return [engine.name, `${(indexing / 1000).toFixed(1)}`, ms(at(0.5)), ms(at(0.95)), memory.toFixed(0)];
}

const folder = fileURLToPath(new URL('../bank', import.meta.url));
const bank = await loadBank(folder);
const passages = bankPassages(bank);
const rows = rowsOf(passages);
const labelled = await loadQuerySet(folder, bank.questions);
const test = labelled.filter(({ split }) => split === 'test');
console.log(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, Node ${process.version}`);
console.log(
  `\n| ${test.filter(({ kind }) => kind !== 'outside').length} test queries over ${bank.questions.size} questions, ${passages.length} passages | recall@5 | MRR | nDCG@10 | misspelt, MRR | mixed, MRR |`,
);
console.log('| --- | --- | --- | --- | --- | --- |');
for (const engine of [
  viva(passages),
  miniSearch(rows, true),
  miniSearch(rows, false),
  await orama(rows, true),
  await orama(rows, false),
]) {
  const { all, kinds } = await evaluateRetrieval(test, async (query) =>
    questionsOf(await engine.query(query, DEPTH), passages).slice(0, 10),
  );
  const figures = [all.recallAt5, all.mrr, all.ndcgAt10, kinds.misspelling?.mrr ?? 0, kinds.mixed?.mrr ?? 0];
  console.log(`| ${engine.name} | ${figures.map((figure) => figure.toFixed(3)).join(' | ')} |`);
}

const many = synthetic(passages, PASSAGES);
const manyRows = rowsOf(many);
const texts = labelled.map(({ text }) => text);
console.log(
  `\n| ${PASSAGES.toLocaleString('en')} passages | indexing s | query p50 ms | query p95 ms | memory grown MiB |`,
);
console.log('| --- | --- | --- | --- | --- |');
for (const build of [
  () => viva(many),
  () => miniSearch(manyRows, true),
  () => miniSearch(manyRows, false),
  () => orama(manyRows, true),
  () => orama(manyRows, false),
]) {
  const cells = await timed(build, texts);
  console.log(`| ${cells.join(' | ')} |`);
}
