/** Real cookies, real passwords: accounts through the API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiError } from '../client.ts';
import { createApp } from '../http/app.ts';
import { browserOn } from '../testing/browser.ts';
import { freshDatabase } from '../testing/database.ts';
import { openWorld, type World } from '../testing/world.ts';

const PASSWORD = 'correct horse battery';
let world: World;
let app: ReturnType<typeof createApp>;

const browser = () => browserOn({ fetch: (request) => app.fetch(request) });

beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase() });
  app = createApp({ context: world.context, onFault: (error) => world.faults.push(error) });
});
afterAll(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

const code = (error: unknown) => (error as ApiError).code;
const tokenOf = (path: string) => path.replace('/join/', '');

describe('accounts', () => {
  const owner = browser();
  it('begin with the owner, once', async () => {
    expect(await owner.setupStatus()).toMatchObject({ needsOwner: true });
    await expect(owner.me()).rejects.toMatchObject({ status: 401, code: 'signed-out' });
    await expect(
      owner.createOwner({ body: { name: 'Owner', email: 'owner@viva.test', password: 'short' } }),
    ).rejects.toMatchObject({ status: 400 });
    const both = await Promise.allSettled(
      [owner, browser()].map((who) =>
        who.createOwner({
          body: { name: 'Owner', email: 'Owner@viva.test', password: PASSWORD, locale: 'en' },
        }),
      ),
    );
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await owner.signIn({ body: { email: 'owner@viva.test', password: PASSWORD } });
    expect(await owner.me()).toMatchObject({
      name: 'Owner',
      role: 'owner',
      email: 'owner@viva.test',
      status: 'active',
      locale: 'en',
    });
    expect(await owner.setupStatus()).toMatchObject({ needsOwner: false });
    expect(
      code(
        await browser()
          .createOwner({ body: { name: 'Second', email: 'b@viva.test', password: PASSWORD } })
          .catch((e: unknown) => e),
      ),
    ).toBe('owner-exists');
  });

  it('do not say which of e-mail and password is wrong', async () => {
    const tries = await Promise.all(
      [
        { email: 'owner@viva.test', password: 'wrong password' },
        { email: 'nobody@viva.test', password: PASSWORD },
      ].map((body) =>
        browser()
          .signIn({ body })
          .catch((error: ApiError) => error.problem),
      ),
    );
    expect(tries[0]).toEqual(tries[1]);
    expect(tries[0]).toMatchObject({ status: 401, code: 'wrong-credentials' });
  });

  it('grow by invitations that work once', async () => {
    const { path, person } = await owner.invitePerson({
      body: { name: 'Li', email: 'li@viva.test', role: 'interviewer' },
    });
    expect(person.status).toBe('invited');
    const token = tokenOf(path);
    expect(await browser().invitation({ params: { token } })).toMatchObject({
      name: 'Li',
      role: 'interviewer',
    });
    const renewed = tokenOf((await owner.reinvitePerson({ params: { id: person.id } })).path);
    await expect(
      browser().acceptInvitation({ params: { token }, body: { password: PASSWORD } }),
    ).rejects.toMatchObject({ code: 'no-invitation' });
    const li = browser();
    await li.acceptInvitation({ params: { token: renewed }, body: { password: PASSWORD, locale: 'en' } });
    expect(await li.me()).toMatchObject({ name: 'Li', status: 'active', locale: 'en' });
    await expect(
      browser().acceptInvitation({ params: { token: renewed }, body: { password: PASSWORD } }),
    ).rejects.toMatchObject({ code: 'no-invitation' });
    await expect(
      li.invitePerson({ body: { name: 'X', email: 'x@viva.test', role: 'interviewer' } }),
    ).rejects.toMatchObject({ status: 403 });
    await expect(
      owner.invitePerson({ body: { name: 'Li again', email: 'LI@viva.test', role: 'lead' } }),
    ).rejects.toMatchObject({ code: 'email-taken' });
  });

  it('stop working at once when disabled', async () => {
    const { path, person } = await owner.invitePerson({
      body: { name: 'Gone', email: 'gone@viva.test', role: 'interviewer' },
    });
    const gone = browser();
    await gone.acceptInvitation({ params: { token: tokenOf(path) }, body: { password: PASSWORD } });
    await owner.updatePerson({ params: { id: person.id }, body: { disabled: true } });
    await expect(gone.me()).rejects.toMatchObject({ status: 401 });
    await expect(
      gone.signIn({ body: { email: 'gone@viva.test', password: PASSWORD } }),
    ).rejects.toMatchObject({ code: 'wrong-credentials' });
  });

  it('end with signing out', async () => {
    const visitor = browser();
    await visitor.signIn({ body: { email: 'owner@viva.test', password: PASSWORD } });
    const stolen = new Map(visitor.jar);
    await visitor.signOut();
    for (const [name, value] of stolen) visitor.jar.set(name, value);
    await expect(visitor.me()).rejects.toMatchObject({ status: 401 });
  });

  it('give a candidate nothing but the own application', async () => {
    const opening = await owner.createOpening({ body: { title: 'For a candidate', kit: 'llm-engineer' } });
    const candidate = await owner.addCandidate({
      params: { id: opening.id },
      body: { name: 'Ming', email: 'ming@viva.test' },
    });
    const { path } = await owner.inviteCandidate({ params: { id: candidate.id } });
    const ming = browser();
    await ming.acceptInvitation({ params: { token: tokenOf(path) }, body: { password: PASSWORD } });
    const { items } = await ming.applications();
    expect(items).toMatchObject([{ openingTitle: 'For a candidate', status: 'active' }]);
    expect(Object.keys(items[0] ?? {}).sort()).toEqual([
      'candidateId',
      'competencies',
      'interviewers',
      'openingTitle',
      'sessions',
      'status',
    ]);
    const refused = [
      ming.listOpenings(),
      ming.opening({ params: { id: opening.id } }),
      ming.candidate({ params: { id: candidate.id } }),
      ming.listQuestions(),
      ming.listPeople(),
      ming.decisionReport({ params: { id: opening.id } }),
      ming.search({ query: { q: 'a' } }),
      ming.listSessions(),
      ming.listCalibrations(),
    ];
    for (const attempt of await Promise.allSettled(refused))
      expect(attempt).toMatchObject({ status: 'rejected', reason: { status: 403 } });
  });

  it('refuse requests from another site’s page, bodies that are no JSON, and bodies that are too large', async () => {
    const ask = (headers: Record<string, string>, body: string) =>
      app.fetch(
        new Request('http://viva.test/api/session', {
          method: 'POST',
          headers: { host: 'viva.test', ...headers },
          body,
        }),
      );
    expect((await ask({ origin: 'http://evil.test', 'content-type': 'application/json' }, '{}')).status).toBe(
      403,
    );
    const broken = await ask({ 'content-type': 'application/json' }, '{');
    expect([broken.status, ((await broken.json()) as { code: string }).code]).toEqual([400, 'invalid-json']);
    expect(
      (await ask({ 'content-type': 'application/json' }, JSON.stringify({ email: 'x'.repeat(300_000) })))
        .status,
    ).toBe(413);
    expect((await ask({ 'content-type': 'text/plain' }, 'email=a')).status).toBe(415);
  });
});
