/** Keyset paging: a cursor says which row was seen last, by its sort key or by its id. */
import { type AnyColumn, type SQL, sql } from 'drizzle-orm';
import { Refusal } from '../errors.ts';
import * as t from '../store/schema.ts';

type Key = [string, string];
interface Query {
  limit: number;
  cursor?: string | undefined;
}
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const encode = (key: readonly string[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** The strings that a cursor holds; none where it is not one of ours. */
function decode(cursor: string): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.every((part) => typeof part === 'string')) return key;
  } catch {
    // Not one of ours.
  }
  return [];
}

const badCursor = (): Refusal =>
  new Refusal(400, 'bad-cursor', 'The cursor is not one that this list gave out.', {
    errors: [{ field: 'query/cursor', message: 'use the nextCursor of the page before, or none' }],
  });

/** Of a list in the order of a time and an id. @throws Refusal 400 where the text is not one of our cursors. */
export function readCursor(cursor: string | undefined): Key | undefined {
  if (!cursor) return undefined;
  const [at = '', id = '', ...rest] = decode(cursor);
  if (/^[12]\d{3}-/.test(at) && !Number.isNaN(Date.parse(at)) && UUID.test(id) && rest.length === 0)
    return [at, id];
  throw badCursor();
}

/** Cuts `limit + 1` fetched rows into a page. */
export function toPage<T>(rows: T[], limit: number, key: (row: T) => readonly string[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? encode(key(last)) : null };
}

interface AfterOptions {
  /** What the list is sorted by; the last of them tells any two rows apart. */
  columns: readonly AnyColumn[];
  /** Tables of these columns, joined as in the list. */
  from: SQL;
  /** Names the row. */
  id: AnyColumn;
  descending?: boolean;
}

/**
 * Rows after the one that the cursor names, for lists whose order takes more than a time and an id. Row security holds for
 * that row as for any other: a row that one may not read leads nowhere.
 * @throws Refusal 400 where the text is not one of our cursors
 */
export function after(
  cursor: string | undefined,
  { columns, from, id, descending = false }: AfterOptions,
): SQL | undefined {
  if (!cursor) return undefined;
  const [seen = '', ...rest] = decode(cursor);
  if (!UUID.test(seen) || rest.length > 0) throw badCursor();
  const key = sql.join([...columns], sql`, `);
  return sql`(${key}) ${sql.raw(descending ? '<' : '>')} (SELECT ${key} FROM ${from} WHERE ${id} = ${seen}::uuid)`;
}

/** People, by name. */
export const BY_NAME: AfterOptions = {
  columns: [t.person.name, t.person.id],
  from: sql`${t.person}`,
  id: t.person.id,
};

/** A page of a list that is in memory. @throws Refusal 400 where the cursor names nothing in it */
export function pageOf<T>(list: readonly T[], { limit, cursor }: Query, idOf: (one: T) => string): Page<T> {
  let from = 0;
  if (cursor) {
    const [seen, ...rest] = decode(cursor);
    from = list.findIndex((one) => idOf(one) === seen) + 1;
    if (from === 0 || rest.length > 0) throw badCursor();
  }
  return toPage(list.slice(from, from + limit + 1), limit, (one) => [idOf(one)]);
}
