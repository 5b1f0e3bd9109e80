/**
 * Data keys in a folder, safe for several processes:
 *
 *     store.json                which store this is, the current master key, those that a rotation retires
 *     master/<fingerprint>.key  master keys, unless they are handed in from outside
 *     subjects/ab/<kind>-<id>   one subject's data key, wrapped by a master key
 *     erased.jsonl              the ledger of erasures
 *     keys.lock                 held while anything changes
 *
 * Files are replaced in one step and synced. Readers take no lock: a data key never changes, only what wraps it does.
 */
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { appendDurably, syncFolder, writeDurably } from './durable-file.ts';
import { createFolderLock } from './folder-lock.ts';
import { KeyError } from './key-error.ts';
import { type Erased, erasedError, type KeyStore } from './key-store.ts';
import type { MasterKey, MasterKeys } from './master-keys.ts';
import { newKey, type Subject, unwrapKey, wrapKey } from './seal.ts';

export interface RotationProgress {
  done: number;
  total: number;
}

export interface FolderKeyStore extends KeyStore {
  readonly folder: string;
  /**
   * Puts a new master key in place and rewraps every data key. Texts stay as they are: the audit log and the seals commit
   * to them, and a data key that nobody has seen gains nothing from being changed. May run beside servers; one that was
   * broken off goes on where it stopped.
   */
  rotate(onProgress?: (progress: RotationProgress) => void): Promise<{ master: string; rewrapped: number }>;
  /** How many data keys there are, by which master key wraps them. */
  count(): Promise<Map<string, number>>;
  /** Data keys that are there and cannot be used, with the reason. */
  unreadable(): Promise<{ subject: Subject; what: string }[]>;
}

interface StoreFile {
  version: 1;
  id: string;
  current: string;
  /** Master keys that a rotation under way replaces. */
  retiring: string[];
}

const SUBJECT = /^(application|person)\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;
const FILE = /^(application|person)-([0-9a-f-]{36})$/;
const BATCH = 20;

const absent = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
};

