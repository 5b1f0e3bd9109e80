/** The samplers page: runs to its end, charts what it found, draws ways, keeps its parameters in the address. */
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

async function lab(search: string, options: Parameters<typeof visit>[1] = {}): Promise<Visitor> {
  const visitor = await visit(browser, { locale: 'en', viewport: { width: 1280, height: 900 }, ...options });
  await signIn(visitor, server.url, 'li@demo.viva', 'viva-demo-2026');
  await visitor.page.request.patch(`${server.url}/api/me`, {
    data: { locale: options.locale ?? 'en' },
    headers: { origin: server.url },
  });
  await visitor.page.goto(`${server.url}/labs/samplers${search}`);
  await visitor.page
    .getByRole('button', { name: /^(Play|运行)$/ })
    .and(visitor.page.locator(':enabled'))
    .waitFor();
  return visitor;
}

const shoot = async (visitor: Visitor, name: string): Promise<void> => {
  if (process.env.VIVA_SCREENSHOTS)
    await visitor.page.screenshot({ path: `${process.env.VIVA_SCREENSHOTS}/${name}.png`, fullPage: true });
};

describe('samplers', () => {
  it('runs with the exact score to its end: a mark for every trial, ways from one noise, figures', async () => {
    const visitor = await lab('?model=exact&samples=250');
    const { page } = visitor;
    const chart = page.getByRole('img', { name: /against evaluations/ });
    await expect.poll(() => page.getByRole('img', { name: /over the data, with one/ }).count()).toBe(6);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByText('All samplers have run.').waitFor({ timeout: 90_000 });
    // Five step counts for each of six samplers; the three deterministic ones alone have a solver error.
    const marks = chart.locator('rect, circle, polygon');
    expect(await marks.count()).toBe(30);
    await page.getByRole('radio', { name: 'Solver error', exact: true }).check();
    await expect
      .poll(() =>
        page
          .getByRole('img', { name: /Solver error/ })
          .locator('rect, circle, polygon')
          .count(),
      )
      .toBe(15);
    await page.getByRole('radio', { name: 'milliseconds', exact: true }).check();
    await page.getByRole('img', { name: /against milliseconds/ }).waitFor();
    await page.getByRole('radio', { name: 'Distance', exact: true }).check();
    await page.getByRole('radio', { name: 'evaluations', exact: true }).check();
    // Heun's count is honest: 2 · 10 − 1.
    await page.getByText('19 evaluations').waitFor();
    await page.getByRole('slider', { name: /Step/ }).fill('3');
    await page.getByText('Step 3 of 10').waitFor();
    await page.getByRole('button', { name: 'Measure now' }).click();
    await page.getByRole('rowheader', { name: /Solver error, 5 steps/ }).waitFor({ timeout: 60_000 });
    await expectNoSideways(page, 'samplers');
    await expectAccessible(page, 'samplers');
    await shoot(visitor, 'samplers-en');
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });

  it('trains in view, keeps its parameters in the address, and shows the spread over seeds', async () => {
    const visitor = await lab('?steps=60&hidden=32&batch=64&samples=250&upTo=10&noiseSteps=100');
    const { page } = visitor;
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByText('All samplers have run.').waitFor({ timeout: 90_000 });
    await page.getByRole('img', { name: 'Mean squared error of the denoiser over training steps' }).waitFor();
    await page.getByLabel('Seeds', { exact: true }).fill('2');
    await page.getByRole('button', { name: 'Run seeds' }).click();
    await page.getByText(/Means of 2 seeds/).waitFor({ timeout: 90_000 });
    await page.getByLabel('Noise schedule', { exact: true }).selectOption('cosine');
    await expect.poll(() => new URL(page.url()).searchParams.get('schedule')).toBe('cosine');
    await page.getByLabel('Presets').selectOption('guided');
    await expect.poll(() => new URL(page.url()).searchParams.get('guidance')).toBe('7.5');
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });

  it.each([
    ['zh-CN', 390, 'dark'],
    ['zh-CN', 1280, 'light'],
    ['en', 390, 'light'],
    ['en', 1280, 'dark'],
  ] as const)('stands in %s at %d pixels, %s', async (locale, width, colorScheme) => {
    const visitor = await lab('?model=exact&samples=250&upTo=50', {
      locale,
      viewport: { width, height: 900 },
      colorScheme,
    });
    const { page } = visitor;
    await page.getByRole('button', { name: /^(Play|运行)$/ }).click();
    await page.getByText(/All samplers have run\.|所有采样器都已跑完。/).waitFor({ timeout: 90_000 });
    await expectNoSideways(page, 'samplers');
    await expectAccessible(page, 'samplers');
    await shoot(visitor, `samplers-${locale}-${width}-${colorScheme}`);
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });
});
