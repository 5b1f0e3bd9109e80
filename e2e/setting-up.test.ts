/** From an empty folder to an open opening, by hand, in Chinese. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, type Visitor, visit } from './browser.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
let browser: Browser;
let owner: Visitor;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer('start'), openBrowser()]);
  owner = await visit(browser);
});
afterAll(async () => {
  expect(owner.complaints).toEqual([]);
  await browser.close();
  await server.stop();
});

it('makes the owner’s account on the first visit', async () => {
  const { page } = owner;
  await page.goto(server.url);
  await page.waitForURL('**/setup');
  await page.getByLabel('姓名').fill('周岚');
  await page.getByLabel('邮箱').fill('owner@example.org');
  await page.getByRole('textbox', { name: '密码' }).fill('short');
  await page.getByRole('button', { name: '创建账号' }).click();
  expect(await page.getByText('密码至少需要 10 个字符。').count()).toBe(1);
  await page.getByRole('textbox', { name: '密码' }).fill('a long enough password');
  await page.getByRole('button', { name: '创建账号' }).click();
  await page.waitForURL(`${server.url}/`);
  await page.getByText('周岚').first().waitFor();
});

it('builds an opening: kit, panel with a waiver, candidates', async () => {
  const { page } = owner;
  await page.getByRole('link', { name: '招聘项目' }).first().click();
  await page.getByRole('link', { name: '新建招聘项目' }).first().click();
  await page.getByLabel('名称').fill('医疗大模型工程师（影像）');
  await page.getByText('医疗大模型工程师', { exact: true }).first().click();
  await page.getByRole('button', { name: '创建草稿' }).click();
  await page.waitForURL('**/openings/*-*');
  await page
    .getByRole('link', { name: /面试小组/ })
    .or(page.getByRole('tab', { name: /面试小组/ }))
    .first()
    .click();
  await page.getByRole('button', { name: '任命' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: /周岚/ }).check();
  await dialog.getByLabel('豁免理由').fill('创始人亲自面试，之后补做校准。');
  await dialog.getByRole('button', { name: '任命' }).click();
  await page.getByText('已豁免').first().waitFor();
  await page.getByRole('button', { name: '开放面试' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '开放面试' }).click();
  await page.getByText('进行中').first().waitFor();
  await page
    .getByRole('link', { name: /候选人/ })
    .or(page.getByRole('tab', { name: /候选人/ }))
    .first()
    .click();
  await page.getByRole('button', { name: '添加候选人' }).first().click();
  await page.getByRole('dialog').getByLabel('姓名').fill('林溪');
  await page.getByRole('dialog').getByRole('button', { name: '添加候选人' }).click();
  await page.getByRole('link', { name: '林溪' }).first().waitFor();
});

it('sends a visitor without a session to sign in, and back to where they wanted', async () => {
  const visitor = await visit(browser, { locale: 'en' });
  await visitor.page.goto(`${server.url}/openings`);
  await visitor.page.waitForURL('**/signin**');
  await visitor.page.getByLabel(/e-?mail/i).fill('owner@example.org');
  await visitor.page.getByRole('textbox', { name: 'Password' }).fill('wrong password');
  await visitor.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await visitor.page.getByRole('alert').first().waitFor();
  await visitor.page.getByRole('textbox', { name: 'Password' }).fill('a long enough password');
  await visitor.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await visitor.page.waitForURL('**/openings');
  expect(visitor.complaints).toEqual([]);
  await visitor.close();
});
