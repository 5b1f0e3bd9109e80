/** Lets go of old versions of rows in the files of an embedded database. */
import type { Driver } from './driver.ts';

/**
 * Rewrites tables, and begins a new log of writes without keeping the old one's files for reuse: what a row held before
 * is in neither any more. On PGlite alone, where nothing else does it; PostgreSQL has its own vacuum and its
 * administrator its archive (docs/privacy.md).
 */
export async function rewriteTables({ kind, script }: Driver, tables: readonly string[]): Promise<void> {
  if (kind !== 'pglite') return;
  for (const table of tables) await script(`VACUUM FULL ${table}`);
  await script('SET wal_recycle = off; SELECT pg_switch_wal(); CHECKPOINT; RESET wal_recycle');
}
