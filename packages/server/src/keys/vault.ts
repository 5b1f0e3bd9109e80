/** Seals and opens texts by subject; keeps data keys in memory, and forgets what was erased. */
import { KeyError } from './key-error.ts';
import type { KeyStore } from './key-store.ts';
import { type DataKey, isSealed, openText, type Place, type Subject, sealText, toDataKey } from './seal.ts';

/** Keys of the subjects that were asked for; works without waiting. */
export interface Keys {
  /**
   * The text; the empty text where the subject or the row was erased. A value that is not sealed (from before the
   * database was, and still to be sealed) comes back as it is.
   * @throws KeyError `key-missing`, `key-differs`, `altered`
   */
  open(subject: Subject, place: Place, value: string): string;
}

export interface Vault {
  readonly store: KeyStore;
  /** Seals for one place of one subject. @throws KeyError `erased`, or as the key store says */
  seal(subject: Subject, place: Place, text: string): Promise<string>;
  /** Opens one value. To open many, load their keys once. */
  open(subject: Subject, place: Place, value: string): Promise<string>;
  load(subjects: Iterable<Subject>): Promise<Keys>;
  /** Whether the subject's key is in memory already: then it is there, and nothing needs to be asked first. */
  holds(subject: Subject): boolean;
  /** Makes a key ahead of its first use, so that the first save does not wait for the disk. */
  prepare(subject: Subject): Promise<void>;
  /** Destroys keys, here and in the store. */
  erase(subjects: readonly Subject[], at: Date): Promise<void>;
}

/** What stands in place of a sealed text that was erased; a digest of what stood there may follow, for the seals. */
export const ERASED = 'erased.';
export const isErased = (value: string): boolean => value.startsWith(ERASED);

export type NonceFor = (subject: Subject, place: Place, text: string) => Uint8Array;

const MOST_KEPT = 50_000;

/** @param nonceFor for tests that compare two worlds; nonces are random otherwise */
export function createVault(store: KeyStore, nonceFor?: NonceFor): Vault {
  const kept = new Map<Subject, DataKey>();
  const keep = (subject: Subject, key: DataKey): DataKey => {
    kept.delete(subject);
    kept.set(subject, key);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return key;
  };
  /** Another process may have erased meanwhile: the ledger says so, and costs one look at a file. */
  const find = async (
    subject: Subject,
    erased: { has(subject: Subject): boolean },
  ): Promise<DataKey | 'erased' | undefined> => {
    if (erased.has(subject)) {
      kept.delete(subject);
      return 'erased';
    }
    const known = kept.get(subject);
    if (known) return known;
    const bytes = await store.find(subject);
    return bytes ? keep(subject, toDataKey(bytes)) : undefined;
  };
  const keyFor = async (subject: Subject): Promise<DataKey> => {
    const known = await find(subject, await store.ledger());
    return known && known !== 'erased' ? known : keep(subject, toDataKey(await store.make(subject)));
  };
  const load = async (subjects: Iterable<Subject>): Promise<Keys> => {
    const ledger = await store.ledger();
    const keys = new Map<Subject, DataKey | 'erased' | undefined>();
    for (const subject of subjects) if (!keys.has(subject)) keys.set(subject, await find(subject, ledger));
    return {
      open: (subject, place, value) => {
        if (isErased(value)) return '';
        if (!isSealed(value)) return value;
        const key = keys.get(subject);
        if (key === 'erased') return '';
        if (!key)
          throw new KeyError(
            'key-missing',
            `The key of ${subject} is not in the key folder, and no erasure is on record. Restore the key folder from its copy; \`viva keys check\` lists what is missing.`,
          );
        return openText(key, subject, place, value);
      },
    };
  };
  return {
    store,
    seal: async (subject, place, text) =>
      sealText(await keyFor(subject), subject, place, text, nonceFor?.(subject, place, text)),
    open: async (subject, place, value) => (await load([subject])).open(subject, place, value),
    load,
    holds: (subject) => kept.has(subject),
    prepare: async (subject) => void (await keyFor(subject)),
    erase: async (subjects, at) => {
      await store.erase(subjects, at);
      for (const subject of subjects) kept.delete(subject);
    },
  };
}
