/** The database itself refuses what would spoil independence, whatever the application asks. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import { freshDatabase } from '../testing/database.ts';
import { complete, openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';

let world: World;
let owner: Actor;
let lead: Actor;
let li: Actor;
let wang: Actor;
let sealed: string;
let questions: string[];

/** Tables whose rows belong to one rater until reveal. */
const SEALED = ['rating', 'draft', 'note', 'submission'] as const;

const count = (person: Actor, table: string) =>
  world.context.store.as(person.id, async (tables) => {
    const [row] = (await tables.execute(
      sql.raw(`SELECT count(*)::int AS n FROM viva.${table}`),
    )) as unknown as { n: number }[];
    return row?.n;
  });

beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase() });
  owner = await world.addPerson('Owner', 'owner');
  lead = await world.addPerson('Lead', 'lead');
  li = await world.addPerson('Li', 'interviewer');
  wang = await world.addPerson('Wang', 'interviewer');
  const panel = await openPanel(world, lead, [li, wang]);
  questions = panel.questions;
  sealed = (await world.as(lead).addCandidate({ params: { id: panel.openingId }, body: { name: 'Sealed' } }))
    .id;
  const other = (
    await world.as(lead).addCandidate({ params: { id: panel.openingId }, body: { name: 'In progress' } })
  ).id;
  await world.as(li).saveNote({ params: { id: sealed }, body: { body: 'a note', baseRevision: 0 } });
  await scoreAll(world, li, sealed, questions);
  await world.as(li).saveDraft({ params: { id: other, question: questions[0] ?? '' }, body: complete(4) });
});
afterAll(() => world.close());

describe('a forgotten WHERE', () => {
  it.each(SEALED)('shows nobody else a row of %s', async (table) => {
    expect(await count(li, table)).toBeGreaterThan(0);
    for (const person of [wang, lead, owner]) expect(await count(person, table)).toBe(0);
  });

  it('shows nobody else the sealed events of the audit log', async () => {
    const submitted = (person: Actor) =>
      world.context.store.as(person.id, async (tables) => {
        const rows = (await tables.execute(
          sql`SELECT 1 FROM viva.audit WHERE action = 'scorecard.submitted'`,
        )) as unknown[];
        return rows.length;
      });
    expect(await submitted(li)).toBe(1);
    for (const person of [wang, lead, owner]) expect(await submitted(person)).toBe(0);
  });

  it('tells of a lock only that it is there', async () => {
    const [row] = (await world.context.store.as(wang.id, (tables) =>
      tables.execute(sql`SELECT * FROM viva.locks(${sealed}::uuid) WHERE locked`),
    )) as unknown as object[];
    expect(Object.keys(row ?? {}).sort()).toEqual(['locked', 'ordinal', 'person_id', 'seat_id']);
  });

  it('gives no actor at all no rows', async () => {
    const nobody: Actor = { id: crypto.randomUUID(), name: 'Nobody', role: 'owner' };
    for (const table of [...SEALED, 'candidate', 'opening', 'audit', 'reveal', 'comment'])
      expect(await count(nobody, table)).toBe(0);
  });
});

describe('the application’s role', () => {
  it.each([
    ['UPDATE viva.rating SET score = 5', 'permission'],
    ['DELETE FROM viva.rating', 'permission'],
    ['DELETE FROM viva.submission', 'permission'],
    [
      "INSERT INTO viva.reveal SELECT id, opening_id, 'closed', 'because', viva.actor(), now() FROM viva.candidate",
      'permission',
    ],
    ['DELETE FROM viva.audit', 'permission'],
    ['UPDATE viva.audit_head SET seq = 0', 'permission'],
    ['SELECT * FROM viva.broken_seals()', 'permission'],
    ['SELECT * FROM viva_auth.account', 'permission'],
    ['SET LOCAL row_security = off; SELECT * FROM viva.rating', 'row-level|cannot insert multiple|policy'],
  ])('may not: %s', async (statement) => {
    const attempt = world.context.store.as(lead.id, (tables) => tables.execute(sql.raw(statement)));
    await expect(attempt).rejects.toThrow();
  });

  it('writes no rating in another’s name', async () => {
    const forged = world.context.store.as(wang.id, (tables) =>
      tables.execute(sql`INSERT INTO viva.draft (candidate_id, rater_id, question_id, opening_id, score, evidence, revision, saved_at)
        SELECT candidate_id, ${li.id}::uuid, ${questions[1] ?? ''}, opening_id, 1, 'forged', 1, now() FROM viva.current_seat, viva.candidate c
        CROSS JOIN LATERAL (SELECT c.id AS candidate_id) x WHERE c.id = ${sealed}::uuid LIMIT 1`),
    );
    await expect(forged).rejects.toThrow();
  });

  it('reveals nothing by calling the reveal itself', async () => {
    for (const person of [wang, lead, owner]) {
      const [row] = (await world.context.store.as(person.id, (tables) =>
        tables.execute(sql`SELECT viva.try_reveal(${sealed}::uuid, now()) AS revealed`),
      )) as unknown as { revealed: boolean }[];
      expect(row?.revealed).toBe(false);
    }
    const closing = world.context.store.as(wang.id, (tables) =>
      tables.execute(sql`SELECT viva.close_panel(${sealed}::uuid, 'no lead', now())`),
    );
    await expect(closing).rejects.toThrow();
  });

  it('cannot submit half a scorecard', async () => {
    const half = world.context.store.as(wang.id, (tables) =>
      tables.execute(
        sql`INSERT INTO viva.submission SELECT c.id, viva.scoring_seat(c.id), viva.actor(), c.opening_id, now(), '' FROM viva.candidate c WHERE c.id = ${sealed}::uuid`,
      ),
    );
    await expect(half).rejects.toThrow();
  });
});

describe('the owner of the tables', () => {
  it('is under row security too, and reads no rating, draft or note', async () => {
    for (const table of ['rating', 'draft', 'note']) {
      const rows = await world.context.store.driver.transaction(async (run) => {
        await run('SET LOCAL ROLE viva_owner');
        return (await run(`SELECT * FROM viva.${table}`)).rows;
      });
      expect(rows).toEqual([]);
    }
  });

  it('forces row security on every table that names a rater', async () => {
    const { rows } = await world.context.store.driver.transaction((run) =>
      run(`SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = 'viva' AND c.relkind = 'r' AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'rater_id')`),
    );
    expect(rows.map(([name]) => name).sort()).toEqual([...SEALED, 'reseal'].sort());
    for (const [, enabled, forced] of rows) expect([enabled, forced]).toEqual([true, true]);
  });

  it('lets no role of ours bypass row security', async () => {
    const { rows } = await world.context.store.driver.transaction((run) =>
      run(
        `SELECT rolname FROM pg_roles WHERE rolname LIKE 'viva%' AND (rolsuper OR rolbypassrls OR rolcanlogin)`,
      ),
    );
    expect(rows).toEqual([]);
  });

  it('runs definer functions with a fixed search path, closed to PUBLIC', async () => {
    const { rows } = await world.context.store.driver.transaction((run) =>
      run(`SELECT p.proname, p.prosecdef, coalesce(array_to_string(p.proconfig, ','), ''), has_function_privilege('public', p.oid, 'EXECUTE')
           FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'viva'`),
    );
    expect(rows.length).toBeGreaterThan(10);
    for (const [name, definer, config, open] of rows) {
      expect([name, open]).toEqual([name, false]);
      if (definer) expect([name, config]).toEqual([name, 'search_path=viva, pg_temp']);
    }
  });
});
