/** Practice with the experts' reasons, then a calibration that counts, and the certificate of it. */
import { fileURLToPath } from 'node:url';
import { type Bank, loadBank } from '@viva/bank';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Locale, openBrowser } from './browser.ts';
import { enterDemo, look } from './demo.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
let browser: Browser;
let bank: Bank;
beforeAll(async () => {
  [server, browser, bank] = await Promise.all([
    startServer('demo'),
    openBrowser(),
    loadBank(fileURLToPath(new URL('../bank', import.meta.url))),
  ]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

const enter = (who: string, locale: Locale, width?: number, colorScheme?: 'light' | 'dark') =>
  enterDemo(browser, server.url, { who, locale, width, colorScheme });
const radio = (page: Page, score: number) =>
  page
    .locator('article')
    .getByRole('radio')
    .nth(score - 1);

it('gives the experts’ score and reason at once, tells where one leans, and keeps nothing on the server', async () => {
  const visitor = await enter('chen', 'en');
  const { page } = visitor;
  await page.goto(`${server.url}/calibration/technical`);
  await page.getByRole('link', { name: /^Practise first, on 5/ }).click();
  const attempts = async () =>
    (await page.request.get(`${server.url}/api/calibration/technical/attempts`)).json();
  const before: unknown = await attempts();
  const practice = bank.calibrations.get('technical')?.practice ?? [];
  const compare = page.getByRole('button', { name: 'Compare with the experts' });
  expect(await compare.isDisabled()).toBe(true);
  await look(page, 'practice-begin-en');
  // Always 5: lenient, and no use of the scale.
  for (const [at, { expert, quotes }] of practice.entries()) {
    await page.getByText(`Transcript ${at + 1} of 5; ${at} scored`).waitFor();
    // By keyboard alone.
    await radio(page, 5).focus();
    await page.keyboard.press('Space');
    if (at === 0) {
      await page.route('**/api/calibration/technical/practice', (route) =>
        route.request().method() === 'POST' ? route.abort() : route.continue(),
      );
      await compare.press('Enter');
      const again = page.getByRole('button', { name: 'Try again' });
      await again.waitFor({ timeout: 30_000 });
      await look(page, 'practice-failed-en');
      await page.unroute('**/api/calibration/technical/practice');
      await again.click();
    } else await compare.press('Enter');
    await page.getByRole('heading', { name: `Why ${expert}` }).waitFor();
    expect(await page.getByText(`You 5, experts ${expert}`).count()).toBe(1);
    expect(await page.locator('blockquote').allInnerTexts()).toEqual(quotes.en);
    expect(await radio(page, 3).isDisabled()).toBe(true);
    if (at === 1) await page.getByText('Too few to say').first().waitFor();
    if (at < practice.length - 1) await page.getByRole('button', { name: 'Next' }).press('Enter');
  }
  await page.getByText('Lenient: above the experts').waitFor();
  await page.getByText('Restricted range: your scores hardly differ').waitFor();
  await look(page, 'practice-over-en');
  await page.reload();
  // A round outlives a reload, in this browser.
  await page.getByText('Lenient: above the experts').waitFor();
  await page.getByRole('button', { name: 'Practise again' }).click();
  await page.getByText('5 transcripts, equal 20%, mean difference 2.00').waitFor();
  await page.getByText('Transcript 1 of 5; 0 scored').waitFor();
  expect(await attempts()).toEqual(before);
  expect(visitor.complaints).toEqual([]);
  await visitor.close();

  const zh = await enter('chen', 'zh-CN', 390, 'dark');
  await zh.page.goto(`${server.url}/calibration/clinical/practice`);
  await radio(zh.page, 2).focus();
  await zh.page.keyboard.press('Space');
  await zh.page.getByRole('button', { name: '与专家对照' }).click();
  await zh.page.getByRole('heading', { name: /^为什么是 \d 分/ }).waitFor();
  await look(zh.page, 'practice-compared-zh');
  expect(zh.complaints).toEqual([]);
  await zh.close();
}, 180_000);

it('certifies a passed calibration: to print, to save, vouched for by the audit log, and to nobody else', async () => {
  const visitor = await enter('chen', 'en');
  const { page } = visitor;
  await page.goto(`${server.url}/calibration/technical`);
  const counted = bank.calibrations.get('technical')?.transcripts ?? [];
  for (const [at, { expert }] of counted.entries()) {
    await page.getByText(`Transcript ${at + 1} of ${counted.length}; ${at} scored`).waitFor();
    await radio(page, expert).check({ force: true });
    if (at < counted.length - 1) await page.getByRole('button', { name: 'Next' }).click();
  }
  await page.getByRole('button', { name: 'Submit and compare' }).click();
  await page.getByText('Calibration passed').waitFor();
  await page.getByRole('link', { name: 'Certificate' }).click();
  await page.getByRole('heading', { level: 1, name: 'Certificate of calibration' }).waitFor();
  const certificate = page.locator('article');
  expect(await certificate.innerText()).toMatch(/100%[\s\S]*6 transcripts/);
  // Of the set of transcripts, and of the certificate.
  expect(await certificate.getByText(/^[0-9a-f]{64}$/).count()).toBe(2);
  await page.getByText('The audit log holds this hash', { exact: true }).waitFor();
  await look(page, 'certificate-en');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as a file' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/Certificate.*\.html$/);
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('button', { name: 'Print' }).count()).toBe(0);
  await page.emulateMedia({ media: 'screen' });
  const address = page.url();
  expect(visitor.complaints).toEqual([]);
  await visitor.close();

  const other = await enter('li', 'zh-CN', 390, 'dark');
  await other.page.goto(address);
  await other.page
    .getByText('没有这个页面')
    .or(other.page.getByText(/不存在|没有这/))
    .first()
    .waitFor();
  await other.close();
  const owner = await enter('owner', 'zh-CN', 390, 'dark');
  await owner.page.goto(address);
  await owner.page.getByRole('heading', { level: 1, name: '校准证书' }).waitFor();
  await look(owner.page, 'certificate-zh');
  expect(owner.complaints).toEqual([]);
  await owner.close();
}, 120_000);
