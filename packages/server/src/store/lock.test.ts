import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeLock } from './lock.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-lock-'));
  path = join(folder, 'viva.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('keeps a second taker out, naming the holder, until it is given back', async () => {
  const release = await takeLock(path);
  await expect(takeLock(path)).rejects.toMatchObject({
    code: 'folder-in-use',
    message: expect.stringContaining(`process ${process.pid}`),
  });
  await release();
  await (await takeLock(path))();
  expect(await readdir(folder)).toEqual([]);
});

it('lets exactly one of many in', async () => {
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(path)));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('takes over from a process that died, and exactly one does', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await writeFile(path, JSON.stringify({ pid, host: hostname(), since: 'earlier', began: null }));
  const tries = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(path)));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
});

it('takes over from an earlier process with the same number', async () => {
  await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname(), since: 'earlier', began: '1' }));
  await expect(takeLock(path)).resolves.toBeTypeOf('function');
});

it('never takes over from another machine', async () => {
  await writeFile(path, JSON.stringify({ pid: 1, host: 'elsewhere', since: 'earlier', began: null }));
  await expect(takeLock(path)).rejects.toMatchObject({ code: 'folder-in-use' });
});
