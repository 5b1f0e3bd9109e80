/** The bank cut into passages: the units that are found and quoted. */
import { type Bank, LOCALES, type Locale } from '@viva/bank';

export type PassageSection = 'prompt' | 'answer' | 'anchors' | 'probes';

export interface Passage {
  /** As in `quantization/en/answer-3`. */
  id: string;
  /** The question that it belongs to, and that an answer cites. */
  question: string;
  locale: Locale;
  section: PassageSection;
  title: string;
  tags: readonly string[];
  /** Markdown. */
  text: string;
}

/** The parts of a Markdown text at blank lines; a short one joins the next, so that no heading stands alone. */
export function paragraphs(markdown: string, least = 60): string[] {
  const found: string[] = [];
  let held = '';
  for (const part of markdown.split(/\n{2,}/)) {
    const text = part.trim();
    if (text === '') continue;
    held = held === '' ? text : `${held}\n\n${text}`;
    if (held.length < least) continue;
    found.push(held);
    held = '';
  }
  if (held !== '') {
    const last = found.pop();
    found.push(last === undefined ? held : `${last}\n\n${held}`);
  }
  return found;
}

/** Every question in both languages: its prompt, the paragraphs of its answer, its anchors and its probes. */
export function bankPassages(bank: Bank): Passage[] {
  return [...bank.questions.values()].flatMap((question) =>
    LOCALES.flatMap((locale) => {
      const { title, prompt, answer, anchors, probes } = question.text[locale];
      const passage = (name: string, section: PassageSection, text: string): Passage => ({
        id: `${question.id}/${locale}/${name}`,
        question: question.id,
        locale,
        section,
        title,
        tags: question.tags,
        text,
      });
      return [
        passage('prompt', 'prompt', prompt),
        ...paragraphs(answer).map((text, at) => passage(`answer-${at + 1}`, 'answer', text)),
        passage('anchors', 'anchors', anchors.map((text, at) => `${at + 1}. ${text}`).join('\n')),
        ...(probes.length > 0
          ? [passage('probes', 'probes', probes.map((text) => `- ${text}`).join('\n'))]
          : []),
      ];
    }),
  );
}
