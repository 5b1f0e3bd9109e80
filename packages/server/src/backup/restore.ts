/** A backup into an empty data folder or an empty PostgreSQL database. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openKeys } from '../keys/open-keys.ts';
import type { Driver } from '../store/driver.ts';
import { syncFolder } from '../store/durable-fs.ts';
import { takeLock } from '../store/lock.ts';
import { openPglite } from '../store/pglite.ts';
import { openPostgres } from '../store/postgres.ts';
import { openStore } from '../store/store.ts';
import { BackupError } from './backup-error.ts';
import type { Entry } from './format.ts';
import { type LoadOptions, load, type Restored } from './load.ts';
import { openNames } from './seal-names.ts';

export interface RestoreOptions extends LoadOptions {
  /** Holds keys and cookie secret, and the embedded database where no URL is given. */
  data: string;
  databaseUrl?: string | undefined;
}

/** How the key folder that is there stands to the backup. */
export type KeysVerdict = 'match' | 'missing' | 'foreign' | 'none-needed';

export interface RestoreReport extends Restored {
  keys: { verdict: KeysVerdict; folder: string; erased: number };
}

async function judgeKeys(data: string, { manifest }: Restored): Promise<RestoreReport['keys']> {
  const keys = openKeys(data);
  const id = await keys.id();
  const erased = id ? (await keys.ledger()).size : 0;
  const verdict: KeysVerdict = !manifest.keyStore
    ? 'none-needed'
    : !id
      ? 'missing'
      : id === manifest.keyStore
        ? 'match'
        : 'foreign';
  return { verdict, folder: keys.folder, erased };
}

/** Erases again whatever the ledger beside the keys says was erased since the backup was made. */
async function applyErasures(
  driver: Driver,
  data: string,
  restored: Restored,
): Promise<RestoreReport['keys']> {
  const keys = await judgeKeys(data, restored);
  // Opening the store does it, as every start does. Without its keys a database is not opened.
  if (keys.verdict === 'match') await openStore({ driver, keys: openKeys(data) });
  return keys;
}

/** The embedded database is filled beside its place and moved there when everything in it has been checked. */
async function intoFolder(
  data: string,
  entries: AsyncIterable<Entry>,
  options: LoadOptions,
): Promise<RestoreReport> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const release = await takeLock(join(data, 'viva.lock'));
  const target = join(data, 'database');
  const making = join(data, 'restoring');
  try {
    if (existsSync(target) && readdirSync(target).length > 0)
      throw new BackupError(
        'not-empty',
        `There is a database in ${target} already, and a restore never overwrites. Restore into another folder with --data, or move that one away.`,
      );
    rmSync(making, { recursive: true, force: true });
    const driver = await openPglite({ folder: making });
    let report: RestoreReport;
    try {
      const restored = await load(driver, entries, options);
      report = { ...restored, keys: await applyErasures(driver, data, restored) };
    } finally {
      await driver.close();
    }
    rmSync(target, { recursive: true, force: true });
    renameSync(join(making, 'database'), target);
    syncFolder(data);
    return report;
  } finally {
    rmSync(making, { recursive: true, force: true });
    await release();
  }
}

/**
 * Restores, checks, and keeps nothing unless everything holds. What the key folder's ledger says was erased after the
 * backup was made is erased again, at once where the key folder is there, else when the server first opens the database.
 * @throws BackupError, LockError, DatabaseError, KeyError
 */
export async function restoreBackup(
  entries: AsyncIterable<Entry>,
  { data, databaseUrl, ...options }: RestoreOptions,
): Promise<RestoreReport> {
  const opened = openNames(entries, data);
  if (!databaseUrl) return intoFolder(data, opened, options);
  const driver = await openPostgres({ url: databaseUrl });
  try {
    const restored = await load(driver, opened, options);
    return { ...restored, keys: await applyErasures(driver, data, restored) };
  } finally {
    await driver.close();
  }
}
