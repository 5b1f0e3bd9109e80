import { describe, expect, it } from 'vitest';
import * as en from './en.ts';
import * as zh from './zh-CN.ts';

type Tree = { [key: string]: string | Tree };

/** `{ 'openings.panel.title': 'Panel' }`; English plurals fold into one key, since Chinese has a single form. */
function flatten(tree: Tree, prefix = ''): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [key, value] of Object.entries(tree)) {
    const path = `${prefix}${key.replace(/_(zero|one|two|few|many|other)$/, '')}`;
    if (typeof value === 'string') flat[path] = value;
    else Object.assign(flat, flatten(value, `${path}.`));
  }
  return flat;
}

const placeholders = (text: string): string[] =>
  [
    ...new Set(
      [...text.matchAll(/\{\{\s*(\w+)[^}]*\}\}|<(\w+)>/g)].map((match) => match[1] ?? match[2] ?? ''),
    ),
  ].sort();

const texts = { en: flatten({ ...en } as Tree), 'zh-CN': flatten({ ...zh } as Tree) };

describe('translations', () => {
  it('have the same keys in both languages', () => {
    expect(Object.keys(texts['zh-CN']).sort()).toEqual(Object.keys(texts.en).sort());
  });

  it('have the same placeholders in both languages', () => {
    for (const [key, text] of Object.entries(texts.en))
      expect({ key, found: placeholders(texts['zh-CN'][key] ?? '') }).toEqual({
        key,
        found: placeholders(text),
      });
  });

  it('are never empty', () => {
    for (const [locale, flat] of Object.entries(texts))
      for (const [key, text] of Object.entries(flat)) expect(text.trim(), `${locale} ${key}`).not.toBe('');
  });

  it('speak Chinese in Chinese', () => {
    const latinOnly = /^[\x20-\x7E·–—…{}]*$/;
    const allowed = Object.entries(texts['zh-CN']).filter(
      ([key, text]) => latinOnly.test(text) && text !== texts.en[key],
    );
    expect(allowed).toEqual([]);
  });
});
