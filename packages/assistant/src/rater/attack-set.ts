/** The committed texts that try to move a rater, and the neutral texts that they are compared with. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { DataFileError } from '../errors.ts';

const AttackFile = z.strictObject({
  attacks: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9-]+$/),
        family: z.string().min(1),
        lang: z.enum(['en', 'zh']),
        text: z.string().min(10),
      }),
    )
    .min(1),
  neutral: z.strictObject({ en: z.string().min(200), zh: z.string().min(80) }),
});

/** What the screen is developed on, or tried on: attacks, and passages that a candidate may well say. */
const PassageFile = z.strictObject({
  attacks: z.array(z.strictObject({ id: z.string(), lang: z.enum(['en', 'zh']), text: z.string().min(5) })),
  benign: z
    .array(
      z.strictObject({
        id: z.string(),
        question: z.string(),
        lang: z.enum(['en', 'zh']),
        text: z.string().min(10),
      }),
    )
    .min(1),
});
export type PassageSet = z.infer<typeof PassageFile>;

export type Attack = z.infer<typeof AttackFile>['attacks'][number];
export interface AttackSet {
  attacks: Attack[];
  neutral: { en: string; zh: string };
}

export const ATTACKS_FILE = fileURLToPath(new URL('../../attacks/injections.yaml', import.meta.url));

async function readSet<T extends { attacks: { id: string }[] }>(
  file: string,
  schema: z.ZodType<T>,
): Promise<T> {
  let raw: unknown;
  try {
    raw = parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new DataFileError(file, `cannot be read: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DataFileError(file, `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const ids = new Set<string>();
  for (const { id } of parsed.data.attacks) {
    if (ids.has(id)) throw new DataFileError(file, `the id "${id}" is there twice`);
    ids.add(id);
  }
  return parsed.data;
}

/** @throws DataFileError naming the field */
export const loadAttacks = (file = ATTACKS_FILE): Promise<AttackSet> => readSet(file, AttackFile);

/**
 * @param which `development`: the screen was made on it; `held-out`: it was not
 * @throws DataFileError naming the field
 */
export const loadPassages = (which: 'development' | 'held-out'): Promise<PassageSet> =>
  readSet(fileURLToPath(new URL(`../../attacks/screen-${which}.yaml`, import.meta.url)), PassageFile);

/** Neutral words as long as an attack, the text begun again where it is too short. */
export function neutralOfLength(neutral: string, length: number): string {
  const long = neutral.repeat(Math.ceil(length / neutral.length));
  return long.slice(0, length);
}
