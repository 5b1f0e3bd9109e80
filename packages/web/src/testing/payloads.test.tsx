/** No text carries script: every payload through everything that turns text into HTML, read back as a browser would. */
import { fileURLToPath } from 'node:url';
import { loadBank, type Question } from '@viva/bank';
import { inlineMarkdownToXhtml, markdownToXhtml } from '@viva/bank/exchange';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, describe, expect, it } from 'vitest';
import { docsPage } from '../../../server/src/http/docs-page.ts';
import { listPage, questionPage } from '../../../server/src/reading/pages.ts';
import { InlineMarkdown, Markdown } from '../ui/markdown.tsx';
import { PAYLOADS } from './payloads.ts';
import { faultsOfHtml } from './strict-html.ts';

const BANK = fileURLToPath(new URL('../../../../bank', import.meta.url));
let bank: Awaited<ReturnType<typeof loadBank>>;
let question: Question;
beforeAll(async () => {
  bank = await loadBank(BANK);
  const [first] = bank.questions.values();
  if (!first) throw new Error('the bank is empty');
  question = first;
});

it('the corpus is large, and no payload is in it twice', () => {
  expect(new Set(PAYLOADS).size).toBe(PAYLOADS.length);
  expect(PAYLOADS.length).toBeGreaterThanOrEqual(150);
});

it('the checker sees what it is there to see', () => {
  for (const html of [
    '<script>x</script>',
    '<p onclick=x>',
    '<a href="jAva\tscript:x">',
    '<a href="&#1;javascript:x">',
    '<svg><a xlink:href="javascript:x">',
    '<iframe srcdoc="x">',
    '<p style="background:url(x)">',
    '<template><img src=x onerror=y></template>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=trip()&gt;">',
    '<img src="data:text/html,x">',
  ])
    expect(faultsOfHtml(html), html).not.toEqual([]);
  expect(faultsOfHtml('<p class="x"><a href="/read/en">a</a> <code>&lt;script></code></p>')).toEqual([]);
});

const options = { math: 'mathml', file: 'test' } as const;
/** A refusal to write what is no XML at all is as good as harmless text. */
const orRefused = (render: () => string): string => {
  try {
    return render();
  } catch (error) {
    expect((error as { code?: string }).code).toMatch(/^[a-z-]+$/);
    return '';
  }
};

const RENDERERS: Record<string, (text: string) => string> = {
  'texts of the pages': (text) => renderToStaticMarkup(<Markdown>{text}</Markdown>),
  'labels of the pages': (text) => renderToStaticMarkup(<InlineMarkdown>{text}</InlineMarkdown>),
  'files that leave the bank': (text) => orRefused(() => markdownToXhtml(text, options)),
  'lines that leave the bank': (text) => orRefused(() => inlineMarkdownToXhtml(text, options)),
};

describe.each(Object.keys(RENDERERS))('in %s', (name) => {
  it('no payload becomes anything that runs, loads or submits', () => {
    const render = RENDERERS[name];
    const wrong = PAYLOADS.flatMap((payload) => {
      const faults = faultsOfHtml(render?.(payload) ?? '');
      return faults.length > 0 ? [`${JSON.stringify(payload)}: ${faults.join(', ')}`] : [];
    });
    expect(wrong).toEqual([]);
  });
});

it('public pages carry none, in no field', async () => {
  const wrong: string[] = [];
  for (const payload of PAYLOADS) {
    const lines = [payload];
    const text = {
      ...question.text.en,
      title: payload,
      prompt: payload,
      answer: payload,
      mistakes: lines,
      probes: lines,
    };
    const hostile: Question = {
      ...question,
      tags: lines,
      text: { ...question.text, en: text },
      sources: [{ id: 's', title: payload, authors: payload, year: 2026, url: payload, venue: payload }],
    };
    const pages = [
      orRefused(() => questionPage(hostile, 'en')),
      payload.length < 300 ? await listPage(bank, 'en', payload) : '',
    ];
    for (const page of pages) {
      const body = page.slice(page.indexOf('<body>'));
      const faults = faultsOfHtml(body, ['form']);
      if (faults.length > 0) wrong.push(`${JSON.stringify(payload)}: ${faults.join(', ')}`);
    }
  }
  expect(wrong).toEqual([]);
});

it('the documentation of the API carries none', () => {
  for (const payload of PAYLOADS) {
    const page = String(
      docsPage({
        info: { title: payload, version: payload, description: payload },
        paths: {
          [`/${payload}`]: {
            get: { summary: payload, tags: [payload], responses: { 200: { description: payload } } },
          },
        },
        components: { schemas: { [payload]: { enum: [payload] } } },
      }),
    );
    expect(faultsOfHtml(page.slice(page.indexOf('<body>'))), payload).toEqual([]);
  }
});
