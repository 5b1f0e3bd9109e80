/**
 * The bank as plain pages for everybody: no script, nothing from elsewhere, nothing of any person. Anchors, points not to
 * mark down and parallel forms stay inside: they would help to prepare for the score and not for the subject.
 */
import { findQuestions } from '@viva/assistant';
import type { Bank, Locale, Question, Source } from '@viva/bank';
import { LOCALES } from '@viva/bank';
import {
  highlightCode,
  inlineMarkdownToXhtml,
  markdownToXhtml,
  type XhtmlOptions,
} from '@viva/bank/exchange';
import { html, raw } from 'hono/html';

const WORDS = {
  'zh-CN': {
    title: '大模型面试题库',
    lead: (count: number) => `${count} 道题，每道都有参考答案、出处和常见错误。`,
    search: '搜索',
    hint: '中英文都可以，如 loss scaling、模式坍缩',
    found: (count: number) => `找到 ${count} 道题`,
    none: '没有匹配的题目，换个说法试试。',
    prompt: '题目',
    answer: '参考答案',
    mistakes: '常见错误',
    probes: '追问',
    claims: '可检验的论断',
    lab: '用实验检验',
    sources: '出处',
    errata: '原始文档勘误',
    verdict: { wrong: '有误', dated: '过时', imprecise: '含混', unsupported: '无据' },
    difficulty: '难度',
    minutes: '分钟',
    other: 'English',
    all: '全部题目',
    says: '文档说',
    evidence: '依据',
  },
  en: {
    title: 'Questions about large models',
    lead: (count: number) => `${count} questions, each with a reference answer, sources and common mistakes.`,
    search: 'Search',
    hint: 'In either language, such as loss scaling or 模式坍缩',
    found: (count: number) => `${count} questions`,
    none: 'No question matches. Try other words.',
    prompt: 'Question',
    answer: 'Reference answer',
    mistakes: 'Common mistakes',
    probes: 'Probes',
    claims: 'Claims that can be checked',
    lab: 'run the experiment',
    sources: 'Sources',
    errata: 'Errata of the source document',
    verdict: { wrong: 'wrong', dated: 'dated', imprecise: 'imprecise', unsupported: 'unsupported' },
    difficulty: 'Difficulty',
    minutes: 'minutes',
    other: '中文',
    all: 'All questions',
    says: 'The document says',
    evidence: 'Evidence',
  },
} as const;

export const READING_STYLE = `:root{color-scheme:light dark;--paper:#f6f2e9;--surface:#fcfaf4;--sunken:#efe9dc;--ink:#1d1b17;--ink-2:#4f4a41;--ink-3:#696253;--line:#ded7c8;--accent:#234a73;--seal:#a9301c;--code-a:#8d2615;--code-b:#27633f;--code-c:#5b3f86}
@media(prefers-color-scheme:dark){:root{--paper:#0d121a;--surface:#131a25;--sunken:#1a2331;--ink:#e8e4da;--ink-2:#b8b4ab;--ink-3:#959aa5;--line:#263041;--accent:#8fb6e6;--seal:#f08a73;--code-a:#f08a73;--code-b:#7cc79a;--code-c:#c3a6ee}}
*{box-sizing:border-box}html{background:var(--paper);color:var(--ink);font:16px/1.75 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
body{max-width:46rem;margin:0 auto;padding:1.5rem 1.25rem 4rem;overflow-wrap:anywhere}a{color:var(--accent)}
header{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:baseline;font-size:.875rem;padding-bottom:.75rem;border-bottom:1px solid var(--line)}header strong{font-family:"Iowan Old Style","Songti SC","Noto Serif CJK SC",Georgia,serif;margin-right:auto}
h1,h2,h3{font-family:"Iowan Old Style","Songti SC","Noto Serif CJK SC",Georgia,serif;line-height:1.35}h1{font-size:1.6rem;margin:1.6rem 0 .4rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:0}
.facts{color:var(--ink-3);font-size:.8125rem;margin:0}ul.list{list-style:none;padding:0;margin:1rem 0}ul.list li{padding:.75rem 0;border-bottom:1px solid var(--line)}
form{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0}input,button{font:inherit;padding:.35rem .7rem;border:1px solid var(--ink-3);border-radius:3px;background:var(--surface);color:inherit}input{flex:1 1 16rem;min-width:0}
code{font:.9em ui-monospace,Menlo,Consolas,monospace;background:var(--sunken);padding:.1em .3em}pre{background:var(--sunken);padding:.75rem 1rem;overflow-x:auto}pre code{padding:0;background:none}
table{display:block;overflow-x:auto;border-collapse:collapse}th,td{border:1px solid var(--line);padding:.25rem .6rem;text-align:left}math[display=block]{overflow-x:auto;max-width:100%}
dt{margin-top:1.25rem}dd{margin:.25rem 0 0;padding-left:1rem;border-left:2px solid var(--line)}.verdict{color:var(--seal);font-weight:600}small{color:var(--ink-3)}
.hljs-comment,.hljs-quote{color:var(--ink-3)}.hljs-keyword,.hljs-literal,.hljs-built_in{color:var(--code-c)}.hljs-string,.hljs-regexp{color:var(--code-b)}.hljs-number,.hljs-title,.hljs-attr{color:var(--code-a)}`;

