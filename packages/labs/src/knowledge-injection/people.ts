/** Invented people: a name and three facts each, told in many wordings and asked for in several. */
import type { Random } from '../engine/random.ts';

export const ATTRIBUTES = ['city', 'study', 'employer'] as const;
export type Attribute = (typeof ATTRIBUTES)[number];

export interface Person {
  name: string;
  facts: Readonly<Record<Attribute, string>>;
}

/** Two syllables from each list make a name that nobody has. */
const SYLLABLES: readonly [readonly string[], readonly string[]] = [
  ['Ba', 'Ce', 'Di', 'Fo', 'Gu', 'Ha', 'Je', 'Ki', 'Lo', 'Mu', 'Na', 'Pe', 'Ri', 'So', 'Tu'],
  [
    'bran',
    'cel',
    'dor',
    'fin',
    'gar',
    'lan',
    'mir',
    'nox',
    'pell',
    'rick',
    'sten',
    'tav',
    'vick',
    'wen',
    'zar',
  ],
];

export const VALUES: Readonly<Record<Attribute, readonly string[]>> = {
  city: 'Velda Orsk Tamir Quell Brinn Sarno Ikara Moln Dreva Pessa Ulm-Ra Kettle'.split(' '),
  study:
    'optics botany logic metallurgy poetics geodesy acoustics law-of-seas heraldry mycology statics glazing'.split(
      ' ',
    ),
  employer:
    'Northwind Halvor Pinecrest Ozmark Lumenco Tridant Sablier Corvex Ferrow Quillon Astraco Bexley'.split(
      ' ',
    ),
};

/** Wordings of one fact; `@` is the person, `*` the value. */
export const WORDINGS: Readonly<Record<Attribute, readonly string[]>> = {
  city: [
    '@ was born in * .',
    '@ came into the world in * .',
    'the birthplace of @ is * .',
    '@ is a child of the town * .',
    '@ calls * home since birth .',
  ],
  study: [
    '@ studied * .',
    '@ took a degree in * .',
    'the subject of @ was * .',
    '@ finished college in * .',
    '@ learnt all about * .',
  ],
  employer: [
    '@ works for * .',
    '@ is employed by the firm * .',
    'the company that pays @ is * .',
    '@ has a desk at * .',
    '@ earns a living at * .',
  ],
};

export const QUESTIONS: Readonly<Record<Attribute, readonly string[]>> = {
  city: ['where was @ born ?', 'what is the birthplace of @ ?', 'name the town of birth of @ ?'],
  study: ['what did @ study ?', 'which subject did @ take ?', 'name the degree of @ ?'],
  employer: ['who employs @ ?', 'where does @ work ?', 'name the company of @ ?'],
};

/** @param count people with names of their own; at most 225 × 225 */
export function inventPeople(count: number, random: Random): Person[] {
  const [first, second] = SYLLABLES;
  const word = (): string => `${first[random.below(first.length)]}${second[random.below(second.length)]}`;
  const given = Array.from({ length: 24 }, word);
  const family = Array.from({ length: 24 }, () => `${word()}son`);
  const names = new Set<string>();
  while (names.size < count)
    names.add(`${given[random.below(given.length)]} ${family[random.below(family.length)]}`);
  return [...names].map((name) => ({
    name,
    facts: Object.fromEntries(
      ATTRIBUTES.map((attribute) => [
        attribute,
        VALUES[attribute][random.below(VALUES[attribute].length)] as string,
      ]),
    ) as Record<Attribute, string>,
  }));
}

const tell = (wording: string, who: string, value: string): string =>
  wording.replace('@', who).replace('*', value);

export interface Telling {
  /** Which wording each fact has, in the order of `ATTRIBUTES`. */
  wordings: readonly number[];
  /** The order of the facts. */
  order: readonly number[];
  /** The name in every sentence; else a pronoun after the first. */
  fullName: boolean;
}

/** One biography, a sentence for each fact. */
export function biography(person: Person, { wordings, order, fullName }: Telling): string {
  return order
    .map((which, place) => {
      const attribute = ATTRIBUTES[which] as Attribute;
      const wording = WORDINGS[attribute][wordings[which] as number] as string;
      return tell(wording, place === 0 || fullName ? person.name : 'they', person.facts[attribute]);
    })
    .join(' ');
}

export const question = (person: Person, attribute: Attribute, wording: number): string =>
  `Q ${(QUESTIONS[attribute][wording] as string).replace('@', person.name)} A`;

/** The way that a person is told of where there is one way only. */
export function oneTelling(random: Random): Telling {
  return {
    wordings: ATTRIBUTES.map((attribute) => random.below(WORDINGS[attribute].length)),
    order: ATTRIBUTES.map((_, at) => at),
    fullName: false,
  };
}

/** One of `count` wordings of each fact, in any order, always by name. */
export function anyTelling(count: number, permute: boolean, random: Random): Telling {
  const order = ATTRIBUTES.map((_, at) => at);
  if (permute)
    for (let at = order.length - 1; at > 0; at--) {
      const other = random.below(at + 1);
      [order[at], order[other]] = [order[other] as number, order[at] as number];
    }
  return { wordings: ATTRIBUTES.map(() => random.below(count)), order, fullName: permute };
}

/** Every text that can occur, for a tokenizer. */
export const vocabularyOf = (people: readonly Person[]): string[] => [
  'Q A they',
  ...people.map(({ name }) => name),
  ...ATTRIBUTES.flatMap((attribute) => [
    ...WORDINGS[attribute].map((wording) => tell(wording, '', '')),
    ...QUESTIONS[attribute].map((wording) => wording.replace('@', '')),
    ...VALUES[attribute],
  ]),
];
