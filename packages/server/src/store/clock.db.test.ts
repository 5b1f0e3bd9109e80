/** The server's clock jumps by hours, both ways: order comes from revisions and sequence numbers, never from times. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import type { Actor } from '../context.ts';
import { freshDatabase } from '../testing/database.ts';
import { complete, evidence, openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';

const HOUR = 3_600_000;
let jump = 0;
let world: World;
let lead: Actor;
let raters: [Actor, Actor];
beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase(), clock: () => new Date(Date.now() + jump) });
  lead = await world.addPerson('Lead', 'lead');
  raters = [await world.addPerson('Ann', 'interviewer'), await world.addPerson('Ben', 'interviewer')];
});
afterAll(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

it('takes a whole interview through, and keeps the order of what happened', async () => {
  const { openingId, questions } = await openPanel(world, lead, raters);
  const [ann, ben] = raters;
  const candidates: string[] = [];
  for (const hours of [0, -7, +12, -30]) {
    jump = hours * HOUR;
    candidates.push(
      (await world.as(lead).addCandidate({ params: { id: openingId }, body: { name: `At ${hours}` } })).id,
    );
  }
  const [id = ''] = candidates;
  const params = { id, question: questions[0] ?? '' };
  let revision = 0;
  for (const hours of [5, -5, 48, -48, 0]) {
    jump = hours * HOUR;
    const body = { ...complete(3, `at ${hours}`), baseRevision: revision };
    revision = (await world.as(ann).saveDraft({ params, body })).revision;
    // The older clock says nothing about which save is the newer one.
    expect((await world.as(ann).scorecard({ params: { id } })).drafts[0]?.evidence).toBe(
      evidence(`at ${hours}`),
    );
  }
  expect(revision).toBe(5);
  jump = -9 * HOUR;
  await world.as(ann).saveDraft({ params: { id, question: questions[1] ?? '' }, body: complete(4) });
  await world.as(ann).submitScorecard({ params: { id } });
  jump = -20 * HOUR;
  const { revealed } = await scoreAll(world, ben, id, questions);
  expect(revealed).toBe(true);
  // An amendment is the later record though its time is earlier; statistics go on using the first.
  jump = -40 * HOUR;
  const first = (await world.as(ann).listRatings({ params: { id } })).items.find(
    ({ raterId, question }) => raterId === ann.id && question === questions[0],
  );
  await world.as(ann).amendRating({
    params: { id: first?.id ?? '' },
    body: { score: 1, evidence: evidence('amended'), reason: 'The first was about another answer.' },
  });
  jump = 0;
  const after = (await world.as(ann).listRatings({ params: { id } })).items;
  expect(after.find((rating) => rating.id === first?.id)?.score).toBe(3);
  const verdict = await verifyAudit(world.context.store.driver);
  expect(verdict.faults).toEqual([]);
});
