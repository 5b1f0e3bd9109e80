/** The server's clock jumps by hours, both ways: order comes from revisions and sequence numbers, never from times. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import type { Actor } from '../context.ts';
import { LIMITS, takeAttempt } from '../identity/attempts.ts';
import { doubtClock } from '../privacy/doubt-clock.ts';
import { runRetention } from '../privacy/retention.ts';
import { freshDatabase } from '../testing/database.ts';
import { startSession } from '../testing/sessions.ts';
import { complete, evidence, openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let jump = 0;
let world: World;
let lead: Actor;
let raters: [Actor, Actor];
beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase(), clock: () => new Date(Date.now() + jump) });
  lead = await world.addPerson('Lead', 'lead');
  raters = [await world.addPerson('Ann', 'interviewer'), await world.addPerson('Ben', 'interviewer')];
});
afterEach(() => {
  jump = 0;
  vi.useRealTimers();
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
  const log = await world.as(lead).openingAudit({ params: { id: openingId }, query: { limit: 200 } });
  const { rows } = await world.context.store.driver.transaction(async (run) => {
    await run('SET LOCAL ROLE viva_owner');
    return run('SELECT action, subject FROM viva.audit WHERE opening_id = $1::uuid ORDER BY seq DESC', [
      openingId,
    ]);
  });
  const listed = log.items.map(({ action, subject }) => [action, subject]);
  expect(listed).toEqual(rows.filter((row) => listed.some((item) => String(item) === String(row))));
  expect(listed.length).toBeGreaterThan(5);
  expect(log.items.some(({ at }, index) => index > 0 && at > (log.items[index - 1]?.at ?? ''))).toBe(true);
});

/** The whole process's clock, better-auth's as well, is this far from the true time. */
const setClock = (off: number): void => {
  vi.useRealTimers();
  vi.setSystemTime(Date.now() + off);
};

describe('a clock that jumps', () => {
  it('ahead, signs people out for as long as it is ahead; behind, nobody', async () => {
    const { cookie } = await startSession(world, raters[0]);
    const me = async () => (await world.request(undefined, '/api/me', { headers: { cookie } })).status;
    for (const [off, status] of [
      [0, 200],
      [-400 * DAY, 200],
      [13 * DAY, 200],
      [15 * DAY, 401],
      [0, 200],
    ] as const) {
      setClock(off);
      expect([off, await me()]).toEqual([off, status]);
    }
  });

  it('never lets a session that was signed out, or ended by its date, in again', async () => {
    const { cookie, revoke } = await startSession(world, raters[0]);
    await revoke();
    setClock(-30 * DAY);
    expect((await world.request(undefined, '/api/me', { headers: { cookie } })).status).toBe(401);
  });

  it('holds invitations to their date, and to being used once', async () => {
    const owner = await world.addPerson('Owner', 'owner');
    const { path } = await world
      .as(owner)
      .invitePerson({ body: { name: 'New', email: 'new@viva.test', role: 'interviewer' } });
    const token = path.split('/').at(-1) ?? '';
    const ask = async () => (await world.request(undefined, `/api/invitations/${token}`)).status;
    for (const [off, status] of [
      [0, 200],
      [60 * DAY, 404],
      [-60 * DAY, 200],
      [0, 200],
    ] as const) {
      setClock(off);
      expect([off, await ask()]).toEqual([off, status]);
    }
    const accepted = await world.request(undefined, `/api/invitations/${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password: 'correct horse battery staple' }),
    });
    expect(accepted.status).toBeLessThan(300);
    setClock(-DAY);
    expect(await ask()).toBe(404);
  });

  it('back, leaves no account locked for longer than a lock lasts', async () => {
    const guess = async () =>
      (
        await world.request(undefined, '/api/session', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email: 'locked@viva.test', password: 'a wrong guess of somebody' }),
        })
      ).status;
    setClock(48 * HOUR);
    for (let n = 0; n < 5; n++) expect(await guess()).toBe(401);
    expect(await guess()).toBe(429);
    // Two days back, the lock would have held for two days.
    setClock(0);
    expect(await guess()).toBe(401);
    // And failures are remembered: that one locked it.
    expect(await guess()).toBe(429);
  });

  it('back, gives attempts a new window', async () => {
    const { most } = LIMITS.password;
    const take = () => takeAttempt(world.context, 'password', 'a jumping address');
    jump = 48 * HOUR;
    for (let n = 0; n < most; n++) await take();
    await expect(take()).rejects.toMatchObject({ status: 429 });
    jump = 0;
    for (let n = 0; n < most; n++) await take();
    await expect(take()).rejects.toMatchObject({ status: 429 });
    // Clocks of two processes differ a little: that opens no window.
    jump = -5_000;
    await expect(take()).rejects.toMatchObject({ status: 429 });
  });

  it('holds certificates to their date', async () => {
    const set = world.context.bank.calibrations.get('technical');
    const { id } = await world.as(raters[0]).submitCalibration({
      params: { family: 'technical' },
      body: {
        answers: (set?.transcripts ?? []).map(({ id: transcript, expert }) => ({
          transcript,
          score: expert,
        })),
      },
    });
    const expired = async () => (await world.as(raters[0]).certificate({ params: { id } })).expired;
    const passed = async () =>
      (await world.as(raters[0]).listCalibrations()).items.find(({ family }) => family === 'technical')
        ?.standing.passed;
    for (const [off, over] of [
      [0, false],
      [-90 * DAY, false],
      [3 * 366 * DAY, true],
      [0, false],
    ] as const) {
      jump = off;
      expect([off, await expired(), await passed()]).toEqual([off, over, !over]);
    }
  });

  it('ahead by years, erases nothing before it has gone steadily for most of a day', async () => {
    const { store } = world.context;
    await runRetention(store);
    let steady = 0;
    const pass = (ms: number): void => {
      steady += ms;
      jump += ms;
    };
    const doubt = doubtClock(store, () => steady);
    expect(await doubt()).toBeUndefined();
    pass(DAY);
    expect(await doubt()).toBeUndefined();
    // While it runs: the next daily run is left out, the one after it is not.
    jump += 3 * 365 * DAY;
    expect(await doubt()).toMatch(/jumped by 26280\.0 hours/);
    pass(HOUR);
    expect(await doubt()).toMatch(/last run was 1096 days ago/);
    pass(DAY);
    expect(await doubt()).toBeUndefined();
    // Back again: a jump as well.
    jump -= 3 * 365 * DAY;
    expect(await doubt()).toMatch(/jumped by -26280\.0 hours/);
    // A start with a wrong clock.
    jump = 3 * 365 * DAY;
    expect(await doubtClock(store, () => steady)()).toMatch(/last run was 1095 days ago/);
  });
});
