/** Attempts with their statistics, certificates that the audit log vouches for, and sets spread over the scale. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import { freshDatabase } from '../testing/database.ts';
import { openWorld, type World } from '../testing/world.ts';

let world: World;
let lead: Actor;
let li: Actor;
let wang: Actor;
let now = Date.UTC(2026, 0, 1);
beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase(), clock: () => new Date(now) });
  lead = await world.addPerson('Lead', 'lead');
  li = await world.addPerson('Li', 'interviewer');
  wang = await world.addPerson('Wang', 'interviewer');
});
afterAll(() => world.close());

const attempt = (person: Actor, shift: number) => {
  const set = world.context.bank.calibrations.get('technical');
  return world.as(person).submitCalibration({
    params: { family: 'technical' },
    body: {
      answers: (set?.transcripts ?? []).map(({ id, expert }) => ({
        transcript: id,
        score: Math.min(5, Math.max(1, expert + shift)),
      })),
    },
  });
};

it('certifies what was passed, to the person and to leads, until it expires', async () => {
  const passed = await attempt(li, 0);
  expect(passed.agreement).toMatchObject({
    transcripts: 6,
    exact: { value: 1 },
    kappa: { value: expect.closeTo(1, 9) },
  });
  expect(passed.agreement?.exact.lower).toBeCloseTo(0.6097, 3);
  const params = { id: passed.id };
  const own = await world.as(li).certificate({ params });
  expect(own).toMatchObject({
    name: 'Li',
    family: 'technical',
    exact: 1,
    transcripts: 6,
    expired: false,
    recorded: true,
    expiresAt: '2027-01-01T00:00:00.000Z',
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(await world.as(lead).certificate({ params })).toEqual(own);
  await expect(world.as(wang).certificate({ params })).rejects.toMatchObject({ status: 404 });
  now = Date.UTC(2027, 0, 2);
  expect(await world.as(li).certificate({ params })).toMatchObject({ expired: true, recorded: true });
});

it('certifies nothing that failed, and notices an attempt that was changed afterwards', async () => {
  const failed = await attempt(wang, 2);
  expect(failed.passed).toBe(false);
  await expect(world.as(wang).certificate({ params: { id: failed.id } })).rejects.toMatchObject({
    code: 'not-passed',
  });
  const passed = await attempt(wang, 0);
  await world.context.store.driver.transaction(async (run) => {
    await run('ALTER TABLE viva.calibration_attempt DISABLE TRIGGER keep');
    await run(
      `UPDATE viva.calibration_attempt SET expires_at = expires_at + interval '9 years' WHERE id = '${passed.id}'`,
    );
    await run('ALTER TABLE viva.calibration_attempt ENABLE TRIGGER keep');
  });
  expect(await world.as(wang).certificate({ params: { id: passed.id } })).toMatchObject({ recorded: false });
});

it('rests on twelve transcripts at least, in both languages, marked as composed, spread over the scale', () => {
  const sets = [...world.context.bank.calibrations.values()];
  const transcripts = sets.flatMap((set) => set.transcripts);
  expect(transcripts.length).toBeGreaterThanOrEqual(12);
  for (const { family, transcripts: own, text } of sets) {
    // Every point of the scale, so that nobody passes by one score throughout.
    expect([family, [...new Set(own.map(({ expert }) => expert))].sort()]).toEqual([family, [1, 2, 3, 4, 5]]);
    expect(text.en.intro).toMatch(/composed/);
    expect(text['zh-CN'].intro).toMatch(/编写/);
  }
  for (const { id, text } of transcripts)
    for (const locale of ['zh-CN', 'en'] as const) {
      expect([id, text[locale].transcript.length > 80]).toEqual([id, true]);
      expect([id, text[locale].reason.length > 20]).toEqual([id, true]);
    }
});
