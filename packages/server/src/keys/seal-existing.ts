/**
 * Seals what was stored before the database was sealed. Works in batches, each a transaction of its own, and looks for
 * what is still plain: broken off anywhere, it goes on there. May run beside a server, and beside itself.
 */
import { type SQL, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import { rewriteTables } from '../store/rewrite-tables.ts';
import type { Store, Tables } from '../store/store.ts';
import { place, SEALED_TABLES } from './sealed-columns.ts';

const BATCH = 200;

export interface SealingProgress {
  /** Rows sealed so far. */
  done: number;
  /** Rows that were plain when it began. */
  total: number;
}

type Row = Record<string, unknown>;
type SealedTable = (typeof SEALED_TABLES)[number];

const name = (text: string): SQL => sql.raw(`"${text}"`);
const isJson = (table: SealedTable, column: string): boolean => table.json?.includes(column) ?? false;

/** Whether a column holds something that is neither sealed nor erased. */
const plain = (table: SealedTable, column: string): SQL =>
  isJson(table, column)
    ? sql`jsonb_typeof(${name(column)}) <> 'string'`
    : sql`(${name(column)} IS NOT NULL AND ${name(column)} NOT LIKE 'viva1.%' AND ${name(column)} NOT LIKE 'erased.%')`;
const anyPlain = (table: SealedTable): SQL =>
  sql.join(
    table.columns.map((column) => plain(table, column)),
    sql` OR `,
  );
const from = (table: SealedTable): SQL => sql`viva.${name(table.table)}`;

async function sealRow({ vault }: Store, tables: Tables, table: SealedTable, row: Row): Promise<void> {
  const subject = table.subject.of(String(row[table.subject.column]));
  const key = table.key.map((column) => String(row[column]));
  for (const column of table.columns) {
    if (row[`plain_${column}`] !== true) continue;
    const json = isJson(table, column);
    const text = json ? JSON.stringify(row[column]) : String(row[column]);
    const sealed = await vault.seal(subject, place(table.table, column, ...key), text);
    const value = json ? sql`to_jsonb(${sealed}::text)` : sql`${sealed}`;
    // Only if it is still what was read: a save may have come between.
    const same = json ? sql`${name(column)} = ${text}::jsonb` : sql`${name(column)} = ${text}`;
    await tables.execute(
      sql`UPDATE ${from(table)} SET ${name(column)} = ${value} WHERE ${sql.join(
        table.key.map((part, at) => sql`${name(part)}::text = ${key[at]}`),
        sql` AND `,
      )} AND ${same}`,
    );
  }
}

const readPlain = async (tables: Tables, table: SealedTable, where: SQL): Promise<Row[]> =>
  (await tables.execute(
    sql`SELECT ${sql.join(
      [
        ...[...new Set([...table.key, table.subject.column, ...table.columns])].map(name),
        ...table.columns.map((column) => sql`${plain(table, column)} AS ${name(`plain_${column}`)}`),
      ],
      sql`, `,
    )} FROM ${from(table)} WHERE (${anyPlain(table)}) AND ${where} LIMIT ${BATCH}`,
  )) as unknown as Row[];

const digestOf = async (tables: Tables, candidate: string, rater: string, rating: string | null) =>
  (
    (await tables.execute(
      sql`SELECT viva.sealed_digest(${candidate}::uuid, ${rater}::uuid, ${rating}::uuid) AS digest`,
    )) as unknown as { digest: string }[]
  )[0]?.digest ?? '';

interface PlainRating {
  id: string;
  candidate_id: string;
  rater_id: string;
  kind: string;
}

/**
 * Ratings are sealed scorecard by scorecard, and amendments one by one: their seals commit to the plain texts. The seal
 * is checked first, and an entry says what it becomes; one that does not hold stays broken.
 */
async function sealScorecard(store: Store, table: SealedTable, first: PlainRating): Promise<number> {
  return store.asKeeper(async (tables) => {
    const { candidate_id: candidate, rater_id: rater } = first;
    const amendment = first.kind === 'first' ? null : first.id;
    await tables.execute(
      sql`SELECT pg_advisory_xact_lock(hashtextextended(${`reseal/${candidate}/${rater}`}, 0))`,
    );
    const rows = await readPlain(
      tables,
      table,
      amendment
        ? sql`id = ${amendment}::uuid`
        : sql`candidate_id = ${candidate}::uuid AND rater_id = ${rater}::uuid AND kind = 'first'`,
    );
    if (rows.length === 0) return 0;
    const was = await digestOf(tables, candidate, rater, amendment);
    for (const row of rows) await sealRow(store, tables, table, row);
    const known = amendment
      ? sql`SELECT 1 FROM viva.audit a WHERE a.action = 'rating.amended' AND a.candidate_id = ${candidate}::uuid
          AND a.detail::json ->> 'rating' = ${amendment} AND a.detail::json ->> 'digest' = ${was}`
      : sql`SELECT 1 FROM viva.submission x WHERE x.candidate_id = ${candidate}::uuid AND x.rater_id = ${rater}::uuid AND x.digest = ${was}`;
    const held = (await tables.execute(known)) as unknown as unknown[];
    if (held.length > 0) {
      const now = await digestOf(tables, candidate, rater, amendment);
      await tables.execute(
        sql`INSERT INTO viva.reseal (candidate_id, rater_id, rating_id, was, now, at)
            VALUES (${candidate}::uuid, ${rater}::uuid, ${amendment}::uuid, ${was}, ${now}, ${store.clock().toISOString()}::timestamptz)`,
      );
      await appendAudit(store, tables, {
        action: 'text.resealed',
        subject: amendment ? `rating/${amendment}` : `scorecard/${candidate}/${rater}`,
        candidateId: candidate,
        sealed: true,
        detail: { was, now },
      });
    }
    return rows.length;
  });
}

/** In the order of the key, so that the table is walked once. */
async function* plainRatings(store: Store, table: SealedTable): AsyncGenerator<PlainRating> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await store.asKeeper(
      async (tables) =>
        (await tables.execute(
          sql`SELECT id, candidate_id, rater_id, kind FROM viva.rating WHERE id > ${after}::uuid AND (${anyPlain(table)}) ORDER BY id LIMIT ${BATCH}`,
        )) as unknown as PlainRating[],
    );
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
  }
}

