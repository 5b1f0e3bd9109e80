/** A restored backup forgets again who was erased since, whatever else went wrong: a crash, an old key folder, keys gone. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import { openFolderKeyStore } from '../keys/folder-key-store.ts';
import { folderMasterKeys } from '../keys/master-keys.ts';
import type { Driver } from '../store/driver.ts';
import { openStore } from '../store/store.ts';
import { freshDatabase, newPostgresUrl, POSTGRES } from '../testing/database.ts';
import { findInFiles } from '../testing/raw-database.ts';
import { openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';
import { dump } from './dump.ts';
import type { Entry } from './format.ts';
import { load } from './load.ts';
import { restoreBackup } from './restore.ts';

const root = mkdtempSync(join(tmpdir(), 'viva-restore-'));
const kept = join(root, 'kept');
/** The key folder as it was when the backup was made. */
const oldKeys = join(root, 'old-keys');

const NAME = 'Zhuge Erasmus';
const EMAIL = 'zhuge.erasmus@candidates.test';

/** A data folder of each test's own, with the keys of today. */
let data: string;
let world: World;
let backup: Entry[];
let erased: string;
let other: string;
const keysIn = (folder: string) => openFolderKeyStore(folder, folderMasterKeys(join(folder, 'master')));
const keys = () => keysIn(join(data, 'keys'));

beforeAll(async () => {
  const driver = await freshDatabase();
  world = await openWorld({ driver, keys: keysIn(kept) });
  const lead = await world.addPerson('Lead', 'lead');
  const li = await world.addPerson('Li', 'interviewer');
  const { openingId, questions } = await openPanel(world, lead, [li]);
  const params = { id: openingId };
  ({ id: erased } = await world.as(lead).addCandidate({ params, body: { name: NAME, email: EMAIL } }));
  ({ id: other } = await world.as(lead).addCandidate({ params, body: { name: 'Somebody Else' } }));
  for (const id of [erased, other]) await scoreAll(world, li, id, questions);
  backup = [];
  for await (const entry of dump(driver, { viva: 'test' })) backup.push(entry);
  cpSync(kept, oldKeys, { recursive: true });
  await world.as(lead).eraseCandidate({
    params: { id: erased },
    body: { confirm: NAME, reason: 'The candidate asked for it in writing.' },
  });
});
beforeEach(() => {
  data = mkdtempSync(join(root, 'data-'));
  cpSync(kept, join(data, 'keys'), { recursive: true });
});
afterAll(async () => {
  await world.close();
  rmSync(root, { recursive: true, force: true });
});

async function* entries(): AsyncGenerator<Entry> {
  yield* backup;
}

const namesIn = async (driver: Driver): Promise<unknown[]> =>
  (await driver.transaction((run) => run('SELECT name FROM viva.candidate ORDER BY name'))).rows.flat();
const PSEUDONYM = () => `#${erased.slice(0, 8)}`;

/** Fails at one statement, and at all after it: as if the process had ended there. */
function endingAt(driver: Driver, statement: number): { driver: Driver; ended: () => boolean } {
  let left = statement;
  const check = (): void => {
    if (left-- <= 0) throw new Error('the process ended here');
  };
  return {
    ended: () => left < 0,
    driver: {
      ...driver,
      transaction: (work, begin) =>
        driver.transaction(
          (run) =>
            work((sql, params) => {
              check();
              return run(sql, params);
            }),
          begin,
        ),
      script: (sql) => {
        check();
        return driver.script(sql);
      },
    },
  };
}

it('is in the backup by name, and in what was restored from it no more, not even in its files', async () => {
  expect(JSON.stringify(backup)).toContain(EMAIL);
  const databaseUrl = POSTGRES ? await newPostgresUrl(POSTGRES) : undefined;
  const report = await restoreBackup(entries(), { data, databaseUrl });
  expect(report.keys).toMatchObject({ verdict: 'match', erased: 1 });
  expect(report.audit.faults).toEqual([]);
  if (!databaseUrl) {
    const { openPglite } = await import('../store/pglite.ts');
    const driver = await openPglite({ folder: data });
    try {
      expect(await namesIn(driver)).toEqual([PSEUDONYM(), 'Somebody Else']);
      expect(await findInFiles(driver, [NAME, EMAIL])).toEqual([]);
    } finally {
      await driver.close();
    }
  }
});

