/** Scoring by keyboard; drafts that survive a closed tab, a lost network and a killed server; marks that appear by themselves. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest';
import { openBrowser, signIn, type Visitor, visit } from './browser.ts';
import { startServer, type TestServer } from './server.ts';

const PASSWORD = 'viva-demo-2026';
let server: TestServer;
let browser: Browser;
let candidate: string;
let li: Visitor;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
  li = await visit(browser);
  await signIn(li, server.url, 'li@demo.viva', PASSWORD);
  const get = async (path: string) => (await li.page.request.get(server.url + path)).json();
  const opening = (await get('/api/openings')).items[0].id;
  candidate = (await get(`/api/openings/${opening}/candidates`)).items.find(
    (one: { revealed: boolean }) => !one.revealed,
  ).id;
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

beforeEach(() => {
  onTestFailed(async () => {
    if (process.env.VIVA_SCREENSHOTS)
      await li.page.screenshot({ path: `${process.env.VIVA_SCREENSHOTS}/failed-${Date.now()}.png` });
  });
});

const scorePage = () => `${server.url}/candidates/${candidate}/score`;
const evidence = (page: Page) => page.getByRole('textbox', { name: '证据' });
const heldByServer = async (visitor: Visitor) =>
  (await (await visitor.page.request.get(`${server.url}/api/candidates/${candidate}/scorecard`)).json())
    .drafts as { evidence: string; score: number | null }[];
/** Waits until the server holds a draft with this text. */
const untilHeld = (visitor: Visitor, text: string) =>
  expect
    .poll(async () => (await heldByServer(visitor)).some((draft) => draft.evidence === text), {
      timeout: 20_000,
    })
    .toBe(true);

describe('drafts', () => {
  it('survive a tab that is closed right after the last key', async () => {
    const tab = await li.page.context().newPage();
    await tab.goto(scorePage());
    await evidence(tab).fill(
      '他先给出映射公式，再算出一百九十三，并解释为什么不是一百九十四；追问之后举了激活偏斜的例子。',
    );
    await tab.close({ runBeforeUnload: false });
    await li.page.goto(scorePage());
    await expect.poll(() => evidence(li.page).inputValue(), { timeout: 10_000 }).toContain('一百九十四');
    await untilHeld(li, await evidence(li.page).inputValue());
  });

  it('wait out a lost network, and say so', async () => {
    const { page } = li;
    await page.goto(scorePage());
    await evidence(page).waitFor();
    await page.context().setOffline(true);
    const text = '断网时写下的证据：候选人说明了分组量化的粒度，并给出了逐层误差的测量办法，足够长了。';
    await evidence(page).fill(text);
    await page
      .getByText(/处未保存/)
      .first()
      .waitFor({ timeout: 15_000 });
    expect((await heldByServer(li).catch(() => [])).some((draft) => draft.evidence === text)).toBe(false);
    await page.context().setOffline(false);
    await untilHeld(li, text);
    await page
      .getByText(/已保存/)
      .first()
      .waitFor({ timeout: 15_000 });
  });

  it('survive kill -9 of the server in the middle of writing', async () => {
    const { page } = li;
    await page.goto(scorePage());
    await evidence(page).waitFor();
    await server.kill();
    const text = '服务器被杀掉之后写下的证据：候选人讲清了双重量化省的是常数，并算出每参数约零点三七比特。';
    await evidence(page).fill(text);
    await page
      .getByText(/处未保存/)
      .first()
      .waitFor({ timeout: 15_000 });
    await server.restart();
    await untilHeld(li, text);
  });

  it('are never shown to another person on the same browser', async () => {
    const shared = await visit(browser);
    await signIn(shared, server.url, 'chen@demo.viva', PASSWORD);
    await shared.page.goto(scorePage());
    await evidence(shared.page).waitFor();
    await evidence(shared.page).fill(
      '陈静的草稿：这段话只属于陈静本人，别人在同一台电脑上登录也看不到，也不会替她提交。',
    );
    await shared.page.waitForTimeout(1_500);
    await shared.page.request.delete(`${server.url}/api/session`, { headers: { origin: server.url } });
    await signIn(shared, server.url, 'wang@demo.viva', PASSWORD);
    await shared.page.goto(scorePage());
    await evidence(shared.page).waitFor();
    expect(await evidence(shared.page).inputValue()).toBe('');
    await shared.close();
  });
});

describe('a scorecard', () => {
  it('is filled in and sealed by keyboard alone, while another page sees the seal appear', async () => {
    const zhao = await visit(browser);
    await signIn(zhao, server.url, 'zhao@demo.viva', PASSWORD);
    await zhao.page.goto(scorePage());
    const marks = zhao.page.getByRole('list', { name: '面试小组封存情况' }).first();
    await marks.waitFor();
    expect(await marks.getByRole('img', { name: '李明：已封存' }).count()).toBe(0);

    const { page } = li;
    await page.goto(scorePage());
    await evidence(page).waitFor();
    await page.locator('#question-title').focus();
    const questions = (
      await (await page.request.get(`${server.url}/api/candidates/${candidate}/scorecard`)).json()
    ).questions.length as number;
    for (let index = 0; index < questions; index++) {
      await page.keyboard.press('4');
      await page.keyboard.press('e');
      await page.keyboard.press('Control+A');
      await page.keyboard.insertText(
        `第 ${index + 1} 题：候选人给出了定义、一个具体的例子，并在追问之后说明了适用的边界条件和代价，前后一致。`,
      );
      await page.keyboard.press('Escape');
      if (index < questions - 1) await page.keyboard.press('j');
      await page.waitForTimeout(150);
    }
    await page.getByText(`已完成 ${questions} / ${questions}`).waitFor();
    await page.keyboard.press('s');
    const confirm = page.getByRole('dialog').getByRole('button', { name: '封存评分' });
    await confirm.waitFor();
    await confirm.focus();
    await page.keyboard.press('Enter');
    await page.getByText('你的评分已封存').first().waitFor({ timeout: 20_000 });

    await zhao.page
      .getByText('李明：已封存')
      .or(zhao.page.getByRole('img', { name: '李明：已封存' }))
      .or(zhao.page.getByTitle('李明：已封存'))
      .first()
      .waitFor({ timeout: 10_000 });
    // The seal, and nothing of what is under it.
    expect(await zhao.page.content()).not.toContain('适用的边界条件');
    expect(zhao.complaints).toEqual([]);
    await zhao.close();
  });
});
