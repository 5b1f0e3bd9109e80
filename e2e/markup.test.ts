/**
 * Texts with script in them, stored through the API and read in a real browser on every page that shows them, and in the
 * saved report. A payload that ran would trip the hook; one that became an element or a handler would make the strict policy
 * complain in the console, even though nothing runs.
 */
import { readFileSync } from 'node:fs';
import type { APIResponse, Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PAYLOADS } from '../packages/web/src/testing/payloads.ts';
import { openBrowser, type Visitor, visit } from './browser.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
let browser: Browser;
let owner: Visitor;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer('start'), openBrowser()]);
  owner = await visit(browser, { locale: 'en-GB', acceptDownloads: true });
  await owner.page.addInitScript(() => {
    const hooked = window as unknown as { tripped: number; trip: () => void };
    hooked.tripped = 0;
    hooked.trip = () => {
      hooked.tripped++;
      console.error('TRIPPED');
    };
  });
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

/** Payloads side by side, as many as fit, in as few texts as there can be. */
function texts(most: number, separator = '\n\n'): string[] {
  const all: string[] = [''];
  for (const payload of PAYLOADS) {
    const last = all.at(-1) ?? '';
    const next = last === '' ? payload : `${last}${separator}${payload}`;
    if (next.length <= most) all[all.length - 1] = next;
    else all.push(payload);
  }
  return all;
}

async function ask(method: string, path: string, data?: unknown): Promise<Record<string, unknown>> {
  const response: APIResponse = await owner.page.request.fetch(`${server.url}${path}`, {
    method,
    ...(data === undefined ? {} : { data }),
    headers: { origin: server.url },
  });
  const body = (await response.json()) as Record<string, unknown>;
  expect([path, response.status(), response.ok() ? '' : body.detail]).toEqual([path, expect.any(Number), '']);
  return body;
}

const NAMES = PAYLOADS.filter((payload) => payload.length < 100 && !payload.includes('\n')).slice(0, 24);
const stored = { opening: '', candidates: [] as string[], proposal: '', chat: '' };

it('is stored as it was written', async () => {
  const me = await ask('POST', '/api/setup', {
    name: '<img src=x onerror=trip()>',
    email: 'owner@example.org',
    password: 'a long enough password',
    locale: 'en',
  });
  const [title = ''] = NAMES;
  const opening = await ask('POST', '/api/openings', {
    title,
    description: texts(4_000)[0],
    kit: 'llm-engineer',
  });
  stored.opening = String(opening.id);
  const items = (opening.items as { question: string; weight: number }[]).slice(0, 4);
  const place = `/api/openings/${stored.opening}`;
  await ask('PATCH', place, { items: items.map(({ question, weight }) => ({ question, weight })) });
  await ask('POST', `${place}/seats`, { personId: me.id, waiver: '<svg onload=trip()> waived for the test' });
  await ask('POST', `${place}/open`);
  const evidence = texts(8_000);
  expect(evidence.length).toBeLessThanOrEqual(items.length);
  for (const name of NAMES) {
    const { id } = await ask('POST', `${place}/candidates`, { name });
    stored.candidates.push(String(id));
  }
  const [first = ''] = stored.candidates;
  for (const [index, { question }] of items.entries())
    await ask('PUT', `/api/candidates/${first}/scorecard/drafts/${question}`, {
      score: 3,
      evidence: evidence[index] ?? `${title} `.repeat(10),
      notAsked: null,
      baseRevision: 0,
    });
  await ask('PUT', `/api/candidates/${first}/scorecard/note`, { body: texts(50_000)[0], baseRevision: 0 });
  await ask('POST', `/api/candidates/${first}/scorecard/submit`);
  for (const body of texts(4_000)) await ask('POST', `/api/candidates/${first}/comments`, { body });
  await ask('POST', `/api/candidates/${first}/decision`, { outcome: 'hold', reason: texts(1_000)[0] });
  const started = await ask('POST', '/api/authoring/proposals', { question: items[0]?.question });
  stored.proposal = String(started.id);
  const content = structuredClone(started.content) as { text: Record<string, Record<string, unknown>> };
  const [all = ''] = texts(20_000);
  for (const locale of ['en', 'zh-CN'])
    Object.assign(content.text[locale] ?? {}, {
      title,
      prompt: all,
      answer: all,
      anchors: [all, all, all, all, all],
      probes: texts(2_000).slice(0, 15),
    });
  await ask('PUT', `/api/authoring/proposals/${stored.proposal}/content`, { content, baseRevision: 1 });
  await ask('POST', `/api/authoring/proposals/${stored.proposal}/comments`, { body: texts(4_000)[0] });
  const chat = await ask('POST', '/api/chats', { question: '<img src=x onerror=trip()> quantisation?' });
  stored.chat = String(chat.id);
});

