/**
 * Noninterference of the advisory rater: the same play in two worlds, in which the model says other things and one rater
 * writes other transcripts. Until reveal everybody else's every response is the same, byte for byte; after it they differ.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import { LOOKS } from '../testing/actions.ts';
import { ratingReply, scoringModel, transcriptOf } from '../testing/advisory.ts';
import { freshDatabase } from '../testing/database.ts';
import { evidence, openPanel, openWorld, type World } from '../testing/world.ts';

const PLAYS = Number(process.env.VIVA_INTERLEAVINGS ?? 600) / 20;

type Name = 'lead' | 'ann' | 'ben';
interface Stage {
  world: World;
  index: number;
  people: Record<Name, Actor>;
  opening: { openingId: string; questions: string[] };
  candidate: string;
  time: { step: number; calls: number; delay: number };
}

const SEEN = [
  ...LOOKS,
  (candidate: string) => `/api/candidates/${candidate}/advisory`,
  (candidate: string) => `/api/candidates/${candidate}/transcripts`,
  (_: string, opening: string) => `/api/openings/${opening}/advisory`,
  (candidate: string) => `/api/ai-uses?candidate=${candidate}`,
  (_: string, opening: string) => `/api/ai-uses?opening=${opening}`,
];

function identifier(step: number, call: number): string {
  const hex = createHash('sha256').update(`${step}/${call}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function openStage(index: number): Promise<Stage> {
  const time = { step: 1, calls: 0, delay: 0 };
  // The second world's model scores otherwise, finds no evidence for some, and needs a correction for others.
  const model = scoringModel(
    () => 0,
    (messages, _, call) => {
      if (index === 0) return '';
      if (messages.length > 3) return ratingReply(5, 'the scale maps the whole range');
      return call % 3 === 0 ? 'no JSON' : call % 3 === 1 ? ratingReply(1, 'nothing of this') : '';
    },
  );
  const world = await openWorld({
    driver: await freshDatabase({ asTheyLie: true }),
    openModel: () => model,
    clock: () => new Date(Date.UTC(2026, 0, 1) + time.step * 60_000 + time.delay),
    newId: () => identifier(time.step, time.calls++),
    reproducible: true,
  });
  const owner = await world.addPerson('Owner', 'owner');
  const people = {
    lead: await world.addPerson('Lead', 'lead'),
    ann: await world.addPerson('Ann', 'interviewer'),
    ben: await world.addPerson('Ben', 'interviewer'),
  };
  await world.as(owner).setAssistant({
    body: { kind: 'openai-compatible', baseUrl: 'http://localhost:1/v1', model: 'm' },
  });
  return { world, index, people, opening: { openingId: '', questions: [] }, candidate: '', time };
}

let stages: Stage[] = [];
let clock = 1;
async function inBoth<T>(work: (stage: Stage) => Promise<T>): Promise<[T, T]> {
  clock++;
  for (const { time } of stages) Object.assign(time, { step: clock, calls: 0, delay: 0 });
  const [one, two] = stages;
  if (!one || !two) throw new Error('no stages');
  return Promise.all([work(one), work(two)]);
}

async function ask(stage: Stage, who: Name, method: string, path: string, body?: unknown): Promise<string> {
  const response = await stage.world.request(stage.people[who], path, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return `${response.status}\n${await response.text()}`;
}

type Step =
  | { kind: 'look'; who: 'lead' | 'ann'; what: number }
  | { kind: 'secret-draft'; question: number }
  | { kind: 'hand-in'; question: number }
  | { kind: 'work' | 'cancel' | 'retry' }
  | { kind: 'submit'; who: 'ann' | 'ben' };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('look' as const),
    who: fc.constantFrom('lead' as const, 'ann' as const),
    what: fc.nat(SEEN.length - 1),
  }),
  fc.record({ kind: fc.constant('secret-draft' as const), question: fc.nat(1) }),
  fc.record({ kind: fc.constant('hand-in' as const), question: fc.nat(1) }),
  fc.record({ kind: fc.constantFrom('work' as const, 'work' as const, 'cancel' as const, 'retry' as const) }),
  fc.record({ kind: fc.constant('submit' as const), who: fc.constantFrom('ann' as const, 'ben' as const) }),
);

async function act(stage: Stage, one: Step): Promise<string> {
  const { candidate, index, opening, time } = stage;
  const question = 'question' in one ? (opening.questions[one.question] ?? '') : '';
  const path = `/api/candidates/${candidate}/transcripts/${question}`;
  /** Ben's own business: other words, another number of saves, at other times. @returns the revision held */
  const write = async (): Promise<number> => {
    time.delay = (index * 19 + 1) * 1000;
    let revision = 0;
    for (let turn = 0; turn <= index; turn++) {
      const saved = await ask(stage, 'ben', 'PUT', path, {
        body: transcriptOf(index === 0 ? 2 : 4, `SECRET${index}${turn}`),
        locale: 'en',
        baseRevision: revision,
      });
      revision = Number(/"revision":(\d+)/.exec(saved)?.[1] ?? 0);
    }
    return revision;
  };
  switch (one.kind) {
    case 'look':
      return ask(stage, one.who, 'GET', SEEN[one.what]?.(candidate, opening.openingId, 'SECRET') ?? '');
    case 'secret-draft':
      await write();
      return '';
    case 'hand-in':
      await ask(stage, 'ben', 'POST', `${path}/hand-in`, { revision: await write() });
      return '';
    case 'work':
      await stage.world.context.advisory.settle();
      return '';
    case 'cancel':
    case 'retry':
      return ask(stage, 'lead', 'POST', `/api/candidates/${candidate}/advisory/${one.kind}`);
    case 'submit': {
      for (const item of opening.questions)
        await ask(stage, one.who, 'PUT', `/api/candidates/${candidate}/scorecard/drafts/${item}`, {
          score: 3,
          evidence: evidence(one.who),
          notAsked: null,
          baseRevision: 0,
        });
      return ask(stage, one.who, 'POST', `/api/candidates/${candidate}/scorecard/submit`);
    }
  }
}

