/** A whole server in the process, with people to act in it. */
import { fileURLToPath } from 'node:url';
import type { LanguageModel } from '@viva/assistant';
import { type Bank, loadBank } from '@viva/bank';
import { createAdvisoryRunner } from '../advisory/runner.ts';
import { createModels } from '../assistant/models.ts';
import { type Client, createClient } from '../client.ts';
import type { Actor, Context } from '../context.ts';
import { createApp } from '../http/app.ts';
import { createAuth } from '../identity/auth.ts';
import { whoAsks } from '../identity/sign-in.ts';
import { createLockEvents } from '../interview/lock-events.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { Driver } from '../store/driver.ts';
import * as t from '../store/schema.ts';
import { openStore } from '../store/store.ts';
import { reproducibleSeals } from './reproducible-seals.ts';

const BANK = fileURLToPath(new URL('../../../../bank', import.meta.url));
let bank: Promise<Bank> | undefined;

export interface WorldOptions {
  driver: Driver;
  clock?: () => Date;
  newId?: () => string;
  keys?: KeyStore;
  /** The same text sealed for the same place gives the same bytes, so that two worlds can be compared. */
  reproducible?: boolean;
  /** Which model answers once one is set; none is set up to begin with. */
  openModel?: () => LanguageModel;
}

export interface World {
  context: Context;
  app: ReturnType<typeof createApp>;
  /** The typed client as this person, straight into the application. */
  as(person: Actor): Client;
  /** Adds a person without a password: tests of ratings are not tests of signing in. */
  addPerson(name: string, role: Actor['role']): Promise<Actor>;
  /** Lets somebody act who was made otherwise: a candidate by an invitation, a person at another server of this database. */
  adopt(person: Actor): Actor;
  /** A raw request as this person. */
  request(person: Actor | undefined, path: string, init?: RequestInit): Promise<Response>;
  faults: unknown[];
  close(): Promise<void>;
}

/** Asks as whoever the header names; without it, by the session cookie, as in earnest. */
const HEADER = 'x-test-actor';

export async function openWorld({
  driver,
  clock,
  newId,
  openModel,
  keys,
  reproducible,
}: WorldOptions): Promise<World> {
  bank ??= loadBank(BANK);
  const store = await openStore({
    driver,
    ...(clock ? { clock } : {}),
    ...(newId ? { newId } : {}),
    ...(keys ? { keys } : {}),
    ...(reproducible ? reproducibleSeals() : {}),
  });
  const people = new Map<string, Actor>();
  const faults: unknown[] = [];
  const models = createModels({
    env: { XDG_CONFIG_HOME: '/nowhere' },
    ...(openModel ? { open: openModel } : {}),
  });
  // Not started: tests say when it works.
  const advisory = createAdvisoryRunner({ store, models, onFault: (error) => faults.push(error) });
  const context: Context = {
    store,
    bank: await bank,
    auth: createAuth({
      store,
      secret: 'a secret of the tests, and long enough',
      baseUrl: 'http://viva.test',
    }),
    events: await createLockEvents(driver),
    models,
    advisory,
    version: 'test',
    demo: false,
  };
  const app = createApp({
    context,
    onFault: (error) => faults.push(error),
    identify: async (headers) => people.get(headers.get(HEADER) ?? '') ?? whoAsks(context, headers),
  });
  const send = (person: Actor | undefined, request: Request) => {
    if (person) request.headers.set(HEADER, person.id);
    return Promise.resolve(app.fetch(request));
  };
  return {
    context,
    app,
    faults,
    as: (person) => createClient({ origin: 'http://viva.test', fetch: (request) => send(person, request) }),
    adopt: (person) => {
      people.set(person.id, person);
      return person;
    },
    request: (person, path, init) => send(person, new Request(`http://viva.test${path}`, init)),
    addPerson: async (name, role) => {
      const person: Actor = { id: store.newId(), name, role };
      await store.asAuth((tables) =>
        tables.insert(t.person).values({
          ...person,
          email: `${person.id}@viva.test`,
          locale: 'zh-CN',
          createdAt: store.clock(),
          userId: null,
          disabledAt: null,
        }),
      );
      people.set(person.id, person);
      return person;
    },
    close: async () => {
      await context.events.close();
      await store.close();
    },
  };
}

/** Evidence that is long enough, and says which it is. */
export const evidence = (mark: string): string =>
  `${mark}: said so, gave the reason, and answered the probe with an example.`;

/** A draft that is ready to be submitted. */
export const complete = (score: number, mark = 'evidence') => ({
  score,
  evidence: evidence(mark),
  notAsked: null,
  baseRevision: 0,
});

export interface OpenedPanel {
  openingId: string;
  questions: string[];
}

/** An open opening with two questions and these people on its panel, their calibration waived. */
export async function openPanel(
  world: World,
  lead: Actor,
  raters: readonly Actor[],
  items = 2,
): Promise<OpenedPanel> {
  const api = world.as(lead);
  const opening = await api.createOpening({ body: { title: 'An opening', kit: 'llm-engineer' } });
  const kept = opening.items.slice(0, items);
  const params = { id: opening.id };
  await api.updateOpening({
    params,
    body: { items: kept.map(({ question, weight }) => ({ question, weight })) },
  });
  for (const { id: personId } of raters)
    await api.appoint({ params, body: { personId, waiver: 'The tests waive the calibration.' } });
  await api.openOpening({ params });
  return { openingId: opening.id, questions: kept.map(({ question }) => question) };
}

/** Saves every draft of one rater and submits. */
export async function scoreAll(
  world: World,
  rater: Actor,
  candidateId: string,
  questions: readonly string[],
  score = 3,
) {
  const api = world.as(rater);
  for (const question of questions)
    await api.saveDraft({
      params: { id: candidateId, question },
      body: complete(score, `${rater.name} on ${question}`),
    });
  return api.submitScorecard({ params: { id: candidateId } });
}
