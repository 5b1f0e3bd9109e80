import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkBank } from '@viva/bank';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerBank } from '../bank.ts';

const shipped = fileURLToPath(new URL('../../../../../bank', import.meta.url));
let folder = '';
let bank = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-exchange-'));
  bank = join(folder, 'bank');
  await cp(shipped, bank, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

async function viva(...words: string[]): Promise<string> {
  const out: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void out.push(text));
  const program = new Command('viva').exitOverride().configureOutput({ writeErr: () => undefined });
  registerBank(program);
  for (const command of program.commands) for (const one of command.commands) one.exitOverride();
  await program.parseAsync(['bank', ...words, '--bank', bank], { from: 'user' });
  return out.join('\n');
}

describe('viva bank export and import', () => {
  it('brings a folder’s question back after an edit in a table, and leaves the rest alone', async () => {
    const file = join(folder, 'lora.zip');
    expect(await viva('export', '--format', 'folder', '--question', 'lora', '--out', file)).toMatch(
      /1 question,/,
    );
    expect(await viva('import', file)).toMatch(/0 new, 0 changed, 1 the same/);

    const out = join(folder, 'edited');
    const path = 'questions/finetuning/lora/question.yaml';
    await cp(join(bank, 'questions/finetuning/lora'), join(out, 'questions/finetuning/lora'), {
      recursive: true,
    });
    const text = await readFile(join(out, path), 'utf8');
    await writeFile(join(out, path), text.replace(/^difficulty: \d/m, 'difficulty: 5'));
    const shown = await viva('import', out);
    expect(shown).toMatch(/~ lora:[\s\S]*difficulty\n {6}- 3\n {6}\+ 5/);
    expect(shown).toContain('Nothing was written');
    expect(await readFile(join(bank, path), 'utf8')).not.toMatch(/^difficulty: 5/m);

    expect(await viva('import', out, '--write')).toMatch(/1 written/);
    expect(await readFile(join(bank, path), 'utf8')).toMatch(/^difficulty: 5/m);
    expect(await checkBank(bank)).toEqual([]);
    expect(await viva('import', out)).toMatch(/0 new, 0 changed, 1 the same/);
  });

  it('writes nothing where one question is not sound', async () => {
    const out = join(folder, 'unsound');
    const source = join(bank, 'questions/finetuning/dpo');
    await cp(source, join(out, 'questions/finetuning/dpo'), { recursive: true });
    const file = join(out, 'questions/finetuning/dpo/question.yaml');
    await writeFile(
      file,
      (await readFile(file, 'utf8'))
        .replace(/^difficulty: \d/m, 'difficulty: 2')
        .replace(/^competency: .*/m, 'competency: none-such'),
    );
    await expect(viva('import', out, '--write')).rejects.toThrow(/nothing was written/);
    expect(await readFile(join(source, 'question.yaml'), 'utf8')).not.toMatch(/none-such/);
  });

  it('moves a question that has changed its area', async () => {
    const out = join(folder, 'moved');
    await cp(join(bank, 'questions/finetuning/grpo'), join(out, 'questions/reasoning/grpo'), {
      recursive: true,
    });
    expect(await viva('import', out, '--write', '--json')).toContain('"field": "area"');
    await expect(readFile(join(bank, 'questions/finetuning/grpo/en.md'))).rejects.toThrow(/ENOENT/);
    expect(await checkBank(bank)).toEqual([]);
  });

  it.each([
    [['export', '--format', 'qti', '--kit', 'none'], /There is no kit none.*llm-engineer/],
    [['export', '--format', 'pdf'], /Allowed choices are folder, xlsx/],
    [['export', '--format', 'csv', '--out', '/nowhere/at/all.zip'], /could not be written/],
    [['import', '/nowhere.zip'], /no such file or folder/],
    [['import', shipped, '--question', 'none'], /holds no sound question none/],
  ])('%j is refused in words', async (words, message) => {
    await expect(viva(...words)).rejects.toThrow(message);
  });
});
