import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readPassphrase } from './passphrase.ts';

const folder = mkdtempSync(join(tmpdir(), 'viva-passphrase-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('comes from a file, without the end of its line, before the environment', async () => {
  const passphraseFile = join(folder, 'passphrase');
  writeFileSync(passphraseFile, ' spaces count \r\n');
  expect(await readPassphrase({ passphraseFile }, { VIVA_PASSPHRASE: 'other' })).toBe(' spaces count ');
  expect(await readPassphrase({}, { VIVA_PASSPHRASE: 'from the environment' })).toBe('from the environment');
});

it('says how to give it where nobody can be asked', async () => {
  await expect(readPassphrase({ passphraseFile: join(folder, 'none') }, {})).rejects.toThrow('ENOENT');
  const { isTTY } = process.stdin;
  process.stdin.isTTY = false;
  try {
    await expect(readPassphrase({}, {})).rejects.toThrow('VIVA_PASSPHRASE');
  } finally {
    process.stdin.isTTY = isTTY;
  }
});
