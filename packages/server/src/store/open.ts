/** Opens the database that the settings name: PostgreSQL by URL, else PGlite in a folder or in memory. */
import type { Driver } from './driver.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

export interface DatabaseOptions {
  /** `postgres://…`. Wins over `folder`. */
  url?: string | undefined;
  /** Where PGlite keeps its files. */
  folder?: string | undefined;
}

export const openDatabase = ({ url, folder }: DatabaseOptions): Promise<Driver> =>
  url ? openPostgres({ url }) : openPglite(folder ? { folder } : {});
