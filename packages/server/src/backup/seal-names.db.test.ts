/** In a backup, the names of candidates are nobody's to read without their keys, and gone with them. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openKeys } from '../keys/open-keys.ts';
import { application, personal } from '../keys/sealed-columns.ts';
import type { Driver } from '../store/driver.ts';
import { freshDatabase } from '../testing/database.ts';
import { openPanel, openWorld, type World } from '../testing/world.ts';
import { dump } from './dump.ts';
import type { Entry } from './format.ts';
import { load } from './load.ts';
import { readRow, writeRow } from './row-text.ts';
import { openNames, sealNames } from './seal-names.ts';

const root = mkdtempSync(join(tmpdir(), 'viva-names-'));
const data = join(root, 'data');
/** Everything that tells who, or how to reach them. */
const TELLING = ['Zhuge "Kong\\ming" 亮', 'zhuge@candidates.test', 'Room of Zhuge', 'Pang Account'];
const [NAME = '', EMAIL = '', PLACE = '', ACCOUNT = ''] = TELLING;

let driver: Driver;
let world: World;
let candidate: string;
let account: string;
let plain: Entry[];
let sealed: Entry[];

const all = async (entries: AsyncIterable<Entry>): Promise<Entry[]> => {
  const list: Entry[] = [];
  for await (const entry of entries) list.push(entry);
  return list;
};
async function* from(list: readonly Entry[]): AsyncGenerator<Entry> {
  yield* list;
}
const rowsOf = (list: readonly Entry[]): string[] =>
  list.flatMap((entry) => (entry.kind === 'row' ? [writeRow(readRow(entry.row))] : [])).sort();

beforeAll(async () => {
  driver = await freshDatabase();
  world = await openWorld({ driver, keys: openKeys(data, {}) });
  const lead = await world.addPerson('Lead Visible', 'lead');
  const li = await world.addPerson('Li Visible', 'interviewer');
  const { openingId } = await openPanel(world, lead, [li]);
  const params = { id: openingId };
  ({ id: candidate } = await world.as(lead).addCandidate({ params, body: { name: NAME, email: EMAIL } }));
  await world.as(lead).addCandidate({ params, body: { name: 'No address' } });
  await world.as(lead).scheduleSession({
    params: { id: candidate },
    body: { scheduledAt: '2026-12-01T09:00:00Z', minutes: 45, place: PLACE },
  });
  ({ id: account } = await world.addPerson(ACCOUNT, 'candidate'));
  await driver.transaction(async (run) => {
    await run('SET LOCAL ROLE viva_auth');
    await run(
      `INSERT INTO viva_auth.account_user (id, name, email, created_at, updated_at) VALUES ('u', $1, 'pang@candidates.test', now(), now())`,
      [ACCOUNT],
    );
    await run(`UPDATE viva.person SET user_id = 'u' WHERE id = $1::uuid`, [account]);
  });
  plain = await all(dump(driver, { viva: 'test' }));
  sealed = await all(sealNames(from(plain), data));
});
afterAll(async () => {
  await world.close();
  rmSync(root, { recursive: true, force: true });
});

it('hides whoever applied, and nobody of the team', () => {
  const text = JSON.stringify(plain.map((entry) => (entry.kind === 'row' ? readRow(entry.row) : [])));
  const hidden = JSON.stringify(sealed.map((entry) => (entry.kind === 'row' ? readRow(entry.row) : [])));
  for (const telling of [...TELLING, 'pang@candidates.test', `${account}@viva.test`]) {
    expect(text).toContain(JSON.stringify(telling).slice(1, -1));
    expect(hidden).not.toContain(JSON.stringify(telling).slice(1, -1));
  }
  expect(hidden).toContain('Lead Visible');
  expect(sealed[0]).toMatchObject({ kind: 'manifest', manifest: { version: 2 } });
  expect(sealed).toHaveLength(plain.length);
});

