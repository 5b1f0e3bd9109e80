/** Voluntary group data: seen by the candidate alone, counted once, erased, and shown only in groups of five or more. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dump } from '../backup/dump.ts';
import type { Actor } from '../context.ts';
import { GROUP_ATTRIBUTES } from '../contract/fairness.ts';
import type { Driver } from '../store/driver.ts';
import { freshDatabase } from '../testing/database.ts';
import { openPanel, openWorld, type World } from '../testing/world.ts';

let driver: Driver;
let world: World;
let lead: Actor;
let li: Actor;
beforeAll(async () => {
  driver = await freshDatabase();
  world = await openWorld({ driver });
  lead = await world.addPerson('Lead', 'lead');
  li = await world.addPerson('Li', 'interviewer');
});
afterAll(() => world.close());

const query = async (sql: string, values: unknown[] = []): Promise<unknown[][]> =>
  (await driver.transaction((run) => run(sql, values))).rows as unknown[][];

interface Applicant {
  actor: Actor;
  candidateId: string;
}

/** An opening that asks for these, with so many applicants who have accounts. */
async function opening(asked: string[], count: number): Promise<{ openingId: string; people: Applicant[] }> {
  const { openingId } = await openPanel(world, lead, [li]);
  await query('UPDATE viva.opening SET ask_groups = $1::jsonb WHERE id = $2', [
    JSON.stringify(asked),
    openingId,
  ]);
  const people: Applicant[] = [];
  for (let n = 0; n < count; n++) {
    const actor = await world.addPerson(`Applicant ${openingId.slice(0, 8)} ${n}`, 'candidate');
    const { id } = await world.as(lead).addCandidate({ params: { id: openingId }, body: { name: `A${n}` } });
    await query('UPDATE viva.candidate SET person_id = $1 WHERE id = $2', [actor.id, id]);
    people.push({ actor, candidateId: id });
  }
  return { openingId, people };
}

const answer = ({ actor, candidateId }: Applicant, answers: Record<string, string | null>) =>
  world.as(actor).answerGroups({ params: { id: candidateId }, body: { answers } });

const decide = async ({ candidateId }: Applicant, outcome: 'advance' | 'decline'): Promise<void> => {
  await world
    .as(lead)
    .closePanel({ params: { id: candidateId }, body: { reason: 'The panel could not meet again.' } });
  await world
    .as(lead)
    .decide({ params: { id: candidateId }, body: { outcome, reason: 'Decided for the sake of this test.' } });
};
const close = (id: string) =>
  world.as(lead).closeOpening({ params: { id }, body: { reason: 'The place has been filled.' } });
const impact = async (id: string, who = lead) =>
  (await world.as(who).decisionReport({ params: { id }, query: {} })).impact;

describe('answers', () => {
  it('are asked for only where the opening says so, and fixed with the draft', async () => {
    const draft = await world.as(lead).createOpening({ body: { title: 'Asks', kit: 'llm-engineer' } });
    expect(draft.askGroups).toEqual([]);
    const asks = await world
      .as(lead)
      .updateOpening({ params: { id: draft.id }, body: { askGroups: ['gender', 'age', 'gender'] } });
    expect(asks.askGroups).toEqual(['gender', 'age']);
    const { openingId } = await openPanel(world, lead, [li]);
    await expect(
      world.as(lead).updateOpening({ params: { id: openingId }, body: { askGroups: ['age'] } }),
    ).rejects.toMatchObject({ status: 409 });
  });

  it('are given, changed and taken back by the candidate; nobody else sees even that there are any', async () => {
    const { people } = await opening(['gender'], 2);
    const [ming, other] = people as [Applicant, Applicant];
    expect(await answer(ming, { gender: 'woman' })).toEqual({
      asked: ['gender'],
      answers: { gender: 'woman' },
      open: true,
    });
    expect((await answer(ming, { gender: 'another' })).answers).toEqual({ gender: 'another' });
    for (const who of [lead, li, other.actor]) {
      const params = { id: ming.candidateId };
      await expect(world.as(who).groupAnswers({ params })).rejects.toMatchObject({ status: 404 });
      await expect(
        world.as(who).answerGroups({ params, body: { answers: { gender: 'man' } } }),
      ).rejects.toMatchObject({ status: 404 });
    }
    // Row-level security says the same to a query that forgot its WHERE.
    for (const who of [lead, li, other.actor]) {
      const seen = await world.context.store.as(who.id, (tables) =>
        tables.execute('SELECT count(*)::int AS n FROM viva.group_answer'),
      );
      expect(JSON.stringify(seen)).toContain('"n":0');
    }
    expect((await answer(ming, { gender: null })).answers).toEqual({});
    const log = JSON.stringify(
      await query("SELECT detail, opening_id FROM viva.audit WHERE action = 'groups.answered'"),
    );
    expect(log).not.toMatch(/woman|another/);
  });

  it.each([
    [{ age: 'under-40' }, '/answers/age', /does not ask/],
    [{ gender: 'yes' }, '/answers/gender', /choose one of: woman, man, another/],
  ])('%j is refused by field', async (answers, field, message) => {
    const { people } = await opening(['gender'], 1);
    await expect(answer(people[0]!, answers as never)).rejects.toMatchObject({
      status: 422,
      problem: { errors: [{ field, message: expect.stringMatching(message) }] },
    });
  });
});

