/** One question in one language as a QTI 3.0 item: an extended-text interaction, and rubric blocks for those who score. */
import type { QuestionContent } from '../../content.ts';
import { renderQuestionMarkdown } from '../../markdown.ts';
import type { Claim, Locale, Source } from '../../types.ts';
import { inlineMarkdownToXhtml, markdownToXhtml, type XhtmlOptions } from '../markdown-to-xhtml.ts';
import { escapeAttribute, escapeXml } from '../xml.ts';
import { itemName, PART, SCHEMA, SPACE } from './names.ts';

/** How each part is written; reading renders the Markdown again in the same way and compares. */
export const PARTS = {
  blocks: (markdown: string, options: XhtmlOptions): string => markdownToXhtml(markdown, options),
  list: (items: readonly string[], name: 'ol' | 'ul', options: XhtmlOptions): string =>
    `<${name}>${items.map((item) => `<li>${inlineMarkdownToXhtml(item, options)}</li>`).join('')}</${name}>`,
  /** Anchors may hold paragraphs. */
  points: (items: readonly string[], options: XhtmlOptions): string =>
    `<ol>${items.map((item) => `<li>${markdownToXhtml(item, options)}</li>`).join('')}</ol>`,
};

/** Who sees a rubric block, in the words of QTI. */
const SCORER = 'scorer author';
const AUTHOR = 'author';

const LABEL: Record<Locale, Record<Exclude<keyof typeof PART, 'kit' | 'blueprint' | 'prompt'>, string>> = {
  'zh-CN': {
    answer: '参考答案',
    anchors: '评分锚点 1 到 5',
    probes: '追问',
    mistakes: '常见错误',
    fair: '不应扣分',
    parallel: '平行题',
    sources: '来源',
    claims: '论断',
    lab: '实验',
    markdown: 'Markdown 原文',
  },
  en: {
    answer: 'Reference answer',
    anchors: 'Anchors 1 to 5',
    probes: 'Probes',
    mistakes: 'Common mistakes',
    fair: 'Not to mark down',
    parallel: 'Parallel form',
    sources: 'Sources',
    claims: 'Claims',
    lab: 'Lab',
    markdown: 'Markdown source',
  },
};

export function writeItem(question: QuestionContent, locale: Locale, file: string): string {
  const text = question.text[locale];
  const options: XhtmlOptions = { math: 'mathml', file };
  const attribute = (value: string) => escapeAttribute(value, file);
  const span = (name: string, value: string | undefined) =>
    value === undefined ? '' : `<span class="${name}">${escapeXml(value, file)}</span>`;
  const rubric = (part: keyof (typeof LABEL)['en'], view: string, content: string): string =>
    `<qti-rubric-block class="${PART[part]}" label="${LABEL[locale][part]}" use="${view === SCORER ? 'scoring' : 'ext:authoring'}" view="${view}"><qti-content-body>${content}</qti-content-body></qti-rubric-block>`;
  const source = ({ id, title, authors, year, venue, url, doi, number }: Source): string =>
    `<li id="source-${id}">${span('authors', authors)} (${span('year', String(year))}). ${
      url === undefined
        ? span('title', title)
        : `<a class="title" href="${attribute(url)}">${escapeXml(title, file)}</a>`
    } ${[span('venue', venue), span('doi', doi), span('number', number)].join(' ')}</li>`;
  const claim = ({ id, text: both, source: from, at, check }: Claim): string =>
    `<li id="claim-${id}">${span('text', both[locale])} ${span('source', from)} ${span('at', at)}${
      check === undefined ? '' : ` <code class="check">${escapeXml(JSON.stringify(check), file)}</code>`
    }</li>`;
  const blocks = [
    rubric('answer', SCORER, PARTS.blocks(text.answer, options)),
    rubric('anchors', SCORER, PARTS.points(text.anchors, options)),
    rubric('probes', SCORER, PARTS.list(text.probes, 'ul', options)),
    rubric('mistakes', SCORER, PARTS.list(text.mistakes, 'ul', options)),
    rubric('fair', SCORER, PARTS.list(text.fair, 'ul', options)),
    text.parallel === undefined ? '' : rubric('parallel', AUTHOR, PARTS.blocks(text.parallel, options)),
    question.sources.length > 0 &&
      rubric('sources', SCORER, `<ol>${question.sources.map(source).join('')}</ol>`),
    question.claims.length > 0 && rubric('claims', AUTHOR, `<ul>${question.claims.map(claim).join('')}</ul>`),
    question.lab &&
      rubric('lab', AUTHOR, `<p><code>${escapeXml(JSON.stringify(question.lab), file)}</code></p>`),
    rubric('markdown', AUTHOR, `<pre>${escapeXml(renderQuestionMarkdown(text, locale), file)}</pre>`),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="${SPACE.item}" xmlns:xsi="${SPACE.xsi}" xsi:schemaLocation="${SPACE.item} ${SCHEMA.item}" identifier="${itemName(question.id, locale)}" title="${attribute(text.title)}" xml:lang="${locale}" adaptive="false" time-dependent="false" tool-name="Viva" tool-version="1">
<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="string"/>
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="integer" normal-minimum="1" normal-maximum="5" external-scored="human"/>
<qti-item-body>
<div class="${PART.prompt}">${PARTS.blocks(text.prompt, options)}</div>
<qti-extended-text-interaction response-identifier="RESPONSE" format="plain"/>
${blocks.filter(Boolean).join('\n')}
</qti-item-body>
</qti-assessment-item>
`;
}
