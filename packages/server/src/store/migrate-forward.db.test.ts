/** Every earlier version with data in it goes forward; a migration that never gets its turn says so. */
import { fileURLToPath } from 'node:url';
import { loadBank } from '@viva/bank';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import type { Actor } from '../context.ts';
import { freshDatabase, newPostgresUrl, POSTGRES } from '../testing/database.ts';
import { openPanel, openWorld, scoreAll } from '../testing/world.ts';
import type { Driver } from './driver.ts';
import { migrate, migrateWithin, NEWEST, steps } from './migrate.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

const opened: Driver[] = [];
afterAll(() => Promise.all(opened.map((driver) => driver.close())));

/** Of an empty PGlite: opening a copy of it is much faster than making one. */
let image: ArrayBuffer | undefined;
async function emptyDatabase(): Promise<Driver> {
  if (POSTGRES) return freshDatabase();
  if (!image) {
    const empty = await openPglite();
    image = await empty.dump();
    await empty.close();
  }
  return openPglite({ image });
}

/** A database as the release with these first steps left it. */
async function atVersion(count: number): Promise<Driver> {
  const driver = await emptyDatabase();
  opened.push(driver);
  await driver.transaction((run) => migrateWithin(run, { only: steps().slice(0, count) }));
  return driver;
}

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const AT = '2026-05-04 08:00:00+00';
const [LEAD, ANN, BEN, OPENING, CANDIDATE] = [1, 2, 3, 4, 5].map(id);

const bank = await loadBank(fileURLToPath(new URL('../../../../bank', import.meta.url)));
const [PINNED] = [...bank.questions.values()];
if (!PINNED) throw new Error('the bank is empty');
const QUESTION = PINNED.id;

/** What the first release could hold: an opening with a panel, a scorecard that was submitted, a draft, a note. */
async function fill(driver: Driver): Promise<void> {
  await driver.script(`
    INSERT INTO viva.person (id, name, email, role, locale, created_at) VALUES
      ('${LEAD}', 'Lead', 'lead@viva.test', 'lead', 'en', '${AT}'), ('${ANN}', 'Ann', 'ann@viva.test', 'interviewer', 'zh-CN', '${AT}'),
      ('${BEN}', 'Ben', 'ben@viva.test', 'interviewer', 'en', '${AT}');
    INSERT INTO viva.opening (id, title, description, status, kit_id, kit_hash, kit, scale_family, competencies, created_by, created_at)
      VALUES ('${OPENING}', 'An old opening', '', 'draft', 'kit', 'hash', '{}', 'family', '[]', '${LEAD}', '${AT}');
    INSERT INTO viva.opening_item (opening_id, question_id, ordinal, competency, weight, question_hash, question)
      VALUES ('${OPENING}', '${QUESTION}', 1, 'c', 1, '${PINNED.hash}', '${JSON.stringify(PINNED).replaceAll("'", "''")}');
    INSERT INTO viva.seat (id, opening_id, ordinal) VALUES ('${id(10)}', '${OPENING}', 1), ('${id(11)}', '${OPENING}', 2);
    INSERT INTO viva.seat_holder (seat_id, ordinal, opening_id, person_id, since, appointed_by, calibration)
      VALUES ('${id(10)}', 1, '${OPENING}', '${ANN}', '${AT}', '${LEAD}', 'passed'), ('${id(11)}', 1, '${OPENING}', '${BEN}', '${AT}', '${LEAD}', 'passed');
    UPDATE viva.opening SET status = 'open', opened_at = '${AT}' WHERE id = '${OPENING}';
    INSERT INTO viva.candidate (id, opening_id, name, created_at) VALUES ('${CANDIDATE}', '${OPENING}', 'An old candidate', '${AT}')`);
  const draft = `INSERT INTO viva.draft (candidate_id, rater_id, question_id, opening_id, score, evidence, revision, saved_at)
    VALUES ('${CANDIDATE}', $1, '${QUESTION}', '${OPENING}', 3, 'evidence of long ago, long enough to count as such', 1, '${AT}')`;
  for (const rater of [ANN, BEN]) await driver.transaction((run) => run(draft, [rater]));
  await driver.transaction((run) =>
    run(
      `INSERT INTO viva.note (candidate_id, rater_id, opening_id, body, revision, saved_at) VALUES ($1, $2, $3, 'a note of long ago', 1, '${AT}')`,
      [CANDIDATE, BEN, OPENING],
    ),
  );
  await driver.transaction(async (run) => {
    await run(`SELECT set_config('viva.actor', $1, true)`, [LEAD]);
    await run(
      `SELECT viva.audit_append('${AT}'::timestamptz, 'candidate.added', $1, $2::uuid, $3::uuid, false, '{}')`,
      [`candidate/${CANDIDATE}`, OPENING, CANDIDATE],
    );
  });
}

