/** Prompts are files under `prompts/`, one each, with a version, in both languages. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { DataFileError } from '../errors.ts';
import { type Prompt, placeholders } from './prompt.ts';

const Text = z.strictObject({ system: z.string().trim().min(1), user: z.string().trim().min(1) });
const PromptFile = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens'),
  version: z.int().min(1),
  purpose: z.string().trim().min(1),
  variables: z.array(z.string().regex(/^[a-z][a-zA-Z]*$/)),
  en: Text,
  'zh-CN': Text,
});

export const PROMPTS_FOLDER = fileURLToPath(new URL('../../prompts', import.meta.url));

/**
 * @throws DataFileError naming file and field
 */
export async function readPrompt(file: string): Promise<Prompt> {
  let raw: unknown;
  try {
    raw = parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new DataFileError(file, `cannot be read: ${(error as Error).message}`);
  }
  const parsed = PromptFile.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DataFileError(file, `${issue?.path.join('.') || 'file'}: ${issue?.message}`);
  }
  const { id, version, purpose, variables, en, 'zh-CN': zh } = parsed.data;
  const hash = createHash('sha256')
    .update(JSON.stringify([en.system, en.user, zh.system, zh.user]))
    .digest('hex');
  return { id, version, purpose, variables, text: { en, 'zh-CN': zh }, hash };
}

const known = new Map<string, Promise<Prompt>>();

/** One of the package's own prompts, read once. */
export function prompt(id: string): Promise<Prompt> {
  let found = known.get(id);
  if (!found) {
    found = readPrompt(join(PROMPTS_FOLDER, `${id}.yaml`));
    known.set(id, found);
  }
  return found;
}

export interface PromptFinding {
  file: string;
  code: string;
  message: string;
}

/** The hashes that each version had, by prompt: `{ "answer": { "1": "…" } }`. */
export type PromptVersions = Record<string, Record<string, string>>;

const VersionsFile = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * Checks every prompt: both languages use the same variables, all that are declared and no others; the file is named for
 * its id; and a text that has changed has a new version, so that a stored rating says which words produced it.
 */
export async function checkPrompts(
  folder = PROMPTS_FOLDER,
): Promise<{ prompts: Prompt[]; findings: PromptFinding[]; versions: PromptVersions }> {
  const findings: PromptFinding[] = [];
  const prompts: Prompt[] = [];
  let versions: PromptVersions = {};
  try {
    versions = VersionsFile.parse(JSON.parse(await readFile(join(folder, 'versions.json'), 'utf8')));
  } catch (error) {
    findings.push({
      file: 'versions.json',
      code: 'versions',
      message: `cannot be read (${(error as Error).message}). Make it: viva prompts check --write`,
    });
  }
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort()) {
    const fault = (code: string, message: string) => findings.push({ file, code, message });
    let found: Prompt;
    try {
      found = await readPrompt(join(folder, file));
    } catch (error) {
      fault('prompt-file', (error as Error).message);
      continue;
    }
    prompts.push(found);
    if (`${found.id}.yaml` !== file) fault('file-name', `id is "${found.id}"`);
    for (const locale of ['en', 'zh-CN'] as const) {
      const used = placeholders(`${found.text[locale].system} ${found.text[locale].user}`);
      for (const name of used)
        if (!found.variables.includes(name))
          fault('undeclared-variable', `${locale} uses {${name}}, which is not among its variables`);
      for (const name of found.variables)
        if (!used.includes(name)) fault('unused-variable', `${locale} does not use {${name}}`);
    }
    const recorded = versions[found.id] ?? {};
    const now = recorded[found.version];
    const latest = Math.max(0, ...Object.keys(recorded).map(Number));
    if (now === undefined)
      fault(
        'unrecorded-version',
        found.version < latest
          ? `version ${found.version} is older than the recorded ${latest}`
          : `version ${found.version} is not recorded. Record it: viva prompts check --write`,
      );
    else if (now !== found.hash)
      fault(
        'changed-without-version',
        `the text has changed since version ${found.version}: raise the version`,
      );
  }
  return { prompts, findings, versions };
}
