/** Letting a locked-out owner back in from the command line, on an embedded database of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  listAccounts,
  migrate,
  openDatabase,
  type Running,
  recoverAccount,
  serve,
  verifyAudit,
} from '@viva/server';
import { type ApiError, createClient } from '@viva/server/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bankFolder } from '../folders.ts';

const EMAIL = 'owner@viva.test';
const PASSWORD = 'correct horse battery';
let data = '';
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'viva-account-'));
});
afterAll(() => rm(data, { recursive: true, force: true }));

const start = (): Promise<Running> =>
  serve({ data, bank: bankFolder(), port: 0, host: '127.0.0.1', version: 'test' });
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: ApiError) => error.code,
  );

it('unlocks, sets a new password, ends sessions, and says so in the audit log', async () => {
  const first = await start();
  const api = createClient({ origin: first.url });
  await api.createOwner({ body: { name: 'Owner', email: EMAIL, password: PASSWORD } });
  for (let failure = 0; failure < 5; failure++)
    expect(await codeOf(api.signIn({ body: { email: EMAIL, password: 'forgotten' } }))).toBe(
      'wrong-credentials',
    );
  expect(await codeOf(api.signIn({ body: { email: EMAIL, password: PASSWORD } }))).toBe('too-many-attempts');
  // While the server runs, the folder is its own.
  await expect(recoverAccount({ data }, EMAIL, ['unlock'])).rejects.toMatchObject({ name: 'LockError' });
  await first.close();

  expect(await listAccounts({ data })).toMatchObject([
    { email: EMAIL, role: 'owner', state: 'active', secondFactor: false, passkeys: 0 },
  ]);
  await expect(recoverAccount({ data }, 'nobody@viva.test', ['unlock'])).rejects.toMatchObject({
    code: 'no-such-account',
  });
  const { password } = await recoverAccount({ data }, 'OWNER@viva.test', [
    'password',
    'second-factor',
    'unlock',
    'sessions',
  ]);
  expect(password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);

  const second = await start();
  const again = createClient({ origin: second.url });
  expect(await codeOf(again.signIn({ body: { email: EMAIL, password: PASSWORD } }))).toBe(
    'wrong-credentials',
  );
  expect(await again.signIn({ body: { email: EMAIL, password: password ?? '' } })).toMatchObject({
    role: 'owner',
  });
  await second.close();

  const driver = await openDatabase({ folder: data });
  await migrate(driver);
  const { rows } = await driver.transaction(async (run) => {
    await run('SET LOCAL ROLE viva_owner');
    return run(`SELECT actor_id, detail FROM viva.audit WHERE action = 'account.recovered'`);
  });
  expect(rows).toHaveLength(1);
  expect(rows[0]?.[0]).toBeNull();
  expect(JSON.parse(String(rows[0]?.[1]))).toMatchObject({
    steps: ['password', 'second-factor', 'unlock', 'sessions'],
    from: 'command line',
  });
  expect(String(rows[0]?.[1])).not.toContain(password);
  expect((await verifyAudit(driver)).faults).toEqual([]);
  await driver.close();
});
