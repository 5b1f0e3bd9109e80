/** A bias audit as a CSV, and as one HTML page that needs nothing else. */
import type { AuditedTable, BiasAudit } from '../decision/bias-audit.ts';
import type { Locale } from '../statements/statement-text.ts';
import { escapeHtml } from './wright-map.ts';

export const AUDIT_WORDS = {
  title: {
    en: 'Bias audit figures (NYC Local Law 144)',
    'zh-CN': '偏差审计数据（纽约市 2021 年第 144 号地方法）',
  },
  selection: { en: 'Selection rates', 'zh-CN': '入选率' },
  scoring: { en: 'Scoring rates', 'zh-CN': '得分率' },
  scoringNote: {
    en: 'Scoring rate: the share with a score above the median of the whole sample, {median}.',
    'zh-CN': '得分率：得分高于全体中位数（{median}）者所占比例。',
  },
  selectionNote: {
    en: 'Selection rate: the share that was moved forward.',
    'zh-CN': '入选率：进入下一步者所占比例。',
  },
  ratioNote: {
    en: 'Impact ratio: the rate of a category over the highest rate of its table (6 RCNY § 5-300).',
    'zh-CN': '影响比：某类别的比率除以同表最高比率（6 RCNY § 5-300）。',
  },
  sex: { en: 'By sex', 'zh-CN': '按性别' },
  race: { en: 'By race/ethnicity', 'zh-CN': '按种族／族裔' },
  intersection: { en: 'By sex and race/ethnicity', 'zh-CN': '按性别与种族／族裔交叉' },
  category: { en: 'Category', 'zh-CN': '类别' },
  total: { en: 'Applicants', 'zh-CN': '人数' },
  selected: { en: 'Selected', 'zh-CN': '入选' },
  above: { en: 'Above the median', 'zh-CN': '高于中位数' },
  rate: { en: 'Rate', 'zh-CN': '比率' },
  ratio: { en: 'Impact ratio', 'zh-CN': '影响比' },
  excluded: { en: 'left out, below {share} of the data', 'zh-CN': '占比低于 {share}，未计入' },
  unknown: {
    en: 'Assessed, but in no row above because a category is unknown: {count}.',
    'zh-CN': '已被评估、但因类别未知而不在上表中的人数：{count}。',
  },
  justification: { en: 'Why categories were left out', 'zh-CN': '未计入某些类别的理由' },
  all: { en: '{total} applicants were assessed.', 'zh-CN': '共评估 {total} 人。' },
  notLaw: {
    en: 'These are the figures that the rule defines; who may audit, and what must be published and told to candidates, the law says. Not legal advice.',
    'zh-CN': '以上为规则所定义的数据；谁可以审计、须公布和告知什么，以法律为准。本页不构成法律意见。',
  },
} as const;

export type AuditWord = keyof typeof AUDIT_WORDS;

/** A word in one language, its `{parts}` filled in. */
export const auditWord = (
  locale: Locale,
  word: AuditWord,
  parts: Record<string, string | number> = {},
): string => AUDIT_WORDS[word][locale].replace(/\{(\w+)\}/g, (_, key: string) => String(parts[key] ?? ''));

const cell = (value: string): string => {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** One row a category, rates and ratios unrounded; a row for each count of unknowns. */
export function biasAuditCsv(audits: readonly BiasAudit[]): string {
  const rows = audits.flatMap(({ kind, tables }) =>
    tables.flatMap(({ by, categories, unknown }) => [
      ...categories.map(({ names, total, counted, rate, ratio, excluded }) => [
        kind,
        by,
        cell(by === 'race' ? '' : (names[0] ?? '')),
        cell(by === 'race' ? (names[0] ?? '') : (names[1] ?? '')),
        total,
        counted,
        rate,
        ratio ?? '',
        excluded ? 'yes' : 'no',
      ]),
      [kind, by, 'unknown', 'unknown', unknown, '', '', '', ''],
    ]),
  );
  return `${[['kind', 'by', 'sex', 'race', 'total', 'counted', 'rate', 'impact_ratio', 'excluded'], ...rows].map((row) => row.join(',')).join('\r\n')}\r\n`;
}

const STYLE = `
:root{color-scheme:light dark;--fg:#1b1e23;--bg:#fff;--soft:#5b6470;--line:#d5dae1;--tint:#f3f5f8}
@media (prefers-color-scheme:dark){:root{--fg:#e8eaed;--bg:#15181c;--soft:#a7b0bb;--line:#39414b;--tint:#1e2329}}
*{box-sizing:border-box}body{margin:0 auto;max-width:54rem;padding:1.5rem;font:1rem/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;color:var(--fg);background:var(--bg)}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem;margin-bottom:.25rem}p.soft,footer{color:var(--soft);font-size:.9rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.95rem}th,td{padding:.35rem .5rem;border-bottom:1px solid var(--line);text-align:right;font-variant-numeric:tabular-nums}th:first-child{text-align:left}tbody th{font-weight:600}tbody tr:nth-child(even){background:var(--tint)}`;

export interface BiasAuditHtmlOptions {
  locale?: Locale;
  /** The auditor's, where categories were left out. */
  justification?: string;
}

/** @returns a whole HTML document, readable in light and dark, printable */
export function renderBiasAudit(
  audits: readonly BiasAudit[],
  { locale = 'en', justification }: BiasAuditHtmlOptions = {},
): string {
  const w = (word: AuditWord, parts: Record<string, string | number> = {}): string =>
    escapeHtml(auditWord(locale, word, parts));
  const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
  const table = (audit: BiasAudit, { by, categories, unknown }: AuditedTable): string => `
<h3>${w(by)}</h3>
<div class="scroll"><table><thead><tr>${(
    ['category', 'total', audit.kind === 'selection' ? 'selected' : 'above', 'rate', 'ratio'] as const
  )
    .map((head) => `<th scope="col">${w(head)}</th>`)
    .join('')}</tr></thead><tbody>${categories
    .map(
      ({ names, total, counted, rate, ratio, excluded }) =>
        `<tr><th scope="row">${escapeHtml(names.join(' · '))}</th><td>${total}</td><td>${counted}</td><td>${percent(rate)}</td><td>${
          excluded
            ? w('excluded', { share: percent(audit.excludeBelow, 0) })
            : ratio === null
              ? '–'
              : ratio.toFixed(3)
        }</td></tr>`,
    )
    .join('')}</tbody></table></div>
<p class="soft">${w('unknown', { count: unknown })}</p>`;
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${w('title')}</title><style>${STYLE}</style></head><body><main>
<h1>${w('title')}</h1>
${audits
  .map(
    (audit) => `<section><h2>${w(audit.kind)}</h2>
<p>${w('all', { total: audit.total })} ${audit.kind === 'scoring' ? w('scoringNote', { median: audit.median ?? '' }) : w('selectionNote')} ${w('ratioNote')}</p>${audit.tables
      .filter(({ categories }) => categories.length > 0)
      .map((one) => table(audit, one))
      .join('')}</section>`,
  )
  .join('')}
${justification ? `<h2>${w('justification')}</h2><p>${escapeHtml(justification)}</p>` : ''}
<footer>${w('notLaw')}</footer></main></body></html>
`;
}
