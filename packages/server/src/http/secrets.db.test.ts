/**
 * Secrets stay where they belong: a play of every route with marked passwords, tokens, cookies, codes, evidence and notes,
 * after which neither the output of the process, nor the audit log, nor a fault carries any of them; identifiers are
 * unguessable; tokens are kept as digests.
 */
import { scriptedModel } from '@viva/assistant';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, type RouteName, STATES } from '../contract/access.ts';
import { type Place, requestFor } from '../testing/access-requests.ts';
import { openAccessStage, type Stage } from '../testing/access-stage.ts';
import { browserOn } from '../testing/browser.ts';
import { freshDatabase } from '../testing/database.ts';
import { openWorld, type World } from '../testing/world.ts';
import { createApp } from './app.ts';

const MARK = 'canary';
const PASSWORD = `${MARK}-password-0123456789`;
let world: World;
let stage: Stage;
let said = '';
/** What must never be seen again; more are added as they are made. */
const secrets = [PASSWORD, `${MARK}-wrong-password`, `${MARK}-evidence`, `${MARK}-note`];
const bodies: string[] = [];
let restore: () => void = () => undefined;

/** Everything that the process prints, by whatever way. */
function listen(): () => void {
  const outputs = [process.stdout, process.stderr] as const;
  const before = outputs.map((output) => output.write.bind(output));
  for (const output of outputs)
    output.write = ((chunk: string | Uint8Array) => {
      said += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      return true;
    }) as typeof output.write;
  const consoles = (['log', 'info', 'warn', 'error', 'debug'] as const).map(
    (name) => [name, console[name]] as const,
  );
  for (const [name] of consoles)
    console[name] = (...parts: unknown[]) => {
      said += `${parts.map((part) => (part instanceof Error ? `${part.stack}${String(part.cause)}` : JSON.stringify(part))).join(' ')}\n`;
    };
  return () => {
    for (const [at, output] of outputs.entries()) {
      const write = before[at];
      if (write) output.write = write;
    }
    for (const [name, original] of consoles) console[name] = original;
  };
}

beforeAll(async () => {
  world = await openWorld({
    driver: await freshDatabase(),
    openModel: () => scriptedModel(() => 'NOT_FOUND'),
  });
  stage = await openAccessStage(world);
  restore = listen();
  const app = createApp({
    context: world.context,
    // As the server logs a fault (serve.ts): the error with its stack, the method and the path without its query.
    onFault: (error, request) => console.error(error, request.method, new URL(request.url).pathname),
  });
  const { path } = await world
    .as(stage.people.lead)
    .invitePerson({ body: { name: 'Canary', email: 'canary@viva.test', role: 'interviewer' } });
  const token = path.replace('/join/', '');
  const browser = browserOn(app);
  await browser.acceptInvitation({ params: { token }, body: { password: PASSWORD } });
  const { secret, backupCodes } = await browser.beginEnrolment({ body: { password: PASSWORD } });
  for (const body of [{ email: 'canary@viva.test', password: secrets[1] ?? '' }])
    await browser.signIn({ body }).catch(() => undefined);
  secrets.push(token, secret, ...backupCodes, ...browser.jar.values());
  const { candidate, question } = stage.subjects.scoring;
  const rater = world.as(stage.people.panelist);
  await rater.saveDraft({
    params: { id: candidate, question },
    body: { score: 4, evidence: `${MARK}-evidence ${'x'.repeat(60)}`, notAsked: null, baseRevision: 1 },
  });
  await rater.saveNote({ params: { id: candidate }, body: { body: `${MARK}-note`, baseRevision: 0 } });

  // Every route, by the lead and by the panelist, in several states; with a marked token where one could be read.
  const family = [...world.context.bank.calibrations.keys()][0] ?? '';
  for (const state of STATES)
    for (const who of [stage.people.lead, stage.people.panelist])
      for (const name of Object.keys(ACCESS) as RouteName[]) {
        if (name === 'lockEvents' || /^(closeOpening|eraseCandidate|removeAssistant)$/.test(name)) continue;
        const place: Place = { state, session: 'scheduled', move: 'start', proposal: 'draft' };
        const {
          method,
          path: address,
          headers = {},
          body,
        } = requestFor(name, stage, place, { family, answers: [], practice: [] });
        const response = await world.request(who, address, {
          method,
          headers: {
            ...headers,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            cookie: `viva.session_token=${MARK}-cookie`,
            authorization: `Bearer ${MARK}-bearer`,
          },
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body).replaceAll('correct horse battery', PASSWORD) }),
        });
        if ((response.headers.get('content-type') ?? '').includes('json')) bodies.push(await response.text());
        else await response.body?.cancel();
      }
  secrets.push(`${MARK}-cookie`, `${MARK}-bearer`);
  restore();
});
afterAll(async () => {
  restore();
  await world.close();
});

