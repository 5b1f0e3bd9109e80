/** Connections that are cut in the middle, and two servers on one database. PostgreSQL only: PGlite has neither. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import type { ApiError } from '../client.ts';
import type { Actor } from '../context.ts';
import { createMemoryKeyStore } from '../keys/key-store.ts';
import { application, place } from '../keys/sealed-columns.ts';
import { type CutProxy, openCutProxy } from '../testing/cut-proxy.ts';
import { newPostgresUrl, POSTGRES } from '../testing/database.ts';
import { complete, evidence, openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';
import type { Driver } from './driver.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './postgres.ts';

const refusal = (work: Promise<unknown>): Promise<ApiError> =>
  work.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: ApiError) => error,
  );

describe.skipIf(!POSTGRES)('a connection that is cut', () => {
  let proxy: CutProxy;
  let direct: Driver;
  let world: World;
  let ann: Actor;
  let candidate: string;
  let questions: string[];
  beforeAll(async () => {
    const url = await newPostgresUrl(POSTGRES ?? '');
    proxy = await openCutProxy(url);
    direct = await openPostgres({ url, connections: 2 });
    world = await openWorld({ driver: await openPostgres({ url: proxy.url, connections: 4 }) });
    const lead = await world.addPerson('Lead', 'lead');
    ann = await world.addPerson('Ann', 'interviewer');
    const panel = await openPanel(world, lead, [ann]);
    questions = panel.questions;
    candidate = (
      await world.as(lead).addCandidate({ params: { id: panel.openingId }, body: { name: 'Candidate' } })
    ).id;
  });
  afterAll(async () => {
    await world.close();
    await direct.close();
    await proxy.close();
  });
  const save = (mark: string, baseRevision: number) =>
    world.as(ann).saveDraft({
      params: { id: candidate, question: questions[0] ?? '' },
      body: { ...complete(3, mark), baseRevision },
    });
  const held = async (): Promise<[number, string]> => {
    const { rows } = await direct.transaction((run) => run('SELECT revision, evidence FROM viva.draft'));
    const [revision, sealed] = rows[0] as [number, string];
    const where = place('draft', 'evidence', candidate, ann.id, questions[0] ?? '');
    return [revision, await world.context.store.vault.open(application(candidate), where, sealed)];
  };

  it('before the commit keeps nothing, answers 503 with Retry-After, and the next request works', async () => {
    const first = await save('first', 0);
    proxy.cutOn('COMMIT', 'before');
    const error = await refusal(save('second', first.revision));
    expect(error).toMatchObject({ status: 503, code: 'database-unavailable' });
    expect((await held())[0]).toBe(first.revision);
    const again = await save('second', first.revision);
    expect(again.revision).toBe(first.revision + 1);
  });

  it('after the commit has kept it, and a repeated save is the same save', async () => {
    const [revision] = await held();
    proxy.cutOn('COMMIT', 'after');
    expect(await refusal(save('in doubt', revision))).toMatchObject({ status: 503 });
    expect(await held()).toEqual([revision + 1, evidence('in doubt')]);
    expect((await save('in doubt', revision)).revision).toBe(revision + 1);
    expect(await held()).toEqual([revision + 1, evidence('in doubt')]);
  });

  it('by the administrator in the middle of many saves loses nothing acknowledged', async () => {
    let [acknowledged] = await held();
    let refused = 0;
    let cutting = true;
    const cutter = (async () => {
      while (cutting) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        await direct
          .transaction((run) =>
            run(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
            ),
          )
          .catch(() => undefined);
      }
    })();
    for (let n = 0; n < 60; n++) {
      const before = acknowledged;
      try {
        acknowledged = (await save(`save ${n}`, acknowledged)).revision;
      } catch (error) {
        expect((error as ApiError).status).toBe(503);
        refused++;
        await new Promise((resolve) => setTimeout(resolve, 40));
        // Kept or not, the same save again is right.
        for (;;) {
          const repeated = await save(`save ${n}`, before).catch((again: ApiError) => again);
          if (repeated instanceof Error) continue;
          acknowledged = repeated.revision;
          break;
        }
      }
      expect(acknowledged).toBe(before + 1);
    }
    cutting = false;
    await cutter;
    expect(refused).toBeGreaterThan(0);
    expect((await held())[0]).toBe(acknowledged);
  });

  it('for all, and for a while: 503 meanwhile, and afterwards by itself as before', async () => {
    const [revision] = await held();
    proxy.cut();
    const health = await world.request(undefined, '/api/health');
    expect(health.status).toBe(503);
    expect(health.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await refusal(save('while away', revision))).toMatchObject({ status: 503 });
    proxy.mend();
    expect((await save('while away', revision)).revision).toBe(revision + 1);
    expect((await world.request(undefined, '/api/health')).status).toBe(200);
    expect((await verifyAudit(direct)).faults).toEqual([]);
  });
});

describe.skipIf(!POSTGRES)('two servers on one database', () => {
  it('migrate it once, though both begin at the same moment', async () => {
    const url = await newPostgresUrl(POSTGRES ?? '');
    const drivers = await Promise.all(Array.from({ length: 4 }, () => openPostgres({ url, connections: 1 })));
    const done = await Promise.all(drivers.map((driver) => migrate(driver)));
    const [first] = drivers as [Driver];
    const { rows } = await first.transaction((run) => run('SELECT count(*)::int FROM viva_meta.migration'));
    expect(done.reduce((sum, steps) => sum + steps, 0)).toBe(rows[0]?.[0]);
    await Promise.all(drivers.map((driver) => driver.close()));
  });

  it('keep one chain of audit, one set of revisions and one submission', async () => {
    const url = await newPostgresUrl(POSTGRES ?? '');
    const keys = createMemoryKeyStore();
    const open = async () => openWorld({ driver: await openPostgres({ url, connections: 5 }), keys });
    const one = await open();
    const two = await open();
    const lead = await one.addPerson('Lead', 'lead');
    const raters = await Promise.all(['Ann', 'Ben', 'Cao'].map((name) => one.addPerson(name, 'interviewer')));
    for (const person of [lead, ...raters]) two.adopt(person);
    const { openingId, questions } = await openPanel(one, lead, raters);
    for (let round = 0; round < 4; round++) {
      const { id } = await two
        .as(lead)
        .addCandidate({ params: { id: openingId }, body: { name: `Candidate ${round}` } });
      // The same draft on both at once: one wins, the other is told what is held.
      const [ann] = raters as [Actor];
      const params = { id, question: questions[0] ?? '' };
      const results = await Promise.allSettled(
        [one, two].map((server, side) =>
          server.as(ann).saveDraft({ params, body: complete(1 + side, `side ${side}`) }),
        ),
      );
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { status: 409, code: 'draft-conflict' },
      });
      await one
        .as(ann)
        .saveDraft({ params: { id, question: questions[1] ?? '' }, body: complete(2, 'second') });
      // The same submission on both, while the others submit on either.
      const submissions = await Promise.allSettled([
        one.as(ann).submitScorecard({ params: { id } }),
        two.as(ann).submitScorecard({ params: { id } }),
        scoreAll(one, raters[1] as Actor, id, questions),
        scoreAll(two, raters[2] as Actor, id, questions),
      ]);
      for (const result of submissions)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ status: 409 });
      const [rows] = await one.context.store.driver
        .transaction((run) =>
          run(
            `SELECT (SELECT count(*)::int FROM viva.submission WHERE candidate_id = $1),
               (SELECT count(*)::int FROM viva.audit WHERE candidate_id = $1 AND action = 'scorecard.submitted'),
               (SELECT count(*)::int FROM viva.rating WHERE candidate_id = $1)`,
            [id],
          ),
        )
        .then(({ rows }) => rows as number[][]);
      expect(rows).toEqual([3, 3, 6]);
    }
    expect((await verifyAudit(two.context.store.driver)).faults).toEqual([]);
    expect([...one.faults, ...two.faults]).toEqual([]);
    await Promise.all([one.close(), two.close()]);
  });
});
