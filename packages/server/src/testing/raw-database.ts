/** What somebody finds who has the files of the database, and nothing else. */
import type { Driver } from '../store/driver.ts';
import type { PgliteDriver } from '../store/pglite.ts';

/**
 * Which of the words stand anywhere in the database's files: tables, indexes, the log of writes. On PGlite the whole
 * folder; on PostgreSQL the files of this database and the log, read by the server for its superuser.
 */
export async function findInFiles(driver: Driver, words: readonly string[]): Promise<string[]> {
  if (driver.kind === 'pglite') {
    await driver.script('CHECKPOINT');
    const files = Buffer.from(await (driver as PgliteDriver).dump());
    return words.filter((word) => files.includes(word));
  }
  await driver.script('CHECKPOINT');
  return driver.transaction(async (run) => {
    const found: string[] = [];
    for (const word of words) {
      const { rows } = await run(
        `SELECT 1 FROM (
           SELECT pg_relation_filepath(c.oid) AS path FROM pg_class c
             WHERE c.relkind IN ('r', 'i', 't') AND pg_relation_filepath(c.oid) IS NOT NULL
           UNION ALL SELECT 'pg_wal/' || name FROM pg_ls_waldir()) files
         WHERE position(convert_to($1, 'UTF8') IN pg_read_binary_file(path, 0, 1000000000, true)) > 0 LIMIT 1`,
        [word],
      );
      if (rows.length > 0) found.push(word);
    }
    return found;
  });
}
