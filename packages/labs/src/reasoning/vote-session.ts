/** Self-consistency on questions whose answers have known probabilities: what a majority can and cannot do. */
import { type LanguageModel, type Reasoned, readAnswer, selfConsistency } from '@viva/assistant/reasoning';
import type { DrawnSession, Measures } from '../lab.ts';
import { emptyFrame, type ReasoningFrame, type ReasoningView, type Sample } from './frame.ts';
import { freshStream } from './fresh-stream.ts';
import type { ReasoningParams } from './params.ts';
import { Tally } from './tally.ts';
import { majoritySuccess } from './votes.ts';

/** A model that is right, caught by one particular mistake, or wrong in a way of its own, with the given probabilities. */
export function pollModel(right: number, wrong: number, seed: number): LanguageModel {
  return {
    id: 'poll',
    host: null,
    generate: async (messages, options = {}) => {
      const question = messages.at(-1)?.content ?? '';
      const random = freshStream(seed, `${question} ${options.seed ?? 0}`);
      const drawn = random.next();
      const answer =
        drawn < right ? 'right' : drawn < right + wrong ? 'wrong' : `other ${random.below(2 ** 40)}`;
      const text = `1. …\nAnswer: ${answer}`;
      return { text, finish: 'stop', usage: { inputTokens: 20, outputTokens: 10, estimated: true } };
    },
    stream() {
      throw new Error('A poll is not streamed.');
    },
  };
}

/** Votes to look at, up to `most`. */
export const voteCounts = (most: number): number[] => [
  ...new Set([...[1, 3, 5, 7, 11, 15, 21, 31, 41, 61, 81].filter((k) => k < most), most]),
];

export class VoteSession implements DrawnSession<ReasoningView, ReasoningFrame> {
  readonly steps: number;
  at = 0;
  private readonly params: ReasoningParams;
  private readonly model: LanguageModel;
  private readonly counts: number[];
  private readonly solved: number[];
  private readonly tally = new Tally();
  private sample: Sample | null = null;

  constructor(params: ReasoningParams, seed: number) {
    this.params = { ...params, wrong: Math.min(params.wrong, 1 - params.right) };
    this.steps = params.problems;
    this.counts = voteCounts(params.samples);
    this.solved = this.counts.map(() => 0);
    this.model = pollModel(this.params.right, this.params.wrong, seed);
  }

  async advance(rounds: number): Promise<void> {
    for (let turn = 0; turn < rounds && this.at < this.steps; turn++) {
      const question = `question ${this.at++}`;
      let last: Reasoned | null = null;
      for (const [index, k] of this.counts.entries()) {
        const found = await selfConsistency(question, this.model, { samples: k, seed: 1, concurrency: 1 });
        const right = found.answer === 'right';
        if (right) this.solved[index] = (this.solved[index] as number) + 1;
        const tokens = found.usage.inputTokens + found.usage.outputTokens;
        if (k === 1) this.tally.add('cot', right, tokens);
        if (k === this.params.samples) {
          this.tally.add('sc', right, tokens);
          last = found;
        }
      }
      this.sample = {
        question,
        expected: 'right',
        said: last
          ? [
              {
                strategy: 'sc',
                text: last.thoughts.map((text) => readAnswer(text)).join(', '),
                answer: last.answer,
                right: last.answer === 'right',
              },
            ]
          : [],
      };
    }
  }

  private exact(k: number): number {
    return majoritySuccess(k, this.params.right, this.params.wrong);
  }

  frame(): Promise<ReasoningFrame> {
    return Promise.resolve({
      ...emptyFrame('vote'),
      standings: this.tally.standings(),
      sample: this.sample,
      votes: {
        k: Float32Array.from(this.counts),
        success: Float32Array.from(this.solved, (count) => (this.at > 0 ? count / this.at : Number.NaN)),
        exact: Float32Array.from(this.counts, (k) => this.exact(k)),
      },
    });
  }

  measure(): Promise<Measures> {
    return Promise.resolve({
      ...this.tally.measures(),
      'direct.exact': this.exact(1),
      'sc.exact': this.exact(this.params.samples),
      'cot.lostAtFirst': null,
      'tot5.blind': null,
      chance: null,
      'direct.trainTokens': null,
      'cot.trainTokens': null,
      'pass.true': 1 - (1 - this.params.right) ** this.params.samples,
      'pass.unbiased': null,
      'pass.inserted': null,
    });
  }

  dispose(): void {
    this.sample = null;
  }
}
