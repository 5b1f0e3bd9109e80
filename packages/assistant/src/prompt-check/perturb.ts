/** The same request in other words, orders and manners: what people do to a prompt's inputs without meaning anything by it. */
import type { Locale } from '@viva/bank';
import { seeded } from '../rater/movement.ts';

/** Those of the lab on prompt generalisation, before them the text as it is. */
export const PERTURBATIONS = ['none', 'synonyms', 'order', 'typos', 'whitespace', 'politeness'] as const;
export type Perturbation = (typeof PERTURBATIONS)[number];

/** A question is polite to whom it asks, a candidate to the interviewer. */
export type Manner = 'request' | 'speech';

const SYNONYMS: Record<Locale, readonly (readonly [RegExp, string])[]> = {
  en: [
    [/\bhow many\b/gi, 'what number of'],
    [/\bdifference\b/gi, 'distinction'],
    [/\bexplain\b/gi, 'describe'],
    [/\breduces?\b/gi, 'cuts'],
    [/\bbecause\b/gi, 'since'],
    [/\bbig\b/gi, 'large'],
    [/\bequally\b/gi, 'evenly'],
    [/\bshared\b/gi, 'divided'],
    [/\bfor example\b/gi, 'for instance'],
    [/\bI think\b/g, 'I believe'],
  ],
  'zh-CN': [
    [/为什么/g, '为何'],
    [/怎么/g, '如何'],
    [/区别/g, '差别'],
    [/减少/g, '降低'],
    [/使用/g, '采用'],
    [/因为/g, '由于'],
    [/多少/g, '几何'],
    [/例如|比如/g, '譬如'],
    [/平均分/g, '均分'],
    [/我觉得/g, '我认为'],
  ],
};
/** Characters that are typed for one another. */
const CONFUSED: readonly (readonly [string, string])[] = [
  ['的', '得'],
  ['在', '再'],
  ['做', '作'],
  ['以', '已'],
  ['那', '哪'],
  ['和', '合'],
  ['像', '象'],
  ['有', '又'],
];
/** One typo in so many words, or places. */
const EVERY = 5;

const COURTESY: Record<Locale, Record<Manner, readonly [string, string]>> = {
  en: {
    request: ['Hello! Could you please help me with this? ', ' Thank you very much.'],
    speech: ['Thank you for the question. ', ' Thank you for listening.'],
  },
  'zh-CN': {
    request: ['您好，麻烦您看一下：', '非常感谢！'],
    speech: ['谢谢您的提问。', '谢谢您听我说完。'],
  },
};

function typos(text: string, locale: Locale, seed: number): string {
  const next = seeded(seed);
  if (locale === 'zh-CN') {
    const other = new Map(CONFUSED.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
    return [...text]
      .map((letter) => {
        const wrong = other.get(letter);
        return wrong !== undefined && next() < 1 / EVERY ? wrong : letter;
      })
      .join('');
  }
  return text.replace(/\b[a-z]{5,}\b/g, (word) => {
    if (next() >= 1 / EVERY) return word;
    const at = 1 + Math.floor(next() * (word.length - 3));
    return `${word.slice(0, at)}${word[at + 1]}${word[at]}${word.slice(at + 2)}`;
  });
}

/** The last sentence first; a single one from its last comma; numbers and what has neither, back to front. */
function reorder(text: string): string {
  const parts = text.match(/[^.!?。！？]+(?:[.!?。！？]+["')\]]*\s*|$)/gu) ?? [text];
  if (parts.length > 1)
    return [parts.at(-1)?.trim() ?? '', ...parts.slice(0, -1).map((part) => part.trim())].join(
      /\p{Script=Han}/u.test(text) ? '' : ' ',
    );
  const comma = /^([^,，]+)([,，]\s*)(.+)$/u.exec(text);
  if (comma) return `${comma[3]}${comma[2]}${comma[1]}`;
  return /^[\d\s]+$/.test(text) ? text.trim().split(/\s+/).reverse().join(' ') : text;
}

const blanks = (text: string, locale: Locale): string =>
  locale === 'zh-CN'
    ? `  ${text.replace(/(?<=\p{Script=Han})(?=[\w])|(?<=[\w])(?=\p{Script=Han})/gu, '  ').replace(/[，。；]/g, (mark) => `${mark} `)} `
    : `  ${text.replace(/(?<=[a-z]) (?=[a-z])/g, '  ').replace(/(?<=[.!?]) /g, '\n ')} `;

/**
 * Lines keep their speaker marks: `Candidate: …` is changed after the colon.
 * @param seed same seed, same text
 */
export function perturb(
  text: string,
  how: Perturbation,
  { locale, manner, seed }: { locale: Locale; manner: Manner; seed: number },
): string {
  switch (how) {
    case 'none':
      return text;
    case 'synonyms':
      return SYNONYMS[locale].reduce((so, [from, to]) => so.replace(from, to), text);
    case 'typos':
      return typos(text, locale, seed);
    case 'order':
      // What somebody said has its order; only requests are turned round.
      return manner === 'speech' ? text : reorder(text);
    case 'whitespace':
      return blanks(text, locale);
    case 'politeness': {
      const [before, after] = COURTESY[locale][manner];
      const mark = manner === 'speech' ? (/^\s*\S{2,12}?[:：]\s*/u.exec(text)?.[0] ?? '') : '';
      return `${mark}${before}${text.slice(mark.length)}${after}`;
    }
  }
}
