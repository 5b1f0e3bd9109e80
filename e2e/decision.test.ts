/** The decision page where there are too few data for a model, and the report as one file that needs nothing else. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIRequestContext, Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, expectNoSideways, type Locale, openBrowser, signIn, visit } from './browser.ts';
import { startServer, type TestServer } from './server.ts';

const PASSWORD = 'viva-demo-2026';
let server: TestServer;
let browser: Browser;
let folder: string;
let demo: string;
let small: string;

/** Calls the API as whoever is signed in, and insists on success. */
const caller = (request: APIRequestContext) => async (method: string, path: string, data?: object) => {
  const response = await request.fetch(server.url + path, {
    method,
    headers: { origin: server.url },
    ...(data ? { data } : {}),
  });
  expect(response.status(), `${method} ${path}: ${await response.text()}`).toBeLessThan(300);
  return response.json();
};

/** Three candidates scored by two interviewers on three questions: far too little for a Rasch model. */
async function smallOpening(): Promise<string> {
  const owner = await visit(browser);
  await signIn(owner, server.url, 'owner@demo.viva', PASSWORD);
  const call = caller(owner.page.request);
  const { id } = await call('POST', '/api/openings', { title: 'Three and two', kit: 'llm-engineer' });
  const opening = await call('PATCH', `/api/openings/${id}`, {
    items: ['quantization', 'chain-of-thought', 'privacy-and-ethics'].map((question) => ({
      question,
      weight: 1,
    })),
  });
  const people = (await call('GET', `/api/openings/${id}/eligible`)).items as {
    personId: string;
    name: string;
  }[];
  for (const name of ['李明', '王芳'])
    await call('POST', `/api/openings/${id}/seats`, {
      personId: people.find((one) => one.name === name)?.personId,
    });
  const candidates: string[] = [];
  for (const name of ['Ada', 'Bo', 'Cy'])
    candidates.push((await call('POST', `/api/openings/${id}/candidates`, { name })).id);
  await call('POST', `/api/openings/${id}/open`);
  for (const [r, who] of ['li', 'wang'].entries()) {
    const rater = await visit(browser);
    await signIn(rater, server.url, `${who}@demo.viva`, PASSWORD);
    const own = caller(rater.page.request);
    for (const [n, candidate] of candidates.entries()) {
      for (const [at, { question }] of (opening.items as { question: string }[]).entries())
        await own('PUT', `/api/candidates/${candidate}/scorecard/drafts/${question}`, {
          score: 1 + ((n + at + 2 * r) % 5),
          evidence: 'The candidate derived the scale and the zero point, and named one case where it fails.',
          notAsked: null,
          baseRevision: 0,
        });
      await own('POST', `/api/candidates/${candidate}/scorecard/submit`);
    }
    await rater.close();
  }
  await owner.close();
  return id;
}

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
  folder = await mkdtemp(join(tmpdir(), 'viva-report-'));
  const owner = await visit(browser);
  await signIn(owner, server.url, 'owner@demo.viva', PASSWORD);
  demo = (await (await owner.page.request.get(`${server.url}/api/openings`)).json()).items[0].id;
  await owner.close();
  small = await smallOpening();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function decisionPage(opening: string, locale: Locale, width = 1280) {
  const visitor = await visit(browser, { locale, viewport: { width, height: 900 }, acceptDownloads: true });
  await signIn(visitor, server.url, 'owner@demo.viva', PASSWORD);
  await visitor.page.request.patch(`${server.url}/api/me`, {
    data: { locale },
    headers: { origin: server.url },
  });
  await visitor.page.goto(`${server.url}/openings/${opening}/decision`);
  await visitor.page.locator('h1').first().waitFor();
  return visitor;
}

