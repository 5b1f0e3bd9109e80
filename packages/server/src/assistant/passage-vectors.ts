/** Vectors of passages in the server's own database, through pgvector: kept between starts, made anew only where a text changed. */
import { createHash } from 'node:crypto';
import type { LanguageModel, Passage } from '@viva/assistant';
import { DatabaseError, type Driver, type RunQuery } from '../store/driver.ts';

/**
 * From so many passages on an index answers; below, all are compared. Exact search took a tenth of a second for 30,000
 * passages and four tenths for 100,000, misses nothing, and an index stops the embedded database for minutes while it is
 * built (bench `passage-vectors`).
 */
export const INDEX_FROM = 50_000;
/** pgvector's indexes take no more dimensions of single precision. */
const WIDEST_INDEX = 2000;
/** Passages embedded and stored by one turn: short, so that others get at the database between. */
const BATCH = 16;
/**
 * Candidates that the index looks at (hnsw.ef_search): 800 find nine in ten of the nearest among 100,000, where 200, as many
 * as are asked for, find seven; pgvector's own default is 40, its most 1000.
 */
export const CANDIDATES = 800;
/** An index is built in memory as far as it fits: 100,000 vectors of 384 dimensions do. PostgreSQL's own default is 64 MB. */
const BUILD_MEMORY = '256MB';

/** The name that vectors are kept under. */
export const vectorName = ({ id, embeddingId }: Pick<LanguageModel, 'id' | 'embeddingId'>): string =>
  embeddingId ?? id;

export interface IndexProgress {
  done: number;
  total: number;
}

export interface IndexResult {
  /** Embedded now; unchanged since an earlier run; taken out, since the bank has them no more. */
  embedded: number;
  kept: number;
  removed: number;
}

export interface PassageVectors {
  /** @throws what the model throws; what was stored until then stays */
  update(
    model: LanguageModel,
    passages: readonly Passage[],
    options?: { signal?: AbortSignal; onProgress?: (progress: IndexProgress) => void },
  ): Promise<IndexResult>;
  /** @returns ids of passages with their cosines, nearest first; then `also`, wherever they come */
  nearest(
    model: string,
    vector: Float32Array,
    limit: number,
    also?: readonly string[],
  ): Promise<{ passage: string; similarity: number }[]>;
}

/** pgvector is not to be had on this server. */
export class VectorsUnavailable extends Error {
  override readonly name = 'VectorsUnavailable';
  readonly code = 'no-pgvector';
}

const BEGIN = 'BEGIN; SET LOCAL ROLE viva_app; SET LOCAL search_path = viva_search, public';

/** What is embedded of a passage. */
export const embeddedText = ({ title, text }: Passage): string => `${title}\n${text}`;
const hashOf = (passage: Passage): string =>
  createHash('sha256').update(embeddedText(passage)).digest('base64url');

/**
 * Creates the extension and the column where they are missing.
 * @throws VectorsUnavailable saying what to install; everything else goes on without
 */
async function prepare(driver: Driver): Promise<void> {
  const ready = await driver.transaction(async (run) => {
    const { rows } = await run(
      `SELECT 1 FROM information_schema.columns WHERE table_schema = 'viva_search' AND table_name = 'passage_vector' AND column_name = 'embedding'`,
    );
    return rows.length > 0;
  });
  if (ready) return;
  try {
    await driver.transaction(async (run) => {
      await run('SELECT pg_advisory_xact_lock(7410239)');
      await run('CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA viva_search');
      await run('SET LOCAL ROLE viva_owner');
      await run('SET LOCAL search_path = viva_search, public');
      await run('ALTER TABLE passage_vector ADD COLUMN IF NOT EXISTS embedding vector NOT NULL');
    });
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new VectorsUnavailable(
      `This PostgreSQL has no pgvector, so passages are searched by words alone (${error.message}). Install the extension pgvector for its version of PostgreSQL, and let somebody with the right to run: CREATE EXTENSION vector SCHEMA viva_search`,
      { cause: error },
    );
  }
}

/** PostgreSQL's text of a vector. */
const literal = (vector: Float32Array): string => `[${Array.from(vector, (x) => x.toPrecision(7)).join()}]`;

