/** Keyset paging: a cursor is the sort key of the last row seen. */
import { Refusal } from '../errors.ts';

type Key = [string, string];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws Refusal 400 where the text is not one of our cursors. */
export function readCursor(cursor: string | undefined): Key | undefined {
  if (!cursor) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === 2 && typeof key[0] === 'string' && typeof key[1] === 'string') {
      const valid = /^[12]\d{3}-/.test(key[0]) && !Number.isNaN(Date.parse(key[0])) && UUID.test(key[1]);
      if (valid) return [key[0], key[1]];
    }
  } catch {
    // Falls through to the one refusal.
  }
  throw new Refusal(400, 'bad-cursor', 'The cursor is not one that this list gave out.', {
    errors: [{ field: 'query/cursor', message: 'use the nextCursor of the page before, or none' }],
  });
}

/** Cuts `limit + 1` fetched rows into a page. */
export function toPage<T>(
  rows: T[],
  limit: number,
  key: (row: T) => Key,
): { items: T[]; nextCursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    nextCursor:
      rows.length > limit && last ? Buffer.from(JSON.stringify(key(last))).toString('base64url') : null,
  };
}
