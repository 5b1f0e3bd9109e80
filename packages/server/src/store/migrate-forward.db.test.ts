/** Every earlier version with data in it goes forward; a migration that never gets its turn says so. */
import { fileURLToPath } from 'node:url';
import { loadBank, type Question } from '@viva/bank';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import type { Actor } from '../context.ts';
import { freshDatabase, newPostgresUrl, POSTGRES } from '../testing/database.ts';
import { openPanel, openWorld, scoreAll } from '../testing/world.ts';
import type { Driver, RunQuery } from './driver.ts';
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
const PINNED = [...bank.questions.values()][0] as Question;
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

/**
 * What older servers write all the time, in their orders of locks: a draft (before what it refers to), a note, and a
 * candidate with an entry in the log (what it refers to first).
 */
async function writeAs(
  driver: Driver,
  rater: string,
  kind: number,
  saved: Map<string, number>,
): Promise<void> {
  const begin = (person = '') => `BEGIN; SET LOCAL ROLE viva_app; SET LOCAL viva.actor = '${person}'`;
  const [what, actor, work] = (
    [
      [
        'draft',
        rater,
        (run) =>
          run(
            `INSERT INTO viva.draft (candidate_id, rater_id, question_id, opening_id, score, evidence, revision, saved_at)
             VALUES ($1, $2, $3, $4, 3, 'saved meanwhile', 1, now())
             ON CONFLICT (candidate_id, rater_id, question_id) DO UPDATE SET evidence = excluded.evidence, revision = draft.revision + 1`,
            [CANDIDATE, rater, QUESTION, OPENING],
          ),
      ],
      [
        'note',
        BEN,
        (run) =>
          run(
            `INSERT INTO viva.note (candidate_id, rater_id, opening_id, body, revision, saved_at) VALUES ($1, $2, $3, 'noted meanwhile', 1, now())
             ON CONFLICT (candidate_id, rater_id) DO UPDATE SET body = excluded.body, revision = note.revision + 1`,
            [CANDIDATE, BEN, OPENING],
          ),
      ],
      [
        'candidate',
        LEAD,
        async (run) => {
          const candidate = crypto.randomUUID();
          await run('SELECT 1 FROM viva.opening WHERE id = $1 FOR SHARE', [OPENING]);
          await run(
            `INSERT INTO viva.candidate (id, opening_id, name, created_at) VALUES ($1, $2, 'Added meanwhile', now())`,
            [candidate, OPENING],
          );
          await run(
            `SELECT viva.audit_append(date_trunc('milliseconds', now()), 'candidate.added', $1, $2::uuid, $3::uuid, false, '{}')`,
            [`candidate/${candidate}`, OPENING, candidate],
          );
        },
      ],
    ] as [string, string | undefined, (run: RunQuery) => Promise<unknown>][]
  )[kind] ?? ['', '', async () => undefined];
  await driver.transaction(work, begin(actor));
  saved.set(what, (saved.get(what) ?? 0) + 1);
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
  for (const [index, { version, name }] of steps().slice(0, -1).entries())
    it(`${String(version).padStart(4, '0')} ${name}: goes forward to its end, and every save of meanwhile is there`, async () => {
      const url = await newPostgresUrl(POSTGRES ?? '');
      const [old, upgrade] = (await Promise.all(
        [6, 1].map((connections) => openPostgres({ url, connections })),
      )) as [Driver, Driver];
      opened.push(old, upgrade);
      await old.transaction((run) => migrateWithin(run, { only: steps().slice(0, index + 1) }));
      await fill(old);
      const saved = new Map<string, number>();
      let migrated = false;
      const writers = [ANN, BEN].flatMap((rater = '') =>
        [0, 1, 2].map(async (kind) => {
          while (!migrated) await writeAs(old, rater, kind, saved);
        }),
      );
      const until = async (count: number): Promise<void> => {
        while ([...saved.values()].reduce((sum, n) => sum + n, 0) < count)
          await new Promise((resolve) => setTimeout(resolve, 5));
      };
      try {
        await until(50);
        expect(await migrate(upgrade)).toBe(steps().length - index - 1);
        await until([...saved.values()].reduce((sum, n) => sum + n, 0) + 50);
      } finally {
        migrated = true;
      }
      // None of them met an error, a deadlock least of all.
      await Promise.all(writers);
      const count = async (sql: string) => Number((await old.transaction((run) => run(sql))).rows[0]?.[0]);
      expect(await count('SELECT sum(revision - 1)::int FROM viva.draft')).toBe(saved.get('draft'));
      expect(await count('SELECT sum(revision - 1)::int FROM viva.note')).toBe(saved.get('note'));
      expect(await count(`SELECT count(*) FROM viva.audit WHERE action = 'candidate.added'`)).toBe(
        1 + (saved.get('candidate') ?? 0),
      );
      expect((await verifyAudit(old)).faults).toEqual([]);
    });

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
