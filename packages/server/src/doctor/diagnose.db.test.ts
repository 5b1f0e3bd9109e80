/** Breaks an installation in one way after another; the doctor names each, and what to do. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAdminChannel } from '../backup/admin-channel.ts';
import { openKeys } from '../keys/open-keys.ts';
import type { Driver } from '../store/driver.ts';
import { openPglite } from '../store/pglite.ts';
import { openPostgres } from '../store/postgres.ts';
import { openStore } from '../store/store.ts';
import { newPostgresUrl, POSTGRES } from '../testing/database.ts';
import { type DiagnoseOptions, diagnose, type Finding } from './diagnose.ts';

const folder = mkdtempSync(join(tmpdir(), 'viva-doctor-'));
const data = join(folder, 'data');
let databaseUrl: string | undefined;
let driver: Driver;
let closeChannel: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  databaseUrl = POSTGRES ? await newPostgresUrl(POSTGRES) : undefined;
  mkdirSync(data, { mode: 0o700 });
  driver = databaseUrl ? await openPostgres({ url: databaseUrl }) : await openPglite({ folder: data });
  await openStore({ driver, keys: openKeys(data) });
  if (!databaseUrl) closeChannel = await openAdminChannel({ data, driver, viva: 'test' });
});
afterAll(async () => {
  await closeChannel();
  await driver.close();
  rmSync(folder, { recursive: true, force: true });
});

const look = (more: Partial<DiagnoseOptions> = {}): Promise<Finding[]> =>
  diagnose({ data, databaseUrl, port: 0, host: '127.0.0.1', ...more });
const found = async (
  check: Finding['check'],
  more?: Partial<DiagnoseOptions>,
): Promise<Finding | undefined> => (await look(more)).find((finding) => finding.check === check);

/** Breaks the database, looks, and puts it back. */
async function broken(
  breaking: string,
  mending: string,
  check: Finding['check'],
): Promise<Finding | undefined> {
  await driver.script(breaking);
  try {
    return await found(check);
  } finally {
    await driver.script(mending);
  }
}

describe('viva doctor', () => {
  it('finds nothing wrong with a sound installation, through the server that holds it', async () => {
    const findings = await look();
    // The clusters of the tests do not wait for the disk, and the doctor says so.
    const faults = findings.filter(
      ({ level, check }) => level === 'fault' && !(POSTGRES && check === 'durability'),
    );
    expect(faults).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'database',
        'migrations',
        'roles',
        'audit',
        'keys',
        'clock',
        'durability',
        'disk',
        'port',
      ]),
    );
    const durability = findings.find(({ check }) => check === 'durability');
    expect(durability).toMatchObject(
      POSTGRES ? { level: 'fault', what: expect.stringContaining('fsync = off') } : { level: 'ok' },
    );
  });

  it('names an old Node, a port that is taken and a folder that all can read', async () => {
    expect(await found('node', { node: '18.20.4' })).toMatchObject({
      level: 'fault',
      todo: expect.stringContaining('20.19'),
    });
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const taken = await found('port', {
      port,
      databaseUrl: databaseUrl ?? 'postgres://nobody@127.0.0.1:1/none',
    });
    expect(taken).toMatchObject({ level: 'fault', what: expect.stringContaining('EADDRINUSE') });
    other.close();
    chmodSync(data, 0o755);
    expect(await found('data')).toMatchObject({ level: 'note', todo: expect.stringContaining('chmod 700') });
    chmodSync(data, 0o700);
    writeFileSync(join(data, 'secret'), '');
    expect(await found('secret')).toMatchObject({ level: 'fault' });
    rmSync(join(data, 'secret'));
  });

  it('names a database that does not answer, and one that was never started', async () => {
    expect(await found('database', { databaseUrl: 'postgres://nobody@127.0.0.1:1/none' })).toMatchObject({
      level: 'fault',
      what: expect.stringContaining('ECONNREFUSED'),
      todo: expect.stringContaining('DATABASE_URL'),
    });
    expect(await found('database', { data: join(folder, 'nothing'), databaseUrl: undefined })).toMatchObject({
      level: 'note',
      todo: expect.stringContaining('first start'),
    });
  });

  it('names a lock that a dead process left', async () => {
    const dead = join(folder, 'dead');
    mkdirSync(dead, { mode: 0o700 });
    const holder = {
      pid: 2 ** 22 - 3,
      host: hostname(),
      since: '2026-01-01T00:00:00Z',
      began: '1',
      nonce: 'n',
    };
    writeFileSync(join(dead, 'viva.lock'), JSON.stringify(holder));
    expect(await found('lock', { data: dead, databaseUrl: undefined })).toMatchObject({
      level: 'note',
      what: expect.stringContaining('ended without'),
    });
  });

  it('names a newer database, one that was altered, and pending migrations', async () => {
    const meta = 'viva_meta.migration';
    expect(
      await broken(
        `INSERT INTO ${meta} (version, name, checksum) VALUES (9999, 'future', '')`,
        `DELETE FROM ${meta} WHERE version = 9999`,
        'migrations',
      ),
    ).toMatchObject({
      level: 'fault',
      what: expect.stringContaining('9999'),
      todo: expect.stringContaining('newer Viva'),
    });
    const altered = await broken(
      `UPDATE ${meta} SET checksum = checksum || 'x' WHERE version = 1`,
      `UPDATE ${meta} SET checksum = left(checksum, 64) WHERE version = 1`,
      'migrations',
    );
    expect(altered).toMatchObject({ level: 'fault', what: expect.stringContaining('other text') });
    const pending = await broken(
      `CREATE TABLE public.aside AS SELECT * FROM ${meta} WHERE version = 10; DELETE FROM ${meta} WHERE version = 10`,
      `INSERT INTO ${meta} SELECT * FROM public.aside; DROP TABLE public.aside`,
      'migrations',
    );
    expect(pending).toMatchObject({ level: 'note', what: expect.stringContaining('1 of its migrations') });
  });

  it('names ratings without their guard, and an audit log with a loose end', async () => {
    expect(
      await broken(
        'ALTER TABLE viva.rating NO FORCE ROW LEVEL SECURITY',
        'ALTER TABLE viva.rating FORCE ROW LEVEL SECURITY',
        'roles',
      ),
    ).toMatchObject({ level: 'fault', what: expect.stringContaining('viva.rating') });
    expect(
      await broken(
        'UPDATE viva.audit_head SET seq = seq + 1',
        'UPDATE viva.audit_head SET seq = seq - 1',
        'audit',
      ),
    ).toMatchObject({ level: 'fault', todo: expect.stringContaining('audit verify') });
  });

  it('names keys that are missing, or another database’s', async () => {
    expect(await found('keys', { data, databaseUrl })).toMatchObject({ level: 'ok' });
    const before = process.env.VIVA_KEYS;
    try {
      process.env.VIVA_KEYS = join(folder, 'no-keys');
      expect(await found('keys')).toMatchObject({
        level: 'fault',
        what: expect.stringContaining('is empty'),
      });
      process.env.VIVA_KEYS = join(folder, 'other-keys');
      await openKeys(data).begin();
      expect(await found('keys')).toMatchObject({
        level: 'fault',
        what: expect.stringContaining('another database'),
      });
    } finally {
      if (before === undefined) delete process.env.VIVA_KEYS;
      else process.env.VIVA_KEYS = before;
    }
  });
});
