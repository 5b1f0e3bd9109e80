/** Second factor, passkeys (Chromium's virtual authenticator) and sessions, by hand, in Chinese. */
import { createHmac } from 'node:crypto';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAccessible, expectNoSideways, openBrowser, type Visitor, visit } from './browser.ts';
import { startServer, type TestServer } from './server.ts';

const EMAIL = 'owner@example.org';
const PASSWORD = 'a long enough password';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
let server: TestServer;
let browser: Browser;
let owner: Visitor;
let key = '';
let backupCodes: string[] = [];
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer('start'), openBrowser()]);
  owner = await visit(browser);
  const made = await owner.page.request.post(`${server.url}/api/setup`, {
    data: { name: '周岚', email: EMAIL, password: PASSWORD, locale: 'zh-CN' },
    headers: { origin: server.url },
  });
  expect(made.status()).toBe(201);
});
afterAll(async () => {
  expect(owner.complaints).toEqual([]);
  await browser.close();
  await server.stop();
});

/** What an authenticator app shows (RFC 6238), so many periods from now. */
function codeAt(periods: number): string {
  const bits = [...key].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + periods));
  const mac = createHmac('sha1', bytes).update(counter).digest();
  return String((mac.readUInt32BE((mac[19] ?? 0) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

const prove = async (page: Page): Promise<void> => {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: '登录密码' }).fill(PASSWORD);
  await dialog.getByRole('button', { name: '继续' }).click();
};

const signOut = async (page: Page): Promise<void> => {
  await page.request.delete(`${server.url}/api/session`, { headers: { origin: server.url } });
  await page.goto(`${server.url}/signin`);
};

const enterPassword = async (page: Page): Promise<void> => {
  await page.getByLabel('邮箱').fill(EMAIL);
  await page.getByRole('textbox', { name: '密码' }).fill(PASSWORD);
  await page.getByRole('button', { name: '登录', exact: true }).click();
};

it('sets up an authenticator app from a QR code, and keeps backup codes', async () => {
  const { page } = owner;
  await page.goto(`${server.url}/account`);
  await page.getByRole('link', { name: '登录与安全' }).click();
  await page.getByRole('button', { name: '启用' }).click();
  await prove(page);
  const dialog = page.getByRole('dialog');
  // One path in one inline SVG: no image, and the strict policy did not complain.
  await dialog.getByRole('img', { name: '包含账号密钥的二维码' }).waitFor();
  expect(await dialog.locator('svg[role=img] path').getAttribute('d')).toMatch(/^(M\d+ \d+h1v1h-1z){200,}$/);
  await expectAccessible(page, 'enrolment');
  key = ((await dialog.getByText(/^([A-Z2-7]{4} ){5,}/).textContent()) ?? '').replaceAll(' ', '');
  await dialog.getByLabel('验证器显示的动态码').fill('000000');
  await dialog.getByRole('button', { name: '确认' }).click();
  await dialog.getByText(/动态码不正确/).waitFor();
  await dialog.getByLabel('验证器显示的动态码').fill(codeAt(0));
  await dialog.getByRole('button', { name: '确认' }).click();
  await page.getByRole('heading', { name: '请保存备用码' }).waitFor();
  backupCodes = await page.getByRole('dialog').getByRole('listitem').allTextContents();
  expect(backupCodes).toHaveLength(10);
  await page.getByRole('button', { name: '我已保存' }).click();
  await page.getByText('剩余 10 个备用码').waitFor();
});

it('then asks for a code after the password, takes each once, and a backup code instead', async () => {
  const { page } = owner;
  await signOut(page);
  await enterPassword(page);
  await page.getByRole('heading', { name: '两步验证' }).waitFor();
  await expectAccessible(page, 'second step');
  const code = page.getByLabel('动态码或备用码');
  await code.fill('123456');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByText(/动态码不正确/).waitFor();
  await code.fill(codeAt(1));
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.waitForURL(`${server.url}/`);
  await signOut(page);
  await enterPassword(page);
  await page.getByLabel('动态码或备用码').fill(backupCodes[0] ?? '');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.waitForURL(`${server.url}/`);
});

it('makes a passkey, signs in with it alone, and removes it', async () => {
  const { page } = owner;
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(`${server.url}/account/security`);
  await page.getByRole('button', { name: '添加通行密钥' }).click();
  await page.getByRole('dialog').getByLabel('名称').fill('办公电脑');
  await prove(page);
  const made = page.getByRole('listitem').filter({ hasText: '办公电脑' });
  await made.waitFor();
  await expectAccessible(page, 'security');
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  expect(credentials).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }]);

  await signOut(page);
  await page.getByRole('button', { name: '使用通行密钥登录' }).click();
  await page.waitForURL(`${server.url}/`);
  await page.goto(`${server.url}/account/security`);
  await made.waitFor();
  expect(await page.getByText('从未使用').count()).toBe(0);

  // Somebody who holds the device and cannot unlock it gets nowhere.
  await signOut(page);
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await page.getByRole('button', { name: '使用通行密钥登录' }).click();
  await page.waitForTimeout(500);
  expect(new URL(page.url()).pathname).toBe('/signin');
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });

  await page.reload();
  await page.getByRole('button', { name: '使用通行密钥登录' }).click();
  await page.waitForURL(`${server.url}/`);
  await page.goto(`${server.url}/account/security`);
  await page.getByRole('button', { name: '删除通行密钥 办公电脑' }).click();
  await page.getByText('还没有通行密钥。').waitFor();
  await signOut(page);
  await page.getByRole('button', { name: '使用通行密钥登录' }).click();
  await page.getByText('该通行密钥未在本站登记，或未通过确认。').waitFor();
  await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
});

