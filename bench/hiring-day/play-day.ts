/** One day at one size: fills, serves, loads, measures. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../packages/cli/src/testing/server-process.ts';
import { openPostgres } from '../../packages/server/src/store/postgres.ts';
import { startCluster } from '../../packages/server/src/testing/cluster.ts';
import { fill, filledOpening, filledToken } from '../../packages/server/src/testing/fill.ts';
import { clientOf, hold, interview, lead, readyToSave, sessionCookie } from './callers.ts';
import { Latencies, type RouteFigures } from './latencies.ts';
import { prepareRaw, rawByDriver, rawByPgbench } from './raw.ts';
import { AUTO_EXPLAIN, SlowQueries, type SlowQuery } from './slow-queries.ts';

const PASSWORD = 'a password for the bench';
const LEADS = 5;
const STREAMS = 100;
const CALLERS = 50;
const ROUNDS = 20;
const ALONE_MS = 60_000;
const TODAY = { openings: 50, candidates: 100, raters: 10 };
const PAST = { candidates: 100, raters: 4 };

export interface DayOptions {
  ratings: number;
  seconds: number;
  interviewers: number;
  pauseMs: number;
  /** Processes on the one database; every request goes to the next of them. */
  servers: number;
}

export interface DayFigures extends DayOptions {
  filled: number;
  fillSeconds: number;
  /** Of one caller, with nobody else. */
  alone: RouteFigures[];
  routes: RouteFigures[];
  requestsPerSecond: number;
  complaints: [string, number][];
  /** MiB of the first server, once a second. */
  memory: number[];
  /** Saves a second without pauses, through the server and by the driver alone; transactions a second of pgbench. */
  saves: { served: number; driver: number; pgbench: number | null };
  events: number;
  slow: SlowQuery[];
}

const rss = (pid: number | undefined): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

