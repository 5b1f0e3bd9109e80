/** A lead takes the bank out, has it edited elsewhere, and sees what the file would change; the owner opens it to everybody. */
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAccessible, expectNoSideways, openBrowser, signIn, visit } from './browser.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});
const shot = (name: string) =>
  process.env.VIVA_SCREENSHOTS
    ? { path: `${process.env.VIVA_SCREENSHOTS}/${name}.png`, fullPage: true }
    : undefined;

it('shows what a file would change, and why another is refused', async () => {
  const visitor = await visit(browser, { locale: 'en' });
  const { page } = visitor;
  await signIn(visitor, server.url, 'owner@demo.viva', 'viva-demo-2026');
  await page.request.patch(`${server.url}/api/me`, {
    data: { locale: 'en' },
    headers: { origin: server.url },
  });
  await page.goto(`${server.url}/bank/kits/llm-engineer`);
  await page.getByRole('link', { name: 'Take out' }).click();
  await expect.poll(() => page.getByLabel('What').inputValue()).toBe('kit/llm-engineer');
  await page.getByLabel('What').selectOption({ value: 'area/finetuning' });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Folder (ZIP)' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('viva-finetuning.zip');
  const bytes = await readFile(await download.path());

  const choose = page.getByLabel('Choose a file').and(page.locator('input'));
  await choose.setInputFiles({ name: 'same.zip', mimeType: 'application/zip', buffer: bytes });
  await page.getByText('0 new, 0 changed, 6 the same').waitFor();

  // The table of one question, with its title and one score of difficulty changed by somebody.
  const table = await page.request.get(`${server.url}/api/bank/export/xlsx?question=lora`);
  expect(table.status()).toBe(200);
  const edited = await readFile(
    new URL('../packages/bank/src/exchange/fixtures/openpyxl.xlsx', import.meta.url),
  );
  await choose.setInputFiles({ name: 'edited.xlsx', mimeType: 'application/octet-stream', buffer: edited });
  await page.getByText('1 changed').waitFor();
  await page
    .locator('summary')
    .first()
    .click({ position: { x: 4, y: 4 } });
  await page.getByRole('insertion').filter({ hasText: 'Edited in a workbook' }).waitFor();
  const picture = shot('import-preview-en');
  if (picture) await page.screenshot(picture);
  await expectAccessible(page, 'import preview');
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSideways(page, 'import preview');
  await page.setViewportSize({ width: 1280, height: 900 });

  const hostile = Buffer.from('id,area\n1,"never closed');
  await choose.setInputFiles({ name: 'broken.csv', mimeType: 'text/csv', buffer: hostile });
  await page.getByText('The file was refused').waitFor();
  await page.getByText(/broken\.csv, line 2: a quotation mark is opened here/).waitFor();
  expect(visitor.complaints).toEqual([]);
  await visitor.close();
});

it('is open to everybody only once the owner says so', async () => {
  const guest = await visit(browser, { locale: 'zh-CN' });
  await guest.page.goto(`${server.url}/read/zh-CN/ddpm-objective`);
  expect(await guest.page.getByText('参考答案').count()).toBe(0);

  const owner = await visit(browser, { locale: 'zh-CN' });
  await signIn(owner, server.url, 'owner@demo.viva', 'viva-demo-2026');
  await owner.page.request.patch(`${server.url}/api/me`, {
    data: { locale: 'zh-CN' },
    headers: { origin: server.url },
  });
  await owner.page.goto(`${server.url}/bank/exchange`);
  await owner.page.getByLabel('无需登录即可阅读题库').click();
  await owner.page.getByRole('link', { name: '打开公开页面' }).waitFor();
  await owner.close();

  await guest.page.goto(`${server.url}/read`);
  await guest.page.getByLabel('搜索').fill('normalfloat quantiles');
  await guest.page.keyboard.press('Enter');
  await guest.page.getByRole('link', { name: '模型量化' }).first().click();
  await guest.page.getByRole('heading', { name: '参考答案' }).waitFor();
  // Formulas are MathML, drawn by the browser, without a script.
  await guest.page.goto(`${server.url}/read/zh-CN/ddpm-objective`);
  expect(await guest.page.locator('math').count()).toBeGreaterThan(2);
  expect(await guest.page.locator('script').count()).toBe(0);
  const picture = shot('public-math-zh');
  if (picture) await guest.page.screenshot(picture);
  expect(guest.complaints).toEqual([]);
  await guest.close();
});

it('sets formulas and code on the question’s page', async () => {
  const visitor = await visit(browser, { locale: 'zh-CN' });
  await signIn(visitor, server.url, 'owner@demo.viva', 'viva-demo-2026');
  await visitor.page.goto(`${server.url}/bank/questions/ddpm-objective`);
  await visitor.page.locator('.katex').first().waitFor();
  expect(await visitor.page.locator('.katex-error').count()).toBe(0);
  // Indices are smaller than what they stand at: the style sheet is of the version that rendered.
  const sizes = await visitor.page.evaluate(() => {
    const all = [...document.querySelectorAll('.katex-html .mord')].map((one) =>
      Number.parseFloat(getComputedStyle(one).fontSize),
    );
    return [Math.min(...all), Math.max(...all)];
  });
  expect(sizes[0]).toBeLessThan(0.8 * (sizes[1] ?? 0));
  const font = await visitor.page.evaluate(() => document.fonts.load('16px KaTeX_Math'));
  expect(font.length).toBeGreaterThan(0);
  const math = shot('question-math-zh');
  if (math) await visitor.page.screenshot(math);
  await expectAccessible(visitor.page, 'formulas and runs');
  await visitor.page.goto(`${server.url}/bank/questions/quantized-pipeline-review`);
  await visitor.page.locator('.hljs-string').first().waitFor();
  const code = shot('question-code-zh');
  if (code) await visitor.page.screenshot(code);
  await expectAccessible(visitor.page, 'code');
  expect(visitor.complaints).toEqual([]);
  await visitor.close();
});
