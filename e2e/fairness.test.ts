/** Voluntary group data from the draft to the decision page, and what nobody sees. */
import type { APIRequestContext, Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAccessible, expectNoSideways, openBrowser, signIn, type Visitor, visit } from './browser.ts';
import { startServer, type TestServer } from './server.ts';

const PASSWORD = 'viva-demo-2026';
let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

const shot = async ({ page }: Visitor, name: string): Promise<void> => {
  if (process.env.VIVA_SCREENSHOTS)
    await page.screenshot({ path: `${process.env.VIVA_SCREENSHOTS}/${name}.png`, fullPage: true });
};
const caller = (request: APIRequestContext) => async (method: string, path: string, data?: object) => {
  const response = await request.fetch(server.url + path, {
    method,
    headers: { origin: server.url },
    ...(data ? { data } : {}),
  });
  expect(response.status(), `${method} ${path}: ${await response.text()}`).toBeLessThan(300);
  return response.json();
};

it('is asked where the lead says so, answered by candidates, counted at closing, and shown by groups', async () => {
  const owner = await visit(browser, { locale: 'en', viewport: { width: 1280, height: 900 } });
  await signIn(owner, server.url, 'owner@demo.viva', PASSWORD);
  const call = caller(owner.page.request);
  await call('PATCH', '/api/me', { locale: 'en' });
  const { id } = await call('POST', '/api/openings', { title: 'Ten applicants', kit: 'llm-engineer' });
  await owner.page.goto(`${server.url}/openings/${id}`);
  await owner.page.getByRole('button', { name: 'Edit' }).first().click();
  await owner.page.getByRole('checkbox', { name: 'Gender' }).check();
  await shot(owner, 'fairness-draft');
  await expectAccessible(owner.page, 'draft that asks for groups');
  await owner.page.getByRole('button', { name: 'Save' }).click();
  await owner.page.getByText('Asks for (voluntary)').waitFor();
  await owner.page.getByRole('definition').filter({ hasText: 'Gender' }).waitFor();
  const people = (await call('GET', `/api/openings/${id}/eligible`)).items as {
    personId: string;
    name: string;
  }[];
  await call('POST', `/api/openings/${id}/seats`, {
    personId: people.find(({ name }) => name === '李明')?.personId,
  });
  await call('POST', `/api/openings/${id}/open`);

  const candidates: string[] = [];
  for (let n = 0; n < 10; n++) {
    const { id: candidate } = await call('POST', `/api/openings/${id}/candidates`, {
      name: `Applicant ${n}`,
      email: `applicant${n}@demo.viva`,
    });
    candidates.push(candidate);
    const { path } = await call('POST', `/api/candidates/${candidate}/invitation`);
    const applicant = await visit(browser, {
      locale: n === 0 ? 'en' : 'zh-CN',
      viewport: n === 0 ? { width: 1280, height: 900 } : { width: 390, height: 844 },
    });
    const own = caller(applicant.page.request);
    await own('POST', `/api/invitations/${path.replace('/join/', '')}`, { password: 'a password of mine' });
    if (n > 1)
      await own('PUT', `/api/candidates/${candidate}/groups`, {
        answers: { gender: n % 2 ? 'man' : 'woman' },
      });
    else {
      // The first two by hand, in either language.
      await own('PATCH', '/api/me', { locale: n === 0 ? 'en' : 'zh-CN' });
      await applicant.page.goto(server.url);
      await applicant.page
        .getByText(n === 0 ? 'Voluntary: for checking fairness' : '自愿填写：用于检查公平性')
        .click();
      await applicant.page
        .getByLabel(n === 0 ? 'Gender' : '性别', { exact: true })
        .selectOption(n === 0 ? 'woman' : 'man');
      await applicant.page
        .getByText(n === 0 ? /^Saved\. You can change it/ : /^已保存。在职位关闭之前/)
        .waitFor();
      await expectAccessible(applicant.page, 'group answers');
      await expectNoSideways(applicant.page, 'group answers');
      await shot(applicant, `fairness-answers-${n}`);
      expect(applicant.complaints).toEqual([]);
    }
    await applicant.close();
  }
  for (const [n, candidate] of candidates.entries()) {
    await call('POST', `/api/candidates/${candidate}/close-panel`, {
      reason: 'The panel could not meet again.',
    });
    await call('POST', `/api/candidates/${candidate}/decision`, {
      outcome: [1, 3, 5, 7, 0].includes(n) ? 'advance' : 'decline',
      reason: 'Decided for the sake of this test.',
    });
  }
  await owner.page.goto(`${server.url}/openings/${id}/decision`);
  await owner.page.getByText('until then a changed decision could be traced').waitFor();
  await call('POST', `/api/openings/${id}/close`, { reason: 'The place has been filled.' });
  await owner.page.reload();
  // 1 of 5 women and 4 of 5 men: a ratio of a quarter, and R 4.2.2 fisher.test gives p = 0.2063492.
  const row = owner.page.getByRole('row', { name: /^woman/ });
  await row.waitFor();
  expect((await row.innerText()).replaceAll(/\s+/g, ' ')).toContain('woman 1 / 5 20% 0.25 0.206');
  expect(await owner.page.getByRole('row', { name: /^man/ }).innerText()).toContain(
    'highest rate, the reference',
  );
  await expectAccessible(owner.page, 'adverse impact');
  await shot(owner, 'fairness-decision');
  expect(owner.complaints).toEqual([]);
  await owner.close();
}, 240_000);
