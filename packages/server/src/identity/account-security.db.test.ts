/** Second factors, sessions, lockout and limits, with real cookies and passwords, through the API. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiError } from '../client.ts';
import { eventsPath } from '../contract/routes.ts';
import { createApp } from '../http/app.ts';
import { browserOn } from '../testing/browser.ts';
import { freshDatabase } from '../testing/database.ts';
import { startSession } from '../testing/sessions.ts';
import { openPanel, openWorld, type World } from '../testing/world.ts';
import { FIRST_LOCK_SECONDS, FREE_FAILURES, LIMITS, lockSeconds, takeAttempt } from './attempts.ts';

const PASSWORD = 'correct horse battery';
const EMAIL = 'owner@viva.test';
let world: World;
let app: ReturnType<typeof createApp>;
/** Seconds that the world's clock is ahead. Codes go by the machine's clock. */
let ahead = 0;
/** Where that clock stands still, for texts that tell how long is left. */
let still: number | undefined;
const open = () => browserOn(app);

beforeAll(async () => {
  world = await openWorld({
    driver: await freshDatabase(),
    clock: () => new Date((still ?? Date.now()) + ahead * 1000),
  });
  app = createApp({ context: world.context, onFault: (error) => world.faults.push(error) });
  await open().createOwner({ body: { name: 'Owner', email: EMAIL, password: PASSWORD, locale: 'en' } });
});
afterAll(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: ApiError) => error.code,
  );
/** The code that an authenticator app shows (RFC 6238), so many periods from now. */
function codeAt(uri: string, periods = 0): string {
  const letters = [...(new URL(uri).searchParams.get('secret') ?? '')];
  const bits = letters
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + periods));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = (mac[19] ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

describe('sessions', () => {
  it('can be listed, ended one by one and all at once, and end at that moment', async () => {
    const [here, phone, library] = [open(), open(), open()];
    for (const one of [here, phone, library])
      await one.signIn({ body: { email: EMAIL, password: PASSWORD } });
    const { sessions } = await here.accountSecurity();
    expect(sessions.length).toBeGreaterThanOrEqual(3);
    expect(sessions.filter(({ current }) => current)).toHaveLength(1);
    const theirs = (await phone.accountSecurity()).sessions.find(({ current }) => current);
    await here.endSession({ params: { session: theirs?.id ?? '' } });
    await expect(phone.me()).rejects.toMatchObject({ status: 401 });
    expect(await codeOf(here.endSession({ params: { session: theirs?.id ?? '' } }))).toBe('not-found');
    expect(await library.me()).toMatchObject({ email: EMAIL });
    const left = await here.endOtherSessions();
    expect(left.sessions.map(({ current }) => current)).toEqual([true]);
    await expect(library.me()).rejects.toMatchObject({ status: 401 });
  });

  it('end their event streams too: what happens after is told to nobody', async () => {
    const lead = await world.addPerson('Stream', 'lead');
    const { openingId } = await openPanel(world, lead, [lead]);
    const { id } = await world
      .as(lead)
      .addCandidate({ params: { id: openingId }, body: { name: 'Somebody' } });
    const session = await startSession(world, lead);
    const { body } = await app.fetch(
      new Request(`http://viva.test${eventsPath(id)}`, { headers: { cookie: session.cookie } }),
    );
    const reader = body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value as Uint8Array)).toContain('event: locks');
    await session.revoke();
    await world.as(lead).withdrawCandidate({
      params: { id },
      body: { reason: 'So that there is something to tell.' },
    });
    expect(await reader?.read()).toMatchObject({ done: true });
  });

  it('all end but this one when the password changes, which needs the present one', async () => {
    const [here, there] = [open(), open()];
    for (const one of [here, there]) await one.signIn({ body: { email: EMAIL, password: PASSWORD } });
    const next = 'another horse battery';
    expect(await codeOf(here.changePassword({ body: { current: 'not the present', next } }))).toBe(
      'wrong-password',
    );
    await here.changePassword({ body: { current: PASSWORD, next } });
    await expect(there.me()).rejects.toMatchObject({ status: 401 });
    expect(await here.me()).toMatchObject({ email: EMAIL });
    await here.changePassword({ body: { current: next, next: PASSWORD } });
  });
});