export async function playDay(options: DayOptions, say: (line: string) => void): Promise<DayFigures> {
  const { ratings, seconds, interviewers, pauseMs, servers: count } = options;
  const slow = new SlowQueries();
  const cluster = await startCluster({
    durable: true,
    settings: [...AUTO_EXPLAIN, 'shared_buffers=512MB'],
    onLog: (chunk) => slow.read(chunk),
  });
  // Processes of one database share secret and keys.
  const folder = mkdtempSync(join(tmpdir(), 'viva-day-'));
  const driver = await openPostgres({ url: cluster.url('postgres') });
  const servers: Awaited<ReturnType<typeof startServer>>[] = [];
  try {
    for (let index = 0; index < count; index++)
      servers.push(await startServer({ command: 'start', folder, databaseUrl: cluster.url('postgres') }));
    const [first] = servers;
    if (!first) throw new Error('no server');
    let cookie = '';
    const setUp = await fetch(new URL('/api/setup', first.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Owner', email: 'owner@bench.test', password: PASSWORD }),
    });
    for (const header of setUp.headers.getSetCookie())
      if (header.startsWith('viva.session_token=')) cookie = header.split(';')[0] ?? '';
    const owner = clientOf([first.url], cookie);
    const { id: ownerId } = await owner.me();
    const template = await owner.createOpening({ body: { title: 'The template', kit: 'llm-engineer' } });
    const items = template.items.length;
    // At a million, today's panels have revealed twenty candidates each; the rest is history.
    const revealed = ratings >= 1e6 ? 20 : ratings >= 1e5 ? 2 : 0;
    const past = Math.max(
      1,
      Math.round(
        (ratings - TODAY.openings * revealed * TODAY.raters * items) /
          (PAST.candidates * PAST.raters * items),
      ),
    );
    let began = performance.now();
    const filled = await fill(
      driver,
      {
        template: template.id,
        lead: ownerId,
        past: { ...PAST, openings: past },
        today: { ...TODAY, revealed },
      },
      (step) => say(`  ${step}`),
    );
    await driver.script('VACUUM ANALYZE');
    const fillSeconds = (performance.now() - began) / 1000;
    say(`${filled} ratings in ${fillSeconds.toFixed(0)} s`);

    const secret = readFileSync(join(folder, 'secret'), 'utf8');
    const origins = servers.map(({ url }) => url);
    const cookieOf = (index: number): string => sessionCookie(filledToken(index + 1), secret);
    const openingOf = (index: number): string => filledOpening(past + 1 + Math.floor(index / TODAY.raters));

    slow.begin();
    // One caller and nobody else: what each route costs.
    const alone = new Latencies();
    const looking = {
      client: clientOf([first.url], cookie),
      openings: past + TODAY.openings,
      past,
      pauseMs: 0,
    };
    await lead({ ...looking, latencies: alone, rounds: ROUNDS, until: performance.now() + ALONE_MS });
    const someone = clientOf(origins, cookieOf(0));
    const { items: own } = await someone.listCandidates({
      params: { id: openingOf(0) },
      query: { limit: 50 },
    });
    const toScore = own.find(({ mine }) => mine === 'to-score')?.id ?? '';
    for (let round = 0; round < ROUNDS; round++) {
      const card = await alone.time('scorecard', () => someone.scorecard({ params: { id: toScore } }));
      const question = card?.questions[0]?.question ?? '';
      await alone.time('saveDraft', () =>
        someone.saveDraft({
          params: { id: toScore, question },
          body: {
            score: 1 + (round % 5),
            evidence: `Gave the bound on the error and an example of it, in round ${round}.`,
            notAsked: null,
            baseRevision: card?.drafts.find((draft) => draft.question === question)?.revision ?? 0,
          },
        }),
      );
    }
    say('measured alone');
    const latencies = new Latencies();
    const memory: number[] = [];
    const sampling = setInterval(() => memory.push(rss(first.pid)), 1000);
    const listening = new AbortController();
    const heard: (() => number)[] = [];
    for (let index = 0; index < Math.min(STREAMS, interviewers); index++) {
      const own = cookieOf(index);
      const opening = openingOf(index);
      const candidates = await clientOf(origins, own).listCandidates({
        params: { id: opening },
        query: { limit: 100 },
      });
      const candidate = candidates.items[revealed + (index % 5)]?.id;
      if (candidate) heard.push(hold(origins[index % count] ?? '', own, candidate, listening.signal));
    }
    began = performance.now();
    const until = began + seconds * 1000;
    await Promise.all([
      ...Array.from({ length: interviewers }, (_, index) => {
        return interview({
          client: clientOf(origins, cookieOf(index)),
          latencies,
          opening: openingOf(index),
          // A panel meets its candidates in one order.
          first: 0,
          pauseMs,
          until,
        });
      }),
      ...Array.from({ length: LEADS }, () =>
        lead({
          client: clientOf(origins, cookie),
          latencies,
          openings: past + TODAY.openings,
          past,
          pauseMs: pauseMs / 2,
          until,
        }),
      ),
    ]);
    const lasted = (performance.now() - began) / 1000;
    listening.abort();
    clearInterval(sampling);
    const routes = latencies.figures();
    say(`the day: ${routes.reduce((sum, route) => sum + route.count, 0)} requests in ${lasted.toFixed(0)} s`);

    // Without pauses: what share of the raw statement the server reaches.
    const burst = Math.max(5, Math.min(15, seconds / 4));
    const callers: ((until: number) => Promise<number>)[] = [];
    for (let index = 0; index < Math.min(CALLERS, interviewers); index++) {
      const which = interviewers - 1 - index;
      callers.push(await readyToSave(clientOf(origins, cookieOf(which)), openingOf(which), 20));
    }
    await Promise.all(callers.map((save) => save(performance.now() + 1000)));
    const start = performance.now();
    const counts = await Promise.all(callers.map((save) => save(start + burst * 1000)));
    const served = counts.reduce((sum, one) => sum + one, 0) / ((performance.now() - start) / 1000);
    await prepareRaw(driver);
    const saves = {
      served,
      driver: await rawByDriver(driver, burst),
      pgbench: await rawByPgbench(cluster.url('postgres'), Math.round(burst)),
    };
    return {
      ...options,
      filled,
      fillSeconds,
      alone: alone.figures(),
      routes,
      requestsPerSecond: routes.reduce((sum, route) => sum + route.count, 0) / lasted,
      complaints: [...latencies.complaints],
      memory,
      saves,
      events: heard.reduce((sum, asked) => sum + asked(), 0),
      slow: slow.slowest(),
    };
  } finally {
    for (const server of servers) await server.end('SIGTERM');
    await driver.close();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