describe('counting', () => {
  it('counts once at closing, shows groups of five, and erases the answers', async () => {
    const { openingId, people } = await opening(['gender', 'age'], 12);
    for (const [n, one] of people.entries())
      await answer(one, {
        gender: n < 6 ? 'man' : n < 11 ? 'woman' : 'another',
        // One group of ten and one of two: nothing to compare that would not point at two people.
        age: n < 10 ? 'under-40' : '40-and-over',
      });
    for (const [n, one] of people.entries()) await decide(one, n < 4 || n === 6 ? 'advance' : 'decline');
    expect(await impact(openingId)).toEqual({ state: 'open', attributes: [] });
    await close(openingId);
    const counted = await impact(openingId);
    expect(counted).toMatchObject({
      state: 'counted',
      attributes: [{ attribute: 'gender', reference: 'man' }],
    });
    expect(counted?.attributes).toHaveLength(1);
    const [woman, man] = counted?.attributes[0]?.groups ?? [];
    expect(man).toMatchObject({ group: 'man', selected: 4, total: 6, below: false, p: null });
    expect(woman).toMatchObject({ group: 'woman', selected: 1, total: 5, below: true, fragile: false });
    expect(woman?.ratio).toBeCloseTo(0.2 / (4 / 6), 12);
    // Fisher's exact test of 1 of 5 against 4 of 6, as R 4.2.2 fisher.test gives it.
    expect(woman?.p).toBeCloseTo(0.2424242424, 9);
    expect(await query('SELECT * FROM viva.group_answer WHERE opening_id = $1', [openingId])).toEqual([]);
    expect(await impact(openingId, li)).toBeNull();
    // A decision that is changed afterwards changes no count: the difference would tell one person's group.
    await world.as(lead).decide({
      params: { id: people[7]!.candidateId },
      body: { outcome: 'advance', reason: 'Changed after the opening was closed.' },
    });
    expect(await impact(openingId)).toEqual(counted);
    await expect(answer(people[0]!, { gender: 'man' })).rejects.toMatchObject({
      status: 409,
      code: 'closed',
    });
  });

  it('says too few where no two groups of five answered, and not asked where nobody was asked', async () => {
    const few = await opening(['gender'], 6);
    for (const [n, one] of few.people.entries()) await answer(one, { gender: n < 5 ? 'man' : 'woman' });
    await close(few.openingId);
    expect(await impact(few.openingId)).toEqual({ state: 'too-few', attributes: [] });
    const none = await opening([], 1);
    await close(none.openingId);
    expect(await impact(none.openingId)).toEqual({ state: 'not-asked', attributes: [] });
  });

  it('is done by closing alone: the function refuses an open opening, and those who do not lead', async () => {
    const { openingId } = await opening(['gender'], 1);
    for (const who of [lead, li])
      await expect(
        world.context.store.as(who.id, (tables) =>
          tables.execute(`SELECT viva.count_groups('${openingId}'::uuid)`),
        ),
      ).rejects.toThrow();
  });
});

