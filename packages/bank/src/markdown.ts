/** The Markdown files of the bank: fixed sections under fixed headings, mapped one to one between the languages. */
import { type Finding, LOCALES, type Locale, type QuestionText } from './types.ts';

/** Where a piece of text began in its file, counted from 1. */
interface Section {
  line: number;
  text: string;
}

interface Headings {
  prompt: string;
  answer: string;
  anchors: string;
  probes: string;
  mistakes: string;
  fair: string;
  parallel: string;
  transcript: string;
  reason: string;
}

export const HEADINGS: Record<Locale, Headings> = {
  'zh-CN': {
    prompt: '题目',
    answer: '参考答案',
    anchors: '评分锚点',
    probes: '追问',
    mistakes: '常见错误',
    fair: '不应扣分',
    parallel: '平行题',
    transcript: '实录',
    reason: '定分理由',
  },
  en: {
    prompt: 'Prompt',
    answer: 'Answer',
    anchors: 'Anchors',
    probes: 'Probes',
    mistakes: 'Common mistakes',
    fair: 'Not to mark down',
    parallel: 'Parallel form',
    transcript: 'Transcript',
    reason: 'Reason',
  },
};

/** Line numbers of a question's parts, for faults that show only later. */
export interface QuestionLines {
  prompt: number;
  answer: number;
  anchors: number[];
  probes: number;
  mistakes: number;
  fair: number;
  parallel: number;
}

export interface Parsed<T> {
  value: T | undefined;
  findings: Finding[];
}

type Fault = (code: string, message: string, line?: number) => void;

interface Split {
  title: Section | undefined;
  sections: Map<string, Section>;
  /** The first line of text that stands under no section. */
  stray: number | undefined;
  twice: Section[];
}

/** Tells for each line whether it lies in a code fence (or is its fence). */
function fences(lines: readonly string[]): boolean[] {
  let fence: string | undefined;
  return lines.map((line) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (!mark) return fence !== undefined;
    if (fence === undefined) fence = mark;
    else if (mark.startsWith(fence)) fence = undefined;
    return true;
  });
}

const toLines = (text: string): string[] => text.split(/\r\n|\r|\n/);

/** Drops blank lines at both ends, and moves the line number with them. */
function trimmed({ line, text }: Section): Section {
  const skipped = /^(?:[^\S\n]*\n)*/.exec(text)?.[0] ?? '';
  return { line: line + skipped.split('\n').length - 1, text: text.trim() };
}

