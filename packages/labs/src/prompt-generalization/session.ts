/** One model for each strategy, then the tunings of the plain one; each asked in every phrasing when it is trained. */
import { type Random, streamOf } from '../engine/random.ts';
import type { Measures, Session } from '../lab.ts';
import { type Point, padRows } from '../transformer/batch.ts';
import { initWeights, type TransformerConfig } from '../transformer/config.ts';
import { generate } from '../transformer/decoder.ts';
import { KernelEngine } from '../transformer/kernel-engine.ts';
import { Learner } from '../transformer/learner.ts';
import { scoreRows } from '../transformer/score.ts';
import {
  fullTuning,
  prefixTuning,
  softPromptTuning,
  softTokens,
  type Tuning,
} from '../transformer/tuning.ts';
import type { PromptGeneralizationParams } from './params.ts';
import { PHRASINGS, type Phrasing, Prompts, SCRATCH, type Strategy, TUNED } from './strategies.ts';
import { example, PERTURBATIONS, TASKS } from './tasks.ts';

export interface Result {
  strategy: Strategy;
  /** Exact match in each of `PHRASINGS`. */
  shares: number[];
  /** Numbers that were trained. */
  parameters: number;
}

export interface Frame {
  running: Strategy | null;
  inPhase: number;
  phaseSteps: number;
  results: Result[];
  curves: { strategy: Strategy; step: Float32Array; loss: Float32Array }[];
  samples: { strategy: Strategy; prompt: string; wanted: string; said: string }[];
}

interface List {
  strategy: Strategy;
  step: number[];
  loss: number[];
}

/** Tokens of a prompt and its answer, with room to spare: 69 is the most that was seen over 30 seeds. */
const LONGEST = 100;

export class PromptGeneralizationSession implements Session {
  readonly steps: number;
  at = 0;
  private readonly params: PromptGeneralizationParams;
  private readonly seed: number;
  private readonly prompts: Prompts;
  private readonly config: TransformerConfig;
  private readonly engine: KernelEngine;
  private readonly phases: readonly { strategy: Strategy; steps: number }[];
  private readonly results: Result[] = [];
  private readonly lists: List[] = [];
  private readonly samples: Frame['samples'] = [];
  private plain: Float32Array | undefined;
  private learner: Learner | undefined;
  private random: Random;
  private phaseAt = 0;
  private inPhase = 0;

  constructor(params: PromptGeneralizationParams, seed: number) {
    this.params = params;
    this.seed = seed;
    this.prompts = new Prompts(seed);
    this.config = {
      vocabulary: this.prompts.tokenizer.size,
      width: params.width,
      layers: params.layers,
      heads: 4,
      hidden: 2 * params.width,
      context: LONGEST + params.promptLength,
    };
    this.engine = new KernelEngine(this.config);
    this.phases = [
      ...SCRATCH.filter((strategy) => strategy === 'plain' || params[strategy] === 'on').map((strategy) => ({
        strategy,
        steps: params.steps,
      })),
      ...(params.tuning === 'on' ? TUNED : []).map((strategy) => ({ strategy, steps: params.tuneSteps })),
    ];
    this.steps = this.phases.reduce((sum, { steps }) => sum + steps, 0);
    this.random = streamOf(seed, 'unused');
  }

  private ahead(strategy: Strategy): number[] {
    return strategy === 'soft' ? softTokens(this.config, this.params.promptLength) : [];
  }

  private begin(strategy: Strategy, steps: number): void {
    const { seed, config, params } = this;
    const random = streamOf(seed, `start ${strategy}`);
    const length = params.promptLength;
    const base = (): Float32Array => this.plain as Float32Array;
    let tuning: Tuning;
    let rate = 4e-3;
    if (strategy === 'soft') {
      tuning = softPromptTuning(config, base(), { length }, random);
      rate = 3e-2;
    } else if (strategy === 'prefix') {
      tuning = prefixTuning(config, base(), { length }, random);
      rate = 3e-2;
    } else if (strategy === 'full') {
      tuning = fullTuning(config, base().slice());
      rate = 2e-3;
    } else {
      const weights = initWeights(config, streamOf(seed, 'weights'));
      tuning = fullTuning(config, weights);
      if (strategy === 'plain') this.plain = weights;
    }
    // The tunings see the same prompts.
    const tuned = (TUNED as readonly string[]).includes(strategy);
    this.random = streamOf(seed, tuned ? 'rows of tuning' : `rows ${strategy}`);
    this.learner = new Learner(this.engine, tuning, {
      rate,
      warmup: Math.min(30, steps / 4),
      steps,
      clip: 1,
      decay: tuned ? 0 : 0.05,
    });
    this.lists.push({ strategy, step: [], loss: [] });
  }

