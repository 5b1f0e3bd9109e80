import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFolderKeyStore } from './folder-key-store.ts';
import { folderMasterKeys, masterKeysFrom } from './master-keys.ts';
import { newKey, type Subject } from './seal.ts';
import { createVault } from './vault.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = () => openFolderKeyStore(folder, folderMasterKeys(join(folder, 'master')));
const someone = (): Subject => `application/${crypto.randomUUID()}`;
const where = { table: 'note', column: 'body', row: 'r' };

it('keeps keys that only their owner can read, and gives every opener the same one', async () => {
  const store = open();
  const id = await store.begin();
  const subject = someone();
  const [a, b] = await Promise.all([store.make(subject), open().make(subject)]);
  expect(a).toEqual(b);
  expect(await open().begin()).toBe(id);
  const modes = async (path: string) => (await stat(path)).mode & 0o777;
  const [master] = await readdir(join(folder, 'master'));
  expect(await modes(join(folder, 'master', master ?? ''))).toBe(0o600);
  expect(await modes(join(folder, 'store.json'))).toBe(0o600);
  expect(await modes(join(folder, 'master'))).toBe(0o700);
});

it('says what to do where the folder is empty, a master key is gone or a file was changed', async () => {
  await expect(open().find(someone())).rejects.toMatchObject({
    code: 'keys-missing',
    message: expect.stringContaining('VIVA_KEYS'),
  });
  const store = open();
  await store.begin();
  const subject = someone();
  await store.make(subject);
  const path = join(folder, 'subjects', subject.slice(12, 14), subject.replace('/', '-'));
  const text = await readFile(path, 'utf8');
  await writeFile(
    path,
    text.replace(/.\n$/, (end) => (end.startsWith('A') ? 'B\n' : 'A\n')),
  );
  await expect(store.find(subject)).rejects.toMatchObject({ code: 'keys-malformed' });
  await writeFile(path, text);
  await rm(join(folder, 'master'), { recursive: true });
  await expect(store.find(subject)).rejects.toMatchObject({
    code: 'master-missing',
    message: expect.stringContaining('.key'),
  });
});

it('destroys a key for good, in every process, and remembers that it did', async () => {
  const [store, other] = [open(), open()];
  await store.begin();
  const [subject, spared] = [someone(), someone()];
  const vault = createVault(store);
  const elsewhere = createVault(other);
  const sealed = await vault.seal(subject, where, 'what was said');
  const kept = await vault.seal(spared, where, 'what stays');
  expect(await elsewhere.open(subject, where, sealed)).toBe('what was said');
  await vault.erase([subject], new Date('2026-11-24T10:00:00Z'));
  // The other process had the key in memory.
  expect(await elsewhere.open(subject, where, sealed)).toBe('');
  await expect(elsewhere.seal(subject, where, 'more')).rejects.toMatchObject({ code: 'erased' });
  await expect(store.make(subject)).rejects.toMatchObject({ code: 'erased' });
  expect(await elsewhere.open(spared, where, kept)).toBe('what stays');
  expect([...(await open().ledger()).values()]).toEqual([{ subject, at: '2026-11-24T10:00:00.000Z' }]);
});

it('reads a ledger whose last line a crash cut short, and goes on writing after it', async () => {
  const store = open();
  await store.begin();
  const [a, b] = [someone(), someone()];
  await store.erase([a], new Date());
  const path = join(folder, 'erased.jsonl');
  await writeFile(path, `${await readFile(path, 'utf8')}{"subject":"application/00`);
  await open().erase([b], new Date());
  expect([...(await open().ledger()).keys()].sort()).toEqual([a, b].sort());
});

it('rotates while others write, loses nothing, and resumes where it was broken off', async () => {
  const store = open();
  await store.begin();
  const texts = new Map<Subject, string>();
  const writer = createVault(open());
  for (let n = 0; n < 60; n++) {
    const subject = someone();
    texts.set(subject, await writer.seal(subject, where, `said ${n}`));
  }
  const [before] = await readdir(join(folder, 'master'));
  await expect(
    store.rotate(({ done }) => {
      if (done >= 20) throw new Error('the power went');
    }),
  ).rejects.toThrow('the power went');
  expect((await readdir(join(folder, 'master'))).length).toBe(2);

  let writing = true;
  const written = (async () => {
    for (let n = 0; writing; n++) {
      const subject = someone();
      texts.set(subject, await writer.seal(subject, where, `new ${n}`));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  const { rewrapped, master } = await open().rotate();
  writing = false;
  await written;
  expect(rewrapped).toBeGreaterThan(0);
  expect(await readdir(join(folder, 'master'))).toEqual([`${master}.key`]);
  expect(before).not.toBe(`${master}.key`);
  expect([...(await open().count()).keys()]).toEqual([master]);
  const reader = createVault(open());
  for (const [subject, sealed] of texts)
    expect(await reader.open(subject, where, sealed)).toMatch(/^(said|new) \d+$/);
});

it('keeps one key a subject though several processes make it at once, and one of them is killed', async () => {
  await open().begin();
  const subjects = Array.from({ length: 8 }, someone);
  const script = `
    import { tsImport } from 'tsx/esm/api';
    const base = ${JSON.stringify(import.meta.url)};
    const { openFolderKeyStore } = await tsImport('./folder-key-store.ts', base);
    const { folderMasterKeys } = await tsImport('./master-keys.ts', base);
    const store = openFolderKeyStore(${JSON.stringify(folder)}, folderMasterKeys(${JSON.stringify(join(folder, 'master'))}));
    let left = process.argv.includes('die') ? 3 : 100;
    for (const subject of ${JSON.stringify(subjects)})
      if (left-- === 0) process.kill(process.pid, 'SIGKILL');
      else console.log((await store.make(subject)).toString('hex'));`;
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, '--', ...args], {
      cwd: new URL('../../../..', import.meta.url),
    }).catch((error: { stdout: string }) => error);
  const outputs = await Promise.all([run('live'), run('die'), run('live')]);
  const keys = await Promise.all(
    subjects.map(async (subject) => (await open().find(subject))?.toString('hex')),
  );
  for (const { stdout } of [outputs[0], outputs[2]]) expect((stdout ?? '').trim().split('\n')).toEqual(keys);
}, 60_000);

it('takes master keys from a file outside, and moves to them by a rotation', async () => {
  const inside = openFolderKeyStore(folder, masterKeysFrom(folder, {}));
  await inside.begin();
  const subject = someone();
  const key = await inside.make(subject);
  const file = join(folder, 'secret');
  await writeFile(file, newKey().toString('base64'));
  const outside = () => openFolderKeyStore(folder, masterKeysFrom(folder, { VIVA_MASTER_KEY_FILE: file }));
  expect(await outside().find(subject)).toEqual(key);
  await outside().rotate();
  expect(await readdir(join(folder, 'master'))).toEqual([]);
  expect(await outside().find(subject)).toEqual(key);
  await expect(inside.find(subject)).rejects.toMatchObject({ code: 'master-missing' });
  // A new one in front; the servers read the file again.
  const server = outside();
  await writeFile(file, `${newKey().toString('base64')}\n${await readFile(file, 'utf8')}`);
  await outside().rotate();
  const [first] = (await readFile(file, 'utf8')).split('\n');
  await writeFile(file, first ?? '');
  expect(await server.find(subject)).toEqual(key);
  await writeFile(file, 'no key at all');
  await expect(server.find(subject)).rejects.toMatchObject({ code: 'keys-malformed' });
});
