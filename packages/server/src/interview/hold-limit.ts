import { count, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { conflict } from '../errors.ts';
import type { Tables } from '../store/store.ts';

interface LimitOptions {
  table: PgTable;
  where: SQL | undefined;
  /** From `contract/limits.ts`. */
  most: number;
  /** Of the refusal: what cannot be added, and what to do. */
  code: string;
  detail: string;
}

/** Keeps a list that comes whole as short as the contract says. @throws Refusal 409 where it is full */
export async function holdLimit(
  tables: Tables,
  { table, where, most, code, detail }: LimitOptions,
): Promise<void> {
  const [held] = await tables.select({ n: count() }).from(table).where(where);
  if ((held?.n ?? 0) >= most) throw conflict(code, detail);
}
