/** Two servers on one database: what happens at one reaches the streams of the other, and nothing else does. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import { createMemoryKeyStore, type KeyStore } from '../keys/key-store.ts';
import type { Driver } from '../store/driver.ts';
import { openPglite } from '../store/pglite.ts';
import { openPostgres } from '../store/postgres.ts';
import { newPostgresUrl, POSTGRES } from '../testing/database.ts';
import { complete, openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';

let here: World;
let there: World;
let driver: Driver;
let keys: KeyStore;
let lead: Actor;
let ann: Actor;
let ben: Actor;
let opened: { openingId: string; questions: string[] };

beforeAll(async () => {
  const url = POSTGRES ? await newPostgresUrl(POSTGRES) : undefined;
  driver = url ? await openPostgres({ url }) : await openPglite();
  // Servers of one database share its keys.
  keys = createMemoryKeyStore();
  here = await openWorld({ driver, keys });
  // PGlite is one process: the second application shares its thread.
  there = await openWorld({
    keys,
    driver: url ? await openPostgres({ url }) : { ...driver, close: async () => undefined },
  });
  lead = await here.addPerson('Lead', 'lead');
  ann = await here.addPerson('Ann', 'interviewer');
  ben = await here.addPerson('Ben', 'interviewer');
  for (const person of [lead, ann, ben]) there.adopt(person);
  opened = await openPanel(here, lead, [ann, ben]);
});
afterAll(async () => {
  await there.close();
  await here.close();
});

const addCandidate = async (name: string): Promise<string> =>
  (await here.as(lead).addCandidate({ params: { id: opened.openingId }, body: { name } })).id;

/** Reads a stream to whatever end, and lets one wait for what it should hold. */
async function hear(world: World, person: Actor, candidate: string) {
  const abort = new AbortController();
  const response = await world.request(person, `/api/candidates/${candidate}/events`, {
    signal: abort.signal,
  });
  expect(response.status).toBe(200);
  let text = '';
  let ended = false;
  void (async () => {
    const reader = response.body?.pipeThrough(new TextDecoderStream() as never).getReader() as
      | ReadableStreamDefaultReader<string>
      | undefined;
    for (;;) {
      const part = await reader?.read().catch(() => undefined);
      if (!part || part.done) break;
      text += part.value;
    }
    ended = true;
  })();
  const events = () => text.split('\n\n').filter((block) => block.startsWith('event: locks'));
  return {
    text: () => text,
    ended: () => ended,
    events,
    until: (count: number) => expect.poll(() => events().length, { timeout: 20_000 }).toBe(count),
    stop: () => abort.abort(),
  };
}

it('carries a lock and the reveal from one server to the streams of the other', async () => {
  const [first, second] = [await addCandidate('One'), await addCandidate('Two')];
  const ears = await Promise.all([first, second].map((candidate) => hear(there, ann, candidate)));
  await Promise.all(ears.map((ear) => ear.until(1)));
  await scoreAll(here, ben, first, opened.questions);
  await ears[0]?.until(2);
  expect(ears[0]?.events()[1]).toContain(`{"locked":["${ben.id}"],"revealed":false}`);
  await scoreAll(here, ann, first, opened.questions);
  await expect.poll(() => ears[0]?.events().at(-1), { timeout: 20_000 }).toContain('"revealed":true');
  // The other candidate's stream heard nothing of it.
  expect(ears[1]?.events()).toHaveLength(1);
  for (const ear of ears) ear.stop();
});

it('tells nothing of drafts and notes, whichever server takes them', async () => {
  const candidate = await addCandidate('Quiet');
  const ear = await hear(there, ann, candidate);
  await ear.until(1);
  for (const [round, world] of [here, there, here].entries()) {
    const params = { id: candidate, question: opened.questions[0] ?? '' };
    await world
      .as(ben)
      .saveDraft({ params, body: { ...complete(2, `round ${round}`), baseRevision: round } });
    await world.as(ben).saveNote({ params, body: { body: `A thought ${round}.`, baseRevision: round } });
  }
  // What follows comes after all of it: had anything been sent, it would stand before.
  await here.as(lead).closePanel({ params: { id: candidate }, body: { reason: 'The offer cannot wait.' } });
  await ear.until(2);
  expect(ear.events()[1]).toContain('"revealed":true');
  expect(ear.text()).not.toContain('round');
  ear.stop();
});

it.skipIf(!POSTGRES)('hears what happened while its connection to the database was cut', async () => {
  const candidate = await addCandidate('Cut');
  const ear = await hear(there, ann, candidate);
  await ear.until(1);
  const cut = await driver.transaction((run) =>
    run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'viva-listen' AND datname = current_database()`,
    ),
  );
  expect(cut.rows.length).toBe(2);
  await scoreAll(here, ben, candidate, opened.questions);
  await ear.until(2);
  // And goes on to hear.
  await scoreAll(here, ann, candidate, opened.questions);
  await expect.poll(() => ear.events().at(-1), { timeout: 20_000 }).toContain('"revealed":true');
  ear.stop();
});

it('ends its streams with a hint when to come back, and stops listening', async () => {
  const world = await openWorld({ keys, driver: { ...driver, close: async () => undefined } });
  world.adopt(ann);
  const ear = await hear(world, ann, await addCandidate('Last'));
  await ear.until(1);
  expect(world.context.events.size).toBe(1);
  await world.context.events.close();
  await expect.poll(ear.ended).toBe(true);
  expect(ear.text()).toMatch(/\nretry: \d{4}\n\n$/);
  expect(world.context.events.size).toBe(0);
});