beforeAll(async () => {
  stages = await Promise.all([openStage(0), openStage(1)]);
});
afterAll(async () => {
  for (const { world } of stages) {
    expect(world.faults).toEqual([]);
    await world.close();
  }
});

it(`shows nothing of what the model said, or of what was written down for it, before reveal: ${PLAYS} random plays`, {
  timeout: 600_000,
}, async () => {
  let revealed = 0;
  let rated = 0;
  let play = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 12 }),
      fc.boolean(),
      async (steps, counted) => {
        play++;
        await inBoth(async (stage) => {
          stage.opening = await openPanel(stage.world, stage.people.lead, [
            stage.people.ann,
            stage.people.ben,
          ]);
          await stage.world.as(stage.people.lead).setAdvisory({
            params: { id: stage.opening.openingId },
            body: { used: true, counted },
          });
          const { id } = await stage.world
            .as(stage.people.lead)
            .addCandidate({ params: { id: stage.opening.openingId }, body: { name: `Candidate ${play}` } });
          stage.candidate = id;
        });
        let open = false;
        for (const [at, one] of steps.entries()) {
          const [first, second] = await inBoth((stage) => act(stage, one));
          expect(first, `step ${at} of play ${play}: ${JSON.stringify(one)}`).toBe(second);
          open = first.includes('"revealed":true') && one.kind === 'submit';
          if (open) break;
          expect(first).not.toMatch(/SECRET\d/);
        }
        if (!open)
          for (const look of SEEN) {
            const [first, second] = await inBoth((stage) =>
              ask(stage, 'lead', 'GET', look(stage.candidate, stage.opening.openingId, 'SECRET')),
            );
            expect(first, `at the end of play ${play}`).toBe(second);
          }
        // And then they differ, where it had something to say: the comparison would have noticed.
        const [states] = await inBoth((stage) =>
          ask(stage, 'lead', 'GET', `/api/candidates/${stage.candidate}/advisory`),
        );
        for (const who of ['ann', 'ben'] as const)
          await inBoth((stage) => act(stage, { kind: 'submit', who }));
        const [one, two] = await inBoth((stage) =>
          ask(stage, 'lead', 'GET', `/api/candidates/${stage.candidate}/advisory`),
        );
        revealed++;
        if (states.includes('"state":"done"')) {
          rated++;
          expect(one).not.toBe(two);
        }
      },
    ),
    {
      numRuns: PLAYS,
      endOnFailure: true,
      ...(process.env.VIVA_SEED ? { seed: Number(process.env.VIVA_SEED) } : {}),
    },
  );
  console.log(`noninterference of the advisory rater: ${revealed} plays, ${rated} with ratings`);
  expect(rated).toBeGreaterThan(0);
});