describe('a second factor', () => {
  let uri = '';
  let backupCodes: string[] = [];

  it('is set up with the password and a code, and until then does not count', async () => {
    const owner = open();
    await owner.signIn({ body: { email: EMAIL, password: PASSWORD } });
    expect(await codeOf(owner.beginEnrolment({ body: { password: 'not the password' } }))).toBe(
      'wrong-password',
    );
    const begun = await owner.beginEnrolment({ body: { password: PASSWORD } });
    expect(begun.uri).toMatch(/^otpauth:\/\/totp\/Viva/);
    expect(begun.backupCodes).toHaveLength(10);
    // Not confirmed: a password is still enough.
    expect(await codeOf(open().signIn({ body: { email: EMAIL, password: PASSWORD } }))).toBe('done');
    expect(await codeOf(owner.confirmEnrolment({ body: { code: '000000' } }))).toBe('wrong-code');
    const confirmed = await owner.confirmEnrolment({ body: { code: codeAt(begun.uri) } });
    expect(confirmed.secondFactor).toEqual({ enabled: true, backupCodes: 10 });
    expect(await owner.me()).toMatchObject({ email: EMAIL });
    ({ uri, backupCodes } = begun);
  });

  it('leaves a right password without a session until the code is right, and a code works once', async () => {
    const owner = open();
    expect(await codeOf(owner.signIn({ body: { email: EMAIL, password: PASSWORD } }))).toBe(
      'second-factor-needed',
    );
    // Whatever cookies there are now: none of them is a session, here or at better-auth.
    await expect(owner.me()).rejects.toMatchObject({ status: 401 });
    expect([...owner.jar.keys()].filter((name) => name.includes('session_token'))).toEqual([]);
    expect(await codeOf(owner.signInWithSecondFactor({ body: { code: '000000' } }))).toBe('wrong-code');
    const code = codeAt(uri, 1);
    expect(await owner.signInWithSecondFactor({ body: { code } })).toMatchObject({ email: EMAIL });
    expect(await owner.me()).toMatchObject({ email: EMAIL });
    const other = open();
    await codeOf(other.signIn({ body: { email: EMAIL, password: PASSWORD } }));
    expect(await codeOf(other.signInWithSecondFactor({ body: { code } }))).toBe('wrong-code');
    await expect(other.me()).rejects.toMatchObject({ status: 401 });
  });

  it('can be replaced by a backup code, once each', async () => {
    const [code = ''] = backupCodes;
    const owner = open();
    await codeOf(owner.signIn({ body: { email: EMAIL, password: PASSWORD } }));
    await owner.signInWithSecondFactor({ body: { code } });
    expect((await owner.accountSecurity()).secondFactor.backupCodes).toBe(9);
    const other = open();
    await codeOf(other.signIn({ body: { email: EMAIL, password: PASSWORD } }));
    expect(await codeOf(other.signInWithSecondFactor({ body: { code } }))).toBe('wrong-code');
    const renewed = await owner.renewBackupCodes({ body: { password: PASSWORD } });
    expect(renewed.backupCodes).toHaveLength(10);
    expect(await codeOf(other.signInWithSecondFactor({ body: { code: backupCodes[1] ?? '' } }))).toBe(
      'wrong-code',
    );
    expect(await codeOf(other.signInWithSecondFactor({ body: { code: renewed.backupCodes[0] ?? '' } }))).toBe(
      'done',
    );
  });

  it('needs the password before it, and ends after five wrong codes', async () => {
    expect(await codeOf(open().signInWithSecondFactor({ body: { code: codeAt(uri) } }))).toBe(
      'sign-in-again',
    );
    const guesser = open();
    await codeOf(guesser.signIn({ body: { email: EMAIL, password: PASSWORD } }));
    const codes: string[] = [];
    for (let guess = 0; guess < 7; guess++)
      codes.push(await codeOf(guesser.signInWithSecondFactor({ body: { code: `10000${guess}` } })));
    expect(codes.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'wrong-code'));
    expect(codes.slice(5)).toEqual(['sign-in-again', 'sign-in-again']);
  });

  it('may be required of owner and leads, once the owner has one: they can then do nothing else first', async () => {
    const owner = open();
    await codeOf(owner.signIn({ body: { email: EMAIL, password: PASSWORD } }));
    await owner.signInWithSecondFactor({ body: { code: codeAt(uri, -1) } });
    const join = async (name: string, role: 'lead' | 'interviewer') => {
      const { path } = await owner.invitePerson({ body: { name, email: `${name}@viva.test`, role } });
      const browser = open();
      const token = path.replace('/join/', '');
      await browser.acceptInvitation({ params: { token }, body: { password: PASSWORD } });
      return browser;
    };
    const lead = await join('lea', 'lead');
    const interviewer = await join('ivy', 'interviewer');
    expect(await codeOf(lead.listOpenings())).toBe('done');
    await owner.setSecurityPolicy({ body: { secondFactor: 'leads' } });
    expect(await lead.securityPolicy().catch((error: ApiError) => error.code)).toBe('second-factor-required');
    expect(await codeOf(lead.listOpenings())).toBe('second-factor-required');
    expect(await lead.me()).toMatchObject({ mustEnrol: true });
    expect(await codeOf(interviewer.listOpenings())).toBe('done');
    expect(await codeOf(owner.listOpenings())).toBe('done');
    expect(await codeOf(owner.removeSecondFactor({ body: { password: PASSWORD } }))).toBe(
      'second-factor-required',
    );
    const begun = await lead.beginEnrolment({ body: { password: PASSWORD } });
    expect((await lead.confirmEnrolment({ body: { code: codeAt(begun.uri) } })).required).toBe(true);
    expect(await codeOf(lead.listOpenings())).toBe('done');
    await owner.setSecurityPolicy({ body: { secondFactor: 'nobody' } });
    expect((await owner.removeSecondFactor({ body: { password: PASSWORD } })).secondFactor.enabled).toBe(
      false,
    );
    expect(await codeOf(open().signIn({ body: { email: EMAIL, password: PASSWORD } }))).toBe('done');
    expect(await codeOf(owner.setSecurityPolicy({ body: { secondFactor: 'leads' } }))).toBe('enrol-first');
  });
});

