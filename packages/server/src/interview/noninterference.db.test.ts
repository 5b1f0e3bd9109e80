/**
 * Independence as noninterference (Goguen & Meseguer 1982). The same random play is acted out in two worlds that differ
 * only in what one rater, Ben, does in secret: his scores, his words, how often he saves, whether he amends, and when.
 * Until the candidate is revealed, every response that anybody else gets must be the same in both worlds, byte for
 * byte: rows, counts, averages, times, errors, search, export, audit and the event stream alike.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import { LOOKS, type Step, step, type Which, type Who } from '../testing/actions.ts';
import { freshDatabase, POSTGRES } from '../testing/database.ts';
import { evidence, openPanel, openWorld, type World } from '../testing/world.ts';

/** In this file; `noninterference.again.db.test.ts` plays as many others beside it. */
const PLAYS = Number(process.env.VIVA_INTERLEAVINGS ?? (POSTGRES ? 200 : 100));

type Name = Who | 'ben';

interface Stage {
  world: World;
  /** 0 or 1: which of the two worlds. */
  index: number;
  people: Record<Name, Actor>;
  opening: { openingId: string; questions: string[] };
  candidates: Record<Which, string>;
  time: { step: number; secretDelay: number; calls: number };
}

/** Identifiers that depend on the step alone, so that the two worlds give the same ones. */
function identifier(step: number, call: number): string {
  const hex = createHash('sha256').update(`${step}/${call}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function openStage(index: number): Promise<Stage> {
  const time = { step: 1, secretDelay: 0, calls: 0 };
  const world = await openWorld({
    driver: await freshDatabase({ asTheyLie: true }),
    clock: () => new Date(Date.UTC(2026, 0, 1) + time.step * 60_000 + time.secretDelay),
    newId: () => identifier(time.step, time.calls++),
    reproducible: true,
  });
  const people = {
    lead: await world.addPerson('Lead', 'lead'),
    ann: await world.addPerson('Ann', 'interviewer'),
    ben: await world.addPerson('Ben', 'interviewer'),
    cao: await world.addPerson('Cao', 'interviewer'),
    dan: await world.addPerson('Dan', 'interviewer'),
  };
  const opening = await openPanel(world, people.lead, [people.ann, people.ben, people.cao]);
  return { world, index, people, opening, candidates: { plain: '', secret: '' }, time };
}

async function ask(stage: Stage, who: Name, method: string, path: string, body?: unknown): Promise<string> {
  const response = await stage.world.request(stage.people[who], path, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const headers = [...response.headers].filter(([name]) => name !== 'date').map((pair) => pair.join(': '));
  return `${response.status}\n${headers.join('\n')}\n\n${await response.text()}`;
}

const draftPath = (stage: Stage, which: Which, question: number) =>
  `/api/candidates/${stage.candidates[which]}/scorecard/drafts/${stage.opening.questions[question]}`;

async function saveDraft(
  stage: Stage,
  who: Name,
  which: Which,
  question: number,
  draft: object,
): Promise<string> {
  const first = await ask(stage, who, 'PUT', draftPath(stage, which, question), {
    ...draft,
    baseRevision: 0,
  });
  const held = /"current":\{[^}]*"revision":(\d+)/.exec(first)?.[1];
  return held
    ? ask(stage, who, 'PUT', draftPath(stage, which, question), { ...draft, baseRevision: Number(held) })
    : first;
}

/** What Ben does in secret: other scores, other words, another number of times in each world. */
async function actSecretly(
  stage: Stage,
  { action, question }: Step & { kind: 'secret' },
  token: string,
): Promise<void> {
  const times = stage.index === 0 ? 1 : 3;
  const score = stage.index === 0 ? 1 + question : 5 - question;
  const words = evidence(`${token}W${stage.index}Q${question}`);
  const candidate = stage.candidates.secret;
  for (let repeat = 0; repeat < times; repeat++) {
    stage.time.secretDelay = (stage.index * 17 + repeat * 3 + 1) * 1000;
    if (action === 'draft')
      await saveDraft(stage, 'ben', 'secret', question, {
        score,
        evidence: `${words} ${repeat}`,
        notAsked: null,
      });
    if (action === 'not-asked' && stage.index === 1)
      await saveDraft(stage, 'ben', 'secret', question, {
        score: null,
        evidence: '',
        notAsked: `${token}W1`,
      });
    if (action === 'note')
      await ask(stage, 'ben', 'PUT', `/api/candidates/${candidate}/scorecard/note`, {
        body: words.repeat(repeat + 1),
        baseRevision: repeat,
      });
    if (action === 'amend') {
      const own = await ask(stage, 'ben', 'GET', `/api/candidates/${candidate}/ratings`);
      const id = /"id":"([^"]+)"[^}]*"kind":"first"/.exec(own)?.[1];
      if (id)
        await ask(stage, 'ben', 'POST', `/api/ratings/${id}/amend`, {
          score,
          evidence: words,
          reason: `${token}: on reflection, otherwise.`,
        });
    }
  }
}

async function lock(stage: Stage, which: Which, token: string): Promise<void> {
  if (which === 'secret') stage.time.secretDelay = (stage.index * 29 + 2) * 1000;
  for (const question of stage.opening.questions.keys())
    await saveDraft(stage, 'ben', which, question, {
      score: which === 'secret' && stage.index === 1 ? 5 : 2,
      evidence: evidence(which === 'secret' ? `${token}W${stage.index}` : 'plain'),
      notAsked: null,
    });
  await ask(stage, 'ben', 'POST', `/api/candidates/${stage.candidates[which]}/scorecard/submit`);
}

/** One step. What Ben is answered is his own business and not compared. */
async function act(stage: Stage, step: Step, token: string): Promise<string> {
  const { openingId, questions } = stage.opening;
  const candidate = 'which' in step ? stage.candidates[step.which] : '';
  switch (step.kind) {
    case 'look': {
      const look = LOOKS[step.what] ?? LOOKS[0];
      return look ? ask(stage, step.who, 'GET', look(candidate, openingId, token)) : '';
    }
    case 'secret':
      await actSecretly(stage, step, token);
      return '';
    case 'lock':
      await lock(stage, step.which, token);
      return '';
    case 'draft':
      return saveDraft(stage, step.who, step.which, step.question, {
        score: step.score,
        evidence: evidence(step.who),
        notAsked: null,
      });
    case 'submit': {
      const answers: string[] = [];
      if (step.complete)
        for (const question of questions.keys())
          answers.push(
            await saveDraft(stage, step.who, step.which, question, {
              score: 3,
              evidence: evidence(step.who),
              notAsked: null,
            }),
          );
      answers.push(await ask(stage, step.who, 'POST', `/api/candidates/${candidate}/scorecard/submit`));
      return answers.join('\n');
    }
    case 'substitute': {
      const opening = JSON.parse(
        (await ask(stage, 'lead', 'GET', `/api/openings/${openingId}`)).split('\n\n')[1] ?? '{}',
      ) as { seats: { id: string }[] };
      return ask(
        stage,
        'lead',
        'POST',
        `/api/openings/${openingId}/seats/${opening.seats[step.seat]?.id}/substitute`,
        {
          personId: stage.people[step.person].id,
          reason: 'The play says so, for some reason.',
          waiver: 'The play waives the calibration.',
        },
      );
    }
    case 'withdraw':
      return ask(stage, 'lead', 'POST', `/api/candidates/${candidate}/withdraw`, {
        reason: 'Took another offer.',
      });
    case 'close':
      return ask(stage, 'lead', 'POST', `/api/candidates/${candidate}/close-panel`, {
        reason: 'The offer cannot wait.',
      });
    case 'comment':
      return ask(stage, step.who, 'POST', `/api/candidates/${candidate}/comments`, {
        body: 'What do you think?',
      });
    case 'decide':
      return ask(stage, step.who, 'POST', `/api/candidates/${candidate}/decision`, {
        outcome: 'advance',
        reason: 'The play decides so.',
      });
    case 'schedule':
      return ask(stage, 'lead', 'POST', `/api/candidates/${candidate}/sessions`, {
        scheduledAt: '2026-02-01T09:00:00.000Z',
        minutes: 45,
      });
  }
}

/** What the event stream of the secret candidate sends to one member of the panel. */
async function openEvents(stage: Stage) {
  const path = `/api/candidates/${stage.candidates.secret}/events`;
  const response = await stage.world.request(stage.people.ann, path);
  const reader = response.body?.pipeThrough(new TextDecoderStream() as never).getReader() as
    | ReadableStreamDefaultReader<string>
    | undefined;
  return { read: () => reader?.read().catch(() => undefined), stop: () => void reader?.cancel() };
}

/** Longest wait for an event that is due: a busy machine may take long, and a missing one fails all the same. */
const EVENT_MS = 30_000;

/** Listens from now on. `settle` waits until the stream has sent what it has to send by now. */
async function listen(stage: Stage): Promise<{ settle(): Promise<string>; stop(): void }> {
  const { read, stop } = await openEvents(stage);
  const events: string[] = [];
  void (async () => {
    let text = '';
    for (let part = await read(); part && !part.done; part = await read()) {
      text += part.value;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      // A comment keeps the connection alive, at a time of the real clock.
      events.push(...blocks.filter((block) => !block.startsWith(':')));
    }
  })();
  return {
    settle: async () => {
      // A second stream begins with what stands now.
      const fresh = await openEvents(stage);
      const now = (await fresh.read())?.value?.trim();
      fresh.stop();
      for (const began = performance.now(); events.at(-1) !== now && performance.now() - began < EVENT_MS; )
        await new Promise((resolve) => setTimeout(resolve, 5));
      return events.join('\n\n');
    },
    stop,
  };
}

let stages: Stage[] = [];
let clock = 1;
let revealedPlays = 0;
let play = 0;
const compared = { responses: 0, plays: 0 };

/** Runs in both worlds at once, at the same moment of their clocks. */
async function inBoth<T>(work: (stage: Stage) => Promise<T>): Promise<[T, T]> {
  clock++;
  for (const { time } of stages) Object.assign(time, { step: clock, secretDelay: 0, calls: 0 });
  const [one, two] = stages;
  if (!one || !two) throw new Error('no stages');
  return Promise.all([work(one), work(two)]);
}

const isRevealed = async (): Promise<boolean> => {
  const [one] = await inBoth((stage) =>
    ask(stage, 'lead', 'GET', `/api/candidates/${stage.candidates.secret}`),
  );
  return one.includes('"revealed":true');
};

beforeAll(async () => {
  stages = await Promise.all([openStage(0), openStage(1)]);
});
afterAll(async () => {
  for (const { world } of stages) {
    expect(world.faults).toEqual([]);
    await world.close();
  }
});

async function playOut(steps: Step[], withEvents: boolean): Promise<void> {
  const token = `ZQ${++play}Z`;
  for (const which of ['plain', 'secret'] as const)
    await inBoth(async (stage) => {
      const { id } = await stage.world
        .as(stage.people.lead)
        .addCandidate({ params: { id: stage.opening.openingId }, body: { name: `${which} ${play}` } });
      stage.candidates[which] = id;
    });
  const ears = withEvents ? await Promise.all(stages.map(listen)) : [];
  let revealed = false;
  for (const [at, step] of steps.entries()) {
    // What opens at a reveal may differ from then on; what led to it may not.
    const [one, two] = await inBoth((stage) => act(stage, step, token));
    expect(one, `step ${at} of play ${play}: ${JSON.stringify(step)}`).toBe(two);
    compared.responses++;
    const [heard, heardToo] = await Promise.all(ears.map((ear) => ear.settle()));
    expect(heard, `events by step ${at} of play ${play}`).toBe(heardToo);
    revealed = ['submit', 'lock', 'close', 'substitute'].includes(step.kind) && (await isRevealed());
    if (revealed) break;
    expect(one).not.toContain(`${token}W`);
  }
  for (const ear of ears) {
    expect(await ear.settle()).toContain('event: locks');
    ear.stop();
  }
  // Everything there is to see at the end, by one who is not Ben.
  if (!revealed)
    for (const who of [play % 2 === 0 ? 'lead' : 'cao'] as const)
      for (const look of LOOKS) {
        const [one, two] = await inBoth((stage) =>
          ask(stage, who, 'GET', look(stage.candidates.secret, stage.opening.openingId, token)),
        );
        expect(one, `${who} at the end of play ${play}`).toBe(two);
        expect(one).not.toContain(`${token}W`);
        compared.responses++;
      }
  compared.plays++;
  if (revealed) revealedPlays++;
  // After a reveal the worlds may differ, and after a substitution Ben may be off the panel and his secrets empty:
  // the next play begins with a new opening and the first panel.
  if (!revealed && !steps.some(({ kind }) => kind === 'substitute')) return;
  await inBoth(async (stage) => {
    const { ann, ben, cao, lead } = stage.people;
    stage.opening = await openPanel(stage.world, lead, [ann, ben, cao]);
  });
}

it(`lets no rater learn of another before reveal, over ${PLAYS} random plays`, {
  timeout: 3_000_000,
}, async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), (steps) =>
      playOut(steps, count++ % 20 === 0),
    ),
    {
      numRuns: PLAYS,
      endOnFailure: true,
      ...(process.env.VIVA_SEED ? { seed: Number(process.env.VIVA_SEED) } : {}),
    },
  );
  console.log(
    `noninterference: ${compared.plays} plays, ${compared.responses} pairs of responses equal, ${revealedPlays} plays reached the reveal`,
  );
  expect(revealedPlays).toBeGreaterThan(0);
});

it('would notice: after the reveal the two worlds do differ', async () => {
  await inBoth(async (stage) => {
    const { ann, ben, cao, lead } = stage.people;
    stage.opening = await openPanel(stage.world, lead, [ann, ben, cao]);
    const { id } = await stage.world
      .as(lead)
      .addCandidate({ params: { id: stage.opening.openingId }, body: { name: 'The last' } });
    stage.candidates.secret = id;
  });
  const steps: Step[] = [
    { kind: 'lock', which: 'secret' },
    { kind: 'submit', who: 'ann', which: 'secret', complete: true },
    { kind: 'submit', who: 'cao', which: 'secret', complete: true },
  ];
  for (const each of steps) await inBoth((stage) => act(stage, each, 'LAST'));
  expect(await isRevealed()).toBe(true);
  for (const look of [1, 8, 9, 10, 12].map((index) => LOOKS[index])) {
    const [one, two] = await inBoth((stage) =>
      ask(stage, 'cao', 'GET', look?.(stage.candidates.secret, stage.opening.openingId, 'LASTW') ?? ''),
    );
    expect(one).not.toBe(two);
  }
});
