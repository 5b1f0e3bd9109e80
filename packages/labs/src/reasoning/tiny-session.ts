/** Two tiny transformers, trained on the same problems in the same order: answers at once, and steps before answers. */
import {
  chainOfThought,
  direct,
  type LanguageModel,
  type Reasoned,
  selfConsistency,
} from '@viva/assistant/reasoning';
import { type Random, streamOf } from '../engine/random.ts';
import type { DrawnSession, Measures } from '../lab.ts';
import { padRows } from '../transformer/batch.ts';
import { initWeights, type TransformerConfig } from '../transformer/config.ts';
import { generate } from '../transformer/decoder.ts';
import { KernelEngine } from '../transformer/kernel-engine.ts';
import { Learner } from '../transformer/learner.ts';
import { characterTokenizer, type Tokenizer } from '../transformer/tokenizer.ts';
import { fullTuning } from '../transformer/tuning.ts';
import { emptyFrame, type ReasoningFrame, type ReasoningView, type Sample } from './frame.ts';
import type { ReasoningParams } from './params.ts';
import {
  ALPHABET,
  canHoldOut,
  directText,
  type Problem,
  type ProblemSource,
  problems,
  type TinyTask,
  workedText,
} from './problems.ts';
import { type Strategy, Tally, tokensOf } from './tally.ts';
import { tinyModel } from './tiny-model.ts';

/** Problems that accuracy is followed on while training, and how often. */
const PROBE = 64;
const PROBES = 24;
const HEADS = 4;
const END = 'end';

interface Curve {
  step: number[];
  direct: number[];
  cot: number[];
}
const emptyCurve = (): Curve => ({ step: [], direct: [], cot: [] });
const drawn = ({ step, direct, cot }: Curve) => ({
  step: Float32Array.from(step),
  direct: Float32Array.from(direct),
  cot: Float32Array.from(cot),
});

export class TinySession implements DrawnSession<ReasoningView, ReasoningFrame> {
  readonly steps: number;
  at = 0;
  private readonly params: ReasoningParams;
  private readonly seed: number;
  private readonly config: TransformerConfig;
  private readonly tokenizer: Tokenizer;
  private readonly source: ProblemSource;
  private readonly test: Problem[];
  private readonly held: ReadonlySet<string>;
  private readonly data: Random;
  private readonly engine: KernelEngine;
  private readonly learners: { direct: Learner; cot: Learner };
  private readonly accuracy = emptyCurve();
  private readonly losses = emptyCurve();

  constructor(params: ReasoningParams, seed: number) {
    this.params = params;
    this.seed = seed;
    this.steps = params.steps;
    const task = params.task as TinyTask;
    this.tokenizer = characterTokenizer(ALPHABET, [END]);
    this.source = problems(task, params.size, streamOf(seed, 'facts'));
    const random = streamOf(seed, 'test');
    this.test = Array.from({ length: params.problems }, () => this.source.draw(random));
    // Small worlds of problems cannot spare theirs: nothing is kept out where a tenth would be.
    const spare = canHoldOut(task) && this.source.count > 10 * params.problems;
    this.held = new Set(spare ? this.test.map(({ question }) => question) : []);
    this.data = streamOf(seed, 'training data');
    const longest = Math.max(
      ...Array.from({ length: 200 }, () => workedText(this.source.draw(random)).length),
    );
    this.config = {
      vocabulary: this.tokenizer.size,
      width: params.width,
      layers: params.layers,
      heads: HEADS,
      hidden: 2 * params.width,
      // One more for the end, and some for a chain that goes astray.
      context: longest + 12,
    };
    this.engine = new KernelEngine(this.config);
    const learner = (): Learner =>
      new Learner(this.engine, fullTuning(this.config, initWeights(this.config, streamOf(seed, 'weights'))), {
        rate: params.rate,
        warmup: Math.min(50, Math.ceil(params.steps / 10)),
        steps: params.steps,
        decay: 0.01,
        clip: 1,
      });
    this.learners = { direct: learner(), cot: learner() };
  }

