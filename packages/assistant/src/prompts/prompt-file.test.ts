import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderPrompt } from './prompt.ts';
import { checkPrompts, PROMPTS_FOLDER, prompt } from './prompt-file.ts';
import { REASONING_PROMPTS } from './reasoning-prompts.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-prompts-'));
  await cp(PROMPTS_FOLDER, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const edit = async (name: string, change: (text: string) => string) =>
  writeFile(join(folder, name), change(await readFile(join(folder, name), 'utf8')));
const codes = async () => (await checkPrompts(folder)).findings.map(({ file, code }) => `${file} ${code}`);

describe('checkPrompts', () => {
  it('accepts the committed prompts', async () => {
    expect(await codes()).toEqual([]);
  });
  it('wants a new version for a changed text, and the version recorded', async () => {
    await edit('answer.yaml', (text) => text.replace('eight sentences', 'nine sentences'));
    expect(await codes()).toEqual(['answer.yaml changed-without-version']);
    await edit('answer.yaml', (text) => text.replace('version: 1', 'version: 2'));
    expect(await codes()).toEqual(['answer.yaml unrecorded-version']);
  });
  it('finds a variable that one language lacks, one that is not declared, and a missing field', async () => {
    await edit('answer.yaml', (text) => text.replace('问题：{question}', '问题：{query}'));
    await edit('direct.yaml', (text) => text.replace(/^purpose.*\n/m, ''));
    expect(await codes()).toEqual(
      expect.arrayContaining([
        'answer.yaml undeclared-variable',
        'answer.yaml unused-variable',
        'direct.yaml prompt-file',
      ]),
    );
  });
});

describe('renderPrompt', () => {
  it('puts values in once, whatever braces they hold, and wants them all', async () => {
    const answer = await prompt('answer');
    const messages = renderPrompt(answer, 'en', { question: 'a {passages} b $& {x}', passages: 'P' });
    expect(messages[1]?.content).toContain('Question: a {passages} b $& {x}');
    expect(() => renderPrompt(answer, 'en', { question: 'a' })).toThrow('{passages}');
  });
});

it('has the reasoning prompts in the code as they stand in their files', async () => {
  for (const [id, built] of Object.entries(REASONING_PROMPTS)) expect(built, id).toEqual(await prompt(id));
});
