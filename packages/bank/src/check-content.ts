/** Checks a question's content in memory, as an editor holds it: the checks of `viva bank check`, and that it can be a file. Pure. */
import { z } from 'zod';
import { questionFaults } from './check-question.ts';
import type { QuestionContent } from './content.ts';
import { canonicalJson } from './hash.ts';
import { parseQuestionMarkdown, renderQuestionMarkdown } from './markdown.ts';
import { QuestionFile, Slug } from './schema.ts';
import { type Finding, LOCALES, type Locale, type QuestionText } from './types.ts';

/** A finding at a value of the content, and at a line of that value where it is a text of several lines. */
export interface ContentFinding {
  severity: Finding['severity'];
  code: string;
  message: string;
  /** JSON pointer into the content, e.g. `/text/en/anchors/2`. */
  at: string;
  /** From 1, within the text at `at`. */
  line?: number;
}

/** What the rest of the bank has to say about a question. */
export interface Surroundings {
  /** The map of competencies, by id. */
  competencies: ReadonlySet<string>;
  /** Ids that another question has. */
  taken?: ReadonlySet<string>;
}

const ContentSchema = QuestionFile.extend({ area: Slug, text: z.unknown() });

/** Texts without blank ends, lines ended by `\n`, an empty parallel form left out: what the bank's files would give back. */
export function tidyContent(content: QuestionContent): QuestionContent {
  const tidy = (text: string): string => text.replace(/\r\n?/g, '\n').trim();
  const texts = (text: QuestionText): QuestionText => {
    const { parallel, anchors, ...rest } = text;
    const [a, b, c, d, e] = anchors.map(tidy);
    const form = parallel === undefined ? '' : tidy(parallel);
    return {
      ...rest,
      title: tidy(rest.title),
      prompt: tidy(rest.prompt),
      answer: tidy(rest.answer),
      anchors: [a ?? '', b ?? '', c ?? '', d ?? '', e ?? ''],
      probes: rest.probes.map(tidy),
      mistakes: rest.mistakes.map(tidy),
      fair: rest.fair.map(tidy),
      ...(form ? { parallel: form } : {}),
    };
  };
  return { ...content, text: { 'zh-CN': texts(content.text['zh-CN']), en: texts(content.text.en) } };
}

type Fault = (code: string, message: string, path: readonly (string | number)[], line?: number) => void;

/** Lines that would be taken for headings of the file, and a code fence that is never closed. */
function blockFaults(text: string, deepest: number, path: readonly (string | number)[], fault: Fault): void {
  const heading = new RegExp(`^#{1,${deepest}}[ \\t]`);
  let fence: { mark: string; line: number } | undefined;
  for (const [index, row] of text.split(/\r\n|\r|\n/).entries()) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(row)?.[1];
    if (mark && !fence) fence = { mark, line: index + 1 };
    else if (mark && fence && mark.startsWith(fence.mark)) fence = undefined;
    else if (!fence && heading.test(row))
      fault(
        'heading-in-text',
        `a heading of this level would begin another section; use more #`,
        path,
        index + 1,
      );
  }
  if (fence) fault('open-fence', 'this code fence is never closed', path, fence.line);
}

/** What keeps a text from being a file of the bank: empty sections, headings, items of several lines. */
function fileFaults(text: QuestionText, locale: Locale, fault: Fault): void {
  const at = (...path: (string | number)[]) => ['text', locale, ...path];
  if (!text.title.trim()) fault('missing-title', 'there is no title', at('title'));
  else if (text.title.trim().includes('\n')) fault('not-a-line', 'the title is one line', at('title'));
  for (const part of ['prompt', 'answer', 'parallel'] as const) {
    const block = text[part];
    if (block === undefined) continue;
    if (!block.trim()) fault('empty-section', 'this section is empty', at(part));
    blockFaults(block, 2, at(part), fault);
  }
  for (const [index, anchor] of text.anchors.entries()) {
    if (!anchor.trim())
      fault('missing-anchor', `scale point ${index + 1} has no anchor`, at('anchors', index));
    blockFaults(anchor, 3, at('anchors', index), fault);
  }
  for (const part of ['probes', 'mistakes', 'fair'] as const)
    for (const [index, item] of text[part].entries())
      if (!item.trim()) fault('empty-item', 'this item is empty', at(part, index));
      else if (item.trim().includes('\n'))
        fault('not-a-line', 'an item is one line', at(part, index), item.trimStart().split('\n').length);
}

/** Addresses that no URL parser takes are left out: the schema has named them, and the citation check reads them. */
const readableSources = (content: QuestionContent): QuestionContent => ({
  ...content,
  sources: content.sources.map(({ url, ...source }) =>
    url && URL.canParse(url) ? { ...source, url } : source,
  ),
});

/**
 * Everything that is wrong with a question's content. An empty list of errors means that it can be written into the
 * bank's folder, is read back as it is, and passes `viva bank check` but for the kits that it is in.
 */
export function checkContent(
  content: QuestionContent,
  { competencies, taken = new Set() }: Surroundings,
): ContentFinding[] {
  const findings: ContentFinding[] = [];
  const pointer = (path: readonly (string | number)[]) => path.map((step) => `/${step}`).join('');
  const add = (
    severity: Finding['severity'],
    code: string,
    message: string,
    path: readonly (string | number)[],
    line?: number,
  ) => findings.push({ severity, code, message, at: pointer(path), ...(line ? { line } : {}) });
  const fault: Fault = (code, message, path, line) => add('error', code, message, path, line);

  const parsed = ContentSchema.safeParse(content);
  for (const { path, message, code, ...issue } of parsed.error?.issues ?? []) {
    const unknown = code === 'unrecognized_keys' && 'keys' in issue ? issue.keys.join(', ') : '';
    fault(
      'schema',
      unknown ? `${message}` : message,
      path.map((step) => (typeof step === 'number' ? step : String(step))),
    );
  }
  for (const locale of LOCALES) fileFaults(content.text[locale], locale, fault);
  // What is empty or misshapen is said once; a length of 0 beside it would be noise.
  const said = findings.map(({ at }) => at);
  const tidy = tidyContent(content);
  questionFaults(readableSources(tidy), ({ severity, code, message, path }) => {
    const at = pointer(path);
    if (!said.some((known) => at === known || at.startsWith(`${known}/`) || known.startsWith(`${at}/`)))
      add(severity, code, message, path);
  });
  if (!competencies.has(content.competency) && !said.includes('/competency'))
    fault('no-such-competency', `"${content.competency}" is not on the map of competencies`, ['competency']);
  if (taken.has(content.id)) fault('duplicate-id', `another question is called "${content.id}"`, ['id']);
  if (!findings.some(({ severity }) => severity === 'error'))
    for (const locale of LOCALES) {
      const { value } = parseQuestionMarkdown(renderQuestionMarkdown(tidy.text[locale], locale), '', locale);
      if (canonicalJson(value) !== canonicalJson(tidy.text[locale]))
        fault('not-a-file', 'the bank’s files would not give this text back as it is', ['text', locale]);
    }
  return findings;
}
