/** Drafts in the browser's database, under the person's id: nobody else who signs in here reads or sends them. */
import { createStore, del, entries, set } from 'idb-keyval';
import type { Entry } from './entry.ts';
import type { DraftStorage } from './queue.ts';

export function browserStorage<V>(personId: string): DraftStorage<V> {
  const store = createStore('viva-drafts', 'entries');
  const prefix = `${personId}/`;
  return {
    async all() {
      const found = await entries<string, Entry<V>>(store);
      return found.filter(([key]) => key.startsWith(prefix)).map(([, entry]) => entry);
    },
    put: (entry) => set(prefix + entry.key, entry, store),
    remove: (key) => del(prefix + key, store),
  };
}
