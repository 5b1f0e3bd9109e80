/** Holds a key store against the database that it is opened for. */

import * as t from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { KeyError } from './key-error.ts';
import type { KeyStore } from './key-store.ts';

/**
 * The first opening ties the two together; every later one checks. A database must never be opened beside an empty or a
 * foreign key folder: new texts would be sealed with keys that have nothing to do with the old ones.
 * @throws KeyError `keys-missing` or `keys-foreign`
 */
export async function bindKeys(asKeeper: Store['asKeeper'], keys: KeyStore): Promise<void> {
  const read = () => asKeeper(async (tables) => (await tables.select().from(t.keyStore))[0]?.id);
  let bound = await read();
  const present = await keys.id();
  if (!bound) {
    const id = await keys.begin();
    await asKeeper((tables) => tables.insert(t.keyStore).values({ id }).onConflictDoNothing());
    // Another process may have been first.
    bound = await read();
    if (bound === id) return;
  } else if (bound === present) return;
  const folder = 'folder' in keys ? ` (${String(keys.folder)})` : '';
  if (!present)
    throw new KeyError(
      'keys-missing',
      `This database was sealed with the key store ${bound}, and the key folder${folder} is empty. ` +
        'Put the key folder back from its copy, or name it with VIVA_KEYS. Without it what was said in interviews cannot be read, here or in any backup.',
    );
  throw new KeyError(
    'keys-foreign',
    `This database was sealed with the key store ${bound}, and the key folder${folder} holds ${present ?? 'another'}. ` +
      'Name the folder that belongs to this database with VIVA_KEYS.',
  );
}
