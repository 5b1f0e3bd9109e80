/** Small tasks on letters, each asked for in many phrasings; and what else can happen to a prompt. */
import type { Random } from '../engine/random.ts';

export interface Task {
  id: string;
  /** @param letters lower case @returns letters */
  solve: (letters: readonly string[]) => string[];
  /** The first is wordy, the second short; then rewrites for training. `#` is where the letters stand. */
  known: readonly string[];
  /** Never trained on by any strategy. */
  heldOut: readonly string[];
}

const last = (letters: readonly string[]): string => letters.at(-1) as string;

export const TASKS: readonly Task[] = [
  {
    id: 'copy',
    solve: (letters) => [...letters],
    known: [
      'could you take the letters # and write them down just as they are',
      'copy #',
      'repeat #',
      'write # again',
      'say # once more',
      'the same letters as #',
    ],
    heldOut: ['make a copy of #', '# again', 'repeat the letters #', 'write the same letters once more : #'],
  },
  {
    id: 'reverse',
    solve: (letters) => [...letters].reverse(),
    known: [
      'could you take the letters # and write them down from the end to the start',
      'reverse #',
      'write # backwards',
      'turn # around',
      'say # from the end',
      'the reverse of #',
    ],
    heldOut: [
      'put # in reverse',
      '# backwards',
      'turn the letters # around',
      'write the letters backwards : #',
    ],
  },
  {
    id: 'capitals',
    solve: (letters) => letters.map((letter) => letter.toUpperCase()),
    known: [
      'could you take the letters # and write them down as capitals every one',
      'capitals #',
      'write # in capitals',
      'make # big',
      'say # in upper case',
      'the capitals of #',
    ],
    heldOut: ['turn # to upper case', '# in capitals', 'make the letters # big', 'write in upper case : #'],
  },
  {
    id: 'first',
    solve: (letters) => letters.slice(0, 1),
    known: [
      'could you take the letters # and write down the one before all others',
      'first #',
      'the first of #',
      'what does # begin with',
      'write the start of #',
      'pick the first letter of #',
    ],
    heldOut: ['say the first of #', '# begin with', 'what is the start of #', 'the first letter : #'],
  },
  {
    id: 'last',
    solve: (letters) => [last(letters)],
    known: [
      'could you take the letters # and write down the one after all others',
      'last #',
      'the last of #',
      'what does # finish with',
      'write the tail of #',
      'pick the last letter of #',
    ],
    heldOut: ['say the last of #', '# finish with', 'what is the tail of #', 'the last letter : #'],
  },
];

/** For multi-task training: other answers to prompts made like those above. */
export const OTHER_TASKS: readonly Task[] = [
  {
    id: 'double',
    solve: (letters) => letters.flatMap((letter) => [letter, letter]),
    known: [
      'double #',
      'write # twice each',
      'say each of # twice',
      'the letters # doubled',
      'make # double',
    ],
    heldOut: [],
  },
  {
    id: 'ends',
    solve: (letters) => [letters[0] as string, last(letters)],
    known: [
      'ends #',
      'the ends of #',
      'write the ends of #',
      'say where # begin and finish',
      'pick the ends of #',
    ],
    heldOut: [],
  },
  {
    id: 'rotate',
    solve: (letters) => [...letters.slice(1), letters[0] as string],
    known: [
      'rotate #',
      'turn # by one',
      'write # one further',
      'the letters # moved by one',
      'make # go round',
    ],
    heldOut: [],
  },
];

export const LETTERS = 'abcdefgh'.split('');
/** For more diverse data. */
export const MORE_LETTERS = 'abcdefghijklmnop'.split('');

export const PERTURBATIONS = ['synonyms', 'order', 'typos', 'whitespace', 'politeness'] as const;
export type Perturbation = (typeof PERTURBATIONS)[number];

/** For each word one synonym for augmentation, and another that only tests use. */
const SYNONYMS: Readonly<Record<string, readonly [string, string]>> = {
  could: ['can', 'might'],
  take: ['get', 'use'],
  letters: ['characters', 'symbols'],
  write: ['put', 'note'],
  down: ['out', 'up'],
  others: ['rest', 'remainder'],
  copy: ['echo', 'clone'],
  reverse: ['mirror', 'invert'],
  capitals: ['caps', 'majuscules'],
  first: ['foremost', 'leading'],
  last: ['final', 'closing'],
  end: ['finish', 'back'],
  start: ['beginning', 'front'],
  every: ['each', 'all'],
  just: ['right', 'exactly'],
};

const pick = <T>(list: readonly T[], random: Random): T => list[random.below(list.length)] as T;

/** Swaps two neighbours, doubles or drops a letter inside a word of the instruction. */
function typo(template: string, random: Random): string {
  const words = template.split(' ');
  const long = [...words.keys()].filter((at) => (words[at] as string).length > 2);
  const at = pick(long, random);
  const word = words[at] as string;
  const place = random.below(word.length - 1);
  const kind = random.below(3);
  words[at] =
    kind === 0
      ? word.slice(0, place) + word[place + 1] + word[place] + word.slice(place + 2)
      : kind === 1
        ? word.slice(0, place + 1) + word.slice(place)
        : word.slice(0, place) + word.slice(place + 1);
  return words.join(' ');
}

/**
 * A template changed without changing what is asked.
 * @param training takes the synonyms and courtesies for training; tests take others
 */
export function perturb(template: string, how: Perturbation, random: Random, training = false): string {
  if (how === 'synonyms')
    return template
      .split(' ')
      .map((word) => SYNONYMS[word]?.[training ? 0 : 1] ?? word)
      .join(' ');
  if (how === 'order') return `# ${template.replace('#', 'these')}`;
  if (how === 'typos') return typo(template, random);
  if (how === 'whitespace') {
    const gaps = template.split(' ');
    const at = random.below(gaps.length);
    return gaps.map((word, index) => (index === at ? ` ${word}` : word)).join(random.below(2) ? ' ' : '  ');
  }
  return training
    ? pick(['please #', 'kindly #', '# please'], random).replace('#', () => template)
    : pick(['would you be so kind : #', '# thank you so much', 'hello , # if you please'], random).replace(
        '#',
        () => template,
      );
}

export interface Example {
  prompt: string;
  answer: string;
}

/** @param template with `#` */
export const example = (task: Task, template: string, letters: readonly string[]): Example => ({
  prompt: `${template.replace('#', letters.join(' '))} =`,
  answer: ` ${task.solve(letters).join(' ')}`,
});
