/** A backup through the running server, and a server started on what was restored from it. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@viva/server/client';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN, type ServerProcess, startServer } from '../../testing/server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'viva-backup-cli-'));
const data = join(folder, 'data');
const file = join(folder, 'viva.backup');
const passphraseFile = join(folder, 'passphrase');
let server: ServerProcess | undefined;
afterAll(async () => {
  await server?.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const viva = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
  const { DATABASE_URL: _, ...env } = process.env;
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [MAIN, ...args], { env })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
};

function clientOf(origin: string) {
  let cookie = '';
  return createClient({
    origin,
    fetch: async (request) => {
      if (cookie) request.headers.set('cookie', cookie);
      const response = await fetch(request);
      for (const header of response.headers.getSetCookie()) cookie = header.split(';')[0] ?? '';
      return response;
    },
  });
}

// The embedded database alone is reached through its server.
describe.skipIf(process.env.VIVA_TEST_DATABASE === 'postgres')('viva backup and viva restore', () => {
  const OWNER = {
    name: 'Owner',
    email: 'owner@viva.test',
    password: 'a long enough password',
    locale: 'en' as const,
  };

  it('backs up while people write, and restores what was acknowledged before', {
    timeout: 240_000,
  }, async () => {
    writeFileSync(passphraseFile, 'five words of the tests alone\n', { mode: 0o600 });
    server = await startServer({ command: 'start', folder: data });
    const api = clientOf(server.url);
    await api.createOwner({ body: OWNER });
    const opening = await api.createOpening({ body: { title: 'Kept', kit: 'llm-engineer' } });
    let writing = true;
    let written = 0;
    const writer = (async () => {
      for (; writing; written++)
        await api.createOpening({ body: { title: `Number ${written}`, kit: 'llm-engineer' } });
    })();
    const before = written;
    const made = await viva('backup', file, '--data', data, '--passphrase-file', passphraseFile, '--json');
    writing = false;
    await writer;
    expect(made).toMatchObject({ code: 0 });
    const report = JSON.parse(made.stdout) as { through: string; rows: number };
    expect(report.through).toBe('server');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'latin1')).not.toContain('Kept');
    // The secret of the channel is the owner's alone, and gone with the server.
    expect(statSync(join(data, 'admin.json')).mode & 0o777).toBe(0o600);
    const { port } = JSON.parse(readFileSync(join(data, 'admin.json'), 'utf8')) as { port: number };
    const stranger = await fetch(`http://127.0.0.1:${port}/backup`, {
      method: 'POST',
      headers: { authorization: 'Bearer guess' },
    });
    expect(stranger.status).toBe(403);
    await server.end('SIGTERM');
    expect(existsSync(join(data, 'admin.json'))).toBe(false);

    const copy = join(folder, 'copy');
    const restoring = ['restore', file, '--data', copy, '--passphrase-file', passphraseFile, '--json'];
    expect(await viva(...restoring)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no key folder at'),
    });
    cpSync(join(data, 'keys'), join(copy, 'keys'), { recursive: true });
    const restored = await viva(...restoring);
    expect(restored).toMatchObject({ code: 0 });
    expect(JSON.parse(restored.stdout)).toMatchObject({ rows: report.rows, keys: { verdict: 'match' } });
    server = await startServer({ command: 'start', folder: copy });
    const again = clientOf(server.url);
    await again.signIn({ body: OWNER });
    const titles = (await again.listOpenings({ query: { limit: 200 } })).items.map(({ title }) => title);
    expect(titles).toContain(opening.title);
    expect(titles.length).toBeGreaterThan(before);
    await server.end('SIGTERM');
  });

  it('says what is wrong, and changes nothing', { timeout: 120_000 }, async () => {
    const copy = join(folder, 'other');
    const wrong = join(folder, 'wrong');
    writeFileSync(wrong, 'words of somebody else, as many');
    expect(await viva('restore', file, '--data', copy, '--passphrase-file', wrong)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not open this backup'),
    });
    const cut = join(folder, 'cut');
    writeFileSync(cut, readFileSync(file).subarray(0, 2_000));
    expect(await viva('restore', cut, '--data', copy, '--passphrase-file', passphraseFile)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('altered or cut short'),
    });
    expect(existsSync(join(copy, 'database'))).toBe(false);
    expect(await viva('restore', file, '--data', data, '--passphrase-file', passphraseFile)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('never overwrites'),
    });
    expect(await viva('backup', file, '--data', data, '--passphrase-file', passphraseFile)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--force'),
    });
  });
});
