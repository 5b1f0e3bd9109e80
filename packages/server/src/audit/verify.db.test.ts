import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Driver } from '../store/driver.ts';
import { freshDatabase } from '../testing/database.ts';
import { openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';
import { verifyAudit } from './verify.ts';

let world: World;
let driver: Driver;
beforeEach(async () => {
  driver = await freshDatabase();
  world = await openWorld({ driver });
  const lead = await world.addPerson('Lead', 'lead');
  const li = await world.addPerson('Li', 'interviewer');
  const { openingId, questions } = await openPanel(world, lead, [li]);
  for (const name of ['One', 'Two']) {
    const { id } = await world.as(lead).addCandidate({ params: { id: openingId }, body: { name } });
    await scoreAll(world, li, id, questions);
  }
});
afterEach(() => world.close());

/** As somebody with the keys of the database would: past triggers and policies. */
const tamper = (...statements: string[]) =>
  driver.transaction(async (run) => {
    for (const table of ['audit', 'rating', 'submission']) {
      await run(`ALTER TABLE viva.${table} DISABLE TRIGGER USER`);
      await run(`ALTER TABLE viva.${table} DISABLE ROW LEVEL SECURITY`);
    }
    for (const statement of statements) await run(statement);
    for (const table of ['audit', 'rating', 'submission']) {
      await run(`ALTER TABLE viva.${table} ENABLE TRIGGER USER`);
      await run(`ALTER TABLE viva.${table} ENABLE ROW LEVEL SECURITY`);
    }
  });

it('finds nothing where nothing was touched', async () => {
  expect((await verifyAudit(driver)).faults).toEqual([]);
});

it.each([
  ['a changed detail', `UPDATE viva.audit SET detail = '{}' WHERE seq = 3`, 3, 'was changed'],
  ['a changed moment', `UPDATE viva.audit SET at = at + interval '1 second' WHERE seq = 4`, 4, 'was changed'],
  ['a changed actor', `UPDATE viva.audit SET actor_id = NULL WHERE seq = 2`, 2, 'was changed'],
  ['a missing row', 'DELETE FROM viva.audit WHERE seq = 5', 5, 'missing'],
  [
    'a cut-off end',
    'DELETE FROM viva.audit WHERE seq = (SELECT max(seq) FROM viva.audit)',
    undefined,
    'should end at row',
  ],
  ['a changed score', `UPDATE viva.rating SET score = 5`, null, 'differ from what was sealed'],
  [
    'changed evidence',
    `UPDATE viva.rating SET evidence = evidence || ' (improved)'`,
    null,
    'differ from what was sealed',
  ],
  ['a removed scorecard', 'DELETE FROM viva.submission', null, 'missing or differs'],
])('finds %s', async (_, statement, seq, what) => {
  await tamper(statement);
  const { faults } = await verifyAudit(driver);
  expect(faults.length).toBeGreaterThan(0);
  expect(faults.some((fault) => fault.what.includes(what) && (seq === undefined || fault.seq === seq))).toBe(
    true,
  );
});

it('finds a rewritten row even when its own hash was made to fit', async () => {
  await tamper(
    `UPDATE viva.audit SET detail = '{"forged":true}' WHERE seq = 3`,
    'UPDATE viva.audit SET hash = viva.audit_hash(seq, at, actor_id, action, subject, opening_id, candidate_id, sealed, detail, prev_hash) WHERE seq = 3',
  );
  expect((await verifyAudit(driver)).faults).toContainEqual({
    seq: 4,
    what: 'does not follow from the row before it',
  });
});
