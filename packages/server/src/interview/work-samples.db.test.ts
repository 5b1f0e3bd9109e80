import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import { MOST_WORK_SAMPLES } from '../contract/limits.ts';
import type { Driver } from '../store/driver.ts';
import { freshDatabase } from '../testing/database.ts';
import { openPanel, openWorld, type World } from '../testing/world.ts';

let driver: Driver;
let world: World;
let lead: Actor;
let li: Actor;
let wang: Actor;
let ming: Actor;
let openingId: string;
let candidateId: string;

const sample = (
  conclusion = 'The GAN kept two of eight modes on every seed; the diffusion model kept all eight.',
) => ({
  lab: 'gan-vs-diffusion',
  params: { data: 'ring8', steps: 3000 },
  seed: 4,
  engine: 'wasm',
  metrics: { 'gan.modes': 2, 'diffusion.modes': 8, 'gan.kl': null },
  conclusion,
});

beforeAll(async () => {
  driver = await freshDatabase();
  world = await openWorld({ driver });
  lead = await world.addPerson('Lead', 'lead');
  li = await world.addPerson('Li', 'interviewer');
  wang = await world.addPerson('Wang', 'interviewer');
  ming = await world.addPerson('Ming', 'candidate');
  ({ openingId } = await openPanel(world, lead, [li]));
  ({ id: candidateId } = await world
    .as(lead)
    .addCandidate({ params: { id: openingId }, body: { name: 'Ming' } }));
  await driver.transaction((run) =>
    run('UPDATE viva.candidate SET person_id = $1 WHERE id = $2', [ming.id, candidateId]),
  );
});
afterAll(() => world.close());

const attach = (
  who: Actor,
  body: Omit<ReturnType<typeof sample>, 'params'> & { params: Record<string, string | number> } = sample(),
  id = candidateId,
) => world.as(who).attachWorkSample({ params: { id }, body });

it('is attached by the candidate, and read by the panel, whole', async () => {
  const made = await attach(ming);
  expect(made).toMatchObject({ ...sample(), candidateId });
  for (const who of [ming, li, lead])
    expect((await world.as(who).listWorkSamples({ params: { id: candidateId } })).items).toEqual([made]);
  const { items } = await world.as(lead).openingAudit({ params: { id: openingId }, query: {} });
  expect(items.find(({ action }) => action === 'work-sample.attached')).toMatchObject({
    actor: 'Ming',
    detail: { lab: 'gan-vs-diffusion', seed: 4 },
  });
});

it('is attached by nobody else: an opinion could hide in it', async () => {
  for (const who of [lead, li]) await expect(attach(who)).rejects.toMatchObject({ status: 403 });
  await expect(attach(wang)).rejects.toMatchObject({ status: 404 });
  const other = await world.addPerson('Other', 'candidate');
  await expect(attach(other)).rejects.toMatchObject({ status: 404 });
  await expect(world.as(other).listWorkSamples({ params: { id: candidateId } })).rejects.toMatchObject({
    status: 404,
  });
  await expect(world.as(wang).listWorkSamples({ params: { id: candidateId } })).rejects.toMatchObject({
    status: 404,
  });
  // Nor past the application's code: the database refuses the row itself.
  await expect(
    world.context.store.as(li.id, (tables) =>
      tables.execute(
        `INSERT INTO viva.work_sample VALUES (gen_random_uuid(), '${openingId}', '${candidateId}', 'x', '{}', 1, 'e', '{}', 'He is weak.', now())`,
      ),
    ),
  ).rejects.toThrow();
});

it('is never changed', async () => {
  for (const change of [`UPDATE viva.work_sample SET conclusion = 'better'`, 'DELETE FROM viva.work_sample'])
    await expect(world.context.store.as(ming.id, (tables) => tables.execute(change))).rejects.toThrow();
  expect((await world.as(ming).listWorkSamples({ params: { id: candidateId } })).items).toHaveLength(1);
});

it('is refused where it says too little, too much, or comes too late', async () => {
  await expect(attach(ming, sample('Works.'))).rejects.toMatchObject({ status: 400 });
  await expect(attach(ming, { ...sample(), params: { note: 'x'.repeat(30_000) } })).rejects.toMatchObject({
    status: 400,
  });
  await expect(attach(ming, { ...sample(), lab: '../secrets' })).rejects.toMatchObject({ status: 400 });
  for (let n = 1; n < MOST_WORK_SAMPLES; n++) await attach(ming);
  await expect(attach(ming)).rejects.toMatchObject({ status: 409, problem: { code: 'too-many-samples' } });
  const late = await world.as(lead).addCandidate({ params: { id: openingId }, body: { name: 'Late' } });
  await driver.transaction((run) =>
    run('UPDATE viva.candidate SET person_id = $1 WHERE id = $2', [ming.id, late.id]),
  );
  await world
    .as(lead)
    .withdrawCandidate({ params: { id: late.id }, body: { reason: 'Took another offer.' } });
  await expect(attach(ming, sample(), late.id)).rejects.toMatchObject({ status: 409 });
});
