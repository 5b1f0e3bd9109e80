/** The claims and what became of them, as one HTML file that needs nothing else, with the errata of the source document. */
import type { Bank, Locale } from '@viva/bank';
import { duration } from '../../../terminal/progress.ts';
import type { ClaimResult, ClaimsResult, ClaimVerdict } from './check-claims.ts';

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const STYLE = `:root{color-scheme:light dark;font:15px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;--line:#8884;--good:#2f7d4f;--bad:#b3372f;--warn:#8a6a12}
@media(prefers-color-scheme:dark){:root{--good:#6fc28f;--bad:#f08a80;--warn:#d9b65a}}
body{max-width:74rem;margin:2rem auto;padding:0 1.25rem}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{padding:.45rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
td.n{font-variant-numeric:tabular-nums;white-space:nowrap}code{font-family:ui-monospace,monospace;font-size:.88em;overflow-wrap:anywhere}
small{display:block;opacity:.75}.holds{color:var(--good)}.refuted,.failed{color:var(--bad)}.not-run{color:var(--warn)}strong{white-space:nowrap}
dt{font-weight:600;margin-top:1rem}dd{margin:.15rem 0 0}`;

const WORDS = {
  'zh-CN': {
    title: '论断核查报告',
    verdict: { holds: '成立', refuted: '被推翻', failed: '运行失败', 'not-run': '未运行' },
    head: ['结论', '论断', '断言与数值', '实验', '种子', '用时'],
    against: '对',
    errata: '原始文档勘误',
    errataVerdict: { wrong: '有误', dated: '过时', imprecise: '含混', unsupported: '无据' },
    evidence: '证据',
    summary: ({ claims, runs, jobs, seconds }: ClaimsResult) =>
      `${claims.length} 条论断，${runs.all} 次实验，其中 ${runs.cached} 次取自缓存；同时运行 ${jobs} 个，用时 ${duration(seconds)}。`,
    cached: '缓存',
    stopped: '中途停止：未完成的论断记为“未运行”。',
    hash: '题库内容哈希',
  },
  en: {
    title: 'Claims, checked',
    verdict: { holds: 'holds', refuted: 'refuted', failed: 'failed', 'not-run': 'not run' },
    head: ['verdict', 'claim', 'assertions and figures', 'lab', 'seeds', 'time'],
    against: 'against',
    errata: 'Errata of the source document',
    errataVerdict: { wrong: 'wrong', dated: 'dated', imprecise: 'imprecise', unsupported: 'unsupported' },
    evidence: 'Evidence',
    summary: ({ claims, runs, jobs, seconds }: ClaimsResult) =>
      `${claims.length} claims over ${runs.all} runs, ${runs.cached} of them from the cache; ${jobs} at a time, in ${duration(seconds)}.`,
    cached: 'cached',
    stopped: 'Stopped early: claims that were not done are given as not run.',
    hash: 'Content hash of the bank',
  },
} as const;

const ORDER: readonly ClaimVerdict[] = ['refuted', 'failed', 'not-run', 'holds'];
const figure = (value: number | null): string =>
  value === null ? '–' : String(Number(value.toPrecision(5)));

/** What needs attention comes first. */
export function claimsReport(bank: Bank, result: ClaimsResult, locale: Locale): string {
  const words = WORDS[locale];
  const row = ({
    question,
    claim,
    text,
    verdict,
    reason,
    assertions,
    lab,
    params,
    vary,
    runs,
    seeds,
    seconds,
    cached,
  }: ClaimResult) => {
    const figures = assertions
      .map(
        ({ text: assertion, holds, left, right }) =>
          `<div><span class="${holds ? 'holds' : 'refuted'}">${holds ? '✓' : '✗'}</span> <code>${escapeHtml(assertion)}</code><small>${figure(left)} ${words.against} ${figure(right)}</small></div>`,
      )
      .join('');
    const title = bank.questions.get(question)?.text[locale].title ?? question;
    return `<tr><td><strong class="${verdict}">${words.verdict[verdict]}</strong></td><td>${escapeHtml(text[locale])}<small>${escapeHtml(title)} · <code>${question}/${claim}</code></small></td><td>${figures}${reason ? `<small>${escapeHtml(reason)}</small>` : ''}</td><td><code>${lab}</code><small><code>${escapeHtml(JSON.stringify(params))}${vary ? ` · ${escapeHtml(JSON.stringify(vary))}` : ''}</code></small></td><td class="n">${seeds.join(', ')}</td><td class="n">${seconds > 0 ? `${seconds.toFixed(1)} s` : '–'}${cached > 0 ? `<small>${words.cached} ${cached}/${runs}</small>` : ''}</td></tr>`;
  };
  const sorted = [...result.claims].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  const counts = ORDER.filter((verdict) => sorted.some((one) => one.verdict === verdict)).map(
    (verdict) =>
      `<strong class="${verdict}">${words.verdict[verdict]} ${sorted.filter((one) => one.verdict === verdict).length}</strong>`,
  );
  const sources = new Map(bank.errata.sources.map((source) => [source.id, source]));
  const errata = bank.errata.entries.map(({ verdict, text, evidence }) => {
    const cited = evidence.flatMap((id) => {
      const source = sources.get(id);
      return source ? [`${escapeHtml(source.authors)} (${source.year})`] : [];
    });
    return `<dt><span class="refuted">${words.errataVerdict[verdict]}</span> · ${escapeHtml(text[locale].says)}</dt><dd>${escapeHtml(text[locale].finding)}${cited.length > 0 ? `<small>${words.evidence}: ${cited.join('; ')}</small>` : ''}</dd>`;
  });
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.title}</title><style>${STYLE}</style></head><body>
<h1>${words.title}</h1><p>${words.summary(result)}</p><p>${counts.join(' · ')}</p>${result.stopped ? `<p>${words.stopped}</p>` : ''}
<div class="scroll"><table><thead><tr>${words.head.map((text) => `<th scope="col">${text}</th>`).join('')}</tr></thead><tbody>${sorted.map(row).join('\n')}</tbody></table></div>
<h2>${words.errata}</h2><p>${escapeHtml(bank.errata.text[locale].intro)}</p><dl>${errata.join('\n')}</dl>
<p><small>${words.hash} <code>${bank.hash}</code></small></p></body></html>
`;
}