describe('lockout', () => {
  it('grows with every further failure, up to an hour', () => {
    expect([1, 4, 5, 6, 7, 11, 12, 13, 500].map(lockSeconds)).toEqual([
      0, 0, 30, 60, 120, 1920, 3600, 3600, 3600,
    ]);
  });

  it('tells nobody whether there is such an account, and refuses a right password too', async () => {
    const tell = async (email: string) => {
      const said: unknown[] = [];
      for (let failure = 0; failure <= FREE_FAILURES; failure++)
        said.push(
          await open()
            .signIn({ body: { email, password: 'not the password' } })
            .catch((error: ApiError) => [error.status, error.problem]),
        );
      return said;
    };
    still = Date.now();
    const known = await tell(EMAIL);
    expect(known).toEqual(await tell('nobody@viva.test'));
    still = undefined;
    expect(known.at(-2)).toMatchObject([401, { code: 'wrong-credentials' }]);
    expect(known.at(-1)).toMatchObject([429, { code: 'too-many-attempts' }]);
    const right = () => open().signIn({ body: { email: EMAIL.toUpperCase(), password: PASSWORD } });
    expect(await codeOf(right())).toBe('too-many-attempts');
    const response = await app.fetch(
      new Request('http://viva.test/api/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
      }),
    );
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(FIRST_LOCK_SECONDS);
    ahead += FIRST_LOCK_SECONDS + 1;
    expect(await codeOf(right())).toBe('done');
    // And a right password has cleared the count.
    expect(await codeOf(open().signIn({ body: { email: EMAIL, password: 'not the password' } }))).toBe(
      'wrong-credentials',
    );
    expect(await codeOf(right())).toBe('done');
  });

  it('holds against many tries at once', async () => {
    const tries = await Promise.all(
      Array.from({ length: 12 }, () =>
        codeOf(open().signIn({ body: { email: 'ivy@viva.test', password: 'not the password' } })),
      ),
    );
    expect(tries.filter((code) => code === 'wrong-credentials')).toHaveLength(FREE_FAILURES);
    expect(tries.filter((code) => code === 'too-many-attempts')).toHaveLength(12 - FREE_FAILURES);
  });

  it('leaves an entry in the audit log, with no e-mail and no password in it', async () => {
    const { rows } = await world.context.store.driver.transaction(async (run) => {
      await run('SET LOCAL ROLE viva_owner');
      return run(`SELECT action, detail FROM viva.audit WHERE action = 'account.locked'`);
    });
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(rows)).not.toMatch(/@|password/);
  });
});

describe('limits', () => {
  it('are counted together by all processes, and open again with the time', async () => {
    const other = { auth: world.context.auth, store: world.context.store };
    const { most, minutes } = LIMITS.setup;
    const tries = Array.from({ length: most + 3 }, (_, index) =>
      codeOf(takeAttempt(index % 2 ? other : world.context, 'setup', '192.0.2.1')),
    );
    const codes = await Promise.all(tries);
    expect(codes.filter((code) => code === 'done')).toHaveLength(most);
    expect(await codeOf(takeAttempt(other, 'setup', '192.0.2.2'))).toBe('done');
    ahead += minutes * 60 + 1;
    expect(await codeOf(takeAttempt(other, 'setup', '192.0.2.1'))).toBe('done');
  });

  it('keep neither addresses nor e-mails', async () => {
    const { rows } = await world.context.store.driver.transaction((run) =>
      run('SELECT key FROM viva_auth.attempt UNION ALL SELECT key FROM viva_auth.lockout'),
    );
    expect(rows.length).toBeGreaterThan(3);
    for (const [key] of rows) expect(key).toMatch(/^[\w-]{43}$/);
  });
});
