/** Shows what a file would change in the bank, and changes it where that is asked for. */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type Bank, checkBank, loadBank } from '@viva/bank';
import {
  ExchangeError,
  type Files,
  type ImportedQuestion,
  type ImportPreview,
  previewFolder,
  previewImport,
  questionFiles,
  ZIP_LIMITS,
} from '@viva/bank/exchange';
import { CommandFailure } from '../../failure.ts';
import { bankFolder } from '../../folders.ts';
import { writeOutput } from '../../terminal/write-output.ts';

interface ImportCommand {
  write?: boolean;
  question: string[];
  bank?: string;
  full?: boolean;
  json?: boolean;
}

/** The files below a folder, within the limits that packed ones have. Hidden ones and links are left out. */
async function filesIn(root: string): Promise<Files> {
  const files: Files = new Map();
  let total = 0;
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path).split(sep).join('/');
    if (!entry.isFile() || name.split('/').some((part) => part.startsWith('.'))) continue;
    total += (await stat(path)).size;
    if (total > ZIP_LIMITS.total || files.size >= ZIP_LIMITS.files)
      throw new ExchangeError(
        'too-large',
        root,
        `more than ${ZIP_LIMITS.files} files or ${ZIP_LIMITS.total} bytes`,
      );
    files.set(name, new Uint8Array(await readFile(path)));
  }
  return files;
}

async function preview(path: string, bank: Bank): Promise<ImportPreview> {
  const about = await stat(path).catch(() => undefined);
  if (!about) throw new CommandFailure(`${path}: there is no such file or folder.`, 2);
  if (about.isDirectory()) return previewFolder(await filesIn(path), path, bank);
  if (about.size > ZIP_LIMITS.packed)
    throw new CommandFailure(`${path}: ${about.size} bytes; at most ${ZIP_LIMITS.packed} are read.`);
  return previewImport(new Uint8Array(await readFile(path)), basename(path), bank);
}

/** Replaces the files of a question, each whole or not at all; where the area has changed, the old folder goes. */
async function writeQuestion(folder: string, bank: Bank, { question }: ImportedQuestion): Promise<void> {
  for (const [name, bytes] of questionFiles(question)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeOutput(path, bytes);
  }
  const before = bank.questions.get(question.id);
  if (before && before.area !== question.area)
    await rm(join(folder, 'questions', before.area, question.id), { recursive: true });
}

const short = (text: string, full: boolean | undefined): string => {
  const line = full ? text : text.replace(/\s+/g, ' ');
  return full || line.length <= 100 ? line : `${line.slice(0, 99)}…`;
};

function print(
  { format, findings, kits }: ImportPreview,
  chosen: readonly ImportedQuestion[],
  full?: boolean,
): void {
  for (const { severity, file, line, message, code } of findings)
    console.log(`${file}${line ? `:${line}` : ''}  ${severity}  ${message}  (${code})`);
  for (const { question, change, fields } of chosen) {
    if (change === 'same') continue;
    console.log(
      `\n${change === 'new' ? '+' : '~'} ${question.id}: ${question.text.en.title} · ${question.text['zh-CN'].title}`,
    );
    for (const { field, before, after } of change === 'new' ? [] : fields)
      console.log(`    ${field}\n      - ${short(before, full)}\n      + ${short(after, full)}`);
  }
  const count = (wanted: ImportedQuestion['change']) =>
    chosen.filter(({ change }) => change === wanted).length;
  console.log(
    `\n${format}: ${count('new')} new, ${count('changed')} changed, ${count('same')} the same.${kits.length > 0 ? ` It also holds ${kits.length} kit${kits.length === 1 ? '' : 's'}, which are not taken in.` : ''}`,
  );
}

/** @throws CommandFailure where the file is refused, or a question is not sound: exit code 1 */
export async function bankImport(path: string, options: ImportCommand): Promise<void> {
  const folder = resolve(options.bank ?? bankFolder());
  const bank = await loadBank(folder);
  let found: ImportPreview;
  try {
    found = await preview(path, bank);
  } catch (error) {
    if (error instanceof ExchangeError) throw new CommandFailure(error.message);
    throw error;
  }
  const wanted = new Set(options.question);
  const chosen = found.questions.filter(({ question }) => wanted.size === 0 || wanted.has(question.id));
  const missing = [...wanted].find((id) => !chosen.some(({ question }) => question.id === id));
  if (missing !== undefined) throw new CommandFailure(`${path} holds no sound question ${missing}.`, 2);
  if (options.json)
    console.log(
      JSON.stringify(
        {
          ...found,
          questions: chosen.map(({ question: { id, hash }, ...rest }) => ({ id, hash, ...rest })),
          kits: found.kits.map(({ id }) => id),
        },
        null,
        2,
      ),
    );
  else print(found, chosen, options.full);
  const errors = found.findings.filter(({ severity }) => severity === 'error').length;
  if (errors > 0)
    throw new CommandFailure(
      `${errors} fault${errors === 1 ? '' : 's'}${options.write ? '; nothing was written' : ''}.`,
    );
  const changed = chosen.filter(({ change }) => change !== 'same');
  if (!options.write) {
    if (changed.length > 0 && !options.json) console.log('Nothing was written; --write writes it.');
    return;
  }
  for (const one of changed) await writeQuestion(folder, bank, one);
  const faults = (await checkBank(folder)).filter(({ severity }) => severity === 'error');
  if (faults.length > 0)
    throw new CommandFailure(`Written, but the bank now has ${faults.length} faults. Run: viva bank check`);
  if (!options.json) console.log(`${changed.length} written to ${folder}.`);
}
