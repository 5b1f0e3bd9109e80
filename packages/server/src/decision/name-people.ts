/** Names in the texts of an analysis: marks hold their places, so that what is kept of an analysis names nobody. Pure. */
import type { Analysis } from '../contract/analysis.ts';
import type { Named } from './say.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: the marks are control characters, for no name holds them
const MARK = /\u0003([^\u0004]*)\u0004/g;

/** Stands where the name of this person goes. */
export const nameLater = (id: string): string => `\u0003${id}\u0004`;

/** Puts names in; an identifier without one stays. */
export function namePeople(analysis: Analysis, names: ReadonlyMap<string, string | Named>): Analysis {
  const inLocale = (text: string, locale: keyof Named): string =>
    text.replace(MARK, (_, id: string) => {
      const name = names.get(id) ?? id;
      return typeof name === 'string' ? name : name[locale];
    });
  const named = (text: Named): Named => ({
    'zh-CN': inLocale(text['zh-CN'], 'zh-CN'),
    en: inLocale(text.en, 'en'),
  });
  return {
    ...analysis,
    method: named(analysis.method),
    statements: analysis.statements.map((said) => ({ ...said, text: named(said.text) })),
    advice: analysis.advice.map((said) => ({ ...said, text: named(said.text) })),
    raters: analysis.raters.map((rater) => ({ ...rater, reading: named(rater.reading) })),
  };
}
