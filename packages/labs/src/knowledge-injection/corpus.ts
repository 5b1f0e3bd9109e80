/** Who is told of, how often, and who is asked: the rows of every stage. */
import { type Random, streamOf } from '../engine/random.ts';
import type { Row } from '../transformer/batch.ts';
import { type Tokenizer, wordTokenizer } from '../transformer/tokenizer.ts';
import type { KnowledgeInjectionParams } from './params.ts';
import {
  ATTRIBUTES,
  type Attribute,
  anyTelling,
  biography,
  inventPeople,
  oneTelling,
  type Person,
  QUESTIONS,
  question,
  type Telling,
  vocabularyOf,
} from './people.ts';

export type Arm = 'single' | 'mixed' | 'augmented' | 'together';
export const ARMS: Readonly<Record<KnowledgeInjectionParams['arms'], readonly Arm[]>> = {
  two: ['single', 'augmented'],
  four: ['single', 'mixed', 'augmented', 'together'],
};

/** Times that a group of its own is seen in all of pre-training. */
export const SEEN = [1, 10, 100] as const;
const SEEN_GROUP = 8;
/** Rewrites of one person in one window, in the trap. */
const TOGETHER = 3;
const BIOGRAPHIES = 24;
const ASKED = 48;

export interface Groups {
  /** Their questions are tuned on. */
  taught: Person[];
  /** Told of like the taught, never asked in training. The first third is what the last stage takes for known. */
  held: Person[];
  known: Person[];
  kept: Person[];
  seen: Readonly<Record<(typeof SEEN)[number], Person[]>>;
  /** In no biography at all. */
  fresh: Person[];
}

export class Corpus {
  readonly groups: Groups;
  readonly tokenizer: Tokenizer;
  private readonly params: KnowledgeInjectionParams;
  private readonly common: readonly Person[];
  private readonly fixed: ReadonlyMap<Person, Telling>;

  constructor(params: KnowledgeInjectionParams, seed: number) {
    this.params = params;
    const { people: count } = params;
    const fresh = Math.round(count / 4);
    const all = inventPeople(count + SEEN.length * SEEN_GROUP + fresh, streamOf(seed, 'people'));
    this.common = all.slice(0, count);
    const held = all.slice(count / 2, count);
    const third = Math.round(held.length / 3);
    this.groups = {
      taught: all.slice(0, count / 2),
      held,
      known: held.slice(0, third),
      kept: held.slice(third),
      seen: Object.fromEntries(
        SEEN.map((times, at) => [times, all.slice(count + at * SEEN_GROUP, count + (at + 1) * SEEN_GROUP)]),
      ) as Groups['seen'],
      fresh: all.slice(count + SEEN.length * SEEN_GROUP),
    };
    this.tokenizer = wordTokenizer(vocabularyOf(all), ['<end>']);
    const telling = streamOf(seed, 'fixed tellings');
    this.fixed = new Map(all.map((person) => [person, oneTelling(telling)]));
  }

  /** Longest row: a window of rewrites. */
  get context(): number {
    return 100;
  }

  /** The one way that a person is told of in the arms of one wording. */
  fixedTelling(person: Person): Telling {
    return this.fixed.get(person) as Telling;
  }

  tell(person: Person, arm: Arm, random: Random): string {
    if (arm === 'single' || arm === 'mixed') return biography(person, this.fixedTelling(person));
    const { wordings, permute } = this.params;
    return biography(person, anyTelling(wordings, permute === 'yes', random));
  }

  ask(person: Person, attribute: Attribute, wording: number): Row {
    const asked = this.tokenizer.encode(question(person, attribute, wording));
    return {
      tokens: [...asked, ...this.tokenizer.encode(person.facts[attribute])],
      learn: { from: asked.length },
    };
  }

  /** A random question about one of some people. */
  draw(people: readonly Person[], random: Random): Row {
    const attribute = ATTRIBUTES[random.below(ATTRIBUTES.length)] as Attribute;
    return this.ask(
      people[random.below(people.length)] as Person,
      attribute,
      random.below(QUESTIONS[attribute].length),
    );
  }

  /** Every question of one wording, or of all. */
  questions(people: readonly Person[], wordings: readonly number[] = [0, 1, 2]): Row[] {
    return people.flatMap((person) =>
      ATTRIBUTES.flatMap((attribute) => wordings.map((wording) => this.ask(person, attribute, wording))),
    );
  }

  /** Whose turn it is in each step of pre-training: common people at random, the rare ones as often as their group says. */
  schedule(steps: number, random: Random): Person[][] {
    const turns = Array.from({ length: steps }, () =>
      Array.from({ length: BIOGRAPHIES }, () => this.common[random.below(this.common.length)] as Person),
    );
    const free = [...Array(steps * BIOGRAPHIES).keys()];
    for (const times of SEEN)
      for (const person of this.groups.seen[times])
        for (let time = 0; time < times && free.length > 0; time++) {
          const [place] = free.splice(random.below(free.length), 1) as [number];
          (turns[Math.floor(place / BIOGRAPHIES)] as Person[])[place % BIOGRAPHIES] = person;
        }
    return turns;
  }

  /** The rows of one step of pre-training. */
  pretraining(people: readonly Person[], arm: Arm, random: Random): Row[] {
    if (arm === 'together')
      return Array.from({ length: people.length / TOGETHER }, (_, at) => ({
        tokens: this.tokenizer.encode(
          Array.from({ length: TOGETHER }, () =>
            this.tell(people[at * TOGETHER] as Person, arm, random),
          ).join(' '),
        ),
      }));
    const rows: Row[] = people.map((person) => ({
      tokens: this.tokenizer.encode(this.tell(person, arm, random)),
    }));
    if (arm === 'mixed')
      for (let extra = 0; extra < BIOGRAPHIES; extra++) rows.push(this.draw(this.groups.taught, random));
    return rows;
  }

  asking(random: Random): Row[] {
    return Array.from({ length: ASKED }, () => this.draw(this.groups.taught, random));
  }

  /** Half new people, half known ones; or known ones only. */
  renewing(withNew: boolean, random: Random): Row[] {
    const { fresh, known } = this.groups;
    return Array.from({ length: ASKED }, (_, at) =>
      this.draw(withNew && at % 2 === 0 ? fresh : known, random),
    );
  }

  /** Each fact where it stands in a biography: whether the text itself is remembered. */
  recitals(people: readonly Person[], arm: Arm, random: Random): Row[] {
    return people.flatMap((person) => {
      const text = this.tell(person, arm, random);
      const words = text.split(' ');
      return ATTRIBUTES.map((attribute) => {
        const at = words.lastIndexOf(person.facts[attribute]);
        return { tokens: this.tokenizer.encode(words.slice(0, at + 1).join(' ')), learn: { from: at } };
      });
    });
  }
}
