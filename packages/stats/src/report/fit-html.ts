/** A fit as one HTML page that needs nothing else: no script, no font, no picture from elsewhere. */
import type { Element, RatingsFit } from '../mfrm/fit-types.ts';
import { fillText, type Locale, statementText } from '../statements/statement-text.ts';
import { WORDS, type Word } from './fit-html-words.ts';
import { readRaters } from './read-raters.ts';
import { escapeHtml, wrightMap } from './wright-map.ts';

export interface FitHtmlOptions {
  /** Default `en`. */
  locale?: Locale;
  /** Shown above everything; plain text. */
  title?: string;
  /** ISO date for the footer; none when left out, so that the same fit gives the same bytes. */
  date?: string;
}

const STYLE = `
:root{color-scheme:light dark;--fg:#1b1e23;--bg:#fff;--soft:#5b6470;--line:#d5dae1;--accent:#2457a6;--good:#1d6b3a;--bad:#a4262c;--tint:#f3f5f8}
@media (prefers-color-scheme:dark){:root{--fg:#e8eaed;--bg:#15181c;--soft:#a7b0bb;--line:#39414b;--accent:#8ab4f8;--good:#81c995;--bad:#f28b82;--tint:#1e2329}}
@media print{:root{color-scheme:light;--fg:#000;--bg:#fff;--soft:#444;--line:#bbb;--accent:#1a4480;--good:#14532d;--bad:#8a1c1c;--tint:#f4f4f4}table{break-inside:auto}tr,svg{break-inside:avoid}thead{display:table-header-group}}
*{box-sizing:border-box}body{margin:0 auto;max-width:62rem;padding:1.5rem;font:1rem/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;color:var(--fg);background:var(--bg)}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}p.method,footer{color:var(--soft);font-size:.875rem}
.verdict{font-weight:600}.verdict.yes{color:var(--good)}.verdict.no{color:var(--bad)}ul{padding-left:1.2rem}li.fatal{color:var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}caption{text-align:left;color:var(--soft);padding:.25rem 0}th,td{padding:.3rem .5rem;border-bottom:1px solid var(--line);text-align:right;font-variant-numeric:tabular-nums}
th:first-child,td:first-child,td.text,th.text{text-align:left}thead th{border-bottom:2px solid var(--line)}tbody tr:nth-child(even){background:var(--tint)}tbody th{font-weight:600}abbr{text-decoration:underline dotted;cursor:help}
svg.wright{width:100%;height:auto;max-width:48rem}svg .axis{stroke:var(--line);stroke-width:1}svg .lead{stroke:var(--soft);stroke-width:.6}svg .bar{fill:var(--accent);opacity:.75}svg .mark{fill:var(--accent)}svg .label{fill:var(--fg);font-size:11px}svg .head{font-weight:600}
`;

/**
 * The report: trust, advice, the Wright map, then tables. Everything that comes from the data is escaped.
 * @returns a whole HTML document, readable in light and dark, printable, in English or Chinese
 */