const other = (locale: Locale): Locale => (locale === 'en' ? 'zh-CN' : 'en');
const plain = (markdown: string): string =>
  markdown
    .replace(/[#*_`>$|]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

interface Frame {
  locale: Locale;
  title: string;
  description: string;
  /** Without the language: `/lora`, or nothing for the list. */
  path: string;
}

function frame({ locale, title, description, path }: Frame, body: unknown): string {
  const words = WORDS[locale];
  return String(html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<meta name="description" content="${description}">
${LOCALES.map((one) => html`<link rel="alternate" hreflang="${one}" href="/read/${one}${path}">\n`)}
<link rel="stylesheet" href="/read/style.css">
</head>
<body>
<header><strong>Viva</strong><a href="/read/${locale}">${words.all}</a><a href="/read/${locale}/errata">${words.errata}</a><a href="/read/${other(locale)}${path}" hreflang="${other(locale)}" lang="${other(locale)}">${words.other}</a></header>
<main>${body}</main>
</body>
</html>
`);
}

const facts = (question: Question, locale: Locale) => {
  const words = WORDS[locale];
  return html`<p class="facts">${words.difficulty} ${question.difficulty}/5 · ${question.minutes} ${words.minutes} · ${question.tags.join(' · ')}</p>`;
};

/** Code that is wider than the page can be scrolled by keyboard too. */
const blocks = (markdown: string, options: XhtmlOptions) =>
  raw(markdownToXhtml(markdown, options).replaceAll('<pre>', '<pre tabindex="0">'));

/** All questions, or those that match. */
export async function listPage(bank: Bank, locale: Locale, query: string): Promise<string> {
  const words = WORDS[locale];
  const found = query
    ? (await findQuestions(bank, query, { locale, limit: 20 })).map(({ question }) => question)
    : [...bank.questions.values()];
  return frame(
    { locale, title: words.title, description: words.lead(bank.questions.size), path: '' },
    html`<h1>${words.title}</h1><p>${words.lead(bank.questions.size)}</p>
<form role="search" action="/read/${locale}"><input type="search" name="q" value="${query}" aria-label="${words.search}" placeholder="${words.hint}"><button>${words.search}</button></form>
${query ? html`<p role="status">${found.length > 0 ? words.found(found.length) : words.none}</p>` : ''}
<ul class="list">${found.map((question) => html`<li><h2><a href="/read/${locale}/${question.id}">${question.text[locale].title}</a></h2>${facts(question, locale)}</li>`)}</ul>`,
  );
}

const citation = ({ authors, year, title, url, doi, venue, number }: Source) => {
  const href =
    (url && /^https?:\/\//i.test(url) ? url : undefined) ?? (doi ? `https://doi.org/${doi}` : undefined);
  return html`${authors} (${year}). ${href ? html`<a href="${href}" rel="noreferrer">${title}</a>` : html`<cite>${title}</cite>`}${venue ? `. ${venue}` : ''}${number ? `. ${number}` : ''}`;
};

export function questionPage(question: Question, locale: Locale): string {
  const words = WORDS[locale];
  const options: XhtmlOptions = { math: 'mathml', file: question.id, highlight: highlightCode };
  const text = question.text[locale];
  const list = (items: readonly string[]) =>
    html`<ul>${items.map((item) => html`<li>${raw(inlineMarkdownToXhtml(item, options))}</li>`)}</ul>`;
  const labLink = (lab: string, params: Record<string, unknown>) => {
    const search = new URLSearchParams(
      Object.entries(params).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
    return html` <a href="/labs/${lab}?${search.toString()}">${words.lab}</a>`;
  };
  return frame(
    { locale, title: text.title, description: plain(text.prompt).slice(0, 160), path: `/${question.id}` },
    html`<h1>${text.title}</h1>${facts(question, locale)}
<h2>${words.prompt}</h2>${blocks(text.prompt, options)}
<h2>${words.answer}</h2>${blocks(text.answer, options)}
<h2>${words.mistakes}</h2>${list(text.mistakes)}
<h2>${words.probes}</h2>${list(text.probes)}
${
  question.claims.some(({ check }) => check)
    ? html`<h2>${words.claims}</h2><ul>${question.claims.flatMap(({ text: own, check }) => (check ? [html`<li>${own[locale]}${labLink(check.lab, check.params)}</li>`] : []))}</ul>`
    : ''
}
${question.sources.length > 0 ? html`<h2>${words.sources}</h2><ol>${question.sources.map((source) => html`<li>${citation(source)}</li>`)}</ol>` : ''}`,
  );
}

export function errataPage(bank: Bank, locale: Locale): string {
  const words = WORDS[locale];
  const { text, sources, entries } = bank.errata;
  const known = new Map(sources.map((source) => [source.id, source]));
  const options: XhtmlOptions = { math: 'mathml', file: 'errata' };
  return frame(
    {
      locale,
      title: text[locale].title,
      description: plain(text[locale].intro).slice(0, 160),
      path: '/errata',
    },
    html`<h1>${text[locale].title}</h1><p>${text[locale].intro}</p>
<dl>${entries.map(({ verdict, text: own, evidence }) => {
      const cited = evidence.flatMap((id) => known.get(id) ?? []);
      return html`<dt><span class="verdict">${words.verdict[verdict]}</span> · ${raw(inlineMarkdownToXhtml(own[locale].says, options))}</dt><dd>${raw(inlineMarkdownToXhtml(own[locale].finding, options))}${cited.length > 0 ? html`<br><small>${words.evidence}: ${cited.map((source, index) => html`${index > 0 ? '; ' : ''}${citation(source)}`)}</small>` : ''}</dd>`;
    })}</dl>`,
  );
}

/** For search engines: every page in both languages. */
export function siteMap(bank: Bank, origin: string): string {
  const paths = ['', '/errata', ...[...bank.questions.keys()].map((id) => `/${id}`)];
  const urls = paths.flatMap((path) =>
    LOCALES.map((locale) => `<url><loc>${origin}/read/${locale}${path}</loc></url>`),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls.join('')}</urlset>\n`;
}
