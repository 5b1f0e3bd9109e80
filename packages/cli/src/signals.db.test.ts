/** A second signal while the server stops: it ends at once, and whatever was acknowledged is there at the next start. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { MAIN, startServer } from './testing/server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'viva-signals-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Stopping {
  child: ChildProcess;
  url: string;
  /** What it has written so far. */
  output(): string;
}

/** A server whose stop takes a minute unless told, so that a second signal is what ends it. */
async function start(drainSeconds = '60'): Promise<Stopping> {
  const { DATABASE_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, [MAIN, 'start', '--port', '0', '--data', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, VIVA_DRAIN_SECONDS: drainSeconds },
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  const says = async (what: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = what.exec(output);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const [, url = ''] = await says(/Viva is ready .*: (http:\S+)/);
  return { child, url, output: () => output };
}

const OWNER = { name: 'Owner', email: 'owner@viva.test', password: 'a long enough password', locale: 'en' };
let cookie = '';
async function send(url: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(new URL(path, url), {
    method: body ? 'POST' : 'GET',
    headers: { cookie, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  expect(response.ok).toBe(true);
  const [set] = response.headers.getSetCookie();
  if (set) cookie = set.split(';')[0] ?? '';
  return (await response.json()) as Record<string, unknown>;
}

it.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGTERM'],
  ['SIGTERM', 'SIGINT'],
] as const)(
  '%s, then %s, ends it at once and loses nothing acknowledged',
  {
    timeout: 120_000,
  },
  async (first, second) => {
    const { child, url, output } = await start();
    const fresh = (await send(url, '/api/setup')) as { needsOwner: boolean };
    if (!fresh.needsOwner) await send(url, '/api/session', OWNER);
    else await send(url, '/api/setup', OWNER);
    const acknowledged: string[] = [];
    let writing = true;
    const writer = (async () => {
      for (let n = 0; writing; n++)
        try {
          const title = `${first} ${second} ${n}`;
          await send(url, '/api/openings', { title, kit: 'llm-engineer' });
          acknowledged.push(title);
        } catch {
          return;
        }
    })();
    child.kill(first);
    while (!output().includes('Stopping')) await new Promise((resolve) => setTimeout(resolve, 10));
    // The same wish told twice, as npm does with Ctrl-C, is not a second one.
    child.kill(first);
    const heard = acknowledged.length;
    while (acknowledged.length < heard + 5) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(child.exitCode).toBeNull();
    // It drains: requests are still answered, and proxies are told to go elsewhere.
    expect((await fetch(new URL('/readyz', url))).status).toBe(503);
    const ended = once(child, 'exit');
    child.kill(second);
    expect(await ended).toEqual([1, null]);
    writing = false;
    await writer;
    expect(output()).toContain('Ended at once');
    expect(acknowledged.length).toBeGreaterThan(5);

    const again = await startServer({ command: 'start', folder });
    try {
      await send(again.url, '/api/session', OWNER);
      const held = new Set<string>();
      for (let cursor: string | undefined; ; ) {
        const page = (await send(
          again.url,
          `/api/openings?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
        )) as { items: { title: string }[]; nextCursor: string | null };
        for (const { title } of page.items) held.add(title);
        if (!page.nextCursor) break;
        cursor = page.nextCursor;
      }
      expect(acknowledged.filter((title) => !held.has(title))).toEqual([]);
    } finally {
      await again.end('SIGTERM');
    }
  },
);

it('without a second one, finishes what is under way and ends with success', {
  timeout: 120_000,
}, async () => {
  const { child, url } = await start('0');
  const slow = request(new URL('/api/session', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  const answered = once(slow, 'response');
  const text = JSON.stringify({ email: OWNER.email, password: OWNER.password });
  slow.write(text.slice(0, 10));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 100));
  slow.end(text.slice(10));
  const [response] = (await answered) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  response.resume();
  expect(await ended).toEqual([0, null]);
});