it('ends another browser’s session at once, and requires a second factor of leads', async () => {
  const { page } = owner;
  const signIn = async (who: Visitor, code: string) => {
    await who.page.goto(`${server.url}/signin`);
    await enterPassword(who.page);
    await who.page.getByLabel('动态码或备用码').fill(code);
    await who.page.getByRole('button', { name: '登录', exact: true }).click();
    await who.page.waitForURL(`${server.url}/`);
  };
  await signIn(owner, backupCodes[1] ?? '');
  const phone = await visit(browser, { viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
  await signIn(phone, backupCodes[2] ?? '');
  await phone.page.goto(`${server.url}/account/security`);
  await phone.page.getByRole('heading', { name: '已登录的设备' }).waitFor();
  await expectNoSideways(phone.page, 'security at 390 px');
  await expectAccessible(phone.page, 'security in the dark');

  await page.goto(`${server.url}/account/security`);
  await page.getByText('当前浏览器').waitFor();
  await page.getByRole('button', { name: '结束其他所有会话' }).click();
  await page.getByText('已结束。').waitFor();
  const after = await phone.page.request.get(`${server.url}/api/me`);
  expect(after.status()).toBe(401);
  await phone.close();

  await page.getByLabel('要求所有者和负责人启用两步验证').click();
  await page.getByText('所有者和负责人今后必须启用两步验证。').waitFor();
  const invited = await page.request.post(`${server.url}/api/people`, {
    data: { name: '李雷', email: 'lead@example.org', role: 'lead', locale: 'zh-CN' },
    headers: { origin: server.url },
  });
  const { path } = (await invited.json()) as { path: string };
  const lead = await visit(browser);
  await lead.page.request.post(`${server.url}/api/invitations/${path.replace('/join/', '')}`, {
    data: { password: PASSWORD },
    headers: { origin: server.url },
  });
  await lead.page.goto(`${server.url}/openings`);
  await lead.page.waitForURL('**/account/security');
  await lead.page.getByText('所有者要求本人和负责人启用两步验证。').waitFor();
  expect(await lead.page.request.get(`${server.url}/api/openings`).then((one) => one.status())).toBe(403);
  await lead.close();
});