it('runs on no page, and none complains', { timeout: 240_000 }, async () => {
  const { page, complaints } = owner;
  const [first = '', second = ''] = stored.candidates;
  const opening = `/openings/${stored.opening}`;
  const proposal = `/authoring/proposals/${stored.proposal}`;
  const pages = [
    '/',
    '/openings',
    ...['overview', 'panel', 'candidates', 'sessions', 'history'].map((tab) => `${opening}?tab=${tab}`),
    `${opening}/decision`,
    `/candidates/${first}`,
    `/candidates/${first}/score`,
    `/candidates/${second}/score`,
    '/authoring',
    ...['write', 'changes', 'read', 'discussion'].map((view) => `${proposal}?view=${view}`),
    `/assistant/chats/${stored.chat}`,
    `/search?q=${encodeURIComponent('<img src=x')}`,
    `/search?q=${encodeURIComponent('trip()')}`,
    '/people',
    '/account',
    '/api/docs',
    `/signin?next=${encodeURIComponent('javascript:trip()')}`,
    '/openings/%3Cscript%3Etrip()%3C%2Fscript%3E',
  ];
  const wrong: string[] = [];
  for (const path of pages) {
    complaints.length = 0;
    await page.goto(`${server.url}${path}`, { waitUntil: 'networkidle' });
    for (const tab of await page.getByRole('tab').all())
      await tab.click({ timeout: 2_000 }).catch(() => undefined);
    const found = await page.evaluate(() => ({
      tripped: (window as unknown as { tripped: number }).tripped,
      scripts: [...document.scripts].filter(({ src }) => !src.startsWith(location.origin)).length,
      handlers: [...document.querySelectorAll('*')].filter((element) =>
        [...element.attributes].some(({ name }) => name.startsWith('on')),
      ).length,
      addresses: [...document.querySelectorAll('a[href], area[href], use, image')].filter((element) =>
        /^\s*(javascript|vbscript|data|blob|file):/i.test(element.getAttribute('href') ?? ''),
      ).length,
      frames: document.querySelectorAll('iframe, object, embed, base').length,
    }));
    if (Object.values(found).some((count) => count > 0)) wrong.push(`${path}: ${JSON.stringify(found)}`);
    // An address that is no identifier is refused, and the router says so.
    const told = complaints.filter(
      (line) => !line.startsWith('ApiError: The request is malformed at path/id.'),
    );
    if (told.length > 0) wrong.push(`${path}: ${told.slice(0, 3).join(' | ')}`);
  }
  expect(wrong).toEqual([]);
});

it('runs in no saved report either, which has no policy to hold it', async () => {
  const { page } = owner;
  await page.goto(`${server.url}/openings/${stored.opening}/decision`, { waitUntil: 'networkidle' });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as HTML' }).click(),
  ]);
  const html = readFileSync((await download.path()) ?? '', 'utf8');
  expect(html).toContain('trip()');
  const reader = await visit(browser);
  await reader.page.addInitScript(() => {
    const hooked = window as unknown as { tripped: number; trip: () => void };
    hooked.tripped = 0;
    hooked.trip = () => {
      hooked.tripped++;
    };
  });
  await reader.page.goto('about:blank');
  await reader.page.setContent(html);
  await reader.page.waitForTimeout(500);
  expect(await reader.page.evaluate(() => (window as unknown as { tripped?: number }).tripped ?? 0)).toBe(0);
  expect(await reader.page.locator('script, iframe, [onerror], [onload], [onclick]').count()).toBe(0);
  await reader.close();
});
