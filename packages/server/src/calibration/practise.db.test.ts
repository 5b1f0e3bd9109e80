/** Practice with feedback at once, of which nothing stays. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import { freshDatabase } from '../testing/database.ts';
import { openWorld, type World } from '../testing/world.ts';

let world: World;
let li: Actor;
const params = { family: 'technical' };
beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase() });
  li = await world.addPerson('Li', 'interviewer');
});
afterAll(() => world.close());

const rows = async () =>
  (
    await world.context.store.driver.transaction(async (run) =>
      run(
        'SELECT (SELECT count(*)::int FROM viva.calibration_attempt), (SELECT count(*)::int FROM viva.audit)',
      ),
    )
  ).rows;

it('shows transcripts without scores or reasons, and none of those that count', async () => {
  const practice = await world.as(li).calibrationPractice({ params });
  const set = await world.as(li).calibration({ params });
  expect(practice.transcripts.length).toBe(set.practice);
  expect(set.practice).toBeGreaterThanOrEqual(5);
  expect(JSON.stringify(practice)).not.toMatch(/"expert"|"reason"|"quotes"/);
  const counted = new Set(set.transcripts.map(({ transcript }) => transcript.en));
  expect(practice.transcripts.filter(({ transcript }) => counted.has(transcript.en))).toEqual([]);
  for (const { anchors, transcript } of practice.transcripts) {
    expect(anchors['zh-CN']).toHaveLength(5);
    expect(transcript['zh-CN']).toMatch(/候选人：/);
  }
});

it('answers with the experts’ score, reason and quotes, and one’s tendency, and keeps nothing', async () => {
  const before = await rows();
  const { transcripts } = await world.as(li).calibrationPractice({ params });
  const answers = transcripts.map(({ id }) => ({ transcript: id, score: 5 }));
  const { feedback, tendency } = await world.as(li).practiseCalibration({ params, body: { answers } });
  expect(feedback.map(({ transcript }) => transcript)).toEqual(transcripts.map(({ id }) => id));
  for (const { transcript, expert, reason, quotes } of feedback) {
    const own = world.context.bank.calibrations
      .get('technical')
      ?.practice.find(({ id }) => id === transcript);
    expect(expert).toBe(own?.expert);
    for (const locale of ['zh-CN', 'en'] as const) {
      expect(quotes[locale].length).toBeGreaterThan(0);
      for (const quote of quotes[locale]) {
        expect(reason[locale]).toContain(quote);
        expect(own?.text[locale].transcript).toContain(quote);
      }
    }
  }
  expect(tendency).toMatchObject({
    transcripts: 5,
    bias: 2,
    leaning: 'lenient',
    spread: 0,
    range: 'narrow',
  });
  expect(await world.as(li).listCalibrationAttempts({ params, query: {} })).toMatchObject({ items: [] });
  expect((await world.as(li).calibration({ params })).standing.passed).toBe(false);
  expect(await rows()).toEqual(before);
});

it('gives nothing away of transcripts that count', async () => {
  const counted = world.context.bank.calibrations.get('technical')?.transcripts[0]?.id ?? '';
  for (const answers of [
    [{ transcript: counted, score: 3 }],
    [{ transcript: 'no-such-transcript', score: 3 }],
    [
      { transcript: 'lora-merged', score: 3 },
      { transcript: 'lora-merged', score: 4 },
    ],
  ])
    await expect(world.as(li).practiseCalibration({ params, body: { answers } })).rejects.toMatchObject({
      status: 422,
      code: 'not-for-practice',
    });
  await expect(world.as(li).calibrationPractice({ params: { family: 'musical' } })).rejects.toMatchObject({
    status: 404,
  });
});