const countPlain = (store: Store): Promise<number> =>
  store.asKeeper(async (tables) => {
    let total = 0;
    for (const table of SEALED_TABLES) {
      const [row] = (await tables.execute(
        sql`SELECT count(*)::int AS n FROM ${from(table)} WHERE ${anyPlain(table)}`,
      )) as unknown as { n: number }[];
      total += row?.n ?? 0;
    }
    return total;
  });

export interface SealExistingOptions {
  onProgress?: (progress: SealingProgress) => void;
  /** Stops after the batch under way. */
  signal?: AbortSignal;
}

/** @returns how many rows were sealed */
export async function sealExisting(
  store: Store,
  { onProgress, signal }: SealExistingOptions = {},
): Promise<number> {
  const total = await countPlain(store);
  if (total === 0) return 0;
  let done = 0;
  const say = (count: number): void => {
    done += count;
    onProgress?.({ done, total: Math.max(total, done) });
  };
  for (const table of SEALED_TABLES) {
    if (table.table === 'rating') {
      for await (const rating of plainRatings(store, table)) {
        if (signal?.aborted) return done;
        say(await sealScorecard(store, table, rating));
      }
      continue;
    }
    for (;;) {
      if (signal?.aborted) return done;
      const count = await store.asKeeper(async (tables) => {
        const rows = await readPlain(tables, table, sql`true`);
        for (const row of rows) await sealRow(store, tables, table, row);
        return rows.length;
      });
      if (count === 0) break;
      say(count);
    }
  }
  // The files must not keep the plain texts either.
  await rewriteTables(
    store.driver,
    SEALED_TABLES.map(({ table }) => `viva."${table}"`),
  );
  return done;
}
