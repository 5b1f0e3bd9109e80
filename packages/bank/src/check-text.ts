/** Checks of one question's text in one language. */
import type { QuestionLines } from './markdown.ts';
import type { Locale, Question } from './types.ts';
import { buildsOn, likeness, wordingFault } from './wording.ts';

export type TextFault = (code: string, message: string, line?: number) => void;

interface Bounds {
  least: number;
  most: number;
}
type Part = 'prompt' | 'answer' | 'anchor' | 'item' | 'parallel';

/**
 * Lengths in characters; a Chinese character carries about as much as three Latin letters. An answer is read in three
 * minutes or so, an anchor while somebody speaks.
 */
const LENGTH: Record<Locale, Record<Part, Bounds>> = {
  'zh-CN': {
    prompt: { least: 20, most: 650 },
    answer: { least: 500, most: 1200 },
    anchor: { least: 15, most: 140 },
    item: { least: 8, most: 120 },
    parallel: { least: 40, most: 650 },
  },
  en: {
    prompt: { least: 60, most: 1000 },
    answer: { least: 1500, most: 3400 },
    anchor: { least: 40, most: 420 },
    item: { least: 20, most: 320 },
    parallel: { least: 120, most: 1000 },
  },
};
/** From this likeness on, two anchors cannot be told apart while listening; the shipped bank's highest is 0.41. */
const ALIKE = 0.7;
/** How many times as long as the shortest anchor the longest may be. */
const SPREAD = 6;
const LEAST_ITEMS = { probes: 3, mistakes: 2, fair: 2 };

/** Share of Chinese characters among the letters, code left out. */
export function hanShare(source: string): number {
  const text = source.replace(/```[\s\S]*?```|`[^`\n]*`/g, ' ');
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const letters = text.match(/\p{Letter}/gu)?.length ?? 0;
  return letters === 0 ? 0 : han / letters;
}

/** Whether a text is mostly in another language than the one it should be in. */
export function inOtherLanguage(text: string, locale: Locale): boolean {
  return locale === 'en' ? hanShare(text) > 0.1 : hanShare(text) < 0.3;
}

function checkAnchors(
  anchors: readonly string[],
  locale: Locale,
  lines: QuestionLines | undefined,
  fault: TextFault,
): void {
  for (const [index, anchor] of anchors.entries()) {
    const line = lines?.anchors[index];
    const name = `anchor ${index + 1}`;
    const wording = wordingFault(anchor, locale);
    if (wording?.code === 'holistic')
      fault('holistic', `${name} speaks of a general impression; say what is heard or seen`, line);
    else if (wording)
      fault('grade-only', `${name} grades ("${wording.found}"); say what is heard or seen`, line);
    const base = buildsOn(anchor, locale);
    if (base !== undefined && base !== index)
      fault(
        'anchor-reference',
        `${name} builds on ${base}; a scale point builds on the one below it (${index})`,
        line,
      );
    for (const [lower, other] of anchors.slice(0, index).entries()) {
      const like = likeness(anchor, other);
      if (like < ALIKE) continue;
      const same = like === 1 ? 'are the same' : `are alike (${like.toFixed(2)} of 1)`;
      fault('anchors-alike', `anchors ${lower + 1} and ${index + 1} ${same}`, line);
    }
  }
  const lengths = anchors.map((anchor) => anchor.length);
  const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)];
  if (shortest > 0 && longest > SPREAD * shortest)
    fault(
      'anchors-uneven',
      `the longest anchor has ${longest} characters and the shortest ${shortest}; at most ${SPREAD} times as many`,
      lines?.anchors[lengths.indexOf(longest)],
    );
}

/** Lengths, language, wording of anchors, and that there are enough probes, mistakes and fair points. */
export function checkText(
  question: Question,
  locale: Locale,
  lines: QuestionLines | undefined,
  fault: TextFault,
): void {
  const { title, prompt, answer, anchors, probes, mistakes, fair, parallel } = question.text[locale];
  const bounds = (what: string, part: Part, text: string, line: number | undefined) => {
    const { least, most } = LENGTH[locale][part];
    if (text.length < least)
      fault('too-short', `${what} has ${text.length} characters, at least ${least} are needed`, line);
    if (text.length > most)
      fault('too-long', `${what} has ${text.length} characters, at most ${most} can be read`, line);
  };
  bounds('the prompt', 'prompt', prompt, lines?.prompt);
  bounds('the answer', 'answer', answer, lines?.answer);
  for (const [index, anchor] of anchors.entries())
    bounds(`anchor ${index + 1}`, 'anchor', anchor, lines?.anchors[index]);
  checkAnchors(anchors, locale, lines, fault);
  if (parallel !== undefined) {
    bounds('the parallel form', 'parallel', parallel, lines?.parallel);
    if (likeness(parallel, prompt) >= ALIKE)
      fault('parallel-alike', 'the parallel form hardly differs from the prompt', lines?.parallel);
  }
  const lists = { probes, mistakes, fair };
  const names = { probes: 'probes', mistakes: 'common mistakes', fair: 'points not to mark down' };
  for (const part of ['probes', 'mistakes', 'fair'] as const) {
    const items = lists[part];
    const line = lines?.[part];
    if (items.length < LEAST_ITEMS[part])
      fault(
        `few-${part}`,
        `there are ${items.length} ${names[part]}, at least ${LEAST_ITEMS[part]} are needed`,
        line,
      );
    for (const item of items) bounds(`"${item.slice(0, 20)}…"`, 'item', item, line);
    if (new Set(items).size < items.length)
      fault(`${part}-twice`, `one of the ${names[part]} stands twice`, line);
  }
  const all = [title, prompt, answer, ...anchors, ...probes, ...mistakes, ...fair, parallel ?? ''].join('\n');
  if (inOtherLanguage(all, locale))
    fault('wrong-language', `this file should be in ${locale === 'en' ? 'English' : 'Chinese'}`, 1);
}

/** What differs between the languages where it should not: probes and other lists, paragraphs, anchors, parallel forms. */
export function outOfStep({ text }: Question): { part: keyof QuestionLines; message: string }[] {
  const { 'zh-CN': chinese, en: english } = text;
  const faults: { part: keyof QuestionLines; message: string }[] = [];
  const compare = (part: keyof QuestionLines, what: string, zh: number | string, en: number | string) => {
    if (zh !== en) faults.push({ part, message: `${what}: ${zh} in Chinese, ${en} in English` });
  };
  compare('probes', 'probes', chinese.probes.length, english.probes.length);
  compare('mistakes', 'common mistakes', chinese.mistakes.length, english.mistakes.length);
  compare('fair', 'points not to mark down', chinese.fair.length, english.fair.length);
  const paragraphs = (answer: string) => answer.split(/\n\s*\n/).length;
  compare('answer', 'paragraphs of the answer', paragraphs(chinese.answer), paragraphs(english.answer));
  const fences = (prompt: string) => prompt.match(/^```/gm)?.length ?? 0;
  compare('prompt', 'code fences of the prompt', fences(chinese.prompt), fences(english.prompt));
  const form = (parallel: string | undefined) => (parallel === undefined ? 'none' : 'one');
  compare('parallel', 'parallel form', form(chinese.parallel), form(english.parallel));
  for (const [index, anchor] of chinese.anchors.entries()) {
    const zh = buildsOn(anchor, 'zh-CN') ?? 'none';
    const en = buildsOn(english.anchors[index] ?? '', 'en') ?? 'none';
    compare('anchors', `scale point that anchor ${index + 1} builds on`, zh, en);
  }
  return faults;
}
