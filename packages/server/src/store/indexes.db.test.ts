/**
 * Every statement that any route runs has an index for each table that grows: planned with sequential scans forbidden, none
 * is left, and no index is read from end to end. (A small table may be read whole by choice; this asks whether it must be.)
 * On PostgreSQL the statements inside the database's own functions are looked at too.
 */
import { scriptedModel } from '@viva/assistant';
import pg from 'pg';
import { expect, it } from 'vitest';
import { ACCESS, type RouteName } from '../contract/access.ts';
import { type Place, requestFor } from '../testing/access-requests.ts';
import { openAccessStage } from '../testing/access-stage.ts';
import { freshDatabase, newPostgresUrl, POSTGRES } from '../testing/database.ts';
import { dryRun } from '../testing/dry-run.ts';
import { fill, filledOpening } from '../testing/fill.ts';
import { openWorld } from '../testing/world.ts';
import type { Driver } from './driver.ts';
import { openPostgres } from './postgres.ts';

/** Grow with candidates and ratings. They are filled, so that the planner has a choice to make. */
const LARGE = new Set([
  ...['rating', 'submission', 'reveal', 'candidate', 'interview_session', 'audit'],
  ...['opening_item', 'seat', 'seat_holder'],
]);
/** Grow too, with people or time, and hold a few rows here: an index may be read from end to end by choice. */
const GROWING = new Set([
  ...['draft', 'note', 'comment', 'decision', 'work_sample', 'group_answer', 'transcript', 'transcript_mark'],
  ...['advisory_rating', 'advisory_task', 'ai_use', 'calibration_attempt', 'chat', 'chat_turn', 'practice'],
  ...['opening', 'proposal', 'proposal_event', 'privacy_request', 'data_link', 'opening_fit'],
  ...['session', 'account', 'account_user', 'invitation', 'passkey'],
]);

/** What reads a table whole for a reason: the statement or the route, and why. */
const WHOLE: [RegExp, string][] = [
  [/ilike/i, 'names are searched by their middle: every name is looked at, a few thousand short rows'],
  [/^select count\(\*\) from "viva"\."ai_use"$/, 'a lead is told how often a model was used in all'],
  [/^questionStatistics$/, 'a question’s figures are over every opening that asked it, by definition'],
  [
    /^(retention|setRetention|runRetention)$/,
    'counts everything by age, for one page of the owner and once a day',
  ],
];

/** What the planner is to take only where there is nothing else. Joins by hash or merge read one side whole. */
const AVOIDED = ['seqscan', 'hashjoin', 'mergejoin'];

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  'Parent Relationship'?: string;
  Plans?: Plan[];
}

/** Tables that a plan must read from end to end. A limit above ends it early. */
function readWhole(plan: Plan, limited = false): string[] {
  const { 'Node Type': type, 'Relation Name': table = '', Plans: parts = [] } = plan;
  // The policies ask of each row whether its candidate is revealed; for many rows PostgreSQL 18 reads the table once instead,
  // a short row a candidate.
  const ofPolicy = table === 'reveal' && plan['Parent Relationship'] === 'SubPlan';
  const whole =
    (type === 'Seq Scan' && !ofPolicy && (LARGE.has(table) || GROWING.has(table))) ||
    (/^Index/.test(type) && LARGE.has(table) && plan['Index Cond'] === undefined && !limited);
  return [
    ...(whole ? [`${type} on ${table}`] : []),
    // What is sorted is read before the limit is reached.
    ...parts.flatMap((part) =>
      readWhole(part, type === 'Limit' || (limited && !/^Sort|Aggregate|Hash/.test(type))),
    ),
  ];
}

interface Asked {
  by: string;
  params: unknown[];
  begin: string;
}

/** Plans of a statement and, on PostgreSQL, of what its functions run. */
type Explain = (sql: string, asked: Asked) => Promise<{ text: string; plan: Plan }[]>;

const explainByDriver =
  (driver: Driver): Explain =>
  async (sql, { params, begin }) =>
    driver.transaction(async (run) => {
      for (const way of AVOIDED) await run(`SET LOCAL enable_${way} = off`);
      const { rows } = await run(`EXPLAIN (FORMAT JSON) ${sql}`, params);
      const [[found] = []] = rows;
      const parsed = (typeof found === 'string' ? JSON.parse(found) : found) as [{ Plan: Plan }];
      return [{ text: sql, plan: parsed[0].Plan }];
    }, begin);