it('comes back as it was, into a database too', async () => {
  expect(rowsOf(await all(openNames(from(sealed), data)))).toEqual(rowsOf(plain));
  const target = await freshDatabase();
  try {
    await load(target, openNames(from(sealed), data));
    expect(rowsOf(await all(dump(target, { viva: 'test' })))).toEqual(rowsOf(plain));
  } finally {
    await target.close();
  }
});

it('gives a pseudonym to whom the key is gone of, and only to them', async () => {
  const copy = join(root, 'erased');
  cpSync(data, copy, { recursive: true });
  await openKeys(copy, {}).erase([application(candidate), personal(account)], new Date());
  const target = await freshDatabase();
  try {
    await load(target, openNames(from(sealed), copy));
    const { rows } = await target.transaction((run) =>
      run(`SELECT name, email FROM viva.candidate UNION ALL SELECT name, email FROM viva.person
        UNION ALL SELECT name, email FROM viva_auth.account_user UNION ALL SELECT place, NULL FROM viva.interview_session `),
    );
    const gone = `${account}@erased.invalid`;
    expect(rows.filter(([name]) => !/Visible|No address/.test(String(name))).sort()).toEqual(
      [
        ['', null],
        [`#${candidate.slice(0, 8)}`, null],
        [`#${account.slice(0, 8)}`, gone],
        [`#${account.slice(0, 8)}`, gone],
      ].sort(),
    );
    expect(rows.map(([name]) => name)).toEqual(expect.arrayContaining(['Lead Visible', 'No address']));
  } finally {
    await target.close();
  }
});

it('is refused without the keys, or with those of another database, before anything is written', async () => {
  const target = await freshDatabase();
  try {
    const nowhere = join(root, 'nowhere');
    await expect(load(target, openNames(from(sealed), nowhere))).rejects.toMatchObject({ code: 'keys' });
    await openKeys(join(root, 'foreign'), {}).begin();
    for (const work of [openNames(from(sealed), join(root, 'foreign')), sealNames(from(plain), nowhere)])
      await expect(all(work)).rejects.toMatchObject({ code: 'keys' });
    // One of the format before holds names as they are, and needs no key.
    expect(rowsOf(await all(openNames(from(plain), nowhere)))).toEqual(rowsOf(plain));
  } finally {
    await target.close();
  }
});

it('does not open a name that was moved to somebody else', async () => {
  let table = '';
  const candidates = sealed.flatMap((entry, at) => {
    if (entry.kind === 'table') ({ table } = entry.head);
    return entry.kind === 'row' && table === 'viva.candidate' ? [{ at, values: readRow(entry.row) }] : [];
  });
  const head = sealed.find((entry) => entry.kind === 'table' && entry.head.table === 'viva.candidate');
  const name = head?.kind === 'table' ? head.head.columns.indexOf('name') : -1;
  const [one, two] = candidates;
  if (!one || !two) throw new Error('two candidates');
  const moved = [...sealed];
  const values = [...one.values];
  values[name] = two.values[name] ?? null;
  moved[one.at] = { kind: 'row', row: writeRow(values) };
  await expect(all(openNames(from(moved), data))).rejects.toMatchObject({ code: 'damaged' });
});

it('reads and writes rows as PostgreSQL does', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.replaceAll('\0', ''));
  await driver.script('CREATE TYPE public.viva_names AS (a text, b text)');
  await fc.assert(
    fc.asyncProperty(text, fc.option(text, { nil: null }), async (a, b) => {
      const { rows } = await driver.transaction((run) =>
        run(
          'SELECT ROW($1::text, $2::text, 7)::text, (r).a, (r).b FROM (SELECT $3::text::public.viva_names AS r) q',
          [a, b, writeRow([a, b])],
        ),
      );
      const [row, ...read] = rows[0] ?? [];
      expect(readRow(String(row))).toEqual([a, b, '7']);
      expect(read).toEqual([a, b]);
    }),
    { numRuns: 60 },
  );
});