describe('every earlier version', () => {
  for (const [index, { version, name }] of steps().entries())
    it(`${String(version).padStart(4, '0')} ${name}: goes forward with its data, and works`, async () => {
      const driver = await atVersion(index + 1);
      await fill(driver);
      expect(await migrate(driver)).toBe(steps().length - index - 1);
      const world = await openWorld({ driver });
      const [ann, ben, lead] = [
        { id: ANN, name: 'Ann', role: 'interviewer' },
        { id: BEN, name: 'Ben', role: 'interviewer' },
        { id: LEAD, name: 'Lead', role: 'lead' },
      ].map((person) => world.adopt(person as Actor)) as [Actor, Actor, Actor];
      // What stood there stands there, for whom it is.
      const params = { id: CANDIDATE ?? '' };
      const card = await world.as(ann).scorecard({ params });
      expect(card.drafts).toMatchObject([{ question: QUESTION, score: 3, revision: 1 }]);
      expect(card.drafts[0]?.evidence).toMatch(/^evidence of long ago/);
      expect((await world.as(ben).scorecard({ params })).note?.body).toBe('a note of long ago');
      // It goes on from there.
      await world.as(ann).saveDraft({
        params: { ...params, question: QUESTION },
        body: {
          score: 4,
          evidence: 'evidence of today, and long enough to count',
          notAsked: null,
          baseRevision: 1,
        },
      });
      await world.as(ann).submitScorecard({ params });
      const panel = await openPanel(world, lead, [ann, ben]);
      const added = await world
        .as(lead)
        .addCandidate({ params: { id: panel.openingId }, body: { name: 'New' } });
      await scoreAll(world, ann, added.id, panel.questions);
      expect((await scoreAll(world, ben, added.id, panel.questions)).revealed).toBe(true);
      expect((await verifyAudit(driver)).faults).toEqual([]);
      expect(world.faults).toEqual([]);
    });

  it('is recognised, and a newer one is refused without a change', async () => {
    const driver = await atVersion(steps().length);
    await driver.transaction((run) =>
      run(`INSERT INTO viva_meta.migration (version, name, checksum) VALUES ($1, 'future', '')`, [
        NEWEST + 1,
      ]),
    );
    const refused = migrate(driver);
    await expect(refused).rejects.toMatchObject({
      code: 'newer',
      message: expect.stringContaining('newer Viva'),
    });
  });
});

describe.skipIf(!POSTGRES)('while the old version writes', () => {
  it('gives up with a clear word when it never gets its turn', async () => {
    const url = await newPostgresUrl(POSTGRES ?? '');
    const [holder, late] = [await openPostgres({ url }), await openPostgres({ url })];
    opened.push(holder, late);
    await holder.transaction(async (run) => {
      await migrateWithin(run, { only: steps().slice(0, 1) });
      await expect(migrate(late, { lockTimeout: 50, patience: 300 })).rejects.toMatchObject({
        code: 'busy',
        message: expect.stringContaining('pg_stat_activity'),
      });
    });
  });
});
