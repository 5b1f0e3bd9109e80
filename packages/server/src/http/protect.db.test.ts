/** What a browser is told with every kind of response, which cookies it gets, and that other sites’ pages change nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../contract/route.ts';
import { bankExportPath, bankImportPath, eventsPath, exportPath, routes } from '../contract/routes.ts';
import { createAuth } from '../identity/auth.ts';
import { mountPages } from '../serve.ts';
import { freshDatabase } from '../testing/database.ts';
import { startSession } from '../testing/sessions.ts';
import { openPanel, openWorld, type World } from '../testing/world.ts';
import { createApp } from './app.ts';

const OWNER = { name: 'Owner', email: 'owner@viva.test', password: 'correct horse battery' };
let world: World;
/** As it is served: over http, and over https under a name. */
let sites: Record<'http' | 'https', ReturnType<typeof createApp>>;
let cookie = '';
let openingId = '';
let candidateId = '';

const PAGES = new URL('./', import.meta.url).pathname;

beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase() });
  const { context } = world;
  const secure = {
    ...context,
    auth: createAuth({
      store: context.store,
      secret: 'a secret of the tests, and long enough',
      baseUrl: 'https://viva.test',
    }),
  };
  sites = {
    http: createApp({ context }),
    https: createApp({ context: secure, site: { publicUrl: 'https://viva.test', secure: true } }),
  };
  for (const site of Object.values(sites)) mountPages(site, PAGES);
  const lead = await world.addPerson('Lead', 'lead');
  ({ openingId } = await openPanel(world, lead, [lead]));
  ({ id: candidateId } = await world
    .as(lead)
    .addCandidate({ params: { id: openingId }, body: { name: 'Somebody' } }));
  ({ cookie } = await startSession(world, lead));
  await world.as(await world.addPerson('Owner', 'owner')).updateSettings({ body: { publicBank: true } });
});
afterAll(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

type Kind = 'pages' | 'reading' | 'nothing';
/** Every kind of response there is. */
const KINDS: [string, string, Kind, RequestInit?][] = [
  ['JSON', '/api/setup', 'nothing'],
  ['a signed-in person’s JSON', '/api/me', 'nothing'],
  ['a refusal', '/api/openings/not-an-id', 'nothing'],
  ['nobody signed in', '/api/people', 'nothing', { headers: { cookie: '' } }],
  ['no such route', '/api/nothing', 'nothing'],
  [
    'bad JSON',
    '/api/session',
    'nothing',
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' },
  ],
  [
    'too large',
    '/api/session',
    'nothing',
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(300_000) },
  ],
  [
    'a foreign page’s request',
    '/api/session',
    'nothing',
    { method: 'DELETE', headers: { origin: 'http://evil.test' } },
  ],
  ['the OpenAPI document', '/api/openapi.json', 'nothing'],
  ['the documentation', '/api/docs', 'reading'],
  ['its style sheet', '/api/docs.css', 'nothing'],
  ['CSV', 'EXPORT', 'nothing'],
  ['the event stream', 'EVENTS', 'nothing'],
  ['a public page', '/read/en', 'reading'],
  ['a redirect', '/read', 'nothing'],
  ['the site map', '/read/sitemap.xml', 'reading'],
  ['a file of the pages', '/protect.ts', 'nothing'],
  ['a file that is missing', '/assets/none.js', 'nothing'],
];

