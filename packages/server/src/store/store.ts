/** The only door to the database: every transaction runs under a role without rights to what is sealed. */
import { drizzle, type PgRemoteDatabase } from 'drizzle-orm/pg-proxy';
import { bindKeys } from '../keys/bind-keys.ts';
import { createMemoryKeyStore, type KeyStore } from '../keys/key-store.ts';
import { createVault, type NonceFor, type Vault } from '../keys/vault.ts';
import { applyLedger } from '../privacy/erase.ts';
import type { Driver, RunQuery } from './driver.ts';
import { migrate } from './migrate.ts';

/** Tables, within one transaction, as one role. */
export type Tables = PgRemoteDatabase<Record<string, never>>;

export interface Store {
  readonly driver: Driver;
  readonly clock: () => Date;
  readonly newId: () => string;
  /** Runs `work` in one transaction as this person: row-level security shows only what is theirs to see. */
  as<T>(personId: string, work: (tables: Tables) => Promise<T>): Promise<T>;
  /** Runs `work` for signing in and joining, as a role with no right to anything of an interview. */
  asAuth<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  /** Runs `work` for the advisory rater: a role with no right to a name, a rating, a note or a draft. */
  asAdvisor<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  /** Runs `work` as the keeper, who seals and erases: it reads personal data and sealed texts, and no score. */
  asKeeper<T>(work: (tables: Tables) => Promise<T>, actorId?: string): Promise<T>;
  /** Seals and opens the texts that the database holds, with keys that it does not hold. */
  readonly vault: Vault;
  /** For better-auth: each statement in a short transaction of its own, under that same role. */
  readonly authStatements: Tables;
  close(): Promise<void>;
}

export interface StoreOptions {
  driver: Driver;
  clock?: () => Date;
  newId?: () => string;
  /** Where data keys are kept; in memory unless told, for databases in memory. */
  keys?: KeyStore;
  /** For tests that compare two worlds. */
  nonceFor?: NonceFor | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Role = 'viva_app' | 'viva_auth' | 'viva_keeper' | 'viva_advisor';

/** Drizzle over whatever runs a query. */
export function tablesOver(run: RunQuery): Tables {
  return drizzle(async (sql, params, method) => {
    const { rows, fields } = await run(sql, params);
    // `execute` is asked for by raw SQL, whose callers expect objects.
    if (method === 'execute')
      return { rows: rows.map((row) => Object.fromEntries(fields.map((name, i) => [name, row[i]]))) };
    return { rows };
  });
}

/** Migrates the database, holds the keys against it, and opens the store. @throws MigrationError, KeyError */
export async function openStore({
  driver,
  clock = () => new Date(),
  newId = () => crypto.randomUUID(),
  keys = createMemoryKeyStore(),
  nonceFor,
}: StoreOptions): Promise<Store> {
  await migrate(driver);
  const within = <T>(role: Role, actor: string, work: (run: RunQuery) => Promise<T>): Promise<T> => {
    // Goes into the text of a statement, so nothing but an identifier may pass.
    if (actor !== '' && !UUID.test(actor)) throw new TypeError(`not a person's identifier: ${actor}`);
    return driver.transaction(work, `BEGIN; SET LOCAL ROLE ${role}; SET LOCAL viva.actor = '${actor}'`);
  };
  const asKeeper: Store['asKeeper'] = (work, actorId = '') =>
    within('viva_keeper', actorId, (run) => work(tablesOver(run)));
  await bindKeys(asKeeper, keys);
  const store: Store = {
    driver,
    clock,
    newId,
    vault: createVault(keys, nonceFor),
    asKeeper,
    as: (personId, work) => within('viva_app', personId, (run) => work(tablesOver(run))),
    asAuth: (work) => within('viva_auth', '', (run) => work(tablesOver(run))),
    asAdvisor: (work) => within('viva_advisor', '', (run) => work(tablesOver(run))),
    authStatements: tablesOver((sql, params) => within('viva_auth', '', (run) => run(sql, params))),
    close: () => driver.close(),
  };
  await applyLedger(store);
  return store;
}