/** Cuts a file into its title and its second-level sections; headings in code fences are text. */
function split(source: string): Split {
  const sections = new Map<string, Section>();
  const twice: Section[] = [];
  let title: Section | undefined;
  let open: Section | undefined;
  let stray: number | undefined;
  const lines = toLines(source);
  const fenced = fences(lines);
  for (const [index, line] of lines.entries()) {
    const heading = fenced[index] ? null : /^(#{1,2})[ \t]+(.*?)[ \t]*$/.exec(line);
    const name = heading?.[2] ?? '';
    if (heading?.[1] === '#' && !title && !open) title = { line: index + 1, text: name };
    else if (heading?.[1] === '##') {
      // The text starts on the next line.
      open = { line: index + 2, text: '' };
      if (sections.has(name)) twice.push({ line: index + 1, text: name });
      sections.set(name, open);
    } else if (open) open.text += `${line}\n`;
    else if (line.trim()) stray ??= index + 1;
  }
  return { title, sections, stray, twice };
}

function reader(source: string, file: string, allowed: readonly string[]) {
  const { title, sections, stray, twice } = split(source);
  const findings: Finding[] = [];
  const fault: Fault = (code, message, line) =>
    findings.push({ severity: 'error', code, file, message, ...(line ? { line } : {}) });
  if (stray) fault('stray-text', 'text before the first section belongs under a heading', stray);
  for (const { line, text } of twice) fault('section-twice', `the section "${text}" stands twice`, line);
  for (const [name, { line }] of sections)
    if (!allowed.includes(name))
      fault(
        'unknown-section',
        `unknown section "${name}"; the sections are: ${allowed.join(', ')}`,
        line - 1,
      );
  const section = (name: string): Section => {
    const found = sections.get(name);
    if (!found) fault('missing-section', `the section "## ${name}" is missing`, 1);
    else if (!found.text.trim()) fault('empty-section', `the section "${name}" is empty`, found.line - 1);
    return found ?? { line: 1, text: '' };
  };
  const optional = (name: string): Section | undefined => (sections.has(name) ? section(name) : undefined);
  return { title, section, optional, fault, findings };
}

/** Cuts the anchors' section at its headings "### 1" to "### 5". */
function parseAnchors({ text, line }: Section, fault: Fault): Section[] {
  const anchors: Section[] = [];
  const rows = toLines(text);
  const fenced = fences(rows);
  for (const [index, row] of rows.entries()) {
    const point = fenced[index] ? undefined : /^###[ \t]+(.*?)[ \t]*$/.exec(row)?.[1];
    const open = anchors.at(-1);
    if (point !== undefined) {
      if (point !== String(anchors.length + 1) || anchors.length === 5)
        fault(
          'anchor-order',
          `scale points stand in the order 1 to 5; "${point}" is out of place`,
          line + index,
        );
      anchors.push({ line: line + index + 1, text: '' });
    } else if (open) open.text += `${row}\n`;
    else if (row.trim()) fault('stray-text', 'text before the first scale point', line + index);
  }
  const points = Array.from({ length: 5 }, (_, index) => trimmed(anchors[index] ?? { line, text: '' }));
  for (const [index, anchor] of points.entries())
    if (!anchor.text) {
      // The line of its heading, or of the section's where it has none.
      const at = Math.max(1, (anchors[index]?.line ?? line) - 1);
      fault('missing-anchor', `scale point ${index + 1} has no anchor ("### ${index + 1}")`, at);
    }
  return points;
}

function parseList({ text, line }: Section, fault: Fault): string[] {
  const items: string[] = [];
  for (const [index, row] of toLines(text).entries()) {
    const item = /^[-*]\s+(\S.*)$/.exec(row)?.[1];
    if (item) items.push(item.trim());
    else if (/^\s+\S/.test(row) && items.length > 0) items.push(`${items.pop()} ${row.trim()}`);
    else if (row.trim()) fault('not-a-list', 'this section is a list: one "- " an item', line + index);
  }
  return items;
}

/** The language that a file's name tells: `en.md` and `case-1.en.md` are English, all else is Chinese. */
const localeOf = (file: string): Locale => (/(^|[./\\])en\.md$/i.test(file) ? 'en' : 'zh-CN');

/**
 * Reads a question's Markdown in one language. Never throws: what is wrong is in `findings`, with file and line.
 * @param locale taken from the file's name where it is left out
 */
export function parseQuestionMarkdown(
  source: string,
  file: string,
  locale: Locale = localeOf(file),
): Parsed<QuestionText> & { lines: QuestionLines } {
  const names = HEADINGS[locale];
  const { title, section, optional, fault, findings } = reader(source, file, [
    names.prompt,
    names.answer,
    names.anchors,
    names.probes,
    names.mistakes,
    names.fair,
    names.parallel,
  ]);
  if (!title?.text) fault('missing-title', 'the file starts with "# " and the title', title?.line ?? 1);
  const prompt = trimmed(section(names.prompt));
  const answer = trimmed(section(names.answer));
  const anchors = parseAnchors(section(names.anchors), fault);
  const probeSection = section(names.probes);
  const probes = parseList(probeSection, fault);
  // What is missing here is a matter for the check of the whole bank: a draft without it can still be read.
  const none: Section = { line: 1, text: '' };
  const mistakeSection = optional(names.mistakes) ?? none;
  const fairSection = optional(names.fair) ?? none;
  const parallelSection = optional(names.parallel);
  const parallel = trimmed(parallelSection ?? none);
  const [a, b, c, d, e] = anchors.map(({ text }) => text);
  const value: QuestionText = {
    title: title?.text ?? '',
    prompt: prompt.text,
    answer: answer.text,
    anchors: [a ?? '', b ?? '', c ?? '', d ?? '', e ?? ''],
    probes,
    mistakes: parseList(mistakeSection, fault),
    fair: parseList(fairSection, fault),
    ...(parallelSection ? { parallel: parallel.text } : {}),
  };
  const lines: QuestionLines = {
    prompt: prompt.line,
    answer: answer.line,
    anchors: anchors.map(({ line }) => line),
    probes: trimmed(probeSection).line,
    mistakes: trimmed(mistakeSection).line,
    fair: trimmed(fairSection).line,
    parallel: parallel.line,
  };
  return { value: findings.length === 0 ? value : undefined, findings, lines };
}

/** Reads a calibration transcript's Markdown in one language. Never throws. */
export function parseTranscriptMarkdown(
  source: string,
  file: string,
  locale: Locale = localeOf(file),
): Parsed<{ transcript: string; reason: string }> {
  const names = HEADINGS[locale];
  const { title, section, fault, findings } = reader(source, file, [names.transcript, names.reason]);
  if (title) fault('unknown-section', 'a transcript has no title', title.line);
  const value = {
    transcript: section(names.transcript).text.trim(),
    reason: section(names.reason).text.trim(),
  };
  return { value: findings.length === 0 ? value : undefined, findings };
}

/** Writes what `parseQuestionMarkdown` reads. Headings of the first three levels within a text would not survive. */
export function renderQuestionMarkdown(
  { title, prompt, answer, anchors, probes, mistakes, fair, parallel }: QuestionText,
  locale: Locale,
): string {
  const names = HEADINGS[locale];
  const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n');
  return [
    `# ${title}`,
    `## ${names.prompt}`,
    prompt,
    `## ${names.answer}`,
    answer,
    `## ${names.anchors}`,
    ...anchors.flatMap((anchor, index) => [`### ${index + 1}`, anchor]),
    `## ${names.probes}`,
    list(probes),
    ...(mistakes.length > 0 ? [`## ${names.mistakes}`, list(mistakes)] : []),
    ...(fair.length > 0 ? [`## ${names.fair}`, list(fair)] : []),
    ...(parallel ? [`## ${names.parallel}`, parallel] : []),
  ]
    .join('\n\n')
    .concat('\n');
}

/** File names of a question's texts. */
export const TEXT_FILES: Record<Locale, string> = { 'zh-CN': 'zh.md', en: 'en.md' };
export const TEXT_FILE_NAMES = LOCALES.map((locale) => TEXT_FILES[locale]);