/** Names of index and model in SQL: quoted, since a model's name may hold anything. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

async function ensureIndex(
  driver: Driver,
  { model, dimension, count, from }: { model: string; dimension: number; count: number; from: number },
): Promise<void> {
  if (count < from || dimension > WIDEST_INDEX) return;
  const name = `passage_vector_${createHash('sha256').update(`${model} ${dimension}`).digest('hex').slice(0, 16)}`;
  await driver.transaction(async (run) => {
    await run('SET LOCAL ROLE viva_owner');
    await run('SET LOCAL search_path = viva_search, public');
    await run(`SET LOCAL maintenance_work_mem = '${BUILD_MEMORY}'`);
    await run(
      `CREATE INDEX IF NOT EXISTS ${name} ON passage_vector USING hnsw ((embedding::vector(${dimension})) vector_cosine_ops) WHERE model = ${quoted(model)} AND dimension = ${dimension}`,
    );
  });
}

/**
 * Options are for measurements: the number of passages from which an index answers, and of candidates that it looks at.
 * @throws VectorsUnavailable where the database cannot keep vectors
 */
export async function openPassageVectors(
  driver: Driver,
  { indexFrom = INDEX_FROM, candidates = CANDIDATES }: { indexFrom?: number; candidates?: number } = {},
): Promise<PassageVectors> {
  await prepare(driver);
  const transaction = <T>(work: (run: RunQuery) => Promise<T>) => driver.transaction(work, BEGIN);
  return {
    update: async (model, passages, { signal, onProgress } = {}) => {
      const embed = model.embed?.bind(model);
      if (!embed) return { embedded: 0, kept: 0, removed: 0 };
      const name = vectorName(model);
      const known = new Map(
        (await transaction((run) => run('SELECT passage, hash FROM passage_vector WHERE model = $1', [name])))
          .rows as [string, string][],
      );
      const wanted = new Set(passages.map(({ id }) => id));
      const gone = [...known.keys()].filter((id) => !wanted.has(id));
      if (gone.length > 0)
        await transaction((run) =>
          run('DELETE FROM passage_vector WHERE model = $1 AND passage = ANY($2::text[])', [name, gone]),
        );
      const changed = passages.filter((passage) => known.get(passage.id) !== hashOf(passage));
      let dimension = 0;
      for (let from = 0; from < changed.length; from += BATCH) {
        const batch = changed.slice(from, from + BATCH);
        const { vectors } = await embed(batch.map(embeddedText), signal ? { signal } : {});
        dimension = vectors[0]?.length ?? 0;
        await transaction((run) =>
          run(
            `INSERT INTO passage_vector (model, passage, hash, dimension, embedding)
             SELECT $1, passage, hash, $2::integer, embedding::vector FROM unnest($3::text[], $4::text[], $5::text[]) AS new (passage, hash, embedding)
             ON CONFLICT (model, passage) DO UPDATE SET hash = excluded.hash, dimension = excluded.dimension, embedding = excluded.embedding`,
            [
              name,
              dimension,
              batch.map(({ id }) => id),
              batch.map(hashOf),
              vectors.map((vector) => literal(vector)),
            ],
          ),
        );
        onProgress?.({ done: Math.min(from + BATCH, changed.length), total: changed.length });
      }
      await ensureIndex(driver, { model: name, dimension, count: passages.length, from: indexFrom });
      return { embedded: changed.length, kept: passages.length - changed.length, removed: gone.length };
    },
    nearest: (model, vector, limit, also = []) =>
      transaction(async (run) => {
        const dimension = vector.length;
        await run(`SET LOCAL hnsw.ef_search = ${Math.floor(candidates)}`);
        // The cast and the conditions are the index's own, or it would not be used.
        const cast = `embedding::vector(${dimension})`;
        const similarity = `1 - (${cast} <=> $1::vector(${dimension}))`;
        const own = `FROM passage_vector WHERE model = ${quoted(model)} AND dimension = ${dimension}`;
        const { rows } = await run(
          `SELECT passage, ${similarity} ${own} ORDER BY ${cast} <=> $1::vector(${dimension}) LIMIT ${Math.floor(limit)}`,
          [literal(vector)],
        );
        const near = rows as [string, number | string][];
        const told = new Set(near.map(([passage]) => passage));
        const missing = also.filter((passage) => !told.has(passage));
        if (missing.length > 0)
          near.push(
            ...((
              await run(`SELECT passage, ${similarity} ${own} AND passage = ANY($2::text[])`, [
                literal(vector),
                missing,
              ])
            ).rows as [string, number | string][]),
          );
        return near.map(([passage, value]) => ({ passage, similarity: Number(value) }));
      }),
  };
}
