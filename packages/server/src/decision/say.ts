/** Statements of the statistics with people's and questions' names in place of identifiers, in both languages. Pure. */
import {
  compareRaters,
  type Locale,
  type RatingsFit,
  type RatingsTable,
  readRaters,
  type StatementParams,
  statementText,
} from '@viva/stats';

export type Named = Record<Locale, string>;

export interface Say {
  statement: (code: string, params: StatementParams) => Named;
  method: (fit: RatingsFit, basis: 'model' | 'plain' | 'none') => Named;
  raters: (table: RatingsTable, fit: RatingsFit | null) => Map<string, Named>;
}

const LOCALES: readonly Locale[] = ['zh-CN', 'en'];
const both = (make: (locale: Locale) => string): Named => ({ 'zh-CN': make('zh-CN'), en: make('en') });

export function speaker(of: {
  items: readonly { question: string; title: Named }[];
  candidates: readonly { id: string; name: string }[];
  raters: readonly { id: string; name: string }[];
}): Say {
  const names = new Map<string, Named>();
  for (const { id, name } of [...of.candidates, ...of.raters])
    names.set(
      id,
      both(() => name),
    );
  for (const { question, title } of of.items) names.set(question, title);
  const name = (text: string, locale: Locale): string => names.get(text)?.[locale] ?? text;
  const named = (params: StatementParams, locale: Locale): StatementParams =>
    Object.fromEntries(
      Object.entries(params).map(([key, value]) => [
        key,
        typeof value === 'string'
          ? name(value, locale)
          : Array.isArray(value)
            ? value.map((text) => name(String(text), locale))
            : value,
      ]),
    ) as StatementParams;

  return {
    statement: (code, params) => both((locale) => statementText(code, named(params, locale), locale)),
    method: (fit, basis) =>
      basis === 'model'
        ? {
            en: `Many-facet rating scale model (Linacre 1989), marginal maximum likelihood: ${fit.size.used} first ratings, ${fit.size.persons} candidates, ${fit.size.raters} raters, ${fit.size.items} questions. Intervals are 95 % and allow for halo.`,
            'zh-CN': `多侧面评定量表模型（Linacre 1989），边际极大似然：${fit.size.used} 个首次评分，${fit.size.persons} 位候选人，${fit.size.raters} 位评分者，${fit.size.items} 道题。区间为 95 %，已计入晕轮效应。`,
          }
        : {
            en: `Plain weighted means of ${fit.size.ratings} first ratings; no model.`,
            'zh-CN': `${fit.size.ratings} 个首次评分的加权平均；未使用模型。`,
          },
    raters: (table, fit) => {
      const readings = new Map<string, Named>();
      for (const locale of LOCALES)
        for (const { id, text } of fit ? readRaters(fit, locale) : compareRaters(table, locale))
          readings.set(id, { ...(readings.get(id) ?? { 'zh-CN': '', en: '' }), [locale]: text });
      return readings;
    },
  };
}
