/** A fresh database for a test file: PGlite in memory, or PostgreSQL where `VIVA_TEST_POSTGRES` names a cluster. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Driver } from '../store/driver.ts';
import { openPglite } from '../store/pglite.ts';
import { openPostgres } from '../store/postgres.ts';

/** The URL of a database that may create others; absent, tests run on PGlite. */
export const POSTGRES = process.env.VIVA_TEST_POSTGRES;

/** A new, empty database of the cluster. */
export async function newPostgresUrl(admin: string): Promise<string> {
  const name = `viva_test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: admin });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return admin.replace(/\/[^/?]+\?/, `/${name}?`);
}

/** Where rows lie depends on what others write: without indexes, a list without an order of its own shows it. */
const AS_THEY_LIE = ['indexscan', 'indexonlyscan', 'bitmapscan'].map((way) => `enable_${way}`);

/** @param asTheyLie rows come in the order that they lie in, wherever a query asks for none */
export async function freshDatabase({ asTheyLie = false } = {}): Promise<Driver> {
  const driver = POSTGRES ? await openPostgres({ url: await newPostgresUrl(POSTGRES) }) : await openPglite();
  if (!asTheyLie) return driver;
  // For the sessions to come on PostgreSQL, for the only one on PGlite.
  if (POSTGRES)
    await driver.script(
      `DO $$ BEGIN ${AS_THEY_LIE.map((name) => `EXECUTE format('ALTER DATABASE %I SET ${name} = off', current_database());`).join(' ')} END $$`,
    );
  await driver.script(AS_THEY_LIE.map((name) => `SET ${name} = off;`).join(' '));
  return driver;
}