export function renderFitHtml(fit: RatingsFit, options: FitHtmlOptions = {}): string {
  const { locale = 'en', date } = options;
  const w = (word: Word, params: Record<string, string | number> = {}): string =>
    escapeHtml(fillText(WORDS[word][locale], params));
  const title = escapeHtml(options.title ?? WORDS.title[locale]);
  const number = (value: number | null, digits = 2): string => (value === null ? '–' : value.toFixed(digits));
  const percent = (value: number | null): string => (value === null ? '–' : `${Math.round(100 * value)} %`);
  const hint = (word: Word, about: Word): string => `<abbr title="${w(about)}">${w(word)}</abbr>`;

  const statements = fit.trust.statements
    .map(
      ({ code, level, params }) =>
        `<li class="${level}">${escapeHtml(statementText(code, params, locale))}</li>`,
    )
    .join('');
  const advice = fit.advice
    .map(({ code, params }) => `<li>${escapeHtml(statementText(code, params, locale))}</li>`)
    .join('');

  const many = fit.trust.subsets > 1;
  const interval = ({ measure, se }: Element): string =>
    measure === null || se === null ? '–' : `${number(measure - 1.96 * se)} … ${number(measure + 1.96 * se)}`;
  const name = ({ id, extreme, subset }: Element): string =>
    escapeHtml(id) +
    (extreme ? ` <small>(${w(extreme === 'high' ? 'extremeHigh' : 'extremeLow')})</small>` : '') +
    (many ? ` <small>(${w('setNumber')} ${subset + 1})</small>` : '');
  const facet = (
    word: 'persons' | 'raters' | 'items',
    elements: Element[],
    reading?: ReadonlyMap<string, string>,
  ): string => {
    const sorted = [...elements].sort((a, b) => (b.measure ?? -1e9) - (a.measure ?? -1e9));
    const head =
      `<tr><th scope="col">${w('name')}</th><th scope="col">${w('count')}</th><th scope="col">${w('raw')}</th>` +
      `<th scope="col">${hint('fair', 'fairHint')}</th><th scope="col">${w('measure')}</th><th scope="col">${w('interval')}</th>` +
      `<th scope="col">${hint('infit', 'fitHint')}</th><th scope="col">${hint('outfit', 'fitHint')}</th>` +
      (reading ? `<th scope="col" class="text">${w('reading')}</th>` : '') +
      '</tr>';
    const rows = sorted
      .map(
        (element) =>
          `<tr><th scope="row">${name(element)}</th><td>${element.count}</td><td>${number(element.observedAverage)}</td>` +
          `<td>${number(element.fairAverage)}</td><td>${number(element.measure)}</td><td>${interval(element)}</td>` +
          `<td>${number(element.infit)}</td><td>${number(element.outfit)}</td>` +
          (reading ? `<td class="text">${escapeHtml(reading.get(element.id) ?? '')}</td>` : '') +
          '</tr>',
      )
      .join('');
    return (
      `<section><h2>${w(word)}</h2><div class="scroll" tabindex="0" role="region" aria-label="${w(word)}"><table>` +
      `<caption>${elements.length}</caption><thead>${head}</thead><tbody>${rows}</tbody></table></div></section>`
    );
  };
  const readings = new Map(readRaters(fit, locale).map(({ id, text }) => [id, text]));
  const reliability = (['persons', 'raters', 'items'] as const)
    .map((key) => {
      const { sd, separation, reliability: value } = fit.reliability[key];
      return `<tr><th scope="row">${w(key)}</th><td>${number(sd)}</td><td>${number(separation)}</td><td>${number(value)}</td></tr>`;
    })
    .join('');
  const steps = fit.steps
    .map(
      ({ item, category, measure, se }) =>
        `<tr><th scope="row">${item === null ? '' : `${escapeHtml(item)} · `}${category}</th><td>${number(measure)}</td><td>${number(se)}</td></tr>`,
    )
    .join('');
  const { pairs, observed, expected } = fit.agreement;

  return `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head>
<body>
<main>
<h1>${title}</h1>
<p class="method">${w('method', {
    model: WORDS[fit.model][locale],
    method: WORDS[fit.method][locale],
    used: fit.size.used,
    ratings: fit.size.ratings,
    persons: fit.size.persons,
    raters: fit.size.raters,
    items: fit.size.items,
    logLik: number(fit.logLik),
    iterations: fit.iterations,
  })}</p>
<section><h2>${w('trust')}</h2><p class="verdict ${fit.trust.usable ? 'yes' : 'no'}">${w(fit.trust.usable ? 'usable' : 'unusable')}</p><ul>${statements}</ul></section>
<section><h2>${w('next')}</h2>${advice ? `<ul>${advice}</ul>` : `<p>${w('nothingNext')}</p>`}</section>
<section><h2>${w('map')}</h2><p>${w('mapNote')}</p>${wrightMap(fit, {
    title: WORDS.map[locale],
    description: WORDS.mapNote[locale],
    persons: WORDS.persons[locale],
    raters: WORDS.raters[locale],
    items: WORDS.items[locale],
    steps: WORDS.steps[locale],
    logits: WORDS.logits[locale],
  })}</section>
${facet('persons', fit.persons)}
${facet('raters', fit.raters, readings)}
${facet('items', fit.items)}
<section><h2>${w('steps')}</h2><table><thead><tr><th scope="col">${w('score')}</th><th scope="col">${w('measure')}</th><th scope="col">SE</th></tr></thead><tbody>${steps}</tbody></table></section>
<section><h2>${w('reliability')}</h2><table><caption>${w('reliabilityHint')}</caption><thead><tr><th scope="col">${w('facet')}</th><th scope="col">${w('spread')}</th><th scope="col">${w('separation')}</th><th scope="col">${w('reliability')}</th></tr></thead><tbody>${reliability}</tbody></table></section>
<section><h2>${w('agreement')}</h2><p>${
    pairs > 0
      ? w('agreementNote', { observed: percent(observed), expected: percent(expected), pairs })
      : w('noPairs')
  }</p></section>
</main>
<footer><p>${w('footer')}${date === undefined ? '' : ` ${escapeHtml(date)}`}</p></footer>
</body>
</html>
`;
}
