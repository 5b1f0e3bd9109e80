/** The Markdown files of the bank: fixed sections under fixed headings, the same in both languages. */
import type { Finding, Locale, QuestionText } from './types.ts';

/** Where a piece of text began in its file, counted from 1. */
interface Section {
  line: number;
  text: string;
}

export const HEADINGS: Record<
  Locale,
  { prompt: string; answer: string; anchors: string; probes: string; transcript: string; reason: string }
> = {
  'zh-CN': {
    prompt: '题目',
    answer: '参考答案',
    anchors: '评分锚点',
    probes: '追问',
    transcript: '实录',
    reason: '定分理由',
  },
  en: {
    prompt: 'Prompt',
    answer: 'Answer',
    anchors: 'Anchors',
    probes: 'Probes',
    transcript: 'Transcript',
    reason: 'Reason',
  },
};

interface Parsed<T> {
  value: T | undefined;
  findings: Finding[];
}

/** Cuts a file into its title and its second-level sections; code fences are never cut. */
function split(source: string): {
  title: Section | undefined;
  sections: Map<string, Section>;
  stray: number | undefined;
  twice: Section[];
} {
  const sections = new Map<string, Section>();
  const twice: Section[] = [];
  let title: Section | undefined;
  let open: Section | undefined;
  let stray: number | undefined;
  let fence: string | undefined;
  for (const [index, line] of source.replaceAll('\r\n', '\n').split('\n').entries()) {
    const mark = /^\s{0,3}(```+|~~~+)/.exec(line)?.[1];
    if (mark) fence = fence === undefined ? mark : mark.startsWith(fence) ? undefined : fence;
    const heading = fence === undefined && !mark ? /^(#{1,2})\s+(.+?)\s*$/.exec(line) : null;
    const name = heading?.[2] ?? '';
    if (heading?.[1] === '#' && !title) title = { line: index + 1, text: name };
    else if (heading?.[1] === '##') {
      open = { line: index + 1, text: '' };
      if (sections.has(name)) twice.push({ line: index + 1, text: name });
      sections.set(name, open);
    } else if (open) open.text += `${line}\n`;
    else if (line.trim()) stray ??= index + 1;
  }
  for (const section of sections.values()) section.text = section.text.trim();
  return { title, sections, stray, twice };
}

function reader(source: string, file: string, allowed: readonly string[]) {
  const { title, sections, stray, twice } = split(source);
  const findings: Finding[] = [];
  const fault = (code: string, message: string, line?: number) =>
    findings.push({ severity: 'error', code, file, message, ...(line ? { line } : {}) });
  if (stray) fault('stray-text', 'text before the first section belongs under a heading', stray);
  for (const { line, text } of twice) fault('section-twice', `the section "${text}" stands twice`, line);
  for (const [name, { line }] of sections)
    if (!allowed.includes(name))
      fault('unknown-section', `unknown section "${name}"; the sections are: ${allowed.join(', ')}`, line);
  const section = (name: string): Section => {
    const found = sections.get(name);
    if (!found) fault('missing-section', `the section "## ${name}" is missing`);
    else if (!found.text) fault('empty-section', `the section "${name}" is empty`, found.line);
    return found ?? { line: 1, text: '' };
  };
  return { title, section, fault, findings };
}

function parseAnchors(
  { text, line }: Section,
  fault: (code: string, message: string, line?: number) => void,
): string[] {
  const anchors: string[] = [];
  let at = -1;
  for (const [index, row] of text.split('\n').entries()) {
    const point = /^###\s+(\d+)\s*$/.exec(row)?.[1];
    if (point) {
      at = Number(point) - 1;
      if (at !== anchors.length || at > 4)
        fault(
          'anchor-order',
          `scale points stand in the order 1 to 5; "${point}" is out of place`,
          line + index + 1,
        );
      anchors[at] = '';
    } else if (at >= 0 && at < 5) anchors[at] = `${anchors[at] ?? ''}${row}\n`;
    else if (row.trim()) fault('stray-text', 'text before the first scale point', line + index + 1);
  }
  const points = Array.from({ length: 5 }, (_, index) => (anchors[index] ?? '').trim());
  for (const [index, anchor] of points.entries())
    if (!anchor) fault('missing-anchor', `scale point ${index + 1} has no anchor ("### ${index + 1}")`, line);
  return points;
}

function parseList(
  { text, line }: Section,
  fault: (code: string, message: string, line?: number) => void,
): string[] {
  const items: string[] = [];
  for (const [index, row] of text.split('\n').entries()) {
    const item = /^[-*]\s+(.+)$/.exec(row)?.[1];
    if (item) items.push(item.trim());
    else if (/^\s+\S/.test(row) && items.length > 0) items.push(`${items.pop()} ${row.trim()}`);
    else if (row.trim()) fault('not-a-list', 'probes are a list: one "- " a probe', line + index + 1);
  }
  return items;
}

/** Reads a question's Markdown in one language. Never throws: what is wrong is in `findings`. */
export function parseQuestionMarkdown(source: string, file: string, locale: Locale): Parsed<QuestionText> {
  const names = HEADINGS[locale];
  const { title, section, fault, findings } = reader(source, file, [
    names.prompt,
    names.answer,
    names.anchors,
    names.probes,
  ]);
  if (!title) fault('missing-title', 'the file starts with "# " and the title', 1);
  const prompt = section(names.prompt).text;
  const answer = section(names.answer).text;
  const anchors = parseAnchors(section(names.anchors), fault) as QuestionText['anchors'];
  const probes = parseList(section(names.probes), fault);
  const value = { title: title?.text ?? '', prompt, answer, anchors, probes };
  return { value: findings.length === 0 ? value : undefined, findings };
}

/** Reads a calibration transcript's Markdown in one language. Never throws. */
export function parseTranscriptMarkdown(
  source: string,
  file: string,
  locale: Locale,
): Parsed<{ transcript: string; reason: string }> {
  const names = HEADINGS[locale];
  const { section, findings } = reader(source, file, [names.transcript, names.reason]);
  const value = { transcript: section(names.transcript).text, reason: section(names.reason).text };
  return { value: findings.length === 0 ? value : undefined, findings };
}

/** Writes what `parseQuestionMarkdown` reads. */
export function renderQuestionMarkdown(
  { title, prompt, answer, anchors, probes }: QuestionText,
  locale: Locale,
): string {
  const names = HEADINGS[locale];
  return [
    `# ${title}`,
    `## ${names.prompt}`,
    prompt,
    `## ${names.answer}`,
    answer,
    `## ${names.anchors}`,
    ...anchors.flatMap((anchor, index) => [`### ${index + 1}`, anchor]),
    `## ${names.probes}`,
    probes.map((probe) => `- ${probe}`).join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}
