/** Every page, in both languages, light and dark, wide and narrow: WCAG 2.2 AA by axe, no sideways scrolling, no complaint. */
import type { Browser } from 'playwright-core';
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
let server: TestServer;
let browser: Browser;
let ids: { opening: string; revealed: string; sealed: string };
let invitation: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
  const owner = await visit(browser);
  await signIn(owner, server.url, 'owner@demo.viva', PASSWORD);
  const { request } = owner.page;
  const get = async (path: string) => (await request.get(server.url + path)).json();
  const opening = (await get('/api/openings')).items[0].id;
  const candidates = (await get(`/api/openings/${opening}/candidates`)).items as {
    id: string;
    revealed: boolean;
  }[];
  const find = (revealed: boolean) =>
    candidates.find((candidate) => candidate.revealed === revealed)?.id ?? '';
  ids = { opening, revealed: find(true), sealed: find(false) };
  const draft = { title: 'A draft opening', kit: 'generative-model-engineer' };
  await request.post(`${server.url}/api/openings`, { data: draft, headers: { origin: server.url } });
  await request.put(`${server.url}/api/settings`, {
    data: { publicBank: true },
    headers: { origin: server.url },
  });
  const invited = { name: 'New', email: 'new@demo.viva', role: 'interviewer' };
  invitation = (
    await (
      await request.post(`${server.url}/api/people`, { data: invited, headers: { origin: server.url } })
    ).json()
  ).path;
  await owner.close();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

const LOOKS: { locale: Locale; width: number; height: number; colorScheme: 'light' | 'dark' }[] = [
  { locale: 'zh-CN', width: 390, height: 844, colorScheme: 'dark' },
  { locale: 'en', width: 1280, height: 900, colorScheme: 'light' },
  { locale: 'zh-CN', width: 1280, height: 900, colorScheme: 'dark' },
  { locale: 'en', width: 390, height: 844, colorScheme: 'light' },
];

/** Page by page; the path is asked for late, when the identifiers are known. */
const PAGES: { name: string; who: string | undefined; path: (locale: Locale) => string }[] = [
  { name: 'sign in', who: undefined, path: () => '/signin' },
  { name: 'join', who: undefined, path: () => invitation },
  { name: 'a link that no longer works', who: undefined, path: () => '/join/nothing-here' },
  { name: 'home of the owner', who: 'owner', path: () => '/' },
  { name: 'home of an interviewer', who: 'li', path: () => '/' },
  { name: 'openings', who: 'owner', path: () => '/openings' },
  { name: 'new opening', who: 'owner', path: () => '/openings/new' },
  { name: 'opening', who: 'owner', path: () => `/openings/${ids.opening}` },
  { name: 'panel', who: 'owner', path: () => `/openings/${ids.opening}?tab=panel` },
  { name: 'candidates', who: 'owner', path: () => `/openings/${ids.opening}?tab=candidates` },
  { name: 'sessions', who: 'owner', path: () => `/openings/${ids.opening}?tab=sessions` },
  { name: 'history', who: 'owner', path: () => `/openings/${ids.opening}?tab=history` },
  { name: 'revealed candidate', who: 'owner', path: () => `/candidates/${ids.revealed}` },
  { name: 'sealed candidate', who: 'li', path: () => `/candidates/${ids.sealed}` },
  { name: 'scoring', who: 'li', path: () => `/candidates/${ids.sealed}/score` },
  { name: 'own sealed scorecard', who: 'li', path: () => `/candidates/${ids.revealed}/score` },
  { name: 'decision', who: 'owner', path: () => `/openings/${ids.opening}/decision` },
  { name: 'bank', who: 'li', path: () => '/bank' },
  { name: 'question', who: 'li', path: () => '/bank/questions/quantization' },
  { name: 'question with lab', who: 'li', path: () => '/bank/questions/gan-vs-diffusion' },
  { name: 'question with code', who: 'li', path: () => '/bank/questions/quantized-pipeline-review' },
  { name: 'errata', who: 'li', path: () => '/bank/errata' },
  { name: 'files of the bank', who: 'owner', path: () => '/bank/exchange' },
  { name: 'public list', who: undefined, path: () => '/read' },
  { name: 'public question', who: undefined, path: (locale) => `/read/${locale}/quantized-pipeline-review` },
  { name: 'public errata', who: undefined, path: (locale) => `/read/${locale}/errata` },
  { name: 'kits', who: 'li', path: () => '/bank/kits' },
  { name: 'kit', who: 'owner', path: () => '/bank/kits/medical-llm-engineer' },
  { name: 'calibration', who: 'li', path: () => '/calibration' },
  { name: 'calibration set', who: 'zhao', path: () => '/calibration/clinical' },
  { name: 'calibration practice', who: 'li', path: () => '/calibration/clinical/practice' },
  { name: 'people', who: 'owner', path: () => '/people' },
  { name: 'labs', who: 'li', path: () => '/labs' },
  { name: 'assistant', who: 'li', path: () => '/assistant' },
  { name: 'language model', who: 'owner', path: () => '/assistant/model' },
  { name: 'practice', who: 'li', path: () => '/practice' },
  { name: 'account', who: 'li', path: () => '/account' },
  { name: 'search', who: 'owner', path: () => '/search?q=量化' },
  { name: 'nothing here', who: 'owner', path: () => '/no/such/page' },
  { name: 'API docs', who: undefined, path: () => '/api/docs' },
];

/** Each page in one way with every test, in turn; in all four where `VIVA_LOOKS=all` asks for them. */
const TURNS = looks(LOOKS).map((look, turn) => ({
  ...look,
  pages: process.env.VIVA_LOOKS === 'all' ? PAGES : PAGES.filter((_, at) => at % 2 === turn),
}));

describe.each(TURNS)('$locale, $width px, $colorScheme', ({ locale, width, height, colorScheme, pages }) => {
  it.each(pages)('$name', async ({ name, who, path }) => {
    const visitor = await visit(browser, {
      locale,
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
    });
    const { page } = visitor;
    if (who) {
      await signIn(visitor, server.url, `${who}@demo.viva`, PASSWORD);
      await page.request.patch(`${server.url}/api/me`, { data: { locale }, headers: { origin: server.url } });
    }
    await page.goto(server.url + path(locale));
    // Pages that listen for events never fall silent: the heading says that the page is there.
    await page.locator('h1').first().waitFor();
    await page.waitForTimeout(250);
    // Before anything is judged: a page that fails is the one to look at.
    if (process.env.VIVA_SCREENSHOTS)
      await page.screenshot({
        path: `${process.env.VIVA_SCREENSHOTS}/${name.replaceAll(' ', '-')}-${locale}-${width}-${colorScheme}.png`,
        fullPage: true,
      });
    if (name !== 'API docs') expect(await page.locator('html').getAttribute('lang')).toBe(locale);
    if (!['nothing here', 'a link that no longer works'].includes(name))
      expect(await page.getByText(locale === 'en' ? 'There is no such page' : '没有这个页面').count()).toBe(
        0,
      );
    await expectNoSideways(page, name);
    await expectAccessible(page, name);
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });
});
