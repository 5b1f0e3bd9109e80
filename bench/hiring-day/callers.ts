/** The people of the day: interviewers who write, submit and listen; leads who look. */
import { createHmac } from 'node:crypto';
import { type Client, createClient, eventsPath } from '../../packages/server/src/client.ts';
import { filledCandidate, filledOpening } from '../../packages/server/src/testing/fill.ts';
import type { Latencies } from './latencies.ts';

/** The cookie of a filled session, signed as the server signs it. */
export function sessionCookie(token: string, secret: string): string {
  const signature = createHmac('sha256', secret).update(token).digest('base64');
  return `viva.session_token=${encodeURIComponent(`${token}.${signature}`)}`;
}

/** Asks one server after another, request by request, as a proxy without sticky sessions would. */
export function clientOf(origins: readonly string[], cookie: string): Client {
  const clients = origins.map((origin) =>
    createClient({
      origin,
      fetch: (request) => {
        request.headers.set('cookie', cookie);
        return fetch(request);
      },
    }),
  );
  let turn = 0;
  const [first] = clients;
  if (!first) throw new Error('a client needs a server');
  return new Proxy(first, {
    get: (_, name) => Reflect.get(clients[turn++ % clients.length] ?? first, name),
  });
}

const rest = (ms: number, until: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(ms, until - performance.now()))));

interface InterviewerOptions {
  client: Client;
  latencies: Latencies;
  opening: string;
  /** Begins with this candidate of the list. */
  first: number;
  pauseMs: number;
  until: number;
}

/** Scores one candidate after another: opens the scorecard, saves every question as one types, submits. */
export async function interview({
  client,
  latencies,
  opening,
  first,
  pauseMs,
  until,
}: InterviewerOptions): Promise<void> {
  // Not everybody begins in the same second.
  await rest(Math.random() * pauseMs, until);
  const page = await latencies.time('listCandidates', () =>
    client.listCandidates({ params: { id: opening }, query: { limit: 100 } }),
  );
  const open = page?.items.filter(({ mine }) => mine === 'to-score') ?? [];
  for (let turn = 0; turn < open.length && performance.now() < until; turn++) {
    const candidate = open[(first + turn) % open.length];
    if (!candidate) return;
    const params = { id: candidate.id };
    const card = await latencies.time('scorecard', () => client.scorecard({ params }));
    if (!card) return;
    await latencies.time('candidate', () => client.candidate({ params }));
    for (const { question } of card.questions) {
      // One types, and the page saves twice.
      for (const part of [
        'Began to answer, and named the method',
        'Gave the bound on the error and an example of it, unasked',
      ]) {
        if (performance.now() >= until) return;
        const held = card.drafts.find((draft) => draft.question === question);
        const saved = await latencies.time('saveDraft', () =>
          client.saveDraft({
            params: { id: candidate.id, question },
            body: {
              score: 1 + Math.floor(Math.random() * 5),
              evidence: `${part}: ${'word '.repeat(20)}${turn}.`,
              notAsked: null,
              baseRevision: held?.revision ?? 0,
            },
          }),
        );
        if (saved) card.drafts = [...card.drafts.filter((draft) => draft.question !== question), saved];
        await rest(pauseMs * (0.5 + Math.random()), until);
      }
    }
    await latencies.time('submitScorecard', () => client.submitScorecard({ params }));
  }
}

/** Gets everything ready for saving without pauses. @returns a function that saves until then, and says how often */
export async function readyToSave(
  client: Client,
  opening: string,
  which: number,
): Promise<(until: number) => Promise<number>> {
  const { items } = await client.listCandidates({ params: { id: opening }, query: { limit: 100 } });
  const open = items.filter(({ mine }) => mine === 'to-score');
  const candidate = open[which % open.length];
  if (!candidate) throw new Error('nobody is left to be scored');
  const card = await client.scorecard({ params: { id: candidate.id } });
  const revisions = new Map(card.drafts.map(({ question, revision }) => [question, revision]));
  return async (until) => {
    for (let count = 0; ; count++) {
      if (performance.now() >= until) return count;
      const { question = '' } = card.questions[count % card.questions.length] ?? {};
      const { revision } = await client.saveDraft({
        params: { id: candidate.id, question },
        body: {
          score: 1 + (count % 5),
          evidence: `Gave the bound on the error and an example of it: ${'word '.repeat(10)}${count}.`,
          notAsked: null,
          baseRevision: revisions.get(question) ?? 0,
        },
      });
      revisions.set(question, revision);
    }
  };
}

/** Decision pages that a lead goes through. */
const SEEN = 8;

interface LeadOptions {
  client: Client;
  latencies: Latencies;
  openings: number;
  past: number;
  pauseMs: number;
  until: number;
  /** At most so many rounds. */
  rounds?: number;
}

/** Looks around: lists, a decision page of the past and one of today, the log, sessions, search. */
export async function lead({
  client,
  latencies,
  openings,
  past,
  pauseMs,
  until,
  rounds = Number.POSITIVE_INFINITY,
}: LeadOptions): Promise<void> {
  const seen = Math.min(past, SEEN);
  // In the day, several leads look at the same pages.
  const alone = Number.isFinite(rounds);
  for (let round = 0; round < rounds && performance.now() < until; round++) {
    const today = filledOpening(past + 1 + (round % (openings - past)));
    const looks: [string, () => Promise<unknown>][] = [
      ['listOpenings', () => client.listOpenings({ query: { limit: 50 } })],
      ['opening', () => client.opening({ params: { id: today } })],
      ['listCandidates', () => client.listCandidates({ params: { id: today }, query: { limit: 50 } })],
      ['listSessions', () => client.listSessions({ query: { limit: 50 } })],
      [
        `decision page of 100 × 4 × 13${alone ? (round < seen ? ', never seen before' : ', again') : ''}`,
        () =>
          client.decisionReport({ params: { id: filledOpening(1 + (round % seen)) }, query: { top: 10 } }),
      ],
      // What the first who looks after a reveal waits for: the fit was made at the reveal, the choice is new.
      [
        'decision page of 100 × 4 × 13, fit kept',
        () =>
          client.decisionReport({
            params: { id: filledOpening(1 + (round % seen)) },
            query: { top: 11 + (round % 80) },
          }),
      ],
      [
        'decisionEvidence of one candidate',
        () =>
          client.decisionEvidence({
            params: { id: filledOpening(1 + (round % seen)) },
            query: { candidate: filledCandidate(1 + (round % seen), 1 + (round % 50)) },
          }),
      ],
      ['decisionReport (today)', () => client.decisionReport({ params: { id: today }, query: { top: 10 } })],
      ['openingAudit', () => client.openingAudit({ params: { id: filledOpening(1) }, query: { limit: 50 } })],
      ['listPeople', () => client.listPeople({ query: { limit: 50 } })],
      [
        'search',
        () =>
          client.search({ query: { q: ['量化', 'calibration', 'Candidate 1-1', 'bound'][round % 4] ?? '' } }),
      ],
    ];
    for (const [name, look] of looks) {
      if (performance.now() >= until) return;
      await latencies.time(name, look);
      await rest(pauseMs, until);
    }
  }
}

/** Holds an event stream open. @returns how many events it has heard, asked at the end */
export function hold(origin: string, cookie: string, candidate: string, signal: AbortSignal): () => number {
  let events = 0;
  void (async () => {
    try {
      const response = await fetch(new URL(eventsPath(candidate), origin), { headers: { cookie }, signal });
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? [])
        events += decoder.decode(chunk as Uint8Array).split('event: locks').length - 1;
    } catch {
      // Ended with the day.
    }
  })();
  return () => events;
}