describe('with three candidates and two raters', () => {
  it.each([
    ['en', 1280],
    ['zh-CN', 390],
  ] as const)(
    'says that it is not a Rasch model, and shows what is honest: %s, %d px',
    async (locale, width) => {
      const visitor = await decisionPage(small, locale, width);
      const { page } = visitor;
      if (process.env.VIVA_SCREENSHOTS)
        await page.screenshot({
          path: `${process.env.VIVA_SCREENSHOTS}/decision-small-${locale}.png`,
          fullPage: true,
        });
      const text = await page.locator('main').innerText();
      expect(text).toContain(
        locale === 'en' ? 'too few data for a Rasch model' : '数据不足以拟合 Rasch 模型',
      );
      expect(text).toContain(locale === 'en' ? 'the others' : '其他评分者'.replace('评分者', '面试官'));
      for (const absent of locale === 'en' ? ['Adjusted', 'Infit', 'Wright'] : ['校正分', 'Infit', 'Wright'])
        expect(await page.getByRole('columnheader', { name: absent }).count()).toBe(0);
      expect(await page.getByRole('heading', { name: /Wright|同一尺度/ }).count()).toBe(0);
      expect(text).not.toMatch(/NaN|Infinity|undefined/);
      await expectNoSideways(page, 'small decision');
      await expectAccessible(page, 'small decision');
      expect(visitor.complaints).toEqual([]);
      await visitor.close();
    },
  );
});

describe('with a panel', () => {
  it('changes what it says when more are to be chosen, and keeps that in the address', async () => {
    const visitor = await decisionPage(demo, 'en');
    const { page } = visitor;
    await page.getByRole('combobox', { name: 'How many are to be chosen' }).selectOption('2');
    await page.getByRole('columnheader', { name: 'Top 2' }).waitFor();
    expect(new URL(page.url()).searchParams.get('top')).toBe('2');
    await page.reload();
    await page.getByRole('columnheader', { name: 'Top 2' }).waitFor();
    await visitor.close();
  });

  it('opens a candidate’s evidence from a disagreement', async () => {
    const visitor = await decisionPage(demo, 'en');
    const { page } = visitor;
    const link = page.locator('a[href^="#evidence-"]').first();
    const target = (await link.getAttribute('href')) ?? '';
    await link.click();
    await page.locator(`details${target}[open]`).waitFor();
    await visitor.close();
  });

  it.each(['en', 'zh-CN'] as const)('saves a report that stands alone: %s', async (locale) => {
    const visitor = await decisionPage(demo, locale);
    const [download] = await Promise.all([
      visitor.page.waitForEvent('download'),
      visitor.page.getByRole('button', { name: locale === 'en' ? 'Save as HTML' : '保存为 HTML' }).click(),
    ]);
    const file = join(folder, `${locale}.html`);
    await download.saveAs(file);
    await visitor.close();

    const reader = await visit(browser, { offline: true });
    const asked: string[] = [];
    reader.page.on('request', (request) => asked.push(request.url()));
    await reader.page.goto(`file://${file}`);
    expect(asked).toEqual([`file://${file}`]);
    expect(await reader.page.locator('html').getAttribute('lang')).toBe(locale);
    const text = await reader.page.locator('body').innerText();
    expect(text).toContain(locale === 'en' ? 'What these scores are worth' : '这些分数可信到什么程度');
    // The evidence is unfolded, and buttons that could do nothing are gone.
    expect(text).toContain('演示记录，由程序生成');
    expect(await reader.page.locator('button, select, script').count()).toBe(0);
    const styled = await reader.page
      .locator('h1')
      .first()
      .evaluate((node) => getComputedStyle(node).fontSize);
    expect(styled).toBe('26px');
    if (process.env.VIVA_SCREENSHOTS)
      await reader.page.screenshot({
        path: `${process.env.VIVA_SCREENSHOTS}/report-file-${locale}.png`,
        fullPage: true,
      });
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('prints to paper', async () => {
    const visitor = await decisionPage(demo, 'en');
    const file = join(process.env.VIVA_SCREENSHOTS ?? folder, 'decision.pdf');
    await visitor.page.pdf({
      path: file,
      format: 'A4',
      margin: { top: '12mm', bottom: '12mm', left: '12mm', right: '12mm' },
    });
    expect((await stat(file)).size).toBeGreaterThan(50_000);
    await visitor.close();
  });
});
