/** The schedule of retention against a model of it: at any moment, under any rules, exactly what is due goes. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import type { Actor } from '../context.ts';
import { RetentionRules } from '../contract/privacy.ts';
import { freshDatabase } from '../testing/database.ts';
import { openWorld, type World } from '../testing/world.ts';
import { runRetention } from './retention.ts';
import { cutoff, dueDate, type Rules } from './retention-rules.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
let now = START;
let world: World;
let owner: Actor;
beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase(), clock: () => new Date(now) });
  owner = await world.addPerson('Owner', 'owner');
});
afterAll(() => world.close());

const days = fc.integer({ min: 1, max: 3_650 });
const rules: fc.Arbitrary<Rules> = fc.record({
  applications: days,
  practice: days,
  chats: days,
  requests: days,
});

it('is due a number of days after its time began, to the millisecond, and never before it began', () => {
  const moment = fc.integer({ min: 0, max: 4_102_444_800_000 });
  fc.assert(
    fc.property(moment, days, moment, (from, kept, at) => {
      const due = dueDate(new Date(from), kept);
      expect((due?.getTime() ?? 0) <= at).toBe(from <= cutoff(new Date(at), kept).getTime());
      expect(dueDate(new Date(from), kept + 1)?.getTime()).toBeGreaterThan(due?.getTime() ?? 0);
      expect(dueDate(null, kept)).toBeNull();
    }),
  );
});

it('refuses rules that keep nothing, or a fraction of a day', () => {
  for (const applications of [0, -1, 0.5, Number.NaN])
    expect(RetentionRules.safeParse({ applications, practice: 1, chats: 1, requests: 1 }).success).toBe(
      false,
    );
});

type Kind = keyof Rules;
interface Thing {
  kind: Kind;
  id: string;
  /** When its time began, milliseconds; null while it has not. */
  ended: number | null;
  held: boolean;
  /** Of a request: the application that it is about. */
  about?: string;
}

/** Whole days before now, so that something may fall due to the millisecond. */
const ago = fc.integer({ min: 0, max: 4_000 });
const application = fc.record({
  closed: fc.option(ago),
  withdrawn: fc.option(ago),
  held: fc.boolean(),
  /** When something that it asked for was decided. */
  request: fc.option(fc.record({ decided: fc.option(ago) })),
});
const scene = fc.record({
  rules,
  applications: fc.array(application, { maxLength: 4 }),
  practice: fc.array(fc.record({ created: ago, finished: fc.option(ago) }), { maxLength: 2 }),
  chats: fc.array(ago, { maxLength: 2 }),
  /** Days that pass before each run. */
  passes: fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 3 }),
});

type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

const at = (daysAgo: number | null): string | null =>
  daysAgo === null ? null : new Date(now - daysAgo * DAY).toISOString();
const began = (daysAgo: number | null): number | null => (daysAgo === null ? null : now - daysAgo * DAY);