/** Runs it once more, undone afterwards, and hears the plans from auto_explain. */
function explainByRunning(client: pg.Client, plainly: Explain): Explain {
  const heard: { text: string; plan: Plan }[] = [];
  client.on('notice', ({ message = '' }) => {
    const json = /plan:\s*(\{[\s\S]*)$/.exec(message)?.[1];
    if (!json) return;
    const { 'Query Text': text, Plan: plan } = JSON.parse(json) as { 'Query Text': string; Plan: Plan };
    heard.push({ text, plan });
  });
  return async (sql, asked) => {
    const own = await plainly(sql, asked);
    heard.length = 0;
    await client.query(asked.begin);
    try {
      for (const way of AVOIDED) await client.query(`SET LOCAL enable_${way} = off`);
      await client.query(sql, asked.params);
    } catch {
      // What was done already is refused a second time; its own plan is known.
    } finally {
      await client.query('ROLLBACK');
    }
    return [...own, ...heard.filter(({ text }) => text !== sql)];
  };
}

it('plans no statement of any route with a scan of a table that grows', async () => {
  const url = POSTGRES ? await newPostgresUrl(POSTGRES) : undefined;
  const driver = url ? await openPostgres({ url }) : await freshDatabase();
  const asked = new Map<string, Asked>();
  let by = '';
  const listening: Driver = {
    ...driver,
    transaction: (work, begin = 'BEGIN') =>
      driver.transaction(
        (run) =>
          work((sql, params = []) => {
            if (by !== '' && /^\s*(with|select|insert|update|delete)\b/i.test(sql) && !asked.has(sql))
              asked.set(sql, { by, params, begin });
            return run(sql, params);
          }),
        begin,
      ),
  };
  const { driver: undone, dry } = dryRun(listening);
  // Nothing is found, so that no answer needs to be good.
  const model = scriptedModel(() => 'NOT_FOUND');
  const world = await openWorld({ driver: undone, openModel: () => model });
  const stage = await openAccessStage(world);
  const [set] = world.context.bank.calibrations.values();
  const calibration = {
    family: set?.family ?? '',
    answers: (set?.transcripts ?? []).map(({ id }) => ({ transcript: id, score: 3 })),
    practice: (set?.practice ?? []).map(({ id }) => ({ transcript: id, score: 3 })),
  };
  const template = await world
    .as(stage.people.lead)
    .createOpening({ body: { title: 'Template', kit: 'llm-engineer' } });
  await fill(driver, {
    template: template.id,
    lead: stage.people.lead.id,
    past: { openings: 20, candidates: 50, raters: 3 },
    today: { openings: 2, candidates: 4, raters: 3, revealed: 1 },
  });
  await driver.script('ANALYZE');

  dry.on = true;
  const place: Place = { state: 'scoring', session: 'scheduled', move: 'start', proposal: 'draft' };
  const walked = new Set<string>();
  for (const name of Object.keys(ACCESS) as RouteName[]) {
    // A stream stays open, and asks what `candidate` asks.
    if (name === 'lockEvents') continue;
    by = name;
    for (const state of ['draft', 'scoring', 'revealed'] as const)
      for (const proposal of ['draft', 'proposed'] as const) {
        const request = requestFor(name, stage, { ...place, state, proposal }, calibration);
        for (const someone of ['lead', 'panelist', 'candidate'] as const) {
          // One who asks of what depends on no state asks once.
          if (walked.has(`${name} ${someone} ${request.path}`)) continue;
          walked.add(`${name} ${someone} ${request.path}`);
          const { method, path, headers, body } = request;
          await world.request(stage.people[someone], path, {
            method,
            headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
            ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
          });
        }
      }
  }
  // A decision large enough to be kept, and pages after the first.
  by = 'decisionReport';
  const lead = world.as(stage.people.lead);
  const past = { id: filledOpening(1) };
  await lead.decisionReport({ params: past });
  for (const page of [lead.listCandidates, lead.decisionEvidence, lead.openingAudit]) {
    by = 'second pages';
    const { nextCursor } = await page({ params: past, query: { limit: 1 } });
    await page({ params: past, query: { limit: 1, cursor: nextCursor ?? '' } });
  }
  const { items } = await lead.listCandidates({ params: past });
  const rated = { id: items[0]?.id ?? '' };
  const { nextCursor } = await lead.listRatings({ params: rated, query: { limit: 1 } });
  await lead.listRatings({ params: rated, query: { limit: 1, cursor: nextCursor ?? '' } });
  by = '';
  dry.on = false;
  expect(asked.size).toBeGreaterThan(150);

  const client = url ? new pg.Client({ connectionString: url }) : undefined;
  await client?.connect();
  await client?.query(
    `LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
     SET auto_explain.log_format = json; SET auto_explain.log_level = notice; SET client_min_messages = notice`,
  );
  const explain = client ? explainByRunning(client, explainByDriver(driver)) : explainByDriver(driver);
  const found = new Set<string>();
  let plans = 0;
  for (const [sql, one] of asked)
    for (const { text, plan } of await explain(sql, one)) {
      plans++;
      if (WHOLE.some(([what]) => what.test(text) || what.test(one.by))) continue;
      for (const whole of readWhole(plan))
        found.add(`${one.by}: ${whole}: ${text.replace(/\s+/g, ' ').slice(0, 240)}`);
    }
  await client?.end();
  console.log(`   indexes: ${asked.size} statements, ${plans} plans`);
  expect([...found]).toEqual([]);
  await world.close();
}, 600_000);

it('tells a scan from a look-up', () => {
  const scan: Plan = { 'Node Type': 'Seq Scan', 'Relation Name': 'rating' };
  const walk: Plan = { 'Node Type': 'Index Scan', 'Relation Name': 'rating' };
  const under = (type: string, part: Plan): Plan => ({ 'Node Type': type, Plans: [part] });
  expect(readWhole(scan)).toEqual(['Seq Scan on rating']);
  expect(readWhole(under('Limit', scan))).toEqual(['Seq Scan on rating']);
  expect(readWhole(walk)).toEqual(['Index Scan on rating']);
  expect(readWhole({ ...walk, 'Index Cond': '(id = $1)' })).toEqual([]);
  expect(readWhole(under('Limit', walk))).toEqual([]);
  expect(readWhole(under('Limit', under('Sort', walk)))).toEqual(['Index Scan on rating']);
  expect(readWhole({ 'Node Type': 'Seq Scan', 'Relation Name': 'setting' })).toEqual([]);
});
