/** A server as it is operated: probes, logs, traces and metrics, and its end. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAnchors } from '../audit/anchors.ts';
import { type Running, serve } from '../serve.ts';
import { newPostgresUrl, POSTGRES } from '../testing/database.ts';
import { createLog } from './create-log.ts';
import { readiness } from './health.ts';

const BANK = fileURLToPath(new URL('../../../../bank', import.meta.url));
const PASSWORD = 'correct horse battery staple';

interface Span {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

/** An OTLP/HTTP collector that keeps what it is sent. */
async function collect() {
  const spans: Span[] = [];
  const metrics = new Set<string>();
  const bodies: string[] = [];
  const tokens = new Set<string | undefined>();
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk;
    });
    request.on('end', () => {
      bodies.push(body);
      tokens.add(request.headers['x-token']?.toString());
      const sent = JSON.parse(body) as {
        resourceSpans?: { scopeSpans: { spans: Span[] }[] }[];
        resourceMetrics?: { scopeMetrics: { metrics: { name: string }[] }[] }[];
      };
      for (const { scopeSpans } of sent.resourceSpans ?? [])
        for (const scope of scopeSpans) spans.push(...scope.spans);
      for (const { scopeMetrics } of sent.resourceMetrics ?? [])
        for (const scope of scopeMetrics) for (const { name } of scope.metrics) metrics.add(name);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { spans, metrics, bodies, tokens, server, endpoint: `http://127.0.0.1:${port}` };
}

let collector: Awaited<ReturnType<typeof collect>>;
let folder = '';
let running: Running;
let cookie = '';
let written = '';

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(new URL(path, running.url), {
    ...init,
    headers: { cookie, ...(init.body ? { 'content-type': 'application/json' } : {}), ...init.headers },
  });
const lines = (): Record<string, unknown>[] =>
  written
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

let encodersClosed = 0;
beforeAll(async () => {
  collector = await collect();
  folder = mkdtempSync(join(tmpdir(), 'viva-operate-'));
  running = await serve({
    data: folder,
    bank: BANK,
    port: 0,
    host: '127.0.0.1',
    version: 'test',
    databaseUrl: POSTGRES ? await newPostgresUrl(POSTGRES) : undefined,
    log: createLog({
      level: 'info',
      format: 'json',
      out: {
        write: (text: string) => {
          written += text;
        },
      },
    }),
    telemetry: { endpoint: collector.endpoint, headers: 'x-token=a%20token', everyMs: 200 },
    encoders: {
      close: async () => {
        encodersClosed++;
      },
    },
    anchors: { path: join(folder, 'anchors.jsonl'), everyMs: 3_600_000 },
    drainMs: 300,
    stopMs: 5_000,
  });
  const made = await ask('/api/setup', {
    method: 'POST',
    body: JSON.stringify({ name: 'Owner', email: 'owner@operate.test', password: PASSWORD, locale: 'en' }),
  });
  expect(made.status).toBe(201);
  cookie = made.headers
    .getSetCookie()
    .map((header) => header.split(';')[0])
    .join('; ');
});
afterAll(() => {
  collector.server.close();
  rmSync(folder, { recursive: true, force: true });
});

it('is alive and ready, and says whether its database is older or newer', async () => {
  expect((await ask('/healthz')).status).toBe(200);
  const ready = await ask('/readyz');
  expect(ready.status).toBe(200);
  expect(await ready.json()).toEqual({ status: 'ready', database: 'ok', migrations: 'ok', draining: false });
  const { driver } = running.context.store;
  const as = (version: number | null) => ({
    ...driver,
    transaction: (async (work: (run: unknown) => unknown) =>
      work(async () => {
        if (version === null) throw new Error('gone');
        return { rows: [[version]], fields: [] };
      })) as typeof driver.transaction,
  });
  expect(await readiness(as(1), false)).toMatchObject({ status: 'not-ready', migrations: 'behind' });
  expect(await readiness(as(9_999), false)).toMatchObject({ status: 'ready', migrations: 'ahead' });
  expect(await readiness(as(null), false)).toMatchObject({ status: 'not-ready', database: 'unreachable' });
  expect(await readiness(driver, true)).toMatchObject({ status: 'not-ready', draining: true });
});

it('writes a line a request, with the pattern and the request’s id, and no secret', async () => {
  const token = 'an-invitation-token-that-must-not-be-logged';
  await ask(`/api/invitations/${token}`, { headers: { 'x-request-id': 'proxy-id-0001' } });
  const answer = await ask('/api/me?x=query-secret', { headers: { 'x-request-id': 'not a\tgood id' } });
  const line = lines().find(({ requestId }) => requestId === 'proxy-id-0001');
  expect(line).toMatchObject({ level: 'info', method: 'GET', route: '/api/invitations/:token', status: 404 });
  const own = answer.headers.get('x-request-id') ?? '';
  expect(own).toMatch(/^[\w-]{12}$/);
  expect(lines().find(({ requestId }) => requestId === own)).toMatchObject({ route: '/api/me', status: 200 });
  for (const secret of [token, 'query-secret', PASSWORD, 'owner@operate.test', cookie.split('=')[1] ?? '?'])
    expect(written).not.toContain(secret);
});

it('sends traces with the statements below their request, and metrics, to the collector', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  await ask('/api/openings', { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
  await expect
    .poll(() => collector.spans.filter((span) => span.traceId === traceId).length, { timeout: 15_000 })
    .toBeGreaterThan(2);
  const own = collector.spans.filter((span) => span.traceId === traceId);
  const server = own.find(({ name }) => name === 'GET /api/openings');
  expect(server?.parentSpanId).toBe('00f067aa0ba902b7');
  const select = own.find(({ name }) => name === 'SELECT');
  expect(select?.parentSpanId).toBe(server?.spanId);
  expect(select?.attributes.map(({ key }) => key)).toContain('db.query.text');
  for (const name of [
    'http.server.request.duration',
    'db.client.operation.duration',
    'nodejs.eventloop.delay.p99',
    'process.memory.usage',
    'viva.event_streams',
    ...(POSTGRES ? ['db.client.connection.count'] : []),
  ])
    await expect.poll(() => collector.metrics.has(name), { timeout: 15_000, message: name }).toBe(true);
  expect(collector.tokens).toEqual(new Set(['a token']));
  const sent = collector.bodies.join('\n');
  for (const secret of [PASSWORD, 'owner@operate.test', cookie.split('=')[1] ?? '?'])
    expect(sent).not.toContain(secret);
});

it('stops gracefully: not ready first, then streams are told to come back, and what is under way is finished', async () => {
  const opening = (await (
    await ask('/api/openings', {
      method: 'POST',
      body: JSON.stringify({ title: 'An opening', description: '', kit: 'llm-engineer' }),
    })
  ).json()) as { id: string };
  const candidate = (await (
    await ask(`/api/openings/${opening.id}/candidates`, {
      method: 'POST',
      body: JSON.stringify({ name: 'One' }),
    })
  ).json()) as { id: string };
  const stream = await ask(`/api/candidates/${candidate.id}/events`);
  expect(stream.status).toBe(200);
  const heard = stream.text();
  const stopping = running.close();
  const ready = await ask('/readyz');
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ draining: true });
  // Slow to answer on purpose: a password is hashed. It began before the listening ended.
  const under = ask('/api/session', {
    method: 'POST',
    body: JSON.stringify({ email: 'owner@operate.test', password: PASSWORD }),
  });
  expect((await under).status).toBe(200);
  expect(await heard).toMatch(/event: locks[\s\S]*retry: \d{4}\n\n$/);
  expect(encodersClosed).toBe(0);
  await stopping;
  // Their thread would keep computing for nobody.
  expect(encodersClosed).toBe(1);
  await expect(ask('/healthz')).rejects.toThrow();
  // The head is kept at the start and at the end.
  const anchors = await readAnchors(join(folder, 'anchors.jsonl'));
  expect(anchors.length).toBe(2);
  expect(anchors[1]?.seq).toBeGreaterThan(anchors[0]?.seq ?? 0);
  if (!POSTGRES) expect(readFileSync(join(folder, 'secret'), 'utf8').length).toBeGreaterThan(40);
});
