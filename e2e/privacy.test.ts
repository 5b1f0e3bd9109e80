/** What candidates see and ask for, what leads answer, and that an erasure is one. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  expectAccessible,
  expectNoSideways,
  type Locale,
  looks,
  openBrowser,
  signIn,
  visit,
} from './browser.ts';
import { startServer, type TestServer } from './server.ts';

const PASSWORD = 'viva-demo-2026';
const OWN_PASSWORD = 'a password of mine';
const EMAIL = 'jia@candidates.test';
let server: TestServer;
let browser: Browser;
let ids: { revealed: string; linked: string };

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
  const owner = await visit(browser);
  await signIn(owner, server.url, 'owner@demo.viva', PASSWORD);
  const opening = (await call(owner.page, 'GET', '/api/openings')).items[0].id;
  const candidates = (await call(owner.page, 'GET', `/api/openings/${opening}/candidates`)).items as {
    id: string;
    revealed: boolean;
    decision: object | null;
  }[];
  const [revealed, linked] = candidates.filter((candidate) => candidate.revealed);
  ids = { revealed: revealed?.id ?? '', linked: linked?.id ?? '' };
  if (!revealed?.decision)
    await call(owner.page, 'POST', `/api/candidates/${ids.revealed}/decision`, {
      outcome: 'hold',
      reason: '证据充分，等待下一轮名额。',
    });
  await call(owner.page, 'PATCH', `/api/candidates/${ids.revealed}`, { email: EMAIL });
  const { path } = await call(owner.page, 'POST', `/api/candidates/${ids.revealed}/invitation`);
  const candidate = await visit(browser);
  await call(candidate.page, 'POST', `/api/invitations/${path.replace('/join/', '')}`, {
    password: OWN_PASSWORD,
  });
  await call(candidate.page, 'POST', `/api/applications/${ids.revealed}/requests`, {
    kind: 'correction',
    body: '姓名中的“甲”应为“佳”。',
  });
  await candidate.close();
  await owner.close();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

async function call(page: Page, method: string, path: string, data?: object) {
  const response = await page.request.fetch(server.url + path, {
    method,
    headers: { origin: server.url },
    ...(data ? { data } : {}),
  });
  expect(response.status(), `${method} ${path}: ${await response.text()}`).toBeLessThan(300);
  return response.json();
}

const shot = async (page: Page, name: string): Promise<void> => {
  if (process.env.VIVA_SCREENSHOTS)
    await page.screenshot({ path: `${process.env.VIVA_SCREENSHOTS}/${name}.png`, fullPage: true });
};

const LOOKS: { locale: Locale; width: number; colorScheme: 'light' | 'dark' }[] = [
  { locale: 'zh-CN', width: 390, colorScheme: 'dark' },
  { locale: 'en', width: 1280, colorScheme: 'light' },
  { locale: 'zh-CN', width: 1280, colorScheme: 'dark' },
  { locale: 'en', width: 390, colorScheme: 'light' },
];

describe.each(looks(LOOKS))('$locale, $width px, $colorScheme', ({ locale, width, colorScheme }) => {
  it.each([
    { name: 'privacy', who: 'owner@demo.viva', path: () => '/privacy' },
    { name: 'duties', who: 'owner@demo.viva', path: () => '/duties' },
    { name: 'my data', who: EMAIL, path: () => `/applications/${ids.revealed}/data` },
    { name: 'data by a link', who: undefined, path: () => '/my-data' },
  ])('$name', async ({ name, who, path }) => {
    const visitor = await visit(browser, {
      locale,
      viewport: { width, height: 900 },
      colorScheme,
      reducedMotion: 'reduce',
    });
    const { page } = visitor;
    if (who) {
      await signIn(visitor, server.url, who, who === EMAIL ? OWN_PASSWORD : PASSWORD);
      await call(page, 'PATCH', '/api/me', { locale });
      await page.goto(server.url + path());
    } else {
      const owner = await visit(browser);
      await signIn(owner, server.url, 'owner@demo.viva', PASSWORD);
      const link = await call(owner.page, 'POST', `/api/candidates/${ids.linked}/data-link`);
      await owner.close();
      await page.goto(server.url + link.path);
      await page
        .getByRole('button', { name: locale === 'en' ? 'Show what is held about me' : '查看关于我的数据' })
        .click();
      await page.getByRole('button', { name: locale === 'en' ? 'Save as JSON' : '导出 JSON' }).waitFor();
    }
    await page.locator('h1').first().waitFor();
    await page.waitForTimeout(250);
    await shot(page, `${name.replaceAll(' ', '-')}-${locale}-${width}-${colorScheme}`);
    await expectNoSideways(page, name);
    await expectAccessible(page, name);
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });
});

it('gives a PDF and JSON, takes a request for erasure in two steps, and a lead carries it out with the name typed', async () => {
  const candidate = await visit(browser, { locale: 'en' });
  await signIn(candidate, server.url, EMAIL, OWN_PASSWORD);
  await call(candidate.page, 'PATCH', '/api/me', { locale: 'en' });
  const { page } = candidate;
  await page.goto(server.url);
  await page.getByRole('link', { name: 'What is held about you' }).click();
  await page.getByText('Interviewer A').first().waitFor();
  const saved = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };
  expect((await saved('Save as PDF')).subarray(0, 5).toString()).toBe('%PDF-');
  const json = JSON.parse((await saved('Save as JSON')).toString());
  expect(json).toMatchObject({ format: 'viva-held-data/1', ratings: { state: 'available' } });
  await page.getByRole('button', { name: 'Have everything erased' }).click();
  const send = page.getByRole('button', { name: 'Ask for erasure' });
  expect(await send.isDisabled()).toBe(true);
  await page.getByRole('checkbox', { name: 'I understand that this cannot be undone' }).check();
  await shot(page, 'ask-erasure');
  await send.click();
  await page.getByText('Erasure ·').waitFor();

  const lead = await visit(browser, { locale: 'en' });
  await signIn(lead, server.url, 'owner@demo.viva', PASSWORD);
  await call(lead.page, 'PATCH', '/api/me', { locale: 'en' });
  await lead.page.goto(`${server.url}/privacy`);
  await lead.page.getByText('Carry it out on the candidate’s page').waitFor();
  await lead.page.getByRole('link', { name: '候选人 甲（演示）' }).first().click();
  await lead.page.getByRole('button', { name: 'Actions' }).click();
  await lead.page.getByRole('menuitem', { name: 'Erase' }).click();
  await lead.page.getByLabel('Type “候选人 甲（演示）” once more').fill('候选人 甲（演示）');
  await lead.page.getByLabel('Reason').fill('The candidate asked for it in the product.');
  await shot(lead.page, 'erase');
  await expectAccessible(lead.page, 'erasing');
  await lead.page.getByRole('button', { name: 'Erase', exact: true }).click();
  await lead.page.getByRole('heading', { level: 1, name: `#${ids.revealed.slice(0, 8)}` }).waitFor();
  await shot(lead.page, 'erased');
  // The account is gone with it.
  expect((await candidate.page.request.get(`${server.url}/api/me`)).status()).toBe(401);
  const decision = await (await lead.page.request.get(`${server.url}/api/openings`)).json();
  expect(JSON.stringify(decision)).not.toContain('候选人 甲');
  await lead.close();
  await candidate.close();
});
