/** A backup file of whatever database the settings name, while its server runs or not. */
import { createWriteStream, existsSync } from 'node:fs';
import { access, link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { syncFolder } from '../store/durable-fs.ts';
import { LockError } from '../store/lock.ts';
import { openPglite } from '../store/pglite.ts';
import { openPostgres } from '../store/postgres.ts';
import { dumpThroughServer } from './admin-channel.ts';
import { BackupError } from './backup-error.ts';
import { dump } from './dump.ts';
import type { Entry, Manifest } from './format.ts';
import { type SealOptions, sealBackup } from './seal-backup.ts';
import { sealNames } from './seal-names.ts';

export interface BackupOptions extends SealOptions {
  data: string;
  databaseUrl?: string | undefined;
  viva: string;
  /** Replaces a file that is there. */
  force?: boolean;
  onProgress?: (progress: { table: string; rows: number }) => void;
}

export interface BackupReport {
  manifest: Manifest;
  tables: number;
  rows: number;
  bytes: number;
  /** Whether the running server read it. */
  through: 'server' | 'database';
}

/** Opens the source that is there. */
async function source({ data, databaseUrl, viva }: BackupOptions): Promise<{
  entries: AsyncIterable<Entry>;
  through: BackupReport['through'];
  close: () => Promise<void>;
}> {
  if (databaseUrl) {
    const driver = await openPostgres({ url: databaseUrl, connections: 1 });
    return { entries: dump(driver, { viva }), through: 'database', close: () => driver.close() };
  }
  if (!existsSync(join(data, 'database', 'PG_VERSION')))
    throw new BackupError(
      'not-a-backup',
      `There is no database in ${data}. Name the data folder with --data, or a PostgreSQL database with DATABASE_URL.`,
    );
  try {
    const driver = await openPglite({ folder: data });
    return { entries: dump(driver, { viva }), through: 'database', close: () => driver.close() };
  } catch (error) {
    if (!(error instanceof LockError)) throw error;
    return { entries: dumpThroughServer(data), through: 'server', close: async () => undefined };
  }
}

const there = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * Writes the backup beside its place, flushes it and moves it there: a file by that name is whole.
 * @throws BackupError `exists`, `weak-passphrase`, `rights`, `channel`, `keys`; DatabaseError, KeyError
 */
export async function makeBackup(path: string, options: BackupOptions): Promise<BackupReport> {
  const { force = false, onProgress } = options;
  const exists = new BackupError(
    'exists',
    `${path} is there already. Choose another name, or replace it with --force.`,
  );
  if (!force && (await there(path))) throw exists;
  const { entries, through, close } = await source(options);
  const partial = `${path}.${process.pid}.partial`;
  let manifest: Manifest | undefined;
  let tables = 0;
  let rows = 0;
  async function* watched(): AsyncGenerator<Entry> {
    let table = '';
    for await (const entry of sealNames(entries, options.data)) {
      if (entry.kind === 'manifest') manifest = entry.manifest;
      if (entry.kind === 'table') table = entry.head.table;
      if (entry.kind === 'row' && ++rows % 1_000 === 0) onProgress?.({ table, rows });
      if (entry.kind === 'end') tables = entry.tables;
      yield entry;
    }
  }
  try {
    await pipeline(
      await sealBackup(watched(), options),
      createWriteStream(partial, { mode: 0o600, flags: 'wx' }),
    );
    const file = await open(partial, 'r+');
    await file.sync();
    await file.close();
    if (force) await rename(partial, path);
    else
      await link(partial, path).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'EEXIST' ? exists : error;
      });
    await rm(partial, { force: true });
    syncFolder(dirname(path));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await close();
  }
  if (!manifest) throw new BackupError('damaged', 'The database gave no manifest.');
  return { manifest, tables, rows, bytes: (await stat(path)).size, through };
}
