/** The bank for people who learn from it: one Markdown text, or cards for Anki. Anchors stay with those who score. */
import type { QuestionContent } from '../content.ts';
import { HEADINGS } from '../markdown.ts';
import type { Locale, Source } from '../types.ts';
import { inlineMarkdownToXhtml, markdownToXhtml, type XhtmlOptions } from './markdown-to-xhtml.ts';

const WORDS: Record<
  Locale,
  { title: string; sources: string; difficulty: string; minutes: string; deck: string }
> = {
  'zh-CN': {
    title: '大模型面试题库',
    sources: '来源',
    difficulty: '难度',
    minutes: '分钟',
    deck: 'Viva 大模型面试',
  },
  en: {
    title: 'Question bank for people who build large models',
    sources: 'Sources',
    difficulty: 'Difficulty',
    minutes: 'minutes',
    deck: 'Viva interviews',
  },
};

const linkOf = ({ url, doi }: Source): string | undefined =>
  url ?? (doi ? `https://doi.org/${doi}` : undefined);

/** Headings within a text sink below the question's own. */
const sink = (markdown: string, by: number): string => {
  let fenced = false;
  return markdown
    .split('\n')
    .map((line) => {
      if (/^ {0,3}(```|~~~)/.test(line)) fenced = !fenced;
      return fenced
        ? line
        : line.replace(/^(#{1,6})(?=\s)/, (marks) => '#'.repeat(Math.min(6, marks.length + by)));
    })
    .join('\n');
};

/** One text for all questions, by area. */
export function toMarkdown(questions: readonly QuestionContent[], locale: Locale): string {
  const words = WORDS[locale];
  const names = HEADINGS[locale];
  const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n');
  const areas = [...new Set(questions.map(({ area }) => area))];
  const one = ({ text, difficulty, minutes, tags, sources }: QuestionContent): string => {
    const { title, prompt, answer, probes, mistakes } = text[locale];
    return [
      `### ${title}`,
      `${words.difficulty} ${difficulty}/5 · ${minutes} ${words.minutes} · ${tags.join(', ')}`,
      `#### ${names.prompt}`,
      sink(prompt, 3),
      `#### ${names.answer}`,
      sink(answer, 3),
      `#### ${names.mistakes}`,
      list(mistakes),
      `#### ${names.probes}`,
      list(probes),
      ...(sources.length > 0
        ? [
            `#### ${words.sources}`,
            sources
              .map((source, index) => {
                const link = linkOf(source);
                const name = link ? `[${source.title}](${link})` : source.title;
                return `${index + 1}. ${source.authors} (${source.year}). ${name}${source.venue ? `. ${source.venue}` : ''}`;
              })
              .join('\n'),
          ]
        : []),
    ].join('\n\n');
  };
  return `${[
    `# ${words.title}`,
    ...areas.flatMap((area) => [
      `## ${area}`,
      ...questions.filter((question) => question.area === area).map(one),
    ]),
  ].join('\n\n')}\n`;
}

/**
 * A text file for Anki's importer, with the headers that its manual describes (Importing, text files): five columns, of
 * which the first makes a second import update the card, not double it. Formulas are for Anki's MathJax.
 */
export function toAnki(questions: readonly QuestionContent[], locales: readonly Locale[]): string {
  const rows = locales.flatMap((locale) =>
    questions.map((question) => {
      const { title, prompt, answer, mistakes } = question.text[locale];
      const options: XhtmlOptions = { math: 'tex', file: question.id };
      const front = `<b>${inlineMarkdownToXhtml(title, options)}</b>${markdownToXhtml(prompt, options)}`;
      const items = mistakes.map((item) => `<li>${inlineMarkdownToXhtml(item, options)}</li>`).join('');
      const back = `${markdownToXhtml(answer, options)}<p><b>${HEADINGS[locale].mistakes}</b></p><ul>${items}</ul>`;
      const tags = [question.area, ...question.tags].map((tag) => `viva::${tag}`).join(' ');
      return [`viva:${question.id}:${locale}`, `${WORDS[locale].deck}::${question.area}`, tags, front, back];
    }),
  );
  // In an HTML field a line break is <br>; in `pre` it has to stay one, so the field is quoted and tabs become spaces.
  const cell = (text: string) => `"${text.replaceAll('\t', '    ').replaceAll('"', '""')}"`;
  return `#separator:tab
#html:true
#guid column:1
#deck column:2
#tags column:3
${rows.map((row) => row.map(cell).join('\t')).join('\n')}
`;
}
