/** The pages of `quantization` and `mixed-precision`: trained in a worker, changed without training anew, a file read here. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, expectNoSideways, openBrowser, signIn, type Visitor, visit } from './browser.ts';
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

async function lab(path: string, options: Parameters<typeof visit>[1] = {}): Promise<Visitor> {
  const visitor = await visit(browser, { locale: 'en', viewport: { width: 1280, height: 900 }, ...options });
  await signIn(visitor, server.url, 'li@demo.viva', 'viva-demo-2026');
  await visitor.page.request.patch(`${server.url}/api/me`, {
    data: { locale: options.locale ?? 'en' },
    headers: { origin: server.url },
  });
  await visitor.page.goto(`${server.url}/labs/${path}`);
  await visitor.page
    .getByRole('button', { name: /^(Play|运行)$/ })
    .and(visitor.page.locator(':enabled'))
    .click();
  return visitor;
}
const shot = async ({ page }: Visitor, name: string): Promise<void> => {
  if (process.env.VIVA_SCREENSHOTS)
    await page.screenshot({ path: `${process.env.VIVA_SCREENSHOTS}/${name}.png`, fullPage: true });
};

describe.each(['quantization?steps=60&qatSteps=20&hidden=32', 'mixed-precision?steps=40'])('%s', (path) => {
  it('trains to its end in both languages, wide and narrow, light and dark', async () => {
    for (const options of [
      {},
      { locale: 'zh-CN', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
    ] as const) {
      const visitor = await lab(path, options);
      const { page } = visitor;
      await page.getByText(/^(Step (80|40) of (80|40)|第 (80|40) 步)/).waitFor({ timeout: 60_000 });
      await expectNoSideways(page, path);
      await expectAccessible(page, path);
      await shot(visitor, `${path.split('?')[0]}-${'locale' in options ? 'zh-phone' : 'en'}`);
      expect(visitor.complaints).toEqual([]);
      await visitor.close();
    }
  });
});

describe('quantization', () => {
  it('takes other bits without training anew, and answers any number', async () => {
    const visitor = await lab('quantization?steps=60&qatSteps=0&hidden=32');
    const { page } = visitor;
    await page.getByText(/^Step 60 of 60/).waitFor({ timeout: 60_000 });
    const bits = page.locator('dt', { hasText: 'bits a weight' }).locator('+ dd');
    const before = await bits.innerText();
    await page.getByLabel('Scheme', { exact: true }).selectOption('nf4');
    await expect.poll(() => bits.innerText()).not.toBe(before);
    await page.getByText(/^Step 60 of 60/).waitFor();
    await page
      .getByRole('row', { name: /× 256, rounded The range/ })
      .getByText('194')
      .waitFor();
    await page.getByLabel('Number', { exact: true }).fill('0.62347');
    await page.getByRole('row', { name: /× 255/ }).getByText('159', { exact: true }).waitFor();
    await page
      .locator('input[type="file"]')
      .setInputFiles('packages/checkpoint/src/fixtures/bitsandbytes.safetensors');
    await page.getByRole('rowheader', { name: 'NF4, double quantisation' }).waitFor({ timeout: 30_000 });
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });
});
