/** What each strategy trains on, and from where; all get the same number of steps. */
import { type Random, streamOf } from '../engine/random.ts';
import type { Row } from '../transformer/batch.ts';
import { bpeTokenizer, learnMerges, type Tokenizer } from '../transformer/tokenizer.ts';
import {
  type Example,
  example,
  LETTERS,
  MORE_LETTERS,
  OTHER_TASKS,
  PERTURBATIONS,
  type Perturbation,
  perturb,
  TASKS,
  type Task,
} from './tasks.ts';

/** From scratch, in this order; then, from the plain model, the three ways of tuning. */
export const SCRATCH = ['plain', 'diverse', 'simple', 'augmented', 'multitask'] as const;
export const TUNED = ['soft', 'prefix', 'full'] as const;
export type Strategy = (typeof SCRATCH)[number] | (typeof TUNED)[number];
export const STRATEGIES: readonly Strategy[] = [...SCRATCH, ...TUNED];

export const PHRASINGS = ['own', 'held1', 'held2', 'held3', 'held4', ...PERTURBATIONS] as const;
export type Phrasing = (typeof PHRASINGS)[number];

const ROWS = 32;
const LENGTH = 3;
/** Inputs of each task that only tests use. */
const TESTED = 12;

export class Prompts {
  readonly tokenizer: Tokenizer;
  readonly end: number;
  private readonly tested: ReadonlySet<string>;

  constructor(seed: number) {
    const random = streamOf(seed, 'tested inputs');
    const tested = new Set<string>();
    while (tested.size < TESTED) tested.add(this.letters(LETTERS, LENGTH, random).join(' '));
    this.tested = tested;
    // Learnt from the phrasings that may be trained on, so that nothing of the held-out ones is known beforehand.
    const texts = [...TASKS, ...OTHER_TASKS].flatMap((task) =>
      task.known.flatMap((template) =>
        [MORE_LETTERS, MORE_LETTERS.map((letter) => letter.toUpperCase())].map((letters) =>
          template.replace('#', letters.join(' ')),
        ),
      ),
    );
    this.tokenizer = bpeTokenizer(learnMerges(texts, 420, 1), ['<end>']);
    this.end = this.tokenizer.special('<end>');
  }

  private letters(alphabet: readonly string[], count: number, random: Random): string[] {
    return Array.from({ length: count }, () => alphabet[random.below(alphabet.length)] as string);
  }

  /** Letters that no test has. */
  private fresh(alphabet: readonly string[], count: number, random: Random): string[] {
    for (;;) {
      const letters = this.letters(alphabet, count, random);
      if (!this.tested.has(letters.join(' '))) return letters;
    }
  }

  row({ prompt, answer }: Example, ahead: readonly number[] = []): Row {
    const asked = [...ahead, ...this.tokenizer.encode(prompt)];
    return {
      tokens: [...asked, ...this.tokenizer.encode(answer), this.end],
      learn: { from: asked.length },
    };
  }

  /** The phrasings that a strategy trains on; the first of them is its own. */
  templates(strategy: Strategy, task: Task): readonly string[] {
    const { known } = task;
    if (strategy === 'simple') return [known[1] as string];
    if (strategy === 'plain' || strategy === 'diverse' || strategy === 'multitask')
      return [known[0] as string];
    return known;
  }

  private draw(strategy: Strategy, random: Random): Example {
    const other = strategy === 'multitask' && random.below(2) === 0;
    const task = other
      ? (OTHER_TASKS[random.below(OTHER_TASKS.length)] as Task)
      : (TASKS[random.below(TASKS.length)] as Task);
    const templates = other ? task.known : this.templates(strategy, task);
    let template = templates[random.below(templates.length)] as string;
    const rewrites = strategy === 'augmented' || (TUNED as readonly string[]).includes(strategy);
    // Another order is left for the tests: augmentation never shows it.
    if (rewrites && random.below(2) === 0) {
      const kinds = PERTURBATIONS.filter((kind) => kind !== 'order');
      template = perturb(template, kinds[random.below(kinds.length)] as Perturbation, random, true);
    }
    const letters =
      strategy === 'diverse'
        ? this.fresh(MORE_LETTERS, 2 + random.below(3), random)
        : this.fresh(LETTERS, LENGTH, random);
    return example(task, template, letters);
  }

  /** @param ahead ids of a soft prompt */
  batch(strategy: Strategy, random: Random, ahead: readonly number[]): Row[] {
    return Array.from({ length: ROWS }, () => this.row(this.draw(strategy, random), ahead));
  }

  /** Every task on every tested input in one kind of phrasing. */
  test(strategy: Strategy, phrasing: Phrasing, random: Random, ahead: readonly number[]): Row[] {
    return TASKS.flatMap((task) =>
      [...this.tested].map((letters) =>
        this.row(example(task, this.phrase(strategy, task, phrasing, random), letters.split(' ')), ahead),
      ),
    );
  }

  /** The template that a test asks with. */
  phrase(strategy: Strategy, task: Task, phrasing: Phrasing, random: Random): string {
    const own = this.templates(strategy, task)[0] as string;
    if (phrasing === 'own') return own;
    if (phrasing.startsWith('held')) return task.heldOut[Number(phrasing.slice(4)) - 1] as string;
    return perturb(own, phrasing as Perturbation, random);
  }
}
