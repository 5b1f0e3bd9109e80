/** Every route of the contract, asked wrongly: a clear refusal, never a fault. And the OpenAPI document. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import type { Problem } from '../contract/common.ts';
import type { Route } from '../contract/route.ts';
import { routes } from '../contract/routes.ts';
import { freshDatabase } from '../testing/database.ts';
import { openWorld, type World } from '../testing/world.ts';

let world: World;
let owner: Actor;
let candidate: Actor;
beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase() });
  owner = await world.addPerson('Owner', 'owner');
  candidate = await world.addPerson('Candidate', 'candidate');
});
afterAll(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

const all = Object.entries(routes) as [string, Route][];
const path = ({ path: template }: Route, id: string) => template.replace(/\{\w+\}/g, id);
const ask = (who: Actor | undefined, route: Route, id: string, body?: unknown) =>
  world.request(who, path(route, id), {
    method: route.method.toUpperCase(),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });

describe.each(all)('%s', (_, route) => {
  it('refuses a visitor who has not signed in, unless it is open', async () => {
    const response = await ask(undefined, route, crypto.randomUUID(), route.body ? {} : undefined);
    if (route.open) expect(response.status).not.toBe(401);
    else expect([400, 401]).toContain(response.status);
    expect(response.status).toBeLessThan(500);
  });

  it('answers nonsense in problem details that name a field', async () => {
    for (const body of [
      {},
      [],
      'text',
      7,
      null,
      { title: { a: 1 }, score: 'x', items: 3, minutes: -1, answers: [{}] },
    ]) {
      const response = await ask(owner, route, 'not a uuid', route.body ? body : undefined);
      expect(response.status).toBeLessThan(500);
      if (response.status < 400) continue;
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      const problem = (await response.json()) as Problem;
      expect(problem).toMatchObject({
        status: response.status,
        code: expect.any(String),
        detail: expect.any(String),
      });
      if (problem.code === 'invalid-input') expect(problem.errors?.length).toBeGreaterThan(0);
    }
  });

  it('says not-found of what is not there, and the same to a candidate of what is not theirs', async () => {
    if (!route.path.includes('{') || route.body) return;
    const id = crypto.randomUUID();
    expect([200, 404]).toContain((await ask(owner, route, id)).status);
    expect([403, 404]).toContain((await ask(candidate, route, id)).status);
  });
});

it('is described as OpenAPI 3.1, every route of it', async () => {
  const document = (await (await world.request(undefined, '/api/openapi.json')).json()) as {
    openapi: string;
    paths: Record<string, Record<string, { summary: string; responses: Record<string, unknown> }>>;
  };
  expect(document.openapi).toBe('3.1.0');
  for (const [, route] of all) {
    const operation = document.paths[route.path]?.[route.method];
    expect(operation?.summary).toBeTruthy();
    expect(Object.keys(operation?.responses ?? {})).toContain(String(route.status));
  }
  // The probes are no part of the typed contract; whoever sets up a proxy looks them up here.
  for (const [path, statuses] of [
    ['/healthz', ['200']],
    ['/readyz', ['200', '503']],
  ] as const) {
    expect(Object.keys(document.paths[path]?.get?.responses ?? {})).toEqual(statuses);
    expect((await world.request(undefined, path)).status).toBe(200);
  }
});