const seen = (text: string): string[] => secrets.filter((secret) => text.includes(secret));

it('nothing that the process printed carries a secret', () => {
  expect(secrets.length).toBeGreaterThan(15);
  expect(bodies.length).toBeGreaterThan(500);
  expect(seen(said)).toEqual([]);
  expect(said).not.toContain(MARK);
});

it('nor does the audit log, which all leads read', async () => {
  const { rows } = await world.context.store.driver.transaction(async (run) => {
    await run('SET LOCAL ROLE viva_owner');
    return run('SELECT action, subject, detail FROM viva.audit');
  });
  expect(rows.length).toBeGreaterThan(100);
  expect(seen(JSON.stringify(rows))).toEqual([]);
});

it('nor does a fault that names what the database was asked', async () => {
  const broken = createApp({
    context: {
      ...world.context,
      store: {
        ...world.context.store,
        as: (id, work) =>
          world.context.store.as(id, async (tables) => {
            await tables.execute('SELECT 1');
            await work(tables);
            throw new Error('a fault of our own');
          }),
      },
    },
    identify: async () => stage.people.panelist,
    onFault: (error) => {
      said = String((error as Error).stack);
    },
  });
  const { candidate } = stage.subjects.scoring;
  const response = await broken.fetch(
    new Request(`http://viva.test/api/candidates/${candidate}/scorecard/note`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ body: `${MARK}-note`, baseRevision: 1 }),
    }),
  );
  expect(response.status).toBe(500);
  expect(await response.text()).not.toMatch(/a fault of our own|\.ts|canary/);
  expect(said).toContain('a fault of our own');
  expect(seen(said)).toEqual([]);
});

describe('identifiers', () => {
  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  /** Every value under a key that names an identifier. */
  function idsIn(value: unknown, key: string, found: [string, unknown][]): void {
    if (Array.isArray(value)) for (const item of value) idsIn(item, key, found);
    else if (value && typeof value === 'object')
      for (const [name, item] of Object.entries(value)) {
        if (/^id$|Id$/.test(name) && item !== null && typeof item !== 'object') found.push([name, item]);
        idsIn(item, name, found);
      }
  }

  it('of rows are random UUIDs, and no response numbers anything', () => {
    const found: [string, unknown][] = [];
    for (const body of bodies) idsIn(JSON.parse(body), '', found);
    expect(found.length).toBeGreaterThan(1_000);
    const numbers = found.filter(([, value]) => typeof value === 'number' || /^\d+$/.test(String(value)));
    expect(numbers).toEqual([]);
    // Names that people chose (questions, kits, competencies) are words; whatever looks like a UUID is a random one.
    const hex = found.map(([, value]) => String(value)).filter((value) => /^[0-9a-f-]{36}$/.test(value));
    expect(hex.every((value) => UUID.test(value) && value[14] === '4')).toBe(true);
    expect(new Set(hex).size).toBeGreaterThan(20);
  });

  it('have no default that counts: no table of ours has a sequence but the audit log’s order', async () => {
    const { rows } = await world.context.store.driver.transaction((run) =>
      run(`SELECT table_schema || '.' || table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema IN ('viva', 'viva_auth') AND (is_identity = 'YES' OR column_default LIKE 'nextval%')`),
    );
    expect(rows).toEqual([]);
  });

  it('of links are digests in the database', async () => {
    const { rows } = await world.context.store.driver.transaction((run) =>
      run('SELECT token_hash FROM viva.invitation'),
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const [hash] of rows) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });
});
