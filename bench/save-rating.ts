/**
 * How long it takes to save a draft rating while 50 interviewers save at once, over HTTP, with sessions, validation
 * and row-level security; and, in the same run, how fast the database alone takes the same row.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../packages/cli/src/testing/server-process.ts';
import { type Client, createClient } from '../packages/server/src/client.ts';
import type { Driver } from '../packages/server/src/store/driver.ts';
import { openPglite } from '../packages/server/src/store/pglite.ts';
import { openPostgres } from '../packages/server/src/store/postgres.ts';
import { findPostgres, startCluster } from '../packages/server/src/testing/cluster.ts';

/** A panel has at most thirty seats. */
const PANEL = 25;
const RATERS = 50;
const SAVES = Number(process.argv[2] ?? 60);
const PASSWORD = 'a password for the bench';

const percentile = (sorted: number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

interface Figures {
  perSecond: number;
  p50: number;
  p99: number;
}

/** Fifty callers, each with one call under way at a time. */
async function measure(callers: ((round: number) => Promise<unknown>)[], rounds: number): Promise<Figures> {
  const times: number[] = [];
  const began = performance.now();
  await Promise.all(
    callers.map(async (call) => {
      for (let round = 0; round < rounds; round++) {
        const start = performance.now();
        await call(round);
        times.push(performance.now() - start);
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  return { perSecond: times.length / seconds, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/** The same row, straight into the database: no HTTP, no session, no row-level security; one statement a transaction. */
async function raw(driver: Driver): Promise<Figures> {
  await driver.script(`CREATE TABLE bench_draft (candidate uuid, rater uuid, question text, score smallint, evidence text, revision int,
    saved_at timestamptz, PRIMARY KEY (candidate, rater, question))`);
  const candidate = crypto.randomUUID();
  const callers = Array.from({ length: RATERS }, () => {
    const rater = crypto.randomUUID();
    return (round: number) =>
      driver.transaction((run) =>
        run(
          `INSERT INTO bench_draft VALUES ($1, $2, $3, $4, $5, 1, now()) ON CONFLICT (candidate, rater, question)
           DO UPDATE SET score = excluded.score, evidence = excluded.evidence, revision = bench_draft.revision + 1, saved_at = excluded.saved_at`,
          [
            candidate,
            rater,
            `question-${round % 8}`,
            1 + (round % 5),
            `evidence of round ${round}, long enough to count as evidence.`,
          ],
        ),
      );
  });
  await measure(callers, 5);
  return measure(callers, SAVES);
}

function signedIn(origin: string): Client {
  let cookie = '';
  return createClient({
    origin,
    fetch: async (request) => {
      if (cookie) request.headers.set('cookie', cookie);
      const response = await fetch(request);
      for (const header of response.headers.getSetCookie())
        if (header.startsWith('viva.session_token=')) cookie = header.split(';')[0] ?? '';
      return response;
    },
  });
}

async function product(folder: string, databaseUrl: string | undefined): Promise<Figures> {
  const server = await startServer({ command: 'start', folder, databaseUrl });
  const origin = server.url;
  try {
    const owner = signedIn(origin);
    await owner.createOwner({ body: { name: 'Owner', email: 'owner@bench.test', password: PASSWORD } });
    const openings = await Promise.all(
      Array.from({ length: Math.ceil(RATERS / PANEL) }, (_, index) =>
        owner.createOpening({ body: { title: `Bench ${index}`, kit: 'llm-engineer' } }),
      ),
    );
    const raters: Client[] = [];
    for (let index = 0; index < RATERS; index++) {
      const { path, person } = await owner.invitePerson({
        body: { name: `Rater ${index}`, email: `r${index}@bench.test`, role: 'interviewer' },
      });
      const rater = signedIn(origin);
      await rater.acceptInvitation({
        params: { token: path.replace('/join/', '') },
        body: { password: PASSWORD },
      });
      await owner.appoint({
        params: { id: openings[Math.floor(index / PANEL)]?.id ?? '' },
        body: { personId: person.id, waiver: 'The bench waives it.' },
      });
      raters.push(rater);
    }
    const candidates: string[] = [];
    for (const { id } of openings) {
      await owner.openOpening({ params: { id } });
      candidates.push((await owner.addCandidate({ params: { id }, body: { name: 'Candidate' } })).id);
    }
    const questions = openings[0]?.items.map(({ question }) => question) ?? [];
    const callers = raters.map((rater, index) => {
      const id = candidates[Math.floor(index / PANEL)] ?? '';
      const revisions = new Map<string, number>();
      let count = 0;
      return async () => {
        const round = count++;
        const question = questions[round % questions.length] ?? '';
        const { revision } = await rater.saveDraft({
          params: { id, question },
          body: {
            score: 1 + (round % 5),
            evidence: `evidence of round ${round}, long enough to count as evidence.`,
            notAsked: null,
            baseRevision: revisions.get(question) ?? 0,
          },
        });
        revisions.set(question, revision);
      };
    });
    await measure(callers, 5);
    return await measure(callers, SAVES);
  } finally {
    await server.end('SIGTERM');
  }
}

const row = (name: string, { perSecond, p50, p99 }: Figures) =>
  console.log(`| ${name} | ${perSecond.toFixed(0)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} |`);

console.log(
  `${RATERS} raters at once, ${SAVES} saves each\n\n| | saves/s | p50 ms | p99 ms |\n| --- | --- | --- | --- |`,
);
const compare = async (name: string, open: () => Promise<Driver>, url?: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'viva-bench-'));
  const driver = await open();
  const alone = await raw(driver);
  await driver.close();
  row(`${name}, raw statement`, alone);
  const served = await product(folder, url);
  row(`${name}, through Viva`, served);
  console.log(
    `| ratio | ${(served.perSecond / alone.perSecond).toFixed(2)} | ${(served.p50 / alone.p50).toFixed(1)} | ${(served.p99 / alone.p99).toFixed(1)} |`,
  );
  rmSync(folder, { recursive: true, force: true });
};
const data = mkdtempSync(join(tmpdir(), 'viva-bench-raw-'));
await compare('PGlite in a folder', () => openPglite({ folder: data }));
rmSync(data, { recursive: true, force: true });
if (findPostgres()) {
  const cluster = await startCluster({ durable: true });
  await compare(
    'PostgreSQL, durable',
    () => openPostgres({ url: cluster.url('postgres') }),
    cluster.url('postgres'),
  );
  await cluster.stop();
} else console.log('PostgreSQL is not installed: left out.');
