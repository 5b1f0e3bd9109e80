/** Lists by the page: pages put together are the whole list, in its order, also where many rows have one time. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import { MOST_AMENDMENTS, MOST_SESSIONS } from '../contract/limits.ts';
import { freshDatabase } from '../testing/database.ts';
import { evidence, openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';

interface Page {
  items: unknown[];
  nextCursor: string | null;
}
type Load = (query: { limit: number; cursor?: string }) => Promise<Page>;

let world: World;
let lead: Actor;
let raters: Actor[];
let opening = '';
let candidate = '';

beforeAll(async () => {
  // One time for everything: nothing but the id tells rows apart.
  world = await openWorld({ driver: await freshDatabase(), clock: () => new Date('2026-11-23T09:00:00Z') });
  lead = await world.addPerson('Lead', 'lead');
  raters = await Promise.all(['Li', 'Wang', 'Zhao'].map((name) => world.addPerson(name, 'interviewer')));
  const panel = await openPanel(world, lead, raters, 3);
  opening = panel.openingId;
  candidate = (await world.as(lead).addCandidate({ params: { id: opening }, body: { name: 'Sun' } })).id;
  const params = { id: candidate };
  for (const rater of raters) {
    await world.as(rater).saveNote({ params, body: { body: `A note of ${rater.name}.`, baseRevision: 0 } });
    await scoreAll(world, rater, candidate, panel.questions);
  }
  for (let at = 0; at < 5; at++)
    await world.as(lead).addComment({ params, body: { body: `Comment ${at}.`, question: null } });
});
afterAll(() => world.close());

const loads = (): [string, Load, number][] => {
  const api = world.as(lead);
  const params = { id: candidate };
  return [
    ['listRatings', (query) => api.listRatings({ params, query }), 9],
    ['listNotes', (query) => api.listNotes({ params, query }), 3],
    ['listComments', (query) => api.listComments({ params, query }), 5],
    ['eligible', (query) => api.eligible({ params: { id: opening }, query }), 4],
    ['decisionEvidence', (query) => api.decisionEvidence({ params: { id: opening }, query }), 1],
    ['listQuestions', (query) => api.listQuestions({ query }), world.context.bank.questions.size],
    ['listKits', (query) => api.listKits({ query }), world.context.bank.kits.size],
    ['practiceKits', (query) => api.practiceKits({ query }), world.context.bank.kits.size],
    ['listCalibrations', (query) => api.listCalibrations({ query }), world.context.bank.calibrations.size],
  ];
};

it('gives the whole list in pages, in its order', async () => {
  for (const [name, load, size] of loads()) {
    const whole = await load({ limit: name === 'decisionEvidence' ? 50 : 200 });
    expect([name, whole.items.length, whole.nextCursor]).toEqual([name, size, null]);
    const limit = name === 'listQuestions' ? 20 : 2;
    const together: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page: Page = await load({ limit, ...(cursor ? { cursor } : {}) });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      together.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect([name, together]).toEqual([name, whole.items]);
  }
});

it('refuses a cursor that no list gave out', async () => {
  for (const [name, load] of loads())
    for (const cursor of ['nonsense', Buffer.from('["no such row"]').toString('base64url')])
      await expect(load({ limit: 2, cursor }), name).rejects.toMatchObject({
        problem: { code: 'bad-cursor', status: 400 },
      });
});

it('shows nothing more by a cursor than without: a sealed rating leads nowhere', async () => {
  const sealed = await openPanel(world, lead, raters, 2);
  const { id } = await world
    .as(lead)
    .addCandidate({ params: { id: sealed.openingId }, body: { name: 'Qian' } });
  const [li, wang] = raters as [Actor, Actor];
  await scoreAll(world, li, id, sealed.questions);
  const own = await world.as(li).listRatings({ params: { id }, query: { limit: 1 } });
  expect(own.items).toHaveLength(1);
  const query = { limit: 1, cursor: own.nextCursor ?? '' };
  expect((await world.as(li).listRatings({ params: { id }, query })).items).toHaveLength(1);
  expect(await world.as(wang).listRatings({ params: { id }, query })).toEqual({
    items: [],
    nextCursor: null,
  });
});

it('holds what comes whole to its bound', async () => {
  const [li] = raters as [Actor];
  const first = (await world.as(li).listRatings({ params: { id: candidate } })).items.find(
    ({ raterId }) => raterId === li.id,
  );
  const amend = () =>
    world.as(li).amendRating({
      params: { id: first?.id ?? '' },
      body: { score: 4, evidence: evidence('again'), reason: 'I had missed the example.' },
    });
  for (let count = 0; count < MOST_AMENDMENTS; count++) await amend();
  await expect(amend()).rejects.toMatchObject({ problem: { code: 'too-many-amendments', status: 409 } });

  const schedule = () =>
    world.as(lead).scheduleSession({
      params: { id: candidate },
      body: { scheduledAt: '2026-11-24T09:00:00Z', minutes: 45, place: 'Room 1' },
    });
  for (let count = 0; count < MOST_SESSIONS; count++) await schedule();
  await expect(schedule()).rejects.toMatchObject({ problem: { code: 'too-many-sessions', status: 409 } });
});
