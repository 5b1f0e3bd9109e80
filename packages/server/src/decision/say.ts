/** Statements of the statistics with people's and questions' names in place of identifiers, in both languages. Pure. */
import {
  compareRaters,
  type Locale,
  type RatingsFit,
  type RatingsTable,
  readRaters,
  type StatementParams,
  sourceName,
  statementText,
} from '@viva/stats';

export type Named = Record<Locale, string>;

export interface Say {
  statement: (code: string, params: StatementParams) => Named;
  source: (source: string) => Named;
  method: (fit: RatingsFit, basis: 'model' | 'plain' | 'none') => Named;
  raters: (table: RatingsTable, fit: RatingsFit | null) => Map<string, Named>;
}

const LOCALES: readonly Locale[] = ['zh-CN', 'en'];
const both = (make: (locale: Locale) => string): Named => ({ 'zh-CN': make('zh-CN'), en: make('en') });

/** The statistics speak of persons, raters and items; this house of candidates, interviewers and questions. */
function inHouse(text: string, locale: Locale): string {
  if (locale === 'zh-CN') return text.replaceAll('评分者', '面试官').replaceAll('评委组', '面试小组');
  return text
    .replaceAll(/\b([Pp])erson(s?)\b/g, (_, p: string, s: string) => `${p === 'P' ? 'C' : 'c'}andidate${s}`)
    .replaceAll(/\b([Ii])tem(s?)\b/g, (_, i: string, s: string) => `${i === 'I' ? 'Q' : 'q'}uestion${s}`);
}

export function speaker(of: {
  items: readonly { question: string; title: Named }[];
  candidates: readonly { id: string; name: string }[];
  raters: readonly { id: string; name: string | Named }[];
}): Say {
  const names = new Map<string, Named>();
  for (const { id, name } of [...of.candidates, ...of.raters])
    names.set(id, typeof name === 'string' ? both(() => name) : name);
  for (const { question, title } of of.items) names.set(question, title);
  /** Names go in last, behind marks, so that the vocabulary changes the sentence and never a name. */
  const speak = (code: string, params: StatementParams, locale: Locale): string => {
    const held: string[] = [];
    const hold = (text: string): string => {
      held.push(names.get(text)?.[locale] ?? text);
      return `\u0001${held.length - 1}\u0002`;
    };
    const marked = Object.fromEntries(
      Object.entries(params).map(([key, value]) => [
        key,
        key === 'sources' || typeof value === 'number'
          ? value
          : typeof value === 'string'
            ? hold(value)
            : value.map(hold),
      ]),
    );
    return inHouse(statementText(code, marked, locale), locale).replace(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the marks are control characters, for no name holds them
      /\u0001(\d+)\u0002/g,
      (_, at: string) => held[Number(at)] ?? '',
    );
  };

  return {
    statement: (code, params) => both((locale) => speak(code, params, locale)),
    source: (source) => both((locale) => inHouse(sourceName(source, locale), locale)),
    method: (fit, basis) =>
      basis === 'model'
        ? {
            en: `Many-facet rating scale model (Linacre 1989), marginal maximum likelihood: ${fit.size.used} first ratings, ${fit.size.persons} candidates, ${fit.size.raters} raters, ${fit.size.items} questions. Intervals are 95 % and allow for halo.`,
            'zh-CN': `多侧面评定量表模型（Linacre 1989），边际极大似然：${fit.size.used} 个首次评分，${fit.size.persons} 位候选人，${fit.size.raters} 位面试官，${fit.size.items} 道题。区间为 95 %，已计入晕轮效应。`,
          }
        : {
            en: `Plain weighted means of ${fit.size.ratings} first ratings; no model.`,
            'zh-CN': `${fit.size.ratings} 个首次评分的加权平均；未使用模型。`,
          },
    raters: (table, fit) => {
      const readings = new Map<string, Named>();
      for (const locale of LOCALES)
        for (const { id, text } of fit ? readRaters(fit, locale) : compareRaters(table, locale))
          readings.set(id, {
            ...(readings.get(id) ?? { 'zh-CN': '', en: '' }),
            [locale]: inHouse(text, locale),
          });
      return readings;
    },
  };
}