describe.each(['http', 'https'] as const)('over %s', (scheme) => {
  it.each(KINDS)('%s has its headers', async (_, path, kind, init = {}) => {
    const place =
      path === 'EXPORT' ? exportPath(openingId) : path === 'EVENTS' ? eventsPath(candidateId) : path;
    const abort = new AbortController();
    const request = new Request(`${scheme}://viva.test${place}`, { signal: abort.signal, ...init });
    if (!request.headers.has('cookie'))
      request.headers.set('cookie', scheme === 'https' ? cookie.replace('viva.', '__Host-viva.') : cookie);
    const { headers } = await sites[scheme].fetch(request);
    abort.abort();
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).not.toMatch(/script-src[^;]*('unsafe-inline'|'unsafe-eval'|\*|https?:)/);
    if (kind === 'nothing') expect(policy).toContain("default-src 'none'");
    if (kind === 'reading') expect(policy).not.toContain('script-src');
    expect(
      Object.fromEntries(
        [
          'x-content-type-options',
          'x-frame-options',
          'cross-origin-opener-policy',
          'cross-origin-resource-policy',
        ].map((name) => [name, headers.get(name)]),
      ),
    ).toEqual({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers.get('referrer-policy')).toMatch(/^(same-origin|no-referrer)$/);
    expect(headers.get('permissions-policy')).toContain('camera=()');
    expect(headers.get('strict-transport-security')).toBe(
      scheme === 'https' ? 'max-age=63072000; includeSubDomains' : null,
    );
    if (place.startsWith('/api/')) expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-powered-by') ?? headers.get('server')).toBeNull();
  });

  it('cookies are out of reach of scripts, of other sites, and over https of http', async () => {
    const response = await sites[scheme].fetch(
      new Request(`${scheme}://viva.test/api/setup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...OWNER, email: `${scheme}@viva.test` }),
      }),
    );
    // There is an owner: the test below signs in instead.
    expect(response.status).toBe(409);
    const lead = await world.addPerson(scheme, 'interviewer');
    const { path } = await world
      .as(await world.addPerson('L', 'lead'))
      .invitePerson({ body: { name: 'New', email: `new-${scheme}@viva.test`, role: 'interviewer' } });
    expect(lead.role).toBe('interviewer');
    const joined = await sites[scheme].fetch(
      new Request(`${scheme}://viva.test/api/invitations/${path.replace('/join/', '')}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ password: OWNER.password }),
      }),
    );
    expect(joined.status).toBe(200);
    const cookies = joined.headers.getSetCookie().filter((one) => !/max-age=0/i.test(one));
    expect(cookies.length).toBeGreaterThan(0);
    for (const one of cookies) {
      expect(one).toMatch(/; HttpOnly/i);
      expect(one).toMatch(/; SameSite=(Lax|Strict)/i);
      expect(one).toMatch(/; Path=\/(;|$)/i);
      expect(one).not.toMatch(/; Domain=/i);
      expect([scheme, one.startsWith('__Host-'), /; Secure/i.test(one)]).toEqual([
        scheme,
        scheme === 'https',
        scheme === 'https',
      ]);
    }
    const [pair = ''] = (cookies.find((one) => one.includes('session_token')) ?? '').split(';');
    const me = await sites[scheme].fetch(
      new Request(`${scheme}://viva.test/api/me`, { headers: { cookie: pair } }),
    );
    expect(me.status).toBe(200);
  });
});

describe('a page of another site', () => {
  const changing = (Object.values(routes) as Route[])
    .filter(({ method }) => method !== 'get')
    .map(({ method, path }): [string, string] => [method, path]);
  changing.push(['post', bankImportPath]);

  it.each(changing)('cannot %s %s', async (method, path) => {
    const foreign: Record<string, string>[] = [
      { origin: 'http://evil.test' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) {
      const response = await sites.http.fetch(
        new Request(`http://viva.test${path.replace(/\{\w+\}/g, () => crypto.randomUUID())}`, {
          method: method.toUpperCase(),
          headers: { cookie, 'content-type': 'application/json', ...headers },
          body: '{}',
        }),
      );
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
        403,
        'foreign-origin',
      ]);
    }
  });

  it('changes nothing by what a link can ask for: no GET route writes', async () => {
    const count = async () => {
      const { rows } = await world.context.store.driver.transaction(async (run) => {
        await run('SET LOCAL ROLE viva_owner');
        return run('SELECT seq FROM viva.audit_head');
      });
      return Number(rows[0]?.[0]);
    };
    const before = await count();
    for (const { method, path } of Object.values(routes) as Route[]) {
      if (method !== 'get') continue;
      const place = path
        .replace('{id}', path.startsWith('/api/openings') ? openingId : candidateId)
        .replace(/\{\w+\}/g, 'x');
      await sites.http.fetch(new Request(`http://viva.test${place}?q=a`, { headers: { cookie } }));
    }
    await sites.http.fetch(new Request(`http://viva.test${bankExportPath('none')}`, { headers: { cookie } }));
    expect(await count()).toBe(before);
  });
});
