/** The labs of language models: train to the end in a worker, show their matrices, and stay readable on a phone. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const LABS = [
  {
    path: 'knowledge-injection?people=30&width=32&layers=1&pretrainSteps=100&askSteps=10&newSteps=10',
    table: /背得出不等于答得出|Reciting is not answering/,
    rows: 2,
    heading: /^(一个未受教的人|One held-out person)$/,
  },
  {
    path: 'prompt-generalization?width=32&layers=1&steps=50&tuneSteps=50&diverse=off&simple=off&augmented=off',
    table: /^(问法 × 策略|Phrasings by strategies)$/,
    rows: 12,
    heading: /^(它怎么回答|What it answers)$/,
  },
] as const;

describe('labs of language models', () => {
  for (const { path, table, rows, heading } of LABS)
    for (const locale of ['zh-CN', 'en'] as const)
      it(`${path.split('?')[0]}, ${locale}`, async () => {
        const visitor = await visit(browser, {
          locale,
          viewport: locale === 'en' ? { width: 1280, height: 900 } : { width: 390, height: 800 },
        });
        const { page, complaints } = visitor;
        await signIn(visitor, server.url, 'li@demo.viva', 'viva-demo-2026');
        await page.request.patch(`${server.url}/api/me`, {
          data: { locale },
          headers: { origin: server.url },
        });
        await page.goto(`${server.url}/labs/${path}`);
        const play = page.getByRole('button', { name: /^(Play|运行)$/ });
        await play.and(page.locator(':enabled')).click();
        await page
          .getByRole('table', { name: table })
          .locator('tbody tr')
          .nth(rows - 1)
          .waitFor({ timeout: 100_000 });
        await page.getByRole('heading', { name: heading }).waitFor();
        await expectAccessible(page, path);
        await expectNoSideways(page, path);
        expect(complaints).toEqual([]);
        if (process.env.VIVA_SHOTS)
          for (const scheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme: scheme });
            await page.screenshot({
              path: `${process.env.VIVA_SHOTS}/${path.split('?')[0]}-${locale}-${scheme}.png`,
              fullPage: true,
            });
          }
        await visitor.close();
      });
});
