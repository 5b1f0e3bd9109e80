/**
 * The table of access, walked completely: every route × every person × every state that it depends on. Each request is
 * made for real and undone (`dryRun`), so that one world serves them all. The server must answer what the table says.
 */
import { type ScriptedModel, scriptedModel } from '@viva/assistant';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ACCESS,
  type Access,
  PROPOSAL_STATES,
  type RouteName,
  SESSION_MOVES,
  SESSION_STATES,
  STATES,
} from '../contract/access.ts';
import type { Route } from '../contract/route.ts';
import { routes } from '../contract/routes.ts';
import { type CalibrationAnswers, type Place, requestFor } from '../testing/access-requests.ts';
import { openAccessStage, PEOPLE, type Someone, STRANGERS, type Stage } from '../testing/access-stage.ts';
import { verdictOf } from '../testing/access-verdict.ts';
import { freshDatabase } from '../testing/database.ts';
import { dryRun } from '../testing/dry-run.ts';
import { startSession } from '../testing/sessions.ts';
import { openWorld, type World } from '../testing/world.ts';

let world: World;
let stage: Stage;
let dry: { on: boolean };
let calibration: CalibrationAnswers;
/** The cookie of the owner's session that was revoked. */
let revoked = '';
let walked = 0;

/** Answers everything that the assistant asks: the walk is about who may ask. */
const model: ScriptedModel = scriptedModel((messages) =>
  JSON.stringify(messages).includes('anchors')
    ? JSON.stringify({
        anchors: [{ anchor: 5, status: 'met', quotes: ['a scale and a zero point'], lacking: '' }],
        probes: [],
      })
    : 'NOT_FOUND',
);

beforeAll(async () => {
  const wrapped = dryRun(await freshDatabase());
  dry = wrapped.dry;
  world = await openWorld({ driver: wrapped.driver, openModel: () => model });
  stage = await openAccessStage(world);
  const [set] = world.context.bank.calibrations.values();
  calibration = {
    family: set?.family ?? '',
    answers: (set?.transcripts ?? []).map(({ id }) => ({ transcript: id, score: 3 })),
    practice: (set?.practice ?? []).map(({ id }) => ({ transcript: id, score: 3 })),
  };
  const session = await startSession(world, stage.people.owner);
  revoked = session.cookie;
  expect((await world.request(undefined, '/api/me', { headers: { cookie: revoked } })).status).toBe(200);
  await session.revoke();
  dry.on = true;
});
afterAll(async () => {
  expect(world.faults).toEqual([]);
  console.log(`   access: ${walked} requests walked`);
  await world.close();
});

/** What the table depends on: 409s by state, and what is there only in some states. */
function placesOf({ of, unless }: Access): Place[] {
  const here: Place = { state: 'scoring', session: 'scheduled', move: 'start', proposal: 'draft' };
  if (of === 'session')
    return SESSION_STATES.flatMap((session) =>
      (Object.keys(SESSION_MOVES) as (keyof typeof SESSION_MOVES)[]).map((move) => ({
        ...here,
        session,
        move,
      })),
    );
  if (of === 'proposal') return unless ? PROPOSAL_STATES.map((proposal) => ({ ...here, proposal })) : [here];
  if (of === undefined || of === 'own') return [here];
  // Without conflicts a state decides only who has held a seat, and what is revealed.
  const states = unless || of === 'rating' ? STATES : (['draft', 'scoring', 'revealed', 'closed'] as const);
  return states.map((state) => ({ ...here, state }));
}

/** What a request that is let through may still meet: there is nothing to do, or no such thing, for anybody. */
const OTHERWISE: Partial<Record<RouteName, string>> = {
  createOwner: 'owner-exists',
  signIn: 'wrong-credentials',
  invitation: 'no-invitation',
  acceptInvitation: 'no-invitation',
  bankExport: 'not-found',
  bankImport: 'import-too-large',
  // Nobody of the walk has a password: what these do is in `account-security.db.test.ts`.
  signInWithPasskey: 'passkey-refused',
  signInWithSecondFactor: 'sign-in-again',
  changePassword: 'wrong-password',
  beginEnrolment: 'wrong-password',
  confirmEnrolment: 'wrong-code',
  renewBackupCodes: 'wrong-password',
  removeSecondFactor: 'wrong-password',
  beginPasskey: 'wrong-password',
  addPasskey: 'passkey-refused',
  // Nor a link to one's data, nor asked for anything, nor typed the name of whoever is to be erased.
  openDataLink: 'no-link',
  heldDataByLink: 'no-access',
  heldDataPdfByLink: 'no-access',
  askPrivacyByLink: 'no-access',
  decidePrivacyRequest: 'not-found',
  eraseCandidate: 'not-confirmed',
};

async function ask(
  name: RouteName,
  who: Someone | (typeof STRANGERS)[number],
  place: Place,
): Promise<string> {
  walked++;
  const { method, path, headers, body } = requestFor(name, stage, place, calibration);
  const person = who === 'anonymous' || who === 'revoked' ? undefined : stage.people[who];
  const abort = new AbortController();
  const response = await world.request(person, path, {
    method,
    signal: abort.signal,
    headers: {
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(who === 'revoked' ? { cookie: revoked } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) {
    // The event stream would go on.
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) abort.abort();
    await response.body?.cancel();
    return 'pass';
  }
  const { code } = (await response.json()) as { code: string };
  if (code === OTHERWISE[name]) return 'pass';
  return [401, 403, 404].includes(response.status) ? String(response.status) : code;
}

const names = Object.keys(ACCESS) as RouteName[];

it('names every route of the contract, and agrees with it on which are open', () => {
  for (const [name, { open }] of Object.entries(routes) as [keyof typeof routes, Route][]) {
    expect(ACCESS, name).toHaveProperty(name);
    expect(open, name).toBe(ACCESS[name].who === 'anyone');
  }
});

describe.each(names)('%s', (name) => {
  it('answers everybody what the table says', async () => {
    const access: Access = ACCESS[name];
    const wrong: string[] = [];
    for (const place of placesOf(access))
      for (const who of [...PEOPLE, ...STRANGERS]) {
        const promised = String(verdictOf(name, access, who, place));
        const got = await ask(name, who, place);
        if (got !== promised)
          wrong.push(`${who} in ${Object.values(place).join('/')}: ${got}, the table says ${promised}`);
      }
    expect(wrong).toEqual([]);
  });
});

it('keeps whoever has to set up a second factor from everything but doing so', async () => {
  const { owner } = stage.people;
  owner.mustEnrol = true;
  const place: Place = { state: 'scoring', session: 'scheduled', move: 'start', proposal: 'draft' };
  for (const name of names) {
    const { who, enrolling }: Access = ACCESS[name];
    const { method, path, headers = {}, body } = requestFor(name, stage, place, calibration);
    const response = await world.request(owner, path, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const code = response.ok ? '' : ((await response.json()) as { code: string }).code;
    expect([name, code === 'second-factor-required']).toEqual([name, who !== 'anyone' && !enrolling]);
  }
  delete owner.mustEnrol;
});
