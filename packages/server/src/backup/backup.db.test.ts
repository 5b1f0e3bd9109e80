import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import type { Actor } from '../context.ts';
import type { Driver } from '../store/driver.ts';
import { openPglite } from '../store/pglite.ts';
import { freshDatabase, newPostgresUrl, POSTGRES } from '../testing/database.ts';
import { complete, openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';
import { BackupError } from './backup-error.ts';
import { dump } from './dump.ts';
import { type Entry, readEntries, writeEntry } from './format.ts';
import { load } from './load.ts';
import { restoreBackup } from './restore.ts';
import { openBackup, sealBackup } from './seal-backup.ts';

const PASSPHRASE = 'five words of the tests alone';
const CHEAP = { passphrase: PASSPHRASE, work: 4 };

let world: World;
let driver: Driver;
let lead: Actor;
let raters: Actor[];
let panel: { openingId: string; questions: string[] };
let file: Buffer;
const folder = mkdtempSync(join(tmpdir(), 'viva-backup-'));

/** What the people of the world can see, and the rows that the restore must bring back byte for byte. */
async function contents(from: Driver): Promise<Map<string, string[]>> {
  const tables = new Map<string, string[]>();
  let name = '';
  for await (const entry of dump(from, { viva: 'test' })) {
    if (entry.kind === 'table') {
      name = `${entry.head.table} (${entry.head.columns.join(', ')})`;
      tables.set(name, []);
    } else if (entry.kind === 'row') tables.get(name)?.push(entry.row);
  }
  for (const rows of tables.values()) rows.sort();
  return tables;
}

const reopened = (bytes: Buffer, passphrase = PASSPHRASE): AsyncIterable<Entry> =>
  openBackup(Readable.from([bytes]), { passphrase });

const code = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof BackupError) return error.code;
    throw error;
  }
  return 'no error';
};

const drain = async (entries: AsyncIterable<Entry>): Promise<number> => {
  let count = 0;
  for await (const _ of entries) count++;
  return count;
};

