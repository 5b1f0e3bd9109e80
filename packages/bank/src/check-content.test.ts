import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { checkContent, tidyContent } from './check-content.ts';
import type { QuestionContent } from './content.ts';
import { canonicalJson } from './hash.ts';
import { loadBank } from './load.ts';
import { parseQuestionMarkdown } from './markdown.ts';
import { questionFolder } from './question-files.ts';

const SHIPPED = fileURLToPath(new URL('../../../bank', import.meta.url));
const bank = await loadBank(SHIPPED);
const competencies = new Set(bank.competencies.keys());
const folder = await mkdtemp(join(tmpdir(), 'viva-content-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const contentOf = (id: string): QuestionContent => {
  const { hash: _, ...content } = bank.questions.get(id)!;
  return structuredClone(content);
};
const check = (content: QuestionContent) => checkContent(content, { competencies });
const changed = (change: (content: QuestionContent) => void, id = 'dpo'): QuestionContent => {
  const content = contentOf(id);
  change(content);
  return content;
};

describe('the shipped bank', () => {
  it('passes as content as it does as files', () => {
    for (const { hash: _, ...content } of bank.questions.values())
      expect(check(content).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('is written as files that give the same hashes back', async () => {
    await cp(SHIPPED, folder, { recursive: true });
    for (const { hash: _, ...content } of bank.questions.values())
      for (const { path, text } of questionFolder(content)) await writeFile(join(folder, path), text);
    const again = await loadBank(folder);
    expect(again.hash).toBe(bank.hash);
  });
});

describe('a fault', () => {
  const faults: [
    name: string,
    change: (content: QuestionContent) => void,
    code: string,
    at: string,
    line?: number,
  ][] = [
    [
      'an anchor that grades',
      ({ text }) => {
        text.en.anchors[2] = `Shows a deep understanding. ${text.en.anchors[2]}`;
      },
      'grade-only',
      '/text/en/anchors/2',
    ],
    [
      'a missing anchor',
      ({ text }) => {
        text['zh-CN'].anchors[4] = ' ';
      },
      'missing-anchor',
      '/text/zh-CN/anchors/4',
    ],
    [
      'an empty prompt',
      ({ text }) => {
        text.en.prompt = '';
      },
      'empty-section',
      '/text/en/prompt',
    ],
    [
      'a probe too many',
      ({ text }) => {
        text.en.probes.push('And what would you try next, if that failed?');
      },
      'out-of-step',
      '/text/zh-CN/probes',
    ],
    [
      'a heading in the answer',
      ({ text }) => {
        text.en.answer += '\n\n## Anchors\n';
      },
      'heading-in-text',
      '/text/en/answer',
      15,
    ],
    [
      'an open fence',
      ({ text }) => {
        text.en.prompt += '\n\n```python\n';
      },
      'open-fence',
      '/text/en/prompt',
      3,
    ],
    [
      'an item of two lines',
      ({ text }) => {
        text.en.fair[0] += '\nand more';
      },
      'not-a-line',
      '/text/en/fair/0',
      2,
    ],
    [
      'an unknown competency',
      (content) => {
        content.competency = 'juggling';
      },
      'no-such-competency',
      '/competency',
    ],
    [
      'a claim that is not in the answer',
      ({ claims }) => {
        claims[0]!.text.en = 'The loss is a cross-entropy.';
      },
      'claim-not-in-answer',
      '/claims/0/text/en',
    ],
    [
      'a source without an address',
      ({ sources }) => {
        delete sources[0]!.url;
        delete sources[0]!.doi;
        delete sources[0]!.number;
      },
      'source-unfindable',
      '/sources/0',
    ],
    [
      'an address that is none',
      ({ sources }) => {
        sources[0]!.url = 'htp:/x';
      },
      'schema',
      '/sources/0/url',
    ],
    [
      'an assertion that cannot be read',
      ({ claims }) => {
        claims[0]!.check = { lab: 'x', params: {}, seeds: [1], assert: ['about the same'] };
      },
      'schema',
      '/claims/0/check/assert/0',
    ],
    [
      'a text in the other language',
      ({ text }) => {
        text.en = { ...text['zh-CN'] };
      },
      'wrong-language',
      '/text/en',
    ],
    [
      'minutes that are none',
      (content) => {
        content.minutes = 0;
      },
      'schema',
      '/minutes',
    ],
  ];
  it.each(faults)('is found where it is: %s', (_, change, code, at, line) => {
    expect(check(changed(change))).toContainEqual(
      expect.objectContaining({ severity: 'error', code, at, ...(line ? { line } : {}) }),
    );
  });

  it('of an id that is taken is found', () => {
    expect(checkContent(contentOf('dpo'), { competencies, taken: new Set(['dpo']) })).toEqual([
      expect.objectContaining({ code: 'duplicate-id', at: '/id' }),
    ]);
  });
});

it('lets nothing through that the files would change or refuse', () => {
  const piece = fc.constantFrom(
    '## Prompt',
    '### 6',
    '# Title',
    '```',
    '~~~',
    '- item',
    '  indented',
    '',
    'Plain words.',
    '$x$',
    '\r\n',
    '####  deep',
    '1',
    '\t',
    '题目',
  );
  const text = fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('\n'));
  const part = fc.constantFrom<'prompt' | 'answer' | 'anchors' | 'probes' | 'title' | 'parallel'>(
    'prompt',
    'answer',
    'anchors',
    'probes',
    'title',
    'parallel',
  );
  fc.assert(
    fc.property(part, text, fc.boolean(), (where, extra, before) => {
      const content = contentOf('dpo');
      const join = (own: string) => (before ? `${extra}\n${own}` : `${own}\n${extra}`);
      const { en } = content.text;
      if (where === 'anchors') en.anchors[1] = join(en.anchors[1]);
      else if (where === 'probes') en.probes[0] = join(en.probes[0]!);
      else if (where === 'parallel') en.parallel = join(en.parallel ?? '');
      else en[where] = join(en[where]);
      if (check(content).some(({ severity }) => severity === 'error')) return;
      const tidy = tidyContent(content);
      const file = questionFolder(tidy).find(({ path }) => path.endsWith('en.md'));
      const read = parseQuestionMarkdown(file?.text ?? '', 'en.md');
      expect(read.findings).toEqual([]);
      expect(canonicalJson(read.value)).toBe(canonicalJson(tidy.text.en));
    }),
    { numRuns: 300 },
  );
});
