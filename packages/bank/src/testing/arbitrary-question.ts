/** For property tests: questions of any content that the bank's own files can hold. */
import fc from 'fast-check';
import type { QuestionContent } from '../content.ts';
import { canonicalJson } from '../hash.ts';
import { parseQuestionMarkdown, renderQuestionMarkdown } from '../markdown.ts';
import { type Locale, QUESTION_KINDS, type QuestionText, type ScalePoint } from '../types.ts';

const slug = fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,6}){0,2}$/);

/** Text with what breaks writers: markup of every kind, quotes, other scripts, emoji, formulas, code. */
const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    '**粗体** 与 *斜体*',
    'a < b && c > d',
    '`code` ``a`b``',
    '$\\frac{a}{b}$',
    '$$\n\\int_0^1 x\\,dx\n$$',
    '```python\nx = "<&>"\n\n\n# not a heading\n```',
    '| a | b |\n| --- | --- |\n| 1 | 2 |',
    '- item\n- other',
    '1. first\n2. second',
    '> said',
    '[link](https://example.org/?a=1&b=2)',
    '<b>raw</b> &amp; ]]>',
    '=1+2',
    "'quoted",
    '"double", semi;colon\tand tab',
    '\u00a0\u200b\ufeff',
    '_x000D_ 𝒙 👩‍🔬',
  ),
);

/** What XML cannot hold is left out: that it is refused is tested by itself. */
const xmlText = (text: string): string =>
  text.replace(/[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '');
const block = fc
  .array(piece, { minLength: 1, maxLength: 4 })
  .map((parts) => xmlText(parts.join('\n\n')).trim())
  .filter((text) => text !== '');
const line = piece
  .map((text) =>
    xmlText(text)
      .replace(/\s*\n\s*/g, ' ')
      .trim(),
  )
  .filter((text) => text !== '' && !text.startsWith('```'));

/** Exactly what the bank reads back from its own Markdown. */
const textIn = (locale: Locale): fc.Arbitrary<QuestionText> =>
  fc
    .record(
      {
        title: line,
        prompt: block,
        answer: block,
        anchors: fc.tuple(block, block, block, block, block),
        probes: fc.array(line, { minLength: 1, maxLength: 3 }),
        mistakes: fc.array(line, { maxLength: 3 }),
        fair: fc.array(line, { maxLength: 3 }),
        parallel: block,
      },
      { requiredKeys: ['title', 'prompt', 'answer', 'anchors', 'probes', 'mistakes', 'fair'] },
    )
    .filter((text) => {
      const { value } = parseQuestionMarkdown(renderQuestionMarkdown(text, locale), 'x', locale);
      return value !== undefined && canonicalJson(value) === canonicalJson(text);
    });

const params = fc.dictionary(
  slug,
  fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.string(), fc.boolean()),
  {
    maxKeys: 3,
    noNullPrototype: true,
  },
);
const plainLine = line.filter((text) => text === text.trim());

export const arbitraryQuestion: fc.Arbitrary<QuestionContent> = fc.record(
  {
    id: slug,
    area: slug,
    kind: fc.constantFrom(...QUESTION_KINDS),
    competency: slug,
    difficulty: fc.constantFrom<ScalePoint>(1, 2, 3, 4, 5),
    minutes: fc.oneof(fc.integer({ min: 3, max: 60 }), fc.double({ min: 3, max: 60, noNaN: true })),
    tags: fc.uniqueArray(slug, { minLength: 1, maxLength: 4 }),
    lab: fc.record({ id: slug, params }),
    sources: fc.uniqueArray(
      fc.record(
        {
          id: slug,
          title: plainLine,
          authors: plainLine,
          year: fc.integer({ min: 1800, max: 2100 }),
          venue: plainLine,
          url: fc.webUrl({ validSchemes: ['https'] }),
          doi: fc.constant('10.1234/abc.def'),
          number: plainLine,
        },
        { requiredKeys: ['id', 'title', 'authors', 'year'] },
      ),
      { maxLength: 3, selector: ({ id }) => id },
    ),
    claims: fc.uniqueArray(
      fc.record(
        {
          id: slug,
          text: fc.record({ 'zh-CN': plainLine, en: plainLine }),
          source: slug,
          at: plainLine,
          check: fc.record(
            {
              lab: slug,
              params,
              vary: fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,6}$/), params, {
                minKeys: 1,
                maxKeys: 2,
                noNullPrototype: true,
              }),
              seeds: fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 3 }),
              assert: fc.array(fc.constantFrom('mean(a.b) > 1', 'max(c) <= 2 * mean(d)'), {
                minLength: 1,
                maxLength: 2,
              }),
            },
            { requiredKeys: ['lab', 'params', 'seeds', 'assert'] },
          ),
        },
        { requiredKeys: ['id', 'text', 'source'] },
      ),
      { maxLength: 3, selector: ({ id }) => id },
    ),
    text: fc.record({ 'zh-CN': textIn('zh-CN'), en: textIn('en') }),
  },
  {
    requiredKeys: [
      'id',
      'area',
      'kind',
      'competency',
      'difficulty',
      'minutes',
      'tags',
      'sources',
      'claims',
      'text',
    ],
  },
);
