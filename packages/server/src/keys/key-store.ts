/** Where data keys are kept, outside the database: one a subject, so that destroying one erases one subject everywhere. */
import { randomUUID } from 'node:crypto';
import { KeyError } from './key-error.ts';
import { newKey, type Subject } from './seal.ts';

/** An entry of the ledger of erasures. It outlives every backup, because it is kept with the keys. */
export interface Erased {
  subject: Subject;
  /** ISO 8601. */
  at: string;
}

export interface KeyStore {
  /** Which store this is; the database remembers it. Undefined where the store is empty, as before the first start. */
  id(): Promise<string | undefined>;
  /** Makes an empty store, or takes the one that is there. @returns its id */
  begin(): Promise<string>;
  /** A subject's data key, 32 bytes; undefined where none is kept. */
  find(subject: Subject): Promise<Buffer | undefined>;
  /** The same, made where there is none. @throws KeyError `erased` */
  make(subject: Subject): Promise<Buffer>;
  /** Enters the subjects in the ledger, durably, and then destroys their keys. May be repeated. */
  erase(subjects: readonly Subject[], at: Date): Promise<void>;
  /** The ledger, the latest entry of each subject. */
  ledger(): Promise<ReadonlyMap<Subject, Erased>>;
}

export const erasedError = (subject: Subject): KeyError =>
  new KeyError('erased', `What belonged to ${subject} was erased, and its key destroyed.`);

/** A store that lives as long as the process: for databases in memory, and for tests. */
export function createMemoryKeyStore(id: string = randomUUID()): KeyStore {
  const keys = new Map<Subject, Buffer>();
  const erased = new Map<Subject, Erased>();
  let begun = false;
  return {
    id: async () => (begun ? id : undefined),
    begin: async () => {
      begun = true;
      return id;
    },
    find: async (subject) => keys.get(subject),
    make: async (subject) => {
      if (erased.has(subject)) throw erasedError(subject);
      const known = keys.get(subject) ?? newKey();
      keys.set(subject, known);
      return known;
    },
    erase: async (subjects, at) => {
      for (const subject of subjects) {
        if (!erased.has(subject)) erased.set(subject, { subject, at: at.toISOString() });
        keys.delete(subject);
      }
    },
    ledger: async () => erased,
  };
}
