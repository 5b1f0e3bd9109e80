/** Other search engines over the same passages, where they are installed: what `viva bank eval --peers` puts beside ours. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Passage } from '@viva/assistant';

export interface Peer {
  name: string;
  /** Ids of questions, best first; null where the package is not installed. */
  rank: ((query: string) => Promise<string[]>) | null;
}

const DEPTH = 200;
const BOOST = { title: 3, tags: 2, text: 1 };

interface Row {
  id: number;
  title: string;
  tags: string;
  text: string;
}

interface MiniSearchModule {
  default: new (options: {
    fields: string[];
    searchOptions: object;
  }) => {
    addAll(rows: readonly Row[]): void;
    search(query: string): { id: number; score: number }[];
  };
}
interface OramaModule {
  create(options: { schema: object }): unknown;
  insertMultiple(index: unknown, rows: readonly object[], batch: number): Promise<unknown>;
  search(index: unknown, options: object): Promise<{ hits: { score: number; document: { row: number } }[] }>;
}
interface LangChainModule {
  BM25Retriever: {
    fromDocuments(
      documents: { pageContent: string; metadata: object }[],
      options: { k: number; includeScore: boolean },
    ): {
      invoke(query: string): Promise<{ metadata: { row: number; bm25Score: number } }[]>;
    };
  };
}

/** From beside Viva, else from the folder that VIVA_PEERS names: LangChain alone takes 136 MB, so it is no dependency. */
async function load<T>(name: string): Promise<T | null> {
  try {
    return (await import(name)) as T;
  } catch {
    const folder = process.env.VIVA_PEERS;
    if (!folder) return null;
    try {
      const found = createRequire(join(folder, 'package.json')).resolve(name);
      return (await import(pathToFileURL(found).href)) as T;
    } catch {
      return null;
    }
  }
}

/** The rule of `Retriever.rankQuestions`: a question's passages count 1, ½, ¼ … */
function questionsOf(
  hits: readonly { row: number; score: number }[],
  passages: readonly Passage[],
): string[] {
  const sums = new Map<string, { score: number; share: number }>();
  for (const { row, score } of hits.slice(0, DEPTH)) {
    const id = passages[row]?.question ?? '';
    const sum = sums.get(id) ?? { score: 0, share: 1 };
    sum.score += score * sum.share;
    sum.share /= 2;
    sums.set(id, sum);
  }
  return [...sums].sort(([, a], [, b]) => b.score - a.score).map(([id]) => id);
}

/** Each as it comes, with our weights of fields where it has such. */
export async function openPeers(passages: readonly Passage[]): Promise<Peer[]> {
  const rows = passages.map(
    ({ title, tags, text, question }, id): Row => ({
      id,
      title,
      tags: `${question} ${tags.join(' ')}`.replaceAll('-', ' '),
      text,
    }),
  );
  const miniSearch = await load<MiniSearchModule>('minisearch');
  const orama = await load<OramaModule>('@orama/orama');
  const langChain = await load<LangChainModule>('@langchain/community/retrievers/bm25');
  const peers: Peer[] = [];
  const add = (name: string, rank: Peer['rank']) => peers.push({ name, rank });
  if (miniSearch) {
    const index = new miniSearch.default({
      fields: ['title', 'tags', 'text'],
      searchOptions: { boost: BOOST, fuzzy: 0.2, prefix: true },
    });
    index.addAll(rows);
    add('MiniSearch', async (query) =>
      questionsOf(
        index.search(query).map(({ id, score }) => ({ row: id, score })),
        passages,
      ),
    );
  } else add('MiniSearch', null);
  if (orama) {
    const index = orama.create({
      schema: { row: 'number', title: 'string', tags: 'string', text: 'string' },
    });
    await orama.insertMultiple(
      index,
      rows.map(({ id, ...row }) => ({ row: id, ...row })),
      2000,
    );
    add('Orama', async (term) => {
      const { hits } = await orama.search(index, {
        term,
        limit: DEPTH,
        properties: ['title', 'tags', 'text'],
        boost: BOOST,
        tolerance: 1,
      });
      return questionsOf(
        hits.map(({ document, score }) => ({ row: document.row, score })),
        passages,
      );
    });
  } else add('Orama', null);
  if (langChain) {
    const index = langChain.BM25Retriever.fromDocuments(
      rows.map(({ id, title, tags, text }) => ({
        pageContent: `${title}\n${tags}\n${text}`,
        metadata: { row: id },
      })),
      { k: DEPTH, includeScore: true },
    );
    add('LangChain BM25', async (query) =>
      questionsOf(
        (await index.invoke(query))
          .map(({ metadata }) => ({ row: metadata.row, score: metadata.bm25Score }))
          .filter(({ score }) => score > 0),
        passages,
      ),
    );
  } else add('LangChain BM25', null);
  return peers;
}