/** Writes a scene into the database. @returns what is in it */
async function write({ applications, practice, chats }: Omit<Scene, 'rules' | 'passes'>): Promise<Thing[]> {
  const things: Thing[] = [];
  await world.context.store.driver.transaction(async (run) => {
    for (const { closed, withdrawn, held, request } of applications) {
      const [opening, id] = [crypto.randomUUID(), crypto.randomUUID()];
      await run(
        `INSERT INTO viva.opening (id, title, description, status, kit_id, kit_hash, kit, scale_family, competencies, created_by, created_at, opened_at, closed_at)
         VALUES ($1, 'An opening', '', $2, 'kit', 'hash', '{}', 'family', '[]', $3, now(), now(), $4)`,
        [opening, closed === null ? 'open' : 'closed', owner.id, at(closed)],
      );
      await run(
        `INSERT INTO viva.candidate (id, opening_id, name, created_at, withdrawn_at, withdrawn_reason) VALUES ($1, $2, $3, now(), $4, $5)`,
        [id, opening, `Name ${id}`, at(withdrawn), withdrawn === null ? null : 'erased.'],
      );
      if (held)
        await run(
          `INSERT INTO viva.legal_hold (candidate_id, reason, set_by, set_at) VALUES ($1, 'erased.', $2, now())`,
          [id, owner.id],
        );
      things.push({ kind: 'applications', id, ended: began(withdrawn ?? closed), held });
      if (!request) continue;
      const asked = crypto.randomUUID();
      await run(
        `INSERT INTO viva.privacy_request (id, kind, candidate_id, opening_id, status, body, asked_at, decided_at)
         VALUES ($1, 'correction', $2, $3, $4, 'erased.', now(), $5)`,
        [asked, id, opening, request.decided === null ? 'open' : 'done', at(request.decided)],
      );
      things.push({ kind: 'requests', id: asked, ended: began(request.decided), held, about: id });
    }
    for (const { created, finished } of practice) {
      const id = crypto.randomUUID();
      await run(
        `INSERT INTO viva.practice (id, person_id, kit_id, kit_title, locale, rounds, revision, created_at, finished_at)
         VALUES ($1, $2, 'kit', '{}', 'en', '"erased."', 1, $3, $4)`,
        [id, owner.id, at(created), at(finished)],
      );
      things.push({ kind: 'practice', id, ended: began(finished ?? created), held: false });
    }
    for (const updated of chats) {
      const id = crypto.randomUUID();
      await run(
        `INSERT INTO viva.chat (id, person_id, title, created_at, updated_at) VALUES ($1, $2, 'erased.', now(), $3)`,
        [id, owner.id, at(updated)],
      );
      things.push({ kind: 'chats', id, ended: began(updated), held: false });
    }
  });
  return things;
}

/** What of these is still there, with its name in the case of an application. */
async function standing(): Promise<Set<string>> {
  const { rows } = await world.context.store.driver.transaction((run) =>
    run(
      `SELECT id::text FROM viva.candidate WHERE erased_at IS NULL AND name LIKE 'Name %' UNION ALL SELECT id::text FROM viva.practice
       UNION ALL SELECT id::text FROM viva.chat UNION ALL SELECT id::text FROM viva.privacy_request`,
    ),
  );
  return new Set(rows.map(([id]) => String(id)));
}

describe('a run', () => {
  it('lets exactly what is due go, tells it beforehand, and once is enough', {
    timeout: 300_000,
  }, async () => {
    const model: Thing[] = [];
    let gone = 0;
    await fc.assert(
      fc.asyncProperty(scene, async ({ rules: set, passes, ...contents }) => {
        model.push(...(await write(contents)));
        await world.as(owner).setRetention({ body: set });
        for (const pass of passes) {
          now += pass * DAY;
          const due = (thing: Thing, within = 0): boolean =>
            thing.ended !== null && thing.ended + (set[thing.kind] - within) * DAY <= now;
          const { due: told } = await world.as(owner).retention();
          for (const { kind, count, soon, held } of told) {
            const of = model.filter((thing) => thing.kind === kind);
            expect({ kind, count, soon, held }).toEqual({
              kind,
              count: of.filter((thing) => due(thing) && !thing.held).length,
              soon: of.filter((thing) => !due(thing) && due(thing, 30) && !thing.held).length,
              held: of.filter((thing) => due(thing) && thing.held).length,
            });
          }
          const going = model.filter((thing) => due(thing) && !thing.held);
          const ran = await runRetention(world.context.store);
          for (const kind of Object.keys(set) as Kind[])
            expect([kind, ran?.[kind]]).toEqual([kind, going.filter((thing) => thing.kind === kind).length]);
          for (const thing of going) {
            model.splice(model.indexOf(thing), 1);
            // An erasure answers what was still open.
            for (const open of model) if (open.about === thing.id) open.ended ??= now;
          }
          gone += going.length;
          // An erased application stays as a row, and so does what it asked for, until its own time.
          expect([...(await standing())].sort()).toEqual(model.map(({ id }) => id).sort());
          const again = await runRetention(world.context.store);
          expect(Object.values(again ?? {}).every((count) => count === 0)).toBe(true);
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
    expect(gone).toBeGreaterThan(20);
    expect((await verifyAudit(world.context.store.driver)).faults).toEqual([]);
  });
});
