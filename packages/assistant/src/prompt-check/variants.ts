/** A prompt and its paraphrases, from `prompts/variants/`. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { DataFileError } from '../errors.ts';
import { type Prompt, placeholders } from '../prompts/prompt.ts';
import { PROMPTS_FOLDER, prompt } from '../prompts/prompt-file.ts';

const Text = z.strictObject({ system: z.string().trim().min(1), user: z.string().trim().min(1) });
const VariantFile = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
      en: Text,
      'zh-CN': Text,
    }),
  )
  .min(2, 'a prompt has two paraphrases at least');

/** What the product sends. */
export const OWN = 'own';

export interface Template {
  name: string;
  prompt: Prompt;
}

/**
 * The prompt itself first. A paraphrase uses the prompt's variables in both languages, all of them.
 * @throws DataFileError naming the paraphrase
 */
export async function templatesOf(id: string, folder = PROMPTS_FOLDER): Promise<Template[]> {
  const own = await prompt(id);
  const file = join(folder, 'variants', `${id}.yaml`);
  let raw: unknown;
  try {
    raw = parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new DataFileError(file, `cannot be read: ${(error as Error).message}`);
  }
  const parsed = VariantFile.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DataFileError(file, `${issue?.path.join('.') || 'file'}: ${issue?.message}`);
  }
  const wanted = [...own.variables].sort().join();
  return [
    { name: OWN, prompt: own },
    ...parsed.data.map(({ name, en, 'zh-CN': zh }) => {
      for (const [locale, { system, user }] of [['en', en] as const, ['zh-CN', zh] as const])
        if (placeholders(`${system} ${user}`).sort().join() !== wanted)
          throw new DataFileError(file, `${name}, ${locale}: the variables are to be ${wanted}`);
      const hash = createHash('sha256')
        .update(JSON.stringify([en.system, en.user, zh.system, zh.user]))
        .digest('hex');
      return { name, prompt: { ...own, text: { en, 'zh-CN': zh }, hash } };
    }),
  ];
}
