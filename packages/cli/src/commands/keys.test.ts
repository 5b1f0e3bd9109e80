import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeys } from '@viva/server';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { registerKeys } from './keys.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'viva-keys-command-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

/** Runs the command in this process. @returns what it printed, or why it failed */
async function viva(...args: string[]): Promise<{ failed: boolean; text: string }> {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  try {
    const program = new Command('viva').exitOverride();
    registerKeys(program);
    await program.parseAsync(['node', 'viva', 'keys', ...args, '--data', data]);
    return { failed: false, text: lines.join('\n') };
  } catch (error) {
    return { failed: true, text: (error as Error).message };
  } finally {
    log.mockRestore();
  }
}

it('says what is missing, rotates, and says how many keys are wrapped by what', async () => {
  expect(await viva('check')).toMatchObject({
    failed: true,
    text: expect.stringContaining('There are no keys'),
  });
  const keys = openKeys(data, {});
  await keys.begin();
  const subjects = Array.from({ length: 3 }, () => `application/${crypto.randomUUID()}` as const);
  const before = await Promise.all(subjects.map((subject) => keys.make(subject)));
  const { text } = await viva('rotate', '--json');
  const { master, rewrapped } = JSON.parse(text);
  expect(rewrapped).toBe(3);
  const verdict = JSON.parse((await viva('check', '--json')).text);
  expect(verdict).toMatchObject({ subjects: 3, masters: { [master]: 3 }, erased: 0, unreadable: [] });
  // The opener that was there before reads on.
  expect(await Promise.all(subjects.map((subject) => keys.find(subject)))).toEqual(before);
  await rm(join(data, 'keys', 'master'), { recursive: true });
  expect(await viva('check')).toMatchObject({ failed: true });
});
