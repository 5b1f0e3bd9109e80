/** Writing a question: draft, checks, proposal, review by a second person, a version that new openings take. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  expectAccessible,
  expectNoSideways,
  type Locale,
  openBrowser,
  signIn,
  type Visitor,
  visit,
} from './browser.ts';
import { startServer, type TestServer } from './server.ts';

const OWNER = ['owner@demo.viva', 'viva-demo-2026'] as const;
const LEAD = ['lead@demo.viva', 'a long enough password'] as const;
const QUESTION = 'chain-of-thought';

let server: TestServer;
let browser: Browser;

async function person(
  [email, password]: readonly [string, string],
  { locale = 'en', width = 1280, dark = false }: { locale?: Locale; width?: number; dark?: boolean } = {},
): Promise<Visitor> {
  const visitor = await visit(browser, {
    locale,
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    acceptDownloads: true,
  });
  await signIn(visitor, server.url, email, password);
  await visitor.page.request.patch(`${server.url}/api/me`, {
    data: { locale },
    headers: { origin: server.url },
  });
  return visitor;
}

const call = async (page: Page, method: string, path: string, data?: object) => {
  const response = await page.request.fetch(server.url + path, {
    method,
    headers: { origin: server.url },
    ...(data ? { data } : {}),
  });
  expect(response.status(), `${method} ${path}: ${await response.text()}`).toBeLessThan(300);
  return response.json();
};

const shot = async (page: Page, name: string, fullPage = true): Promise<void> => {
  if (process.env.VIVA_SCREENSHOTS)
    await page.screenshot({ path: `${process.env.VIVA_SCREENSHOTS}/authoring-${name}.png`, fullPage });
};

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
  const owner = await person(OWNER);
  const { path } = await call(owner.page, 'POST', '/api/people', {
    name: 'Second Lead',
    email: LEAD[0],
    role: 'lead',
  });
  await call(owner.page, 'POST', `/api/invitations/${path.split('/').at(-1)}`, { password: LEAD[1] });
  await owner.close();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

const editor = (page: Page, label: string) => page.getByRole('textbox', { name: label });
const saved = (page: Page) =>
  page
    .getByText(/^Saved /)
    .first()
    .waitFor();

describe('authoring', () => {
  let proposal = '';
  let before = '';

  it('begins with an empty list that says what to do', async () => {
    const lead = await person(LEAD);
    await lead.page.goto(`${server.url}/authoring`);
    await lead.page.getByText('Nobody is writing').waitFor();
    await shot(lead.page, 'empty');
    await expectAccessible(lead.page, 'empty authoring');
    expect(lead.complaints).toEqual([]);
    await lead.close();
  });

  it('writes with checks as one types, undo, and a draft that a reload does not lose', async () => {
    const lead = await person(LEAD);
    const { page } = lead;
    const opening = await call(page, 'POST', '/api/openings', { title: 'Made before', kit: 'llm-engineer' });
    before = opening.id;
    await page.goto(`${server.url}/bank/questions/${QUESTION}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.waitForURL('**/authoring/proposals/*');
    proposal = page.url().split('/').at(-1)?.split('?')[0] ?? '';
    await page.getByText('The checks pass').waitFor();
    await shot(page, 'write-en');
    await expectAccessible(page, 'write');
    await expectNoSideways(page, 'write');

    const anchor = editor(page, 'Anchor 3 · English');
    const original = await anchor.innerText();
    await anchor.click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText('Shows a deep understanding of how the chain is sampled and voted on.');
    await page
      .getByText(/It grades \(“deep understanding”\)/)
      .first()
      .waitFor();
    await page
      .getByText(/1 error/)
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: 'Propose' }).isDisabled()).toBe(true);
    await page.keyboard.press('ControlOrMeta+z');
    await expect.poll(() => anchor.innerText()).toBe(original);
    await page.keyboard.press('ControlOrMeta+Shift+z');
    await expect.poll(() => anchor.innerText()).toContain('deep understanding');
    await shot(page, 'fault-en', false);
    await page.keyboard.press('F8');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-at'))).toBe(
      '/text/en/anchors/2',
    );
    await page.keyboard.press('ControlOrMeta+z');
    await expect.poll(() => anchor.innerText()).toBe(original);

    await editor(page, 'Title · English').click();
    await page.keyboard.press('End');
    await page.keyboard.type(', revisited');
    await editor(page, 'Title · 中文').click();
    await page.keyboard.press('End');
    await page.keyboard.insertText('（修订）');
    await page.keyboard.press('ControlOrMeta+s');
    await saved(page);
    await page.reload();
    await expect.poll(() => editor(page, 'Title · English').innerText()).toContain(', revisited');
    expect(lead.complaints).toEqual([]);
    await lead.close();
  });

  it('keeps both sides of a clash between two windows until one is chosen', async () => {
    const [one, two] = await Promise.all([person(LEAD), person(LEAD)]);
    const at = `${server.url}/authoring/proposals/${proposal}`;
    for (const { page } of [one, two]) {
      await page.goto(at);
      await editor(page, 'Title · English').waitFor();
    }
    await editor(one.page, 'Title · English').click();
    await one.page.keyboard.press('Home');
    await one.page.keyboard.type('First: ');
    await one.page.keyboard.press('ControlOrMeta+s');
    await saved(one.page);
    const held = (await call(one.page, 'GET', `/api/authoring/proposals/${proposal}`)).revision;
    await editor(two.page, 'Title · English').click();
    await two.page.keyboard.press('Home');
    await two.page.keyboard.type('Second: ');
    await two.page.keyboard.press('ControlOrMeta+s');
    await two.page.getByRole('button', { name: 'Choose' }).click();
    const dialog = two.page.getByRole('dialog');
    expect(await dialog.locator('del').first().innerText()).toContain('First');
    expect(await dialog.locator('ins').first().innerText()).toContain('Second');
    await shot(two.page, 'clash', false);
    await expectAccessible(two.page, 'clash');
    await dialog.getByRole('button', { name: 'Keep what is here' }).click();
    await expect
      .poll(
        async () =>
          (await call(two.page, 'GET', `/api/authoring/proposals/${proposal}`)).content.text.en.title,
      )
      .toMatch(/^Second: /);
    expect((await call(one.page, 'GET', `/api/authoring/proposals/${proposal}`)).revision).toBeGreaterThan(
      held,
    );
    expect([...one.complaints, ...two.complaints]).toEqual([]);
    await Promise.all([one.close(), two.close()]);
  });

  it('proposes, but not to oneself: the author cannot publish', async () => {
    const lead = await person(LEAD);
    const { page } = lead;
    await page.goto(`${server.url}/authoring/proposals/${proposal}?view=changes`);
    await page.locator('ins').first().waitFor();
    await shot(page, 'changes-en');
    await expectAccessible(page, 'changes');
    await page.getByRole('button', { name: 'Propose' }).click();
    await page.getByLabel('What changes, and why').fill('A title that says what is asked.');
    await page.getByRole('dialog').getByRole('button', { name: 'Propose' }).click();
    await page.getByText('Proposed: another lead reviews it.').waitFor();
    expect(await page.getByRole('button', { name: 'Approve and publish' }).count()).toBe(0);
    expect(lead.complaints).toEqual([]);
    await lead.close();
  });

  it('is reviewed and published by a second person, in Chinese', async () => {
    const owner = await person(OWNER, { locale: 'zh-CN' });
    const { page } = owner;
    await page.goto(`${server.url}/authoring`);
    await page.getByRole('heading', { name: '等你审阅' }).waitFor();
    await shot(page, 'list-zh');
    await expectAccessible(page, 'list');
    await page.getByRole('link', { name: /修订/ }).click();
    await page.locator('ins').first().waitFor();
    await shot(page, 'review-zh');
    await page.getByRole('link', { name: /审阅记录/ }).click();
    await page.getByLabel('写意见').fill('标题清楚多了。');
    await page.getByRole('button', { name: '发表' }).click();
    await page.getByText('标题清楚多了。').last().waitFor();
    await shot(page, 'discussion-zh');
    await expectAccessible(page, 'discussion');
    await page.getByRole('button', { name: '通过并发布' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '通过并发布' }).click();
    await page.getByText('已发布').first().waitFor();
    await page.getByText('第 1 版').first().waitFor();
    expect(owner.complaints).toEqual([]);
    await owner.close();
  });

  it('is what new openings take, and not what old ones have', async () => {
    const lead = await person(LEAD);
    const { page } = lead;
    const after = await call(page, 'POST', '/api/openings', { title: 'Made after', kit: 'llm-engineer' });
    const titleIn = async (id: string) =>
      (
        (await call(page, 'GET', `/api/openings/${id}`)).items as {
          question: string;
          title: { en: string };
        }[]
      ).find(({ question }) => question === QUESTION)?.title.en;
    expect(await titleIn(after.id)).toMatch(/^Second: .*, revisited$/);
    expect(await titleIn(before)).not.toContain('revisited');
    await page.goto(`${server.url}/authoring/questions/${QUESTION}`);
    await page.getByText('Current', { exact: true }).waitFor();
    await page.getByText('Written by Second Lead, reviewed and published by 周岚').waitFor();
    expect(await page.getByRole('row', { name: /Made after/ }).innerText()).toContain('Version 1');
    expect(await page.getByRole('row', { name: /Made before/ }).innerText()).toContain('Bank folder');
    // The demonstration's panel has revealed five candidates on this question.
    await page.getByRole('heading', { name: 'Difficulty and fit' }).waitFor();
    await shot(page, 'record-en');
    await expectAccessible(page, 'record');
    await expectNoSideways(page, 'record');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Files of: Version 1' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${QUESTION}-v1.json`);
    expect(lead.complaints).toEqual([]);
    await lead.close();
  });

  it('runs the experiment of a claim from the editor', async () => {
    const lead = await person(LEAD);
    const { page } = lead;
    const started = await call(page, 'POST', '/api/authoring/proposals', { question: 'gan-vs-diffusion' });
    const content = structuredClone(started.content);
    const claim = content.claims.findIndex(({ check }: { check?: object }) => check);
    content.claims[claim].check = {
      lab: 'gan-vs-diffusion',
      params: { steps: 20, hidden: 32, batch: 64, noiseSteps: 50 },
      seeds: [1, 3],
      assert: ['max(gan.evaluations) == 1', 'min(diffusion.evaluations) > 50'],
    };
    await call(page, 'PUT', `/api/authoring/proposals/${started.id}/content`, {
      content,
      baseRevision: started.revision,
    });
    await page.goto(`${server.url}/authoring/proposals/${started.id}`);
    await page.getByRole('button', { name: 'Run it (2 seeds)' }).first().click();
    await page.getByText('max(gan.evaluations) == 1').last().waitFor({ timeout: 90_000 });
    const verdict = page.locator('[role=status]', { hasText: 'max(gan.evaluations)' });
    await verdict.waitFor();
    expect(await verdict.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/1 \/ 1 · holds/),
      expect.stringMatching(/50 \/ 50 · refuted/),
    ]);
    expect(await verdict.getByRole('columnheader', { name: /Seed/ }).allInnerTexts()).toEqual([
      'Seed 1',
      'Seed 3',
    ]);
    await verdict.scrollIntoViewIfNeeded();
    await shot(page, 'claim-run', false);
    expect(lead.complaints).toEqual([]);
    await lead.close();
  });

  it('begins a new question with everything still to write', async () => {
    const lead = await person(LEAD);
    const { page } = lead;
    await page.goto(`${server.url}/authoring`);
    await page.getByRole('button', { name: 'New question' }).click();
    await page.getByLabel('Title in Chinese').fill('稀疏注意力的取舍');
    await page.getByLabel('Title in English').fill('Trade-offs of sparse attention');
    expect(await page.getByLabel('Id', { exact: false }).first().inputValue()).toBe(
      'trade-offs-of-sparse-attention',
    );
    await shot(page, 'new', false);
    await expectAccessible(page, 'new question');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.waitForURL('**/authoring/proposals/*');
    await page
      .getByText(/\d+ errors/)
      .first()
      .waitFor();
    await shot(page, 'new-write', false);
    expect(lead.complaints).toEqual([]);
    await lead.close();
  });

  it('is no place for interviewers', async () => {
    const interviewer = await person(['li@demo.viva', 'viva-demo-2026']);
    const { page } = interviewer;
    await page.goto(`${server.url}/bank/questions/${QUESTION}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getByRole('button', { name: 'Edit' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Authoring' }).count()).toBe(0);
    const response = await page.request.get(`${server.url}/api/authoring/questions/${QUESTION}/statistics`);
    expect(response.status()).toBe(403);
    await interviewer.close();
  });

  it.each([
    ['zh-CN', 390, false],
    ['zh-CN', 1280, true],
    ['en', 390, true],
  ] as const)('fits: %s, %d px, dark %s', async (locale, width, dark) => {
    const lead = await person(LEAD, { locale, width, dark });
    const { page } = lead;
    const open = (await call(page, 'GET', '/api/authoring/proposals')).items as { id: string }[];
    for (const [name, path] of [
      ['list', '/authoring'],
      ['write', `/authoring/proposals/${open.at(-1)?.id}`],
      ['published', `/authoring/proposals/${proposal}`],
      ['record', `/authoring/questions/${QUESTION}`],
      ['bank', `/bank/questions/${QUESTION}`],
    ] as const) {
      await page.goto(server.url + path);
      await page.locator('h1').first().waitFor();
      await page.waitForLoadState('networkidle');
      await shot(page, `${name}-${locale}-${width}${dark ? '-dark' : ''}`);
      await expectNoSideways(page, name);
      await expectAccessible(page, name);
    }
    expect(lead.complaints).toEqual([]);
    await lead.close();
  });
});
