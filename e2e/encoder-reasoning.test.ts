/** The encoder and reasoning labs' pages: what they show, in both languages, on a desk and a phone, by day and by night. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  expectAccessible,
  expectNoSideways,
  type Locale,
  looks,
  openBrowser,
  signIn,
  type Visitor,
  visit,
} from './browser.ts';
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

interface Look {
  locale?: Locale;
  width?: number;
  dark?: boolean;
}

async function open(
  path: string,
  { locale = 'en', width = 1280, dark = false }: Look = {},
): Promise<Visitor> {
  const visitor = await visit(browser, {
    locale,
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
  });
  await signIn(visitor, server.url, 'li@demo.viva', 'viva-demo-2026');
  await visitor.page.request.patch(`${server.url}/api/me`, {
    data: { locale },
    headers: { origin: server.url },
  });
  await visitor.page.goto(`${server.url}/labs/${path}`);
  await visitor.page
    .getByRole('button', { name: /^(Play|运行)$/ })
    .and(visitor.page.locator(':enabled'))
    .waitFor({ timeout: 90_000 });
  return visitor;
}

const token = (page: Page, text: string) => page.getByRole('button', { name: text, exact: true });

async function everyLook(name: string, path: string, ready: (page: Page, locale: Locale) => Promise<void>) {
  for (const locale of ['zh-CN', 'en'] as const)
    for (const [width, dark] of looks([
      [1280, false],
      [390, true],
      [1280, true],
      [390, false],
    ] as const)) {
      const visitor = await open(path, { locale, width, dark });
      await ready(visitor.page, locale);
      const where = `${name}-${locale}-${width}${dark ? '-dark' : ''}`;
      await expectNoSideways(visitor.page, where);
      await expectAccessible(visitor.page, where);
      if (process.env.VIVA_SCREENSHOTS)
        await visitor.page.screenshot({
          path: join(process.env.VIVA_SCREENSHOTS, `${where}.png`),
          fullPage: true,
        });
      expect(visitor.complaints, where).toEqual([]);
      await visitor.close();
    }
}

describe('encoder', () => {
  it('reads a text, shows where a token attends, guesses what is hidden, and searches the bank', async () => {
    const visitor = await open('encoder?text=the%20model%20is%20small');
    const { page } = visitor;
    await token(page, 'model').hover();
    await page.getByText(/“model” attends to .+%/).waitFor();
    await token(page, 'model').click();
    await page.getByText(/“model” stood there: rank/).waitFor();
    expect(await token(page, '[MASK]').getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'Layer 2, head 3' }).click();
    expect(await page.getByLabel('Layer', { exact: true }).inputValue()).toBe('1');
    expect(await page.getByLabel('Head', { exact: true }).inputValue()).toBe('2');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByText(/By cosine between sentence vectors/).waitFor({ timeout: 90_000 });
    const near = page.getByRole('region', { name: 'Nearest questions' }).getByRole('link');
    expect(await near.count()).toBe(5);
    await page.getByLabel('Text', { exact: true }).fill('quantisation of weights');
    await expect
      .poll(() => new URL(page.url()).searchParams.get('text'), { timeout: 10_000 })
      .toContain('quantisation');
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });

  it('opens a folder of the reader’s own, and says what one that is none lacks', async () => {
    const visitor = await open('encoder?text=abc&model=bank-mlm');
    const { page } = visitor;
    await page.getByLabel('Model', { exact: true }).selectOption('chosen');
    await page.getByText(/these are missing: config.json/).waitFor({ timeout: 60_000 });
    const folder = fileURLToPath(new URL('../packages/labs/src/encoder/fixtures/tiny-bert', import.meta.url));
    const files = await Promise.all(
      (await readdir(folder)).map(async (name) => ({
        name,
        mimeType: 'application/octet-stream',
        buffer: await readFile(join(folder, name)),
      })),
    );
    expect(files.length).toBe(3);
    // A folder input takes a folder's path here; its files come as they would from a person's choice.
    await page.getByLabel('Folder of a model').setInputFiles(folder);
    await page.getByText(/2 layers, 4 heads, width 16, 63 tokens/).waitFor({ timeout: 60_000 });
    await token(page, '##b').waitFor();
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });

  it('looks as it should everywhere', async () => {
    await everyLook('encoder', 'encoder', async (page) => {
      await page.getByText(/13 tokens|13 个 token/).waitFor({ timeout: 60_000 });
    });
  }, 400_000);
});

describe('reasoning', () => {
  it('plays a hand by every strategy and draws its trees, level by level', async () => {
    const visitor = await open('reasoning?problems=20&samples=3');
    const { page } = visitor;
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    await page.getByRole('heading', { name: 'b = 5' }).waitFor({ timeout: 60_000 });
    const wide = page.getByRole('img', { name: /Search tree with 5 states/ });
    const all = await wide.locator('circle').count();
    await page.getByLabel(/^Level \d of/).fill('1');
    await expect.poll(() => wide.locator('circle').count()).toBeLessThan(all);
    expect(await page.getByRole('row', { name: /Tree, b = 1/ }).innerText()).toMatch(/[01]\/1/);
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });

  it('trains two transformers and shows what each says', async () => {
    const visitor = await open('reasoning?task=running-sum&size=3&steps=200&width=16&problems=20&samples=3');
    const { page } = visitor;
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByText(/^Step 200 of/).waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: 'Measure now' }).click();
    await page.getByRole('rowheader', { name: /Chain of thought: success/ }).waitFor({ timeout: 60_000 });
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });

  it('looks as it should everywhere', async () => {
    await everyLook('reasoning', 'reasoning?problems=20&samples=3', async (page, locale) => {
      await page.getByRole('button', { name: locale === 'en' ? 'Step' : '单步', exact: true }).click();
      await page.getByRole('heading', { name: 'b = 5' }).waitFor({ timeout: 60_000 });
    });
  }, 400_000);
});
