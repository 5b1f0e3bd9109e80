/** What other programs make of our files, or make themselves. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bank } from '../testing/answers.ts';
import { arbitraryQuestion } from '../testing/arbitrary-question.ts';
import { exportBank } from './export-bank.ts';
import { previewImport } from './import-bank.ts';
import { markdownToXhtml } from './markdown-to-xhtml.ts';
import { readItem } from './qti/read-item.ts';
import { xhtmlToMarkdown } from './xhtml-to-markdown.ts';
import { parseXml } from './xml.ts';
import { readZip, writeZip } from './zip.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const options = { math: 'mathml', file: 'x' } as const;
const nodes = (html: string) => parseXml(encode(`<x xmlns="u">${html}</x>`), 'x').children;

describe('QTI that was edited elsewhere', () => {
  const { bytes } = exportBank(bank, { format: 'qti', questions: ['lora'] });
  const edit = async (change: (xml: string) => string) => {
    const files = readZip(bytes, 'x');
    const name = 'items/lora.en.xml';
    const before = new TextDecoder().decode(files.get(name));
    const after = change(before);
    expect(after).not.toBe(before);
    files.set(name, encode(after));
    return previewImport(writeZip(files), 'x', bank);
  };

  it('takes what was changed, and keeps the Markdown of the rest', async () => {
    const { questions, findings } = await edit((xml) =>
      xml
        .replace(/title="[^"]*"/, 'title="Adapters of low rank"')
        .replace(
          /<div class="viva-prompt"><p>/,
          '<div class="viva-prompt"><p>Say in <b>your own</b> words: ',
        ),
    );
    expect(findings).toEqual([]);
    const [one] = questions;
    expect(one?.fields.map(({ field }) => field)).toEqual(['title (en)', 'prompt (en)']);
    expect(one?.question.text.en.prompt).toMatch(/^Say in \*\*your own\*\* words: /);
  });

  it('does not take another layout of the same text for a change', async () => {
    const { questions } = await edit((xml) =>
      xml.replaceAll('</p><p>', '</p>\n      <p>\n').replaceAll('<li>', '\n<li> '),
    );
    expect(questions.map(({ change }) => change)).toEqual(['same']);
  });

  it('says that a language is missing only where the bank has none to keep', async () => {
    const files = readZip(bytes, 'x');
    const manifest = new TextDecoder().decode(files.get('imsmanifest.xml'));
    files.set(
      'imsmanifest.xml',
      encode(manifest.replace(/<resource identifier="q-lora-zh-CN"[\s\S]*?<\/resource>/, '')),
    );
    const kept = await previewImport(writeZip(files), 'x', bank);
    expect(kept.findings.map(({ code }) => code)).toEqual(['language-kept']);
    expect(kept.questions.map(({ change }) => change)).toEqual(['same']);
    const questions = new Map(bank.questions);
    questions.delete('lora');
    const alone = await previewImport(writeZip(files), 'x', { ...bank, questions });
    expect(alone.questions).toEqual([]);
    expect(alone.findings.map(({ code }) => code)).toContain('language-missing');
  });
});

it('reads an item that another program wrote', () => {
  const item = readItem(
    encode(`<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="letter" title="A letter" time-dependent="false" xml:lang="en-GB">
  <qti-response-declaration identifier="R" cardinality="single" base-type="string"/>
  <qti-item-body>
    <h1>The situation</h1>
    <p>A colleague <em>disagrees</em> with 2 * 3 &lt; 7.</p>
    <qti-extended-text-interaction response-identifier="R"><qti-prompt>What do you write?</qti-prompt></qti-extended-text-interaction>
    <qti-choice-interaction response-identifier="S"><qti-prompt>To whom?</qti-prompt><qti-simple-choice identifier="a">Her</qti-simple-choice><qti-simple-choice identifier="b">All</qti-simple-choice></qti-choice-interaction>
    <qti-rubric-block view="scorer" use="scoring"><qti-content-body><ol><li>one</li><li>two</li><li>three</li><li>four</li><li>five</li></ol></qti-content-body></qti-rubric-block>
    <qti-rubric-block view="tutor" use="scoring"><qti-content-body><p>Ask first.</p></qti-content-body></qti-rubric-block>
    <qti-rubric-block view="candidate" use="instructions"><qti-content-body><p>Ten minutes.</p></qti-content-body></qti-rubric-block>
  </qti-item-body>
</qti-assessment-item>`),
    'letter.xml',
  );
  expect(item).toMatchObject({
    identifier: 'letter',
    locale: 'en',
    text: {
      title: 'A letter',
      prompt:
        '#### The situation\n\nA colleague *disagrees* with 2 \\* 3 \\< 7.\n\nWhat do you write?\n\nTo whom?\n\n- Her\n- All',
      answer: 'Ask first.',
      anchors: ['one', 'two', 'three', 'four', 'five'],
    },
  });
  expect(item.findings).toMatchObject([{ code: 'interaction', file: 'letter.xml', line: 8 }]);
});

it('reads workbooks as other programs save them: shared strings, gaps, rich text', async () => {
  // Our export of one question, opened and saved by openpyxl with an edit: reference/exchange/workbook.py.
  const saved = await readFile(new URL('fixtures/openpyxl.xlsx', import.meta.url));
  const { format, questions } = await previewImport(saved, 'openpyxl.xlsx', bank);
  expect(format).toBe('xlsx');
  expect(questions.map(({ question }) => [question.id, question.text.en.title, question.difficulty])).toEqual(
    [['lora', 'Edited in a workbook', 5]],
  );
});

describe('XHTML as Markdown', () => {
  it.each([
    ['<p>1. not a list</p>', '1\\. not a list'],
    ['<p># not a heading</p>', '\\# not a heading'],
    ['<p>a_b * c `d` $e$ [f]</p>', 'a\\_b \\* c \\`d\\` \\$e\\$ \\[f\\]'],
    ['<p>x<strong> bold </strong>y</p>', 'x **bold** y'],
    ['<pre><code class="language-py">a\n  ```\nb</code></pre>', '````py\na\n  ```\nb\n````'],
    ['<ol start="3"><li>a<ul><li>b</li></ul></li></ol>', '3. a\n\n   - b'],
    ['<table><tr><th>a</th></tr><tr><td>b|c</td></tr></table>', '| a |\n| --- |\n| b\\|c |'],
    ['text <a href="https://example.org">link</a>', 'text [link](<https://example.org>)'],
  ])('%s', (html, markdown) => {
    expect(xhtmlToMarkdown(nodes(html))).toBe(markdown);
  });

  it('shows the same, whatever the text', () =>
    fc.assert(
      fc.property(arbitraryQuestion, ({ text: { en } }) => {
        for (const markdown of [en.prompt, en.answer]) {
          const html = markdownToXhtml(markdown, options);
          const again = markdownToXhtml(xhtmlToMarkdown(nodes(html)), options);
          const shown = (source: string) =>
            source
              .replace(/<[^>]+>/g, ' ')
              .replace(/\s+/g, ' ')
              .trim();
          expect(shown(again)).toBe(shown(html));
        }
      }),
      { numRuns: 100 },
    ));
});

describe('for learners', () => {
  it('writes Anki’s headers, five fields a card, and no tab or bare quote within', () => {
    const { bytes, name } = exportBank(bank, { format: 'anki', area: 'efficiency', locale: 'en' });
    expect(name).toBe('viva-efficiency.en-anki.txt');
    const text = new TextDecoder().decode(bytes);
    const [head = '', rows = ''] = [
      text.slice(0, text.indexOf('"viva:')),
      text.slice(text.indexOf('"viva:')),
    ];
    expect(head.trim().split('\n')).toEqual([
      '#separator:tab',
      '#html:true',
      '#guid column:1',
      '#deck column:2',
      '#tags column:3',
    ]);
    const cards = [
      ...rows.matchAll(
        /"((?:[^"]|"")*)"\t"((?:[^"]|"")*)"\t"((?:[^"]|"")*)"\t"((?:[^"]|"")*)"\t"((?:[^"]|"")*)"\n/g,
      ),
    ];
    expect(cards.map(([whole]) => whole).join('')).toBe(rows);
    expect(cards.length).toBe(
      [...bank.questions.values()].filter(({ area }) => area === 'efficiency').length,
    );
    expect(cards.map(([, guid]) => guid)).toContain('viva:quantization:en');
  });

  it('writes one Markdown text, headings in order, without anchors', () => {
    const { bytes } = exportBank(bank, { format: 'markdown', locale: 'zh-CN' });
    const text = new TextDecoder().decode(bytes);
    expect(text.match(/^### /gm)?.length).toBe(bank.questions.size);
    expect(text).not.toContain('评分锚点');
    expect(text).not.toContain(bank.questions.get('lora')!.text['zh-CN'].anchors[4]);
  });
});
