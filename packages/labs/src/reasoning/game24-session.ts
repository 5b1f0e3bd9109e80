/** The Game of 24 by every strategy, one hand a step; the model errs as it is told to, and every answer is verified. */
import {
  bestOf,
  chainOfThought,
  direct,
  type Reasoned,
  readRational,
  selfConsistency,
  type TreeLevel,
  tree24,
  verify24,
} from '@viva/assistant/reasoning';
import { streamOf } from '../engine/random.ts';
import type { DrawnSession, Measures } from '../lab.ts';
import {
  emptyFrame,
  type ReasoningFrame,
  type ReasoningView,
  type Sample,
  type SearchTree,
} from './frame.ts';
import { drawHand, numbersOf, Oracle } from './game24.ts';
import { noisyModel, puzzleText } from './noisy-model.ts';
import type { ReasoningParams } from './params.ts';
import { type Strategy, Tally, tokensOf } from './tally.ts';
import { passAtK, passAtKInserted } from './votes.ts';

/** Samples a hand, and of how many the best is asked for, when pass@k is estimated. */
const PASS_SAMPLES = 10;
const PASS_K = 5;
/** Enough samples to stand for the truth. */
const PASS_MANY = 200;
/** Hands that the blind search is run on. */
const BLIND = 30;

const parse = (key: string): ReturnType<typeof numbersOf> =>
  key.split(' ').flatMap((text) => readRational(text) ?? []);

export class Game24Session implements DrawnSession<ReasoningView, ReasoningFrame> {
  readonly steps: number;
  at = 0;
  private readonly params: ReasoningParams;
  private readonly seed: number;
  private readonly oracle = new Oracle();
  private readonly hands: number[][];
  private readonly tally = new Tally();
  private trees: SearchTree[] = [];
  private sample: Sample | null = null;
  private exact = 0;
  private firstSteps = { lost: 0, drawn: 0 };

  constructor(params: ReasoningParams, seed: number) {
    this.params = params;
    this.seed = seed;
    this.steps = params.problems;
    const random = streamOf(seed, 'hands');
    this.hands = Array.from({ length: params.problems }, () => drawHand(this.oracle, random));
  }

  private model(valueError = this.params.valueError) {
    const { skill, errors, habit } = this.params;
    return noisyModel({ oracle: this.oracle, skill, valueError, errors, habit, seed: this.seed });
  }

  async advance(rounds: number): Promise<void> {
    for (let turn = 0; turn < rounds && this.at < this.steps; turn++)
      await this.play(this.hands[this.at++] as number[]);
  }

  private async play(hand: number[]): Promise<void> {
    const { samples, temperature, judgements, proposals, skill } = this.params;
    const model = this.model();
    const puzzle = puzzleText(hand);
    const right = (answer: string | null): boolean => answer !== null && verify24(answer, hand).solved;
    const said: Sample['said'] = [];
    const note = (strategy: Strategy, found: Reasoned): void => {
      this.tally.add(strategy, right(found.answer), tokensOf(found));
      said.push({
        strategy,
        text: found.thoughts[0] ?? '',
        answer: found.answer,
        right: right(found.answer),
      });
    };
    const drawn = { temperature, seed: 1 };
    const once = await direct(puzzle, model, drawn);
    note('direct', once);
    const chain = await chainOfThought(puzzle, model, drawn);
    note('cot', chain);
    this.lookAtFirstStep(chain.thoughts[0] ?? '');
    note('sc', await selfConsistency(puzzle, model, { samples, temperature, seed: 100, concurrency: 1 }));
    this.trees = [];
    let spent = 0;
    for (const breadth of [1, 5]) {
      const found = await tree24(hand, model, { breadth, proposals, judgements, seed: 1000, concurrency: 1 });
      note(breadth === 1 ? 'tot1' : 'tot5', found);
      this.trees.push(this.draw(hand, breadth, found.levels, found.answer));
      spent = tokensOf(found);
    }
    // As many answers at once as the wide tree's tokens pay for, with the exact verifier to choose.
    const affordable = Math.max(1, Math.floor(spent / tokensOf(once)));
    note(
      'best',
      await bestOf(puzzle, model, {
        by: 'direct',
        samples: affordable,
        temperature,
        seed: 5000,
        accepts: right,
      }),
    );
    this.exact += this.oracle.chainSuccess(numbersOf(hand), skill);
    this.sample = { question: hand.join(' '), expected: null, said };
  }

