/** For tests: what the reference answers of the shipped bank say. */
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { loadBank } from '../load.ts';
import { LOCALES } from '../types.ts';

export const bank = await loadBank(fileURLToPath(new URL('../../../../bank', import.meta.url)));

/** Every piece stands in the answer, in both languages. */
export function says(id: string, ...pieces: string[]): void {
  for (const locale of LOCALES)
    for (const piece of pieces)
      expect(bank.questions.get(id)?.text[locale].answer, `${id}, ${locale}`).toContain(piece);
}

/** The answers hold a figure each in its language's way of writing it. */
export function saysEither(id: string, zh: readonly string[], en: readonly string[]): void {
  for (const piece of zh) expect(bank.questions.get(id)?.text['zh-CN'].answer, id).toContain(piece);
  for (const piece of en) expect(bank.questions.get(id)?.text.en.answer, id).toContain(piece);
}
