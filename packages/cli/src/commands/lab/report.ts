/** A run as one HTML file that needs nothing else. */
import type { Lab } from '@viva/labs';
import type { LabResult } from './run.ts';

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const STYLE = `:root{color-scheme:light dark;font:15px/1.6 system-ui,"Noto Sans CJK SC",sans-serif}
body{max-width:60rem;margin:2rem auto;padding:0 1.25rem}table{border-collapse:collapse;width:100%;margin:1rem 0}
th,td{padding:.3rem .6rem;border-bottom:1px solid #8884;text-align:right;font-variant-numeric:tabular-nums}
th:first-child,td:first-child{text-align:left}small{display:block;opacity:.7;font-weight:400}
.dots{position:relative;display:block;height:14px;min-width:140px;background:linear-gradient(#8884,#8884) center/100% 1px no-repeat}
.dots i{position:absolute;top:3px;width:8px;height:8px;margin-left:-4px;border-radius:50%;background:#2b5f97aa}`;

export function labReport(
  lab: Lab<Record<string, unknown>>,
  result: LabResult,
  locale: 'zh-CN' | 'en',
): string {
  const zh = locale === 'zh-CN';
  const { seeds, summary, params, engine, wallSeconds } = result;
  const rows = lab.metrics.flatMap(({ id, label, help, digits }) => {
    const own = summary[id];
    if (!own) return [];
    const show = (value: number | null): string =>
      value === null ? '–' : value.toFixed(seeds.length > 1 ? digits + 1 : digits);
    const width = own.max - own.min;
    const dots = seeds
      .flatMap(({ seed, metrics }) => {
        const value = metrics[id];
        if (value === null || value === undefined) return [];
        const at = width > 0 ? (100 * (value - own.min)) / width : 50;
        return [`<i style="left:${at.toFixed(1)}%" title="${seed}: ${value}"></i>`];
      })
      .join('');
    return [
      `<tr><td>${escapeHtml(`${id.split('.')[0]} · ${label[locale]}`)}<small>${escapeHtml(help[locale])}</small></td><td>${show(own.mean)}</td><td>${show(own.sd)}</td><td>${show(own.min)}</td><td>${show(own.max)}</td><td><span class="dots">${dots}</span></td></tr>`,
    ];
  });
  const settings = Object.entries(params)
    .map(
      ([name, value]) => `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(JSON.stringify(value))}</td></tr>`,
    )
    .join('');
  const head = zh
    ? ['度量', '均值', '标准差', '最小', '最大', '各种子']
    : ['measure', 'mean', 'sd', 'min', 'max', 'seeds'];
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(lab.title[locale])}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(lab.title[locale])}</h1><p>${escapeHtml(lab.summary[locale])}</p>
<p>${zh ? `种子 ${seeds.map(({ seed }) => seed).join('、')}；引擎 ${engine}；用时 ${wallSeconds.toFixed(1)} 秒。` : `Seeds ${seeds.map(({ seed }) => seed).join(', ')}; engine ${engine}; ${wallSeconds.toFixed(1)} s.`}</p>
<table><thead><tr>${head.map((text) => `<th scope="col">${text}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>
<h2>${zh ? '参数' : 'Settings'}</h2><table>${settings}</table></body></html>
`;
}
