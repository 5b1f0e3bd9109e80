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

export async function freshDatabase(): Promise<Driver> {
  return POSTGRES ? openPostgres({ url: await newPostgresUrl(POSTGRES) }) : openPglite();
}
