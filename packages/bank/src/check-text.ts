/** Checks of one question's text in one language. */
import type { QuestionContent } from './content.ts';
import type { Locale, QuestionText } from './types.ts';
import { buildsOn, likeness, wordingFault } from './wording.ts';

/** A part of a text, and which of its anchors or items; nothing where the text as a whole is at fault. */
export type TextPlace = readonly [] | readonly [part: keyof QuestionText, index?: number];

export type TextFault = (code: string, message: string, ...place: TextPlace) => void;

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

function checkAnchors(anchors: readonly string[], locale: Locale, fault: TextFault): void {
  for (const [index, anchor] of anchors.entries()) {
    const name = `anchor ${index + 1}`;
    const wording = wordingFault(anchor, locale);
    if (wording?.code === 'holistic')
      fault(
        'holistic',
        `${name} speaks of a general impression; say what is heard or seen`,
        'anchors',
        index,
      );
    else if (wording)
      fault('grade-only', `${name} grades ("${wording.found}"); say what is heard or seen`, 'anchors', index);
    const base = buildsOn(anchor, locale);
    if (base !== undefined && base !== index)
      fault(
        'anchor-reference',
        `${name} builds on ${base}; a scale point builds on the one below it (${index})`,
        'anchors',
        index,
      );
    for (const [lower, other] of anchors.slice(0, index).entries()) {
      const like = likeness(anchor, other);
      if (like < ALIKE) continue;
      const same = like === 1 ? 'are the same' : `are alike (${like.toFixed(2)} of 1)`;
      fault('anchors-alike', `anchors ${lower + 1} and ${index + 1} ${same}`, 'anchors', index);
    }
  }
  const lengths = anchors.map((anchor) => anchor.length);
  const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)];
  if (shortest > 0 && longest > SPREAD * shortest)
    fault(
      'anchors-uneven',
      `the longest anchor has ${longest} characters and the shortest ${shortest}; at most ${SPREAD} times as many`,
      'anchors',
      lengths.indexOf(longest),
    );
}

/** Lengths, language, wording of anchors, and that there are enough probes, mistakes and fair points. */
export function checkText(text: QuestionText, locale: Locale, fault: TextFault): void {
  const { title, prompt, answer, anchors, probes, mistakes, fair, parallel } = text;
  const bounds = (what: string, part: Part, value: string, ...place: TextPlace) => {
    const { least, most } = LENGTH[locale][part];
    if (value.length < least)
      fault('too-short', `${what} has ${value.length} characters, at least ${least} are needed`, ...place);
    if (value.length > most)
      fault('too-long', `${what} has ${value.length} characters, at most ${most} can be read`, ...place);
  };
  bounds('the prompt', 'prompt', prompt, 'prompt');
  bounds('the answer', 'answer', answer, 'answer');
  for (const [index, anchor] of anchors.entries())
    bounds(`anchor ${index + 1}`, 'anchor', anchor, 'anchors', index);
  checkAnchors(anchors, locale, fault);
  if (parallel !== undefined) {
    bounds('the parallel form', 'parallel', parallel, 'parallel');
    if (likeness(parallel, prompt) >= ALIKE)
      fault('parallel-alike', 'the parallel form hardly differs from the prompt', 'parallel');
  }
  const lists = { probes, mistakes, fair };
  const names = { probes: 'probes', mistakes: 'common mistakes', fair: 'points not to mark down' };
  for (const part of ['probes', 'mistakes', 'fair'] as const) {
    const items = lists[part];
    if (items.length < LEAST_ITEMS[part])
      fault(
        `few-${part}`,
        `there are ${items.length} ${names[part]}, at least ${LEAST_ITEMS[part]} are needed`,
        part,
      );
    for (const [index, item] of items.entries()) bounds(`"${item.slice(0, 20)}…"`, 'item', item, part, index);
    if (new Set(items).size < items.length)
      fault(`${part}-twice`, `one of the ${names[part]} stands twice`, part);
  }
  const all = [title, prompt, answer, ...anchors, ...probes, ...mistakes, ...fair, parallel ?? ''].join('\n');
  if (inOtherLanguage(all, locale))
    fault('wrong-language', `this file should be in ${locale === 'en' ? 'English' : 'Chinese'}`);
}

/** What differs between the languages where it should not: probes and other lists, paragraphs, anchors, parallel forms. */
export function outOfStep({ text }: QuestionContent): { part: keyof QuestionText; message: string }[] {
  const { 'zh-CN': chinese, en: english } = text;
  const faults: { part: keyof QuestionText; message: string }[] = [];
  const compare = (part: keyof QuestionText, what: string, zh: number | string, en: number | string) => {
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
