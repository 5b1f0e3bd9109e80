/** The key store that the settings name. */
import { join, resolve } from 'node:path';
import { type FolderKeyStore, openFolderKeyStore } from './folder-key-store.ts';
import { masterKeysFrom } from './master-keys.ts';

/**
 * `VIVA_KEYS`, else the folder `keys` beside the embedded database. It must not travel with the database's backups:
 * destroying a key in it is what erases a person from them.
 */
export const keyFolder = (data: string, env: NodeJS.ProcessEnv = process.env): string =>
  env.VIVA_KEYS ? resolve(env.VIVA_KEYS) : join(data, 'keys');

export function openKeys(data: string, env: NodeJS.ProcessEnv = process.env): FolderKeyStore {
  const folder = keyFolder(data, env);
  return openFolderKeyStore(folder, masterKeysFrom(folder, env));
}
