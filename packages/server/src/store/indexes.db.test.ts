/**
 * Every statement that the routes of a hiring day run has an index for each large table that it reads: planned with
 * sequential scans forbidden, none is left. (A small table may be read whole by choice; this asks whether it must be.)
 */
import { expect, it } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import { fill, filledOpening } from '../testing/fill.ts';
import { complete, openWorld } from '../testing/world.ts';
import type { Driver } from './driver.ts';

/**
 * Grow with candidates and ratings, or with time. Not `reveal`: the policies ask it for each row, and PostgreSQL may read
 * it once, a short row a candidate, instead of looking up each.
 */
const LARGE =
  /Seq Scan on (rating|draft|note|submission|candidate|interview_session|comment|decision|audit|seat_holder|opening_item)\b/;
/** Names are searched by their middle: every candidate is looked at, a few thousand short rows. */
const BY_NAME = /ilike/i;

it('plans no statement of the day’s routes with a scan of a large table', async () => {
  const driver = await freshDatabase();
  const asked = new Map<string, { params: unknown[]; begin: string }>();
  const listening: Driver = {
    ...driver,
    transaction: (work, begin = 'BEGIN') =>
      driver.transaction(
        (run) =>
          work((sql, params = []) => {
            if (/^\s*(with|select|insert|update|delete)\b/i.test(sql) && !asked.has(sql))
              asked.set(sql, { params, begin });
            return run(sql, params);
          }),
        begin,
      ),
  };
  const world = await openWorld({ driver: listening });
  const lead = await world.addPerson('Lead', 'lead');
  const template = await world.as(lead).createOpening({ body: { title: 'Template', kit: 'llm-engineer' } });
  await fill(driver, {
    template: template.id,
    lead: lead.id,
    past: { openings: 1, candidates: 4, raters: 3 },
    today: { openings: 2, candidates: 4, raters: 3, revealed: 1 },
  });
  await driver.script('ANALYZE');
  asked.clear();
  const api = world.as(lead);
  const today = { id: filledOpening(2) };
  const rater = { id: 'b0000000-0000-4000-8000-000000000001', name: 'Rater 1', role: 'interviewer' as const };
  world.adopt(rater);
  const own = world.as(rater);
  await api.listOpenings({});
  await api.opening({ params: today });
  const { items } = await own.listCandidates({ params: today });
  const open = items.find(({ mine }) => mine === 'to-score')?.id ?? '';
  const shown = items.find(({ revealed }) => revealed)?.id ?? '';
  await api.listSessions({});
  await api.decisionReport({ params: { id: filledOpening(1) }, query: { top: 2 } });
  await api.openingAudit({ params: today });
  await api.listComments({ params: { id: shown } });
  await api.listRatings({ params: { id: shown } });
  await api.search({ query: { q: 'bound' } });
  const card = await own.scorecard({ params: { id: open } });
  for (const { question } of card.questions)
    await own.saveDraft({ params: { id: open, question }, body: complete(3) });
  await own.saveNote({ params: { id: open }, body: { body: 'A note.', baseRevision: 0 } });
  await own.submitScorecard({ params: { id: open } });
  expect(world.faults).toEqual([]);
  expect(asked.size).toBeGreaterThan(40);
  const scans: string[] = [];
  for (const [sql, { params, begin }] of asked) {
    if (BY_NAME.test(sql)) continue;
    const plan = await driver.transaction(async (run) => {
      await run('SET LOCAL enable_seqscan = off');
      const { rows } = await run(`EXPLAIN ${sql}`, params);
      return rows.map(([line]) => String(line)).join('\n');
    }, begin);
    const scan = LARGE.exec(plan);
    if (scan) scans.push(`${scan[0]}: ${sql.replace(/\s+/g, ' ').slice(0, 200)}`);
  }
  expect(scans).toEqual([]);
  await world.close();
});
