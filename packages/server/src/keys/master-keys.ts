/**
 * Master keys: they wrap the data keys, and are the only thing that has to be kept secret for good.
 *
 * Either files of the key folder (`master/<fingerprint>.key`, mode 0600), made on the first start, or given from outside
 * by `VIVA_MASTER_KEY` or `VIVA_MASTER_KEY_FILE`: one or more keys of 32 bytes in base64, the current one first, older
 * ones after it until `viva keys rotate` has rewrapped what they wrapped.
 */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeDurably } from './durable-file.ts';
import { KeyError } from './key-error.ts';
import { fingerprint, KEY_BYTES, newKey } from './seal.ts';

export interface MasterKey {
  /** Sixteen hexadecimal digits of its SHA-256. */
  id: string;
  key: KeyObject;
}

export interface MasterKeys {
  /** Whether keys are handed in from outside, so that Viva neither makes nor removes them. */
  readonly external: boolean;
  find(id: string): Promise<MasterKey | undefined>;
  /** Every master key there is; outside keys with the current one first. */
  list(): Promise<string[]>;
  make(): Promise<MasterKey>;
  remove(id: string): Promise<void>;
}

function parse(text: string, from: string): MasterKey {
  const bytes = Buffer.from(text.trim(), 'base64');
  if (bytes.length !== KEY_BYTES)
    throw new KeyError(
      'keys-malformed',
      `${from} holds no master key: it takes ${KEY_BYTES} bytes in base64 (for example: openssl rand -base64 ${KEY_BYTES}).`,
    );
  return { id: fingerprint(bytes, 16), key: createSecretKey(bytes) };
}

const absent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Keys in files of the key folder. */
export function folderMasterKeys(folder: string): MasterKeys {
  const path = (id: string) => join(folder, `${id}.key`);
  return {
    external: false,
    find: async (id) => {
      if (!/^[0-9a-f]{16}$/.test(id)) return undefined;
      const text = await readFile(path(id), 'utf8').catch((error: unknown) => {
        if (absent(error)) return undefined;
        throw error;
      });
      if (text === undefined) return undefined;
      const master = parse(text, path(id));
      if (master.id !== id)
        throw new KeyError('keys-malformed', `${path(id)} holds another key than its name says.`);
      return master;
    },
    list: async () => {
      const names = await readdir(folder).catch((error: unknown) => {
        if (absent(error)) return [];
        throw error;
      });
      return names.flatMap((name) => /^([0-9a-f]{16})\.key$/.exec(name)?.[1] ?? []).sort();
    },
    make: async () => {
      const bytes = newKey();
      const master = { id: fingerprint(bytes, 16), key: createSecretKey(bytes) };
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeDurably(path(master.id), `${bytes.toString('base64')}\n`);
      return master;
    },
    remove: async (id) => {
      await rm(path(id), { force: true });
      await syncFolder(folder);
    },
  };
}

/**
 * Keys from outside. The source is read again whenever a key is asked for, so a changed file needs no restart.
 * @param before keys that were used before the outside ones: still read, and removed once a rotation has replaced them
 */
export function externalMasterKeys(
  read: () => Promise<string>,
  from: string,
  before: MasterKeys,
): MasterKeys {
  const all = async (): Promise<MasterKey[]> => {
    const texts = (await read()).split(/[\s,]+/).filter((text) => text !== '');
    if (texts.length === 0) throw new KeyError('keys-malformed', `${from} is empty: it takes a master key.`);
    return texts.map((text) => parse(text, from));
  };
  return {
    external: true,
    find: async (id) => (await all()).find((master) => master.id === id) ?? before.find(id),
    list: async () => [...(await all()).map(({ id }) => id), ...(await before.list())],
    make: () =>
      Promise.reject(
        new KeyError('keys-malformed', `The master key comes from ${from}: add a new one there.`),
      ),
    // Outside keys are removed where they were put.
    remove: (id) => before.remove(id),
  };
}

/** As the environment says: `VIVA_MASTER_KEY_FILE`, `VIVA_MASTER_KEY`, else files in the key folder. */
export function masterKeysFrom(folder: string, env: NodeJS.ProcessEnv = process.env): MasterKeys {
  const { VIVA_MASTER_KEY_FILE: file, VIVA_MASTER_KEY: text } = env;
  const files = folderMasterKeys(join(folder, 'master'));
  if (file)
    return externalMasterKeys(
      () =>
        readFile(file, 'utf8').catch((cause: unknown) => {
          throw new KeyError('master-missing', `VIVA_MASTER_KEY_FILE names ${file}, which cannot be read.`, {
            cause,
          });
        }),
      'VIVA_MASTER_KEY_FILE',
      files,
    );
  if (text) return externalMasterKeys(() => Promise.resolve(text), 'VIVA_MASTER_KEY', files);
  return files;
}
