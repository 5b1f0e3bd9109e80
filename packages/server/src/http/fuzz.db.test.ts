/**
 * Malformed requests made from the OpenAPI document, as everybody: no fault, no leak, a problem document for every refusal,
 * and the server answers good requests afterwards. `VIVA_FUZZ=10000` makes more of them; `VIVA_FUZZ_SEED` others.
 * Transactions are undone, so that each request meets the same world and can be repeated alone by its number.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { scriptedModel } from '@viva/assistant';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAccessStage, PEOPLE, type Stage } from '../testing/access-stage.ts';
import { freshDatabase } from '../testing/database.ts';
import { dryRun } from '../testing/dry-run.ts';
import { type FuzzDocument, Fuzzer, randomOf } from '../testing/fuzz.ts';
import { openWorld, type World } from '../testing/world.ts';

const REQUESTS = Number(process.env.VIVA_FUZZ ?? 1500);
const SEED = Number(process.env.VIVA_FUZZ_SEED ?? 20261124);
/** Heap may grow by what is kept for good (compiled pages, caches), not with the number of requests. */
const MOST_GROWTH_MIB = 64;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let world: World;
let stage: Stage;
let fuzzer: Fuzzer;
/** What nobody but the colleague may ever be shown. */
const SECRET = 'zq-secret-evidence-of-the-colleague-zq';

beforeAll(async () => {
  const { driver, dry } = dryRun(await freshDatabase());
  world = await openWorld({ driver, openModel: () => scriptedModel(() => 'NOT_FOUND') });
  stage = await openAccessStage(world);
  const { candidate, question } = stage.subjects.scoring;
  await world.as(stage.people.colleague).saveDraft({
    params: { id: candidate, question },
    body: { score: 2, evidence: `${SECRET} ${'x'.repeat(40)}`, notAsked: null, baseRevision: 1 },
  });
  await world.as(stage.people.colleague).saveNote({
    params: { id: candidate },
    body: { body: SECRET, baseRevision: 0 },
  });
  dry.on = true;
  const document = (await (await world.request(undefined, '/api/openapi.json')).json()) as FuzzDocument;
  const subjects = Object.values(stage.subjects);
  const openings = subjects.map(({ opening }) => opening);
  const candidates = subjects.map((one) => one.candidate);
  const known: Record<string, readonly string[]> = {
    id: [...candidates, ...openings],
    seatId: subjects.map(({ seat }) => seat),
    personId: Object.values(stage.people).map(({ id }) => id),
    question: [...subjects.map((one) => one.question), stage.retired],
    kit: ['llm-engineer'],
    family: [...world.context.bank.calibrations.keys()],
    version: ['0', '1'],
    session: [stage.session],
    opening: openings,
    candidate: candidates,
  };
  for (const path of Object.keys(document.paths)) {
    const ids = path.startsWith('/api/openings')
      ? openings
      : path.startsWith('/api/candidates')
        ? candidates
        : path.startsWith('/api/sessions')
          ? Object.values(stage.sessions)
          : path.startsWith('/api/ratings')
            ? subjects.map(({ rating }) => rating)
            : path.startsWith('/api/authoring')
              ? Object.values(stage.proposals).map(({ id }) => id)
              : path.startsWith('/api/chats')
                ? [stage.chat]
                : path.startsWith('/api/practices')
                  ? [stage.practice]
                  : path.startsWith('/api/me/passkeys')
                    ? [stage.passkey]
                    : path.startsWith('/api/people')
                      ? [stage.spare.id, stage.invited]
                      : undefined;
    if (ids) known[`${path} id`] = ids;
  }
  // Not JSON, so not in the document.
  for (const path of [
    '/api/openings/{id}/export.csv',
    '/api/bank/export/{format}',
    '/read/{locale}/{page}',
    '/api/docs',
    '/api/openapi.json',
  ])
    document.paths[path] = { get: {} };
  document.paths['/api/bank/import'] = { post: {} };
  fuzzer = new Fuzzer(document, known);
});
afterAll(() => world.close());

/** Signs of our insides: files, statements, tables, classes, the secret that signs cookies, a password's hash. */
const INSIDES =
  /\.(ts|js|mjs):\d+|\bat (async )?[\w.<>]+ \(|node_modules|node:internal|DatabaseError|Drizzle|Failed query|viva_auth\.|\bviva\.\w+ |relation "|syntax error at|SQLSTATE|a secret of the tests|[0-9a-f]{32}:[0-9a-f]{64}/;

it(`${REQUESTS} malformed requests bring no fault and no leak`, { timeout: 3_600_000 }, async () => {
  const wrong: string[] = [];
  const statuses = new Map<number, number>();
  const who = randomOf(SEED);
  let heap = 0;
  for (let number = 0; number < REQUESTS; number++) {
    const at = Math.floor(who() * (PEOPLE.length + 1));
    const name = PEOPLE[at];
    const { kind, method, path, headers, body } = fuzzer.request(SEED, number);
    const abort = new AbortController();
    const faults = world.faults.length;
    const response = await world.request(name ? stage.people[name] : undefined, path, {
      method,
      headers,
      signal: abort.signal,
      ...(body === undefined ? {} : { body }),
    });
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    const type = response.headers.get('content-type') ?? '';
    const stream = type.startsWith('text/event-stream');
    if (stream) abort.abort();
    const text = stream ? '' : await response.text();
    const fail = (what: string) =>
      wrong.push(
        `#${number} ${name ?? 'anonymous'} ${method} ${path.slice(0, 200)} [${kind}] ${response.status}: ${what}\n   ${(body ?? '').slice(0, 300)}`,
      );
    // 502 is the language model's: this one answers nothing that a review could use.
    const fromModel = response.status === 502;
    if ((response.status >= 500 && !fromModel) || world.faults.length > faults)
      fail(
        `fault ${String(world.faults.at(-1))} ${String((world.faults.at(-1) as Error | undefined)?.cause)}`,
      );
    if (response.status >= 400 && method !== 'HEAD') {
      if (!type.startsWith('application/problem+json')) fail(`refused in ${type}`);
      else {
        const problem = JSON.parse(text) as { status: number; code: string; detail: string };
        if (problem.status !== response.status || !problem.code || !problem.detail)
          fail('a poor problem document');
      }
    }
    const inside = INSIDES.exec(text);
    if (inside && response.status >= 400) fail(`shows its insides: ${inside[0]}`);
    if (name !== 'colleague' && text.includes(SECRET)) fail('shows what is sealed');
    if (wrong.length > 30) break;
    if (number === Math.floor(REQUESTS / 3)) {
      collect();
      heap = process.memoryUsage().heapUsed;
    }
  }
  expect(wrong.join('\n')).toBe('');
  collect();
  const growth = (process.memoryUsage().heapUsed - heap) / 2 ** 20;
  console.log(
    `   fuzz: ${REQUESTS} requests, seed ${SEED}, heap ${growth.toFixed(1)} MiB more over the last two thirds; ${[
      ...statuses,
    ]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', ')}`,
  );
  expect(growth).toBeLessThan(MOST_GROWTH_MIB);
  // Enough of them got past the first check, and enough were refused.
  expect(statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 100);
  expect(statuses.get(400) ?? 0).toBeGreaterThan(REQUESTS / 10);

  // And the server does its work.
  const { candidate, question } = stage.subjects.scoring;
  const saved = await world.as(stage.people.colleague).saveDraft({
    params: { id: candidate, question },
    body: { score: 3, evidence: 'Still here, and still saving.', notAsked: null, baseRevision: 2 },
  });
  expect(saved.revision).toBe(3);
});
