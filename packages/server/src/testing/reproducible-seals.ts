/** Keys and nonces that depend on nothing but what is sealed and where: for comparing two worlds byte by byte. */
import { createHash } from 'node:crypto';
import { createMemoryKeyStore, type KeyStore } from '../keys/key-store.ts';
import type { NonceFor } from '../keys/vault.ts';

const digest = (...parts: string[]): Buffer => createHash('sha256').update(parts.join('\0')).digest();

export function reproducibleSeals(): { keys: KeyStore; nonceFor: NonceFor } {
  const key = (subject: string) => digest('a key of the tests', subject);
  return {
    keys: {
      ...createMemoryKeyStore(),
      find: async (subject) => key(subject),
      make: async (subject) => key(subject),
    },
    nonceFor: (subject, { table, column, row }, text) =>
      digest(subject, table, column, row, text).subarray(0, 12),
  };
}