it('is erased whole or not yet, wherever the process ends, and the next opening finishes it', async () => {
  const driver = await freshDatabase();
  try {
    await load(driver, entries());
    expect(await namesIn(driver)).toEqual(['Somebody Else', NAME]);
    let ends = 0;
    for (let statement = 0; ; statement++) {
      const cut = endingAt(driver, statement);
      const opened = await openStore({ driver: cut.driver, keys: keys() }).then(
        () => true,
        () => false,
      );
      const [named, email, mail] = [
        (await namesIn(driver)).includes(NAME),
        ...((
          await driver.transaction((run) =>
            run(
              `SELECT (SELECT email FROM viva.candidate WHERE id = $1), (SELECT count(*)::int FROM viva.erasure WHERE subject = $2)`,
              [erased, `application/${erased}`],
            ),
          )
        ).rows[0] ?? []),
      ];
      // The name, the address and the record of the erasure change together.
      expect([named, email, mail]).toEqual(named ? [true, EMAIL, 0] : [false, null, 1]);
      if (opened) break;
      expect(cut.ended()).toBe(true);
      ends++;
    }
    expect(ends).toBeGreaterThan(20);
    expect(await namesIn(driver)).toEqual([PSEUDONYM(), 'Somebody Else']);
    expect((await verifyAudit(driver)).faults).toEqual([]);
  } finally {
    await driver.close();
  }
});

it('stays erased where the key folder comes from an older copy, with the key and without the entry', async () => {
  const subject = `application/${erased}` as const;
  const old = join(data, 'old');
  cpSync(oldKeys, old, { recursive: true });
  expect(await keysIn(old).find(subject)).toBeDefined();
  expect((await keysIn(old).ledger()).has(subject)).toBe(false);
  // The database knows of the erasure.
  await openStore({ driver: world.context.store.driver, keys: keysIn(old) });
  expect(await keysIn(old).find(subject)).toBeUndefined();
  expect((await keysIn(old).ledger()).has(subject)).toBe(true);
  expect(await keysIn(old).find(`application/${other}`)).toBeDefined();
});

it('stays erased where a line of the ledger is missing or cut short, or the key came back', async () => {
  const subject = `application/${erased}` as const;
  const ledger = join(data, 'keys', 'erased.jsonl');
  const line = readFileSync(ledger, 'utf8');
  const path = join('subjects', erased.slice(0, 2), `application-${erased}`);
  for (const damage of ['', line.slice(0, -20), line]) {
    writeFileSync(ledger, damage);
    cpSync(join(oldKeys, path), join(data, 'keys', path));
    await openStore({ driver: world.context.store.driver, keys: keys() });
    expect((await keys().ledger()).has(subject)).toBe(true);
    expect(await keys().find(subject)).toBeUndefined();
  }
});

it('is erased where other keys are gone, and the master key with them', async () => {
  for (const lost of [join('subjects', other.slice(0, 2), `application-${other}`), 'master'])
    rmSync(join(data, 'keys', lost), { recursive: true });
  const driver = await freshDatabase();
  try {
    await load(driver, entries());
    const store = await openStore({ driver, keys: keys() });
    expect(await namesIn(driver)).toEqual([PSEUDONYM(), 'Somebody Else']);
    expect((await verifyAudit(driver)).faults).toEqual([]);
    // What the lost key sealed is refused, and never shown as if it were erased.
    const [[id, text] = []] = (
      await driver.transaction((run) =>
        run('SELECT id, evidence FROM viva.rating WHERE candidate_id = $1 LIMIT 1', [other]),
      )
    ).rows;
    const place = { table: 'rating', column: 'evidence', row: String(id) };
    await expect(store.vault.open(`application/${other}`, place, String(text))).rejects.toMatchObject({
      code: 'key-missing',
    });
  } finally {
    await driver.close();
  }
});

it('is told where the key folder is empty or of another server, and nothing is opened', async () => {
  rmSync(join(data, 'keys'), { recursive: true });
  const driver = await freshDatabase();
  try {
    await load(driver, entries());
    await expect(openStore({ driver, keys: keys() })).rejects.toMatchObject({ code: 'keys-missing' });
    await keys().begin();
    await expect(openStore({ driver, keys: keys() })).rejects.toMatchObject({ code: 'keys-foreign' });
  } finally {
    await driver.close();
  }
});