  /** Whether a chain's first step has already lost the game. */
  private lookAtFirstStep(text: string): void {
    const left = /\(left: ([^)]*)\)/.exec(text)?.[1];
    if (left === undefined) return;
    this.firstSteps.drawn++;
    if (!this.oracle.solvable(parse(left))) this.firstSteps.lost++;
  }

  private draw(
    hand: number[],
    breadth: number,
    levels: readonly TreeLevel[],
    answer: string | null,
  ): SearchTree {
    const root = [...hand].map(String).sort().join(' ');
    return {
      hand,
      breadth,
      answer,
      levels: [
        [{ key: root, parent: null, value: null, kept: true, solvable: true }],
        ...levels.map(({ judged, kept }) =>
          judged.map(({ key, value, parent }) => ({
            key,
            parent,
            value,
            kept: kept.some((one) => one.key === key),
            solvable: this.oracle.solvable(parse(key)),
          })),
        ),
      ],
    };
  }

  frame(): Promise<ReasoningFrame> {
    return Promise.resolve({
      ...emptyFrame('game24'),
      standings: this.tally.standings(),
      trees: this.trees,
      sample: this.sample,
    });
  }

  async measure(): Promise<Measures> {
    const passed = await this.passAtK();
    const blind = await this.blindSearch();
    const { lost, drawn } = this.firstSteps;
    return {
      ...this.tally.measures(),
      'direct.exact': this.at > 0 ? this.exact / this.at : null,
      'sc.exact': null,
      'cot.lostAtFirst': drawn > 0 ? lost / drawn : null,
      'tot5.blind': blind,
      chance: null,
      'direct.trainTokens': null,
      'cot.trainTokens': null,
      ...passed,
    };
  }

  /** The wide search once more with judgements that know nothing: what is left is breadth alone. */
  private async blindSearch(): Promise<number | null> {
    const { judgements, proposals } = this.params;
    const hands = this.hands.slice(0, Math.min(this.at, BLIND));
    const model = this.model(0.5);
    let solved = 0;
    for (const hand of hands) {
      const options = { breadth: 5, proposals, judgements, seed: 1000, concurrency: 1 };
      const { answer } = await tree24(hand, model, options);
      if (answer !== null && verify24(answer, hand).solved) solved++;
    }
    return hands.length > 0 ? solved / hands.length : null;
  }

  /** pass@5 from ten samples a hand by both estimators, beside what very many samples say; of the first hands. */
  private async passAtK(): Promise<Record<string, number | null>> {
    const hands = this.hands.slice(0, Math.min(this.at, 20));
    if (hands.length === 0) return { 'pass.true': null, 'pass.unbiased': null, 'pass.inserted': null };
    const model = this.model();
    let unbiased = 0;
    let inserted = 0;
    let truth = 0;
    for (const hand of hands) {
      const right: boolean[] = [];
      for (let at = 0; at < PASS_MANY; at++) {
        const { answer } = await direct(puzzleText(hand), model, { temperature: 1, seed: 20_000 + at });
        right.push(answer !== null && verify24(answer, hand).solved);
      }
      const count = (from: number, to: number): number => right.slice(from, to).filter(Boolean).length;
      truth += 1 - (1 - count(0, PASS_MANY) / PASS_MANY) ** PASS_K;
      // Both estimators over every ten of the samples, so that what is left of chance is small.
      const groups = PASS_MANY / PASS_SAMPLES;
      for (let group = 0; group < groups; group++) {
        const c = count(group * PASS_SAMPLES, (group + 1) * PASS_SAMPLES);
        unbiased += passAtK(PASS_SAMPLES, c, PASS_K) / groups;
        inserted += passAtKInserted(PASS_SAMPLES, c, PASS_K) / groups;
      }
    }
    return {
      'pass.true': truth / hands.length,
      'pass.unbiased': unbiased / hands.length,
      'pass.inserted': inserted / hands.length,
    };
  }

  dispose(): void {
    this.trees = [];
  }
}