  async advance(rounds: number): Promise<void> {
    for (let turn = 0; turn < rounds && this.at < this.steps; turn++) {
      const { strategy, steps } = this.phases[this.phaseAt] as (typeof this.phases)[number];
      if (this.inPhase === 0) this.begin(strategy, steps);
      const learner = this.learner as Learner;
      const rows = this.prompts.batch(strategy, this.random, this.ahead(strategy));
      const loss = await learner.step(padRows(rows, this.config.context));
      this.inPhase++;
      this.at++;
      const list = this.lists.at(-1) as List;
      list.step.push(this.inPhase);
      list.loss.push(loss);
      if (this.inPhase < steps) continue;
      const point = learner.point();
      const shares: number[] = [];
      for (const phrasing of PHRASINGS) shares.push(await this.share(strategy, phrasing, point));
      this.results.push({ strategy, shares, parameters: learner.tuning.parameters.length });
      this.show(strategy, point);
      this.phaseAt++;
      this.inPhase = 0;
    }
  }

  private async share(strategy: Strategy, phrasing: Phrasing, point: Point): Promise<number> {
    const random = streamOf(this.seed, `test ${phrasing}`);
    const rows = this.prompts.test(strategy, phrasing, random, this.ahead(strategy));
    const scores = await scoreRows(this.engine, this.config, point, rows, 60);
    return scores.filter(({ exact }) => exact).length / scores.length;
  }

  /** One prompt of each task in its first held-out phrasing, answered. */
  private show(strategy: Strategy, point: Point): void {
    const { tokenizer, end } = this.prompts;
    const asked = TASKS.map((task) => example(task, task.heldOut[0] as string, ['a', 'f', 'c']));
    const said = generate(
      this.config,
      point,
      asked.map(({ prompt }) => [...this.ahead(strategy), ...tokenizer.encode(prompt)]),
      { tokens: 6, stop: end },
    );
    for (const [at, { prompt, answer }] of asked.entries())
      this.samples.push({
        strategy,
        prompt,
        wanted: answer.trim(),
        said: tokenizer.decode(said[at] ?? []).trim(),
      });
  }

  async frame(): Promise<Frame> {
    const phase = this.phases[this.phaseAt];
    return {
      running: phase?.strategy ?? null,
      inPhase: this.inPhase,
      phaseSteps: phase?.steps ?? 0,
      results: structuredClone(this.results),
      curves: this.lists.map(({ strategy, step, loss }) => ({
        strategy,
        step: Float32Array.from(step),
        loss: Float32Array.from(loss),
      })),
      samples: structuredClone(this.samples),
    };
  }

  async measure(): Promise<Measures> {
    const out: Record<string, number | null> = {};
    for (const { strategy, shares, parameters } of this.results) {
      const of = (names: readonly Phrasing[]): number[] =>
        names.map((name) => shares[PHRASINGS.indexOf(name)] as number);
      const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
      const held = of(['held1', 'held2', 'held3', 'held4']);
      const perturbed = of(PERTURBATIONS);
      out[`${strategy}.own`] = of(['own'])[0] as number;
      out[`${strategy}.held`] = mean(held);
      out[`${strategy}.worstHeld`] = Math.min(...held);
      out[`${strategy}.perturbed`] = mean(perturbed);
      out[`${strategy}.worstPerturbed`] = Math.min(...perturbed);
      for (const [at, name] of PERTURBATIONS.entries()) out[`${strategy}.${name}`] = perturbed[at] as number;
      out[`${strategy}.spread`] = Math.max(...shares) - Math.min(...shares);
      out[`${strategy}.parameters`] = parameters;
    }
    return out;
  }

  dispose(): void {
    this.engine.dispose();
  }
}