describe('apart', () => {
  /** Values that stand for nothing else. */
  const TELLING = /woman|40-and-over|under-40/;

  it('is in no backup, export, log or page, by person or before it is counted', async () => {
    const { openingId, people } = await opening(['gender', 'age'], 6);
    for (const one of people) await answer(one, { gender: 'woman', age: '40-and-over' });
    const held = new Map<string, string[]>();
    let table = '';
    for await (const entry of dump(driver, { viva: 'test' }))
      if (entry.kind === 'table') table = entry.head.table;
      else if (entry.kind === 'row') held.set(table, [...(held.get(table) ?? []), entry.row]);
    expect(await query('SELECT count(*)::int FROM viva.group_answer')).not.toEqual([[0]]);
    expect(held.get('viva.group_answer')).toBeUndefined();
    // Counts of earlier openings are there, each of five people or more.
    for (const [name, rows] of held)
      if (name !== 'viva.group_outcome')
        expect([name, rows.filter((row) => TELLING.test(row))]).toEqual([name, []]);
    const [someone] = people as [Applicant];
    for (const path of [
      `/api/openings/${openingId}`,
      `/api/openings/${openingId}/candidates`,
      `/api/openings/${openingId}/decision`,
      `/api/openings/${openingId}/export.csv`,
      `/api/openings/${openingId}/audit?limit=200`,
      `/api/candidates/${someone.candidateId}`,
      '/api/people',
      '/api/search?q=woman',
    ])
      for (const who of [lead, li]) {
        const text = await (await world.request(who, path)).text();
        expect([path, TELLING.exec(text)?.[0]]).toEqual([path, undefined]);
      }
    // The one place by person: what the candidate is shown of their own.
    expect(
      JSON.stringify(await world.as(someone.actor).heldData({ params: { id: someone.candidateId } })),
    ).toMatch(TELLING);
  });

  it('is read in groups of five or more only, whatever was answered', async () => {
    const values = GROUP_ATTRIBUTES.gender;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ value: fc.constantFrom(...values), chosen: fc.boolean() }), { maxLength: 24 }),
        async (answers) => {
          const { openingId } = await opening(['gender'], 0);
          for (const { value, chosen } of answers) {
            const id = crypto.randomUUID();
            await query(
              `INSERT INTO viva.candidate (id, opening_id, name, created_at) VALUES ($1, $2, 'Somebody', now())`,
              [id, openingId],
            );
            await query(
              `INSERT INTO viva.group_answer (candidate_id, opening_id, attribute, value) VALUES ($1, $2, 'gender', $3)`,
              [id, openingId, value],
            );
            if (chosen)
              await query(
                `INSERT INTO viva.decision (id, opening_id, candidate_id, outcome, reason, decided_by, decided_at)
                 VALUES ($1, $2, $3, 'advance', 'erased.', $4, now())`,
                [crypto.randomUUID(), openingId, id, lead.id],
              );
          }
          await close(openingId);
          const groups = values
            .map((value) => answers.filter((one) => one.value === value))
            .filter((group) => group.length >= 5)
            .map((group) => [group[0]?.value, group.filter(({ chosen }) => chosen).length, group.length]);
          // One group alone would tell of those who are not in it.
          const expected = groups.length > 1 ? groups : [];
          const stored = await query(
            'SELECT value, selected, total FROM viva.group_outcome WHERE opening_id = $1',
            [openingId],
          );
          expect(stored.sort()).toEqual(expected.sort());
          expect(await query('SELECT 1 FROM viva.group_answer WHERE opening_id = $1', [openingId])).toEqual(
            [],
          );
          const shown = (await impact(openingId))?.attributes[0]?.groups ?? [];
          expect(shown.length === 0 || shown.every(({ total }) => total >= 5)).toBe(true);
        },
      ),
      { numRuns: 12 },
    );
  });
});