/** Opens the folder; nothing is made before `begin`. */
export function openFolderKeyStore(folder: string, masters: MasterKeys): FolderKeyStore {
  const alone = createFolderLock(join(folder, 'keys.lock'));
  const storePath = join(folder, 'store.json');
  const ledgerPath = join(folder, 'erased.jsonl');
  const subjects = join(folder, 'subjects');

  const pathOf = (subject: Subject): string => {
    const [, kind = '', id = ''] = SUBJECT.exec(subject) ?? [];
    if (!id) throw new TypeError(`not a subject: ${subject}`);
    return join(subjects, id.slice(0, 2), `${kind}-${id}`);
  };
  const readStore = async (): Promise<StoreFile | undefined> => {
    const text = await readFile(storePath, 'utf8').catch(absent);
    if (text === undefined) return undefined;
    try {
      const { version, id, current, retiring = [] } = JSON.parse(text) as StoreFile;
      if (version === 1 && id && current) return { version, id, current, retiring };
    } catch {
      // Told below.
    }
    throw new KeyError('keys-malformed', `${storePath} is not what Viva writes. Restore the key folder.`);
  };
  const needStore = async (): Promise<StoreFile> => {
    const store = await readStore();
    if (store) return store;
    throw new KeyError(
      'keys-missing',
      `There are no keys in ${folder}. Put the key folder back from its copy, or name it with VIVA_KEYS.`,
    );
  };
  const needMaster = async (id: string): Promise<MasterKey> => {
    const master = await masters.find(id);
    if (master) return master;
    throw new KeyError(
      'master-missing',
      `The master key ${id} is not here. ${
        masters.external
          ? 'Add it after the current one in VIVA_MASTER_KEY or VIVA_MASTER_KEY_FILE.'
          : `Put ${join(folder, 'master', `${id}.key`)} back from its copy.`
      }`,
    );
  };
  const readWrapped = async (path: string) => {
    const text = await readFile(path, 'utf8').catch(absent);
    if (text === undefined) return undefined;
    const [, master, wrapped] = /^1 ([0-9a-f]{16}) ([A-Za-z0-9_-]+)\n$/.exec(text) ?? [];
    if (!master || !wrapped)
      throw new KeyError(
        'keys-malformed',
        `${path} is not a data key that Viva wrote. Restore the key folder.`,
      );
    return { master, wrapped };
  };
  const unwrap = async (store: StoreFile, subject: Subject): Promise<Buffer | undefined> => {
    const path = pathOf(subject);
    for (let attempt = 0; ; attempt++) {
      const kept = await readWrapped(path);
      if (!kept) return undefined;
      const master = await masters.find(kept.master);
      // A rotation may have ended between reading the file and looking for its master key: look once more.
      if (!master && attempt === 0) continue;
      const key = unwrapKey((master ?? (await needMaster(kept.master))).key, store.id, subject, kept.wrapped);
      if (key) return key;
      throw new KeyError(
        'keys-malformed',
        `${path} was changed, or belongs to another key store. Restore it.`,
      );
    }
  };
  const write = async (store: StoreFile, subject: Subject, key: Buffer): Promise<void> => {
    const path = pathOf(subject);
    const master = await needMaster(store.current);
    if (await mkdir(dirname(path), { recursive: true, mode: 0o700 })) await syncFolder(subjects);
    await writeDurably(path, `1 ${master.id} ${wrapKey(master.key, store.id, subject, key)}\n`);
  };

  let kept: { stamp: string; ledger: Map<Subject, Erased> } = { stamp: '', ledger: new Map() };
  const ledger = async (): Promise<ReadonlyMap<Subject, Erased>> => {
    // Asked with every text: a look at the file costs less than a turn of the event loop.
    const now = statSync(ledgerPath, { throwIfNoEntry: false });
    const stamp = now ? `${now.size} ${now.mtimeMs}` : '';
    if (stamp === kept.stamp) return kept.ledger;
    const entries = new Map<Subject, Erased>();
    for (const line of (await readFile(ledgerPath, 'utf8').catch(absent))?.split('\n') ?? []) {
      // A line that a crash cut short was never acknowledged; the erasure is done again.
      const [, subject] = /^\{"subject":"([^"]+)","at":"[^"]+"\}$/.exec(line) ?? [];
      if (subject) entries.set(subject as Subject, JSON.parse(line) as Erased);
    }
    kept = { stamp, ledger: entries };
    return entries;
  };

  async function* everySubject(): AsyncGenerator<Subject> {
    for (const shard of (await readdir(subjects).catch(absent)) ?? [])
      for (const name of await readdir(join(subjects, shard))) {
        const [, kind, id] = FILE.exec(name) ?? [];
        if (kind && id) yield `${kind}/${id}` as Subject;
      }
  }
  const listSubjects = async (): Promise<Subject[]> => {
    const list: Subject[] = [];
    for await (const subject of everySubject()) list.push(subject);
    return list.sort();
  };

  return {
    folder,
    id: async () => (await readStore())?.id,
    begin: async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return alone(async () => {
        const there = await readStore();
        if (there) return there.id;
        const [first] = await masters.list();
        const current = masters.external && first ? first : (await masters.make()).id;
        await mkdir(subjects, { recursive: true, mode: 0o700 });
        const store: StoreFile = { version: 1, id: randomUUID(), current, retiring: [] };
        await writeDurably(storePath, `${JSON.stringify(store)}\n`);
        return store.id;
      });
    },
    find: async (subject) => unwrap(await needStore(), subject),
    make: (subject) =>
      alone(async () => {
        const store = await needStore();
        if ((await ledger()).has(subject)) throw erasedError(subject);
        const known = await unwrap(store, subject);
        if (known) return known;
        const key = newKey();
        await write(store, subject, key);
        return key;
      }),
    erase: (list, at) =>
      alone(async () => {
        await needStore();
        const known = await ledger();
        const lines = list.filter((subject) => !known.has(subject));
        for (const subject of list) pathOf(subject);
        if (lines.length > 0) {
          const before = (await readFile(ledgerPath, 'utf8').catch(absent)) ?? '';
          const text = lines.map((subject) => JSON.stringify({ subject, at: at.toISOString() })).join('\n');
          await appendDurably(ledgerPath, before === '' || before.endsWith('\n') ? text : `\n${text}`);
          await syncFolder(folder);
        }
        // Last: a crash before this leaves entries whose keys the next opening destroys.
        for (const subject of list) {
          const path = pathOf(subject);
          await rm(path, { force: true });
          await syncFolder(dirname(path)).catch(absent);
        }
      }),
    ledger,
    rotate: async (onProgress) => {
      const target = await alone(async () => {
        const store = await needStore();
        if (store.retiring.length > 0) return store.current;
        const [first] = await masters.list();
        const next = masters.external && first ? first : (await masters.make()).id;
        if (next !== store.current)
          await writeDurably(
            storePath,
            `${JSON.stringify({ ...store, current: next, retiring: [store.current] })}\n`,
          );
        return next;
      });
      const list = await listSubjects();
      let rewrapped = 0;
      for (let from = 0; from < list.length; from += BATCH) {
        await alone(async () => {
          const store = await needStore();
          for (const subject of list.slice(from, from + BATCH)) {
            const wrapped = await readWrapped(pathOf(subject));
            if (!wrapped || wrapped.master === store.current) continue;
            const key = await unwrap(store, subject);
            if (!key) continue;
            await write(store, subject, key);
            rewrapped++;
          }
        });
        onProgress?.({ done: Math.min(from + BATCH, list.length), total: list.length });
      }
      await alone(async () => {
        const store = await needStore();
        // Keys that were made meanwhile are wrapped by the current master already; make sure before anything is removed.
        for await (const subject of everySubject()) {
          const wrapped = await readWrapped(pathOf(subject));
          if (wrapped && wrapped.master !== store.current)
            throw new KeyError(
              'keys-busy',
              'The master key was changed again meanwhile. Run the rotation again.',
            );
        }
        for (const id of await masters.list()) if (id !== store.current) await masters.remove(id);
        await writeDurably(storePath, `${JSON.stringify({ ...store, retiring: [] })}\n`);
      });
      return { master: target, rewrapped };
    },
    unreadable: async () => {
      const store = await needStore();
      const list: { subject: Subject; what: string }[] = [];
      for await (const subject of everySubject())
        await unwrap(store, subject).catch((error: unknown) => {
          if (!(error instanceof KeyError)) throw error;
          list.push({ subject, what: error.message });
        });
      return list;
    },
    count: async () => {
      const counts = new Map<string, number>();
      for await (const subject of everySubject()) {
        const wrapped = await readWrapped(pathOf(subject));
        if (wrapped) counts.set(wrapped.master, (counts.get(wrapped.master) ?? 0) + 1);
      }
      return counts;
    },
  };
}
