import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuestionMarkdown, parseTranscriptMarkdown, renderQuestionMarkdown } from './markdown.ts';
import { LOCALES, type QuestionText } from './types.ts';

const TEXT: QuestionText = {
  title: 'A title',
  prompt: 'Two lines\nof prompt.',
  answer: '**Bold.** Text.\n\n```md\n## Answer\n### 1\n```\n\nMore.',
  anchors: ['one', 'two', 'three\n\n- a list\n- in it', 'four', 'five'],
  probes: ['First?', 'Second?', 'Third?'],
  mistakes: ['A wrong answer.', 'Another.'],
  fair: ['Other words.'],
  parallel: 'Another prompt.',
};

/** A paragraph that holds no heading and no fence, as `renderQuestionMarkdown` asks for. */
const paragraph = fc
  .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 })
  .map((lines) =>
    lines
      .map((line) => line.replace(/[\r\n]/g, ' '))
      .join('\n')
      .trim(),
  )
  .filter((text) => text !== '' && text.split('\n').every((line) => !/^\s*(#|`{3}|~{3})/.test(line)));
const line = paragraph.map((text) => text.replace(/\s+/g, ' ').trim()).filter((text) => text !== '');
const questionText: fc.Arbitrary<QuestionText> = fc.record({
  title: line,
  prompt: paragraph,
  answer: paragraph,
  anchors: fc.tuple(paragraph, paragraph, paragraph, paragraph, paragraph),
  probes: fc.array(line, { minLength: 1, maxLength: 5 }),
  mistakes: fc.array(line, { maxLength: 3 }),
  fair: fc.array(line, { maxLength: 3 }),
});

/** Markdown-like noise: the pieces that the parser looks at, in any order. */
const noise = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '# T',
        '## Prompt',
        '## Answer',
        '## Anchors',
        '## Probes',
        '## 题目',
        '### 1',
        '### 2',
      ),
      fc.constantFrom('### 6', '- probe', '```', '~~~~', '  more', '', '##', '# ', '\r', '\u2028', '\u0000'),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map((lines) => lines.join('\n'));

describe('parseQuestionMarkdown', () => {
  it('reads what renderQuestionMarkdown wrote, in both languages', () => {
    for (const locale of LOCALES)
      expect(parseQuestionMarkdown(renderQuestionMarkdown(TEXT, locale), 'x.md', locale)).toMatchObject({
        value: TEXT,
        findings: [],
      });
  });

  it('round-trips any text without headings', () => {
    fc.assert(
      fc.property(questionText, fc.constantFrom(...LOCALES), fc.boolean(), (text, locale, windows) => {
        const source = renderQuestionMarkdown(text, locale);
        const parsed = parseQuestionMarkdown(
          windows ? source.replaceAll('\n', '\r\n') : source,
          'x.md',
          locale,
        );
        expect(parsed.findings).toEqual([]);
        expect(parsed.value).toEqual(text);
      }),
    );
  });

  it('never throws, and gives a value or findings, never both', () => {
    fc.assert(
      fc.property(fc.oneof(noise, fc.string()), fc.constantFrom(...LOCALES), (source, locale) => {
        const { value, findings } = parseQuestionMarkdown(source, 'zh.md', locale);
        expect(value === undefined).toBe(findings.length > 0);
        const count = source.split(/\r\n|\r|\n/).length;
        for (const finding of findings) {
          expect(finding.file).toBe('zh.md');
          expect(finding.line).toBeGreaterThanOrEqual(1);
          expect(finding.line).toBeLessThanOrEqual(count + 1);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('takes the language from the file name', () => {
    const source = renderQuestionMarkdown(TEXT, 'en');
    expect(parseQuestionMarkdown(source, 'questions/a/b/en.md').value).toEqual(TEXT);
    expect(parseQuestionMarkdown(source, 'questions/a/b/zh.md').findings[0]?.code).toBe('unknown-section');
  });

  /** `at` is the line that the finding must name. */
  const faults: [name: string, change: (source: string) => string, code: string, at: string][] = [
    ['an empty title', (s) => s.replace('# A title', '# '), 'missing-title', '# '],
    ['an unknown section', (s) => s.replace('## Probes', '## Hints'), 'unknown-section', '## Hints'],
    ['an empty section', (s) => s.replace('Two lines\nof prompt.', ''), 'empty-section', '## Prompt'],
    ['a scale point that is missing', (s) => s.replace('### 3\n', ''), 'anchor-order', '### 4'],
    ['a scale point in words', (s) => s.replace('### 3', '### three'), 'anchor-order', '### three'],
    [
      'a sixth scale point',
      (s) => s.replace('## Probes', '### 6\n\nsix\n\n## Probes'),
      'anchor-order',
      '### 6',
    ],
    ['text that stands outside', (s) => s.replace('## Prompt', 'Lost.\n\n## Prompt'), 'stray-text', 'Lost.'],
    ['text before the anchors', (s) => s.replace('### 1\n\none', 'Hm.\n\n### 1\n\none'), 'stray-text', 'Hm.'],
    ['a probe that is no item', (s) => s.replace('- Second?', 'Second?'), 'not-a-list', 'Second?'],
  ];
  it.each(faults)('names file and line of %s', (_, change, code, at) => {
    const source = change(renderQuestionMarkdown(TEXT, 'en'));
    const { findings } = parseQuestionMarkdown(source, 'en.md', 'en');
    const finding = findings.find((one) => one.code === code);
    const line = source.split('\n').indexOf(at) + 1;
    expect(finding).toMatchObject({ severity: 'error', file: 'en.md', line });
  });
});

describe('parseQuestionMarkdown, twice the same heading', () => {
  it('names the second', () => {
    const source = `${renderQuestionMarkdown(TEXT, 'en')}\n## Prompt\n\nAgain.\n`;
    const { findings } = parseQuestionMarkdown(source, 'en.md', 'en');
    const line = source.split('\n').lastIndexOf('## Prompt') + 1;
    expect(findings).toMatchObject([{ code: 'section-twice', line }]);
  });
});

describe('parseTranscriptMarkdown', () => {
  it('reads both sections', () => {
    const source = '## Transcript\n\nSaid this.\n\n## Reason\n\nAnchor 3.\n';
    expect(parseTranscriptMarkdown(source, 'a.en.md')).toEqual({
      value: { transcript: 'Said this.', reason: 'Anchor 3.' },
      findings: [],
    });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(noise, (source) => {
        const { value, findings } = parseTranscriptMarkdown(source, 'a.zh.md');
        expect(value === undefined).toBe(findings.length > 0);
      }),
    );
  });
});
