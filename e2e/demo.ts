/** The demonstration's people in a browser, and a look at the page that they have before them. */
import type { Browser, Page } from 'playwright-core';
import { expectAccessible, expectNoSideways, type Locale, signIn, type Visitor, visit } from './browser.ts';

const PASSWORD = 'viva-demo-2026';

interface Entering {
  /** The first part of the address. */
  who: string;
  locale: Locale;
  width?: number | undefined;
  colorScheme?: 'light' | 'dark' | undefined;
}

/** Signs somebody of the demonstration in, in this language. */
export async function enterDemo(
  browser: Browser,
  url: string,
  { who, locale, width = 1280, colorScheme = 'light' }: Entering,
): Promise<Visitor> {
  const visitor = await visit(browser, { locale, viewport: { width, height: 900 }, colorScheme });
  await signIn(visitor, url, `${who}@demo.viva`, PASSWORD);
  await visitor.page.request.patch(`${url}/api/me`, { data: { locale }, headers: { origin: url } });
  return visitor;
}

/** Accessible, and no wider than its window; kept as a picture where `VIVA_SCREENSHOTS` names a folder. */
export async function look(page: Page, name: string): Promise<void> {
  await expectAccessible(page, name);
  await expectNoSideways(page, name);
  if (process.env.VIVA_SCREENSHOTS)
    await page.screenshot({ path: `${process.env.VIVA_SCREENSHOTS}/${name}.png`, fullPage: true });
}