  async advance(rounds: number): Promise<void> {
    const every = Math.max(1, Math.floor(this.steps / PROBES));
    for (let turn = 0; turn < rounds && this.at < this.steps; turn++) {
      const batch = Array.from({ length: this.params.batch }, () => this.fresh());
      const train = async (learner: Learner, text: (problem: Problem) => string): Promise<number> =>
        learner.step(
          padRows(
            batch.map((problem) => ({
              tokens: [...this.tokenizer.encode(text(problem)), this.tokenizer.special(END)],
              learn: { from: problem.question.length + 1 },
            })),
            this.config.context,
          ),
        );
      const direct = await train(this.learners.direct, directText);
      const cot = await train(this.learners.cot, workedText);
      this.at++;
      if (this.at % every === 0 || this.at === this.steps) {
        this.losses.step.push(this.at);
        this.losses.direct.push(direct);
        this.losses.cot.push(cot);
        this.accuracy.step.push(this.at);
        this.accuracy.direct.push(this.probe(this.learners.direct));
        this.accuracy.cot.push(this.probe(this.learners.cot));
      }
    }
  }

  private fresh(): Problem {
    for (;;) {
      const problem = this.source.draw(this.data);
      if (!this.held.has(problem.question)) return problem;
    }
  }

  /** Share of the first test problems that are answered right, greedily. */
  private probe(learner: Learner): number {
    const own = this.test.slice(0, PROBE);
    const said = generate(
      this.config,
      learner.point(),
      own.map(({ question }) => this.tokenizer.encode(`${question}>`)),
      { tokens: this.config.context, stop: this.tokenizer.special(END) },
    );
    const right = own.filter(({ answer }, at) => {
      const text = this.tokenizer.decode(said[at] ?? []);
      return text.slice(text.lastIndexOf(';') + 1) === answer;
    });
    return right.length / own.length;
  }

  private model(): LanguageModel {
    return tinyModel({
      config: this.config,
      tokenizer: this.tokenizer,
      direct: () => this.learners.direct.point(),
      worked: () => this.learners.cot.point(),
      seed: this.seed,
    });
  }

  async frame(): Promise<ReasoningFrame> {
    return {
      ...emptyFrame(this.params.task),
      curves: drawn(this.accuracy),
      losses: drawn(this.losses),
      sample: await this.show(),
      chance: this.source.chance,
      standings: (await this.judge(this.test.slice(0, 32), 0)).standings(),
    };
  }

  private async show(): Promise<Sample | null> {
    const [problem] = this.test;
    if (!problem) return null;
    const model = this.model();
    const say = (strategy: Strategy, { thoughts, answer }: Reasoned): Sample['said'][number] => ({
      strategy,
      text: thoughts[0] ?? '',
      answer,
      right: answer === problem.answer,
    });
    return {
      question: problem.question,
      expected: problem.answer,
      said: [
        say('direct', await direct(problem.question, model)),
        say('cot', await chainOfThought(problem.question, model)),
      ],
    };
  }

  /** The strategies on problems; self-consistency only where some chains are to vote. */
  private async judge(list: readonly Problem[], samples: number): Promise<Tally> {
    const tally = new Tally();
    const model = this.model();
    const { temperature } = this.params;
    const ways: [Strategy, (question: string) => Promise<Reasoned>][] = [
      ['direct', (question) => direct(question, model)],
      ['cot', (question) => chainOfThought(question, model)],
      ...(samples > 0
        ? ([
            [
              'sc',
              (question) => selfConsistency(question, model, { samples, temperature, concurrency: samples }),
            ],
          ] as [Strategy, (question: string) => Promise<Reasoned>][])
        : []),
    ];
    for (const [strategy, ask] of ways) {
      const found = await Promise.all(list.map(({ question }) => ask(question)));
      for (const [at, one] of found.entries())
        tally.add(strategy, one.answer === list[at]?.answer, tokensOf(one));
    }
    return tally;
  }

  async measure(): Promise<Measures> {
    const tally = await this.judge(this.test, this.params.samples);
    return {
      ...tally.measures(),
      'direct.exact': null,
      'sc.exact': null,
      'cot.lostAtFirst': null,
      'tot5.blind': null,
      chance: this.source.chance,
      'direct.trainTokens': this.learners.direct.tokens,
      'cot.trainTokens': this.learners.cot.tokens,
      'pass.true': null,
      'pass.unbiased': null,
      'pass.inserted': null,
    };
  }

  dispose(): void {
    this.engine.dispose();
  }
}
