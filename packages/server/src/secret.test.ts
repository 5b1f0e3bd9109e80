import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSecret } from './secret.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'viva-secret-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is made once, the same for all who begin at once, and its owner’s alone', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => readSecret(folder)));
  expect(new Set(all).size).toBe(1);
  expect(all[0]).toMatch(/^[\w-]{43}$/);
  expect(await readSecret(folder)).toBe(all[0]);
  expect(statSync(join(folder, 'secret')).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['secret']);
});

it('never signs with what a power cut left of one', async () => {
  writeFileSync(join(folder, 'secret'), '');
  expect(await readSecret(folder)).toMatch(/^[\w-]{43}$/);
});
