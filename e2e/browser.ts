/** A Chromium for the tests, and what they do in it again and again. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WebGPU in software, as far as this Chromium has it: slow, and the same programs as on a graphics card. */
export const SOFTWARE_GPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--ignore-gpu-blocklist',
];

export const openBrowser = (graphics: readonly string[] = ['--disable-gpu']): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.VIVA_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      ...graphics,
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export type Locale = 'zh-CN' | 'en';

export interface Visitor {
  page: Page;
  /** What the browser's console complained of. */
  complaints: string[];
  close(): Promise<void>;
}

/** A browser window of its own, with its own cookies. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'zh-CN',
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A refused request shows as an error of the network; the tests look at what the page made of it.
    if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(message.text()))
      complaints.push(message.text());
  });
  return { page, complaints, close: () => context.close() };
}

export async function signIn({ page }: Visitor, url: string, email: string, password: string): Promise<void> {
  const response = await page.request.post(`${url}/api/session`, {
    data: { email, password },
    headers: { origin: url },
  });
  expect(response.status()).toBe(200);
}

/** axe-core with the rules of WCAG 2.2 A and AA; says what and where. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(
          context: Document,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const { violations: found } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return found.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} — ${failureSummary}`).join(' | ')}`,
    );
  });
  expect(violations, where).toEqual([]);
}

/** No page may be wider than its window. */
export async function expectNoSideways(page: Page, where: string): Promise<void> {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(content, `${where}: wider than the window`).toBeLessThanOrEqual(window ?? 0);
}

/**
 * Language, width and colour: two of the ways that pages are looked at with every test, the others where `VIVA_LOOKS=all` asks
 * for them.
 * @param all most telling first
 */
export const looks = <T>(all: readonly T[]): readonly T[] =>
  process.env.VIVA_LOOKS === 'all' ? all : all.slice(0, 2);