beforeAll(async () => {
  driver = await freshDatabase();
  world = await openWorld({ driver });
  lead = await world.addPerson('Lead 李\n"quoted", (brackets) \\ back', 'lead');
  raters = await Promise.all(['Ann', 'Ben'].map((name) => world.addPerson(name, 'interviewer')));
  panel = await openPanel(world, lead, raters);
  for (const name of ['一', 'two']) {
    const { id } = await world
      .as(lead)
      .addCandidate({ params: { id: panel.openingId }, body: { name: `Candidate ${name}` } });
    for (const rater of raters) await scoreAll(world, rater, id, panel.questions);
  }
  const { id } = await world
    .as(lead)
    .addCandidate({ params: { id: panel.openingId }, body: { name: 'Still open' } });
  await world
    .as(raters[0] as Actor)
    .saveDraft({ params: { id, question: panel.questions[0] ?? '' }, body: complete(2, 'a draft') });
  file = await buffer(await sealBackup(dump(driver, { viva: 'test' }), CHEAP));
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a backup', () => {
  it('comes back row for row, with a whole audit log, into the other kind of database too', async () => {
    const before = await contents(driver);
    expect([...before.values()].flat().length).toBeGreaterThan(40);
    const targets = [() => openPglite(), ...(POSTGRES ? [freshDatabase] : [])];
    for (const open of targets) {
      const target = await open();
      const restored = await load(target, reopened(file));
      expect(await contents(target)).toEqual(before);
      expect(restored.rows).toBe([...before.values()].flat().length);
      expect((await verifyAudit(target)).faults).toEqual([]);
      // What guards the rows is back in its place.
      await expect(
        target.transaction((run) => run(`UPDATE viva.rating SET score = 5`)),
      ).rejects.toMatchObject({ code: '42501' });
      const forced = `SELECT count(*)::int FROM pg_class WHERE relforcerowsecurity`;
      const count = (from: Driver) => from.transaction((run) => run(forced)).then(({ rows }) => rows[0]?.[0]);
      expect(await count(target)).toBe(await count(driver));
      // And the application works on it.
      const again = await openWorld({ driver: target, keys: world.context.store.vault.store });
      await again.close();
    }
  });

  it('sees one moment, whatever is written meanwhile', async () => {
    const reading = dump(driver, { viva: 'test' });
    const first = await reading.next();
    expect(first.value).toMatchObject({ kind: 'manifest' });
    const meanwhile = world.as(lead).addCandidate({
      params: { id: panel.openingId },
      body: { name: 'Came during the backup' },
    });
    // On PostgreSQL it is done at once, on PGlite when the backup has been read.
    if (POSTGRES) await meanwhile;
    let candidates = 0;
    let table = '';
    for await (const entry of reading) {
      if (entry.kind === 'table') table = entry.head.table;
      if (entry.kind === 'row' && table === 'viva.candidate') candidates++;
    }
    expect(candidates).toBe(3);
    await meanwhile;
  });

  it('lets go of the database when its reader leaves', async () => {
    for await (const entry of dump(driver, { viva: 'test' })) if (entry.kind === 'row') break;
    await driver.transaction((run) => run('SELECT 1'));
  });

  it('needs its passphrase, and a long one', async () => {
    expect(await code(drain(reopened(file, 'five words of somebody else')))).toBe('wrong-passphrase');
    expect(await code(sealBackup(dump(driver, { viva: 'test' }), { ...CHEAP, passphrase: 'short' }))).toBe(
      'weak-passphrase',
    );
  });

  it('says of every altered or cut file that it is none, and leaves nothing behind', {
    timeout: 600_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(file.length - 1),
        fc.boolean(),
        fc.integer({ min: 1, max: 255 }),
        async (at, cut, flip) => {
          const bytes = cut ? file.subarray(0, at) : Buffer.from(file);
          if (!cut) bytes[at] = (bytes[at] ?? 0) ^ flip;
          expect(['not-a-backup', 'damaged', 'wrong-passphrase']).toContain(
            await code(drain(reopened(bytes))),
          );
        },
      ),
      { numRuns: 60 },
    );
    const target = await freshDatabase();
    expect(await code(load(target, reopened(file.subarray(0, file.length - 20))))).toBe('damaged');
    const left = await target.transaction((run) =>
      run(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'viva%'`),
    );
    expect(left.rows).toEqual([]);
    await load(target, reopened(file));
    expect(await code(load(target, reopened(file)))).toBe('not-empty');
    await target.close();
  });

  it('is refused where its audit log or a seal does not hold', async () => {
    async function* forged(): AsyncGenerator<Entry> {
      let table = '';
      for await (const entry of reopened(file)) {
        if (entry.kind === 'table') table = entry.head.table;
        if (entry.kind === 'row' && table === 'viva.rating')
          yield { ...entry, row: entry.row.replace(/,3,/, ',5,') };
        else yield entry;
      }
    }
    const target = await freshDatabase();
    expect(await code(load(target, forged()))).toBe('verification');
    const { audit } = await load(target, forged(), { acceptFaults: true });
    expect(audit.faults.join()).toContain('differ from what was sealed');
    await target.close();
  });

  it('goes into an empty folder or database only, and says how the keys stand', async () => {
    const data = join(folder, 'data');
    if (POSTGRES) {
      const databaseUrl = await newPostgresUrl(POSTGRES);
      expect((await restoreBackup(reopened(file), { data, databaseUrl })).keys.verdict).toBe('missing');
      expect(await code(restoreBackup(reopened(file), { data, databaseUrl }))).toBe('not-empty');
      return;
    }
    expect(await code(restoreBackup(reopened(file.subarray(0, 3_000)), { data }))).toBe('damaged');
    expect(readdirSync(data)).toEqual([]);
    const report = await restoreBackup(reopened(file), { data });
    expect(report.keys.verdict).toBe('missing');
    expect(existsSync(join(data, 'restoring'))).toBe(false);
    expect(await code(restoreBackup(reopened(file), { data }))).toBe('not-empty');
  });
});

describe('its text', () => {
  it('gives back every row, however it is cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary' }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 40 }),
        async (rows, size) => {
          const manifest = {
            format: 'viva-backup' as const,
            version: 1 as const,
            made: '',
            viva: '',
            migrations: [],
            keyStore: null,
            audit: { rows: 0, head: '' },
          };
          const entries: Entry[] = [
            { kind: 'manifest', manifest },
            { kind: 'table', head: { table: 'viva.t', columns: ['a'] } },
            ...rows.map((row) => ({ kind: 'row' as const, row })),
            { kind: 'end-table', table: 'viva.t', rows: rows.length },
            { kind: 'end', tables: 1, rows: rows.length },
          ];
          const written = entries.map(writeEntry).join('');
          const cut = written.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
          const read: Entry[] = [];
          for await (const entry of readEntries(Readable.from(cut))) read.push(entry);
          expect(read).toEqual(entries);
        },
      ),
    );
  });
});
