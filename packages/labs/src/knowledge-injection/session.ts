/** Pre-training in each kind, question tuning, then new facts: with a probe after every stage. */
import { type Random, streamOf } from '../engine/random.ts';
import type { Measures, Session } from '../lab.ts';
import { padRows, type Row } from '../transformer/batch.ts';
import { initWeights, type TransformerConfig } from '../transformer/config.ts';
import { KernelEngine } from '../transformer/kernel-engine.ts';
import { Learner } from '../transformer/learner.ts';
import { fullTuning, loraTuning, type Tuning } from '../transformer/tuning.ts';
import { ARMS, type Arm, Corpus, SEEN } from './corpus.ts';
import type { KnowledgeInjectionParams } from './params.ts';
import { ATTRIBUTES, biography, type Person, question } from './people.ts';
import { type Answer, answers, classify, meanLogProbability, SLICK, type Slick, share } from './probe.ts';

export type Renewal = 'full' | 'lora' | 'knownOnly';
export const RENEWALS: readonly Renewal[] = ['full', 'lora', 'knownOnly'];

export type Phase =
  | { stage: 'pretrain' | 'ask'; arm: Arm; steps: number }
  | { stage: 'renew'; way: Renewal; steps: number };

export interface Curve {
  stage: Phase['stage'];
  of: Arm | Renewal;
  step: Float32Array;
  loss: Float32Array;
  /** Exact match on the new people, the known ones that are tuned on, and the known ones that are not; last stage only. */
  fresh: Float32Array;
  known: Float32Array;
  kept: Float32Array;
}

export interface Recall {
  arm: Arm;
  stage: 'pretrain' | 'ask';
  recited: number;
  taught: number;
  held: number;
  heldLogProbability: number;
  /** By attribute, in the order of `ATTRIBUTES`. */
  byAttribute: number[];
  seen: number[];
}

export interface Sample {
  name: string;
  texts: { arm: Arm; text: string }[];
  question: string;
  answer: string;
  said: { arm: Arm; word: string; probability: number }[];
}

export interface Frame {
  phase: Phase | null;
  inPhase: number;
  recalls: Recall[];
  curves: Curve[];
  slick: Record<Slick, number> | null;
  sample: Sample;
}

interface List {
  stage: Phase['stage'];
  of: Arm | Renewal;
  step: number[];
  loss: number[];
  probed: number[];
  fresh: number[];
  known: number[];
  kept: number[];
}

/** Steps of the last stage between probes. */
const EVERY = 10;
/** Known and new facts count as learnt when this share is answered. */
const LEARNT = 0.8;

export class KnowledgeInjectionSession implements Session {
  readonly steps: number;
  at = 0;
  private readonly params: KnowledgeInjectionParams;
  private readonly seed: number;
  private readonly corpus: Corpus;
  private readonly config: TransformerConfig;
  private readonly engine: KernelEngine;
  private readonly phases: readonly Phase[];
  private readonly weights = new Map<Arm, Float32Array>();
  private readonly recalls: Recall[] = [];
  private readonly lists: List[] = [];
  private readonly keptBefore: { right: number | null } = { right: null };
  private slick: Record<Slick, number> | null = null;
  private bySlick: Record<Slick, { before: Answer[]; rows: Row[] }> | null = null;
  private readonly lostBySlick: Partial<Record<Slick, number>> = {};
  private phaseAt = 0;
  private inPhase = 0;
  private learner: Learner | undefined;
  private random: Random;
  private turns: Person[][] = [];

  constructor(params: KnowledgeInjectionParams, seed: number) {
    this.params = params;
    this.seed = seed;
    this.corpus = new Corpus(params, seed);
    this.config = {
      vocabulary: this.corpus.tokenizer.size,
      width: params.width,
      layers: params.layers,
      heads: 4,
      hidden: 2 * params.width,
      context: this.corpus.context,
    };
    this.engine = new KernelEngine(this.config);
    const { pretrainSteps, askSteps, newSteps } = params;
    this.phases = [
      ...ARMS[params.arms].flatMap((arm) => [
        { stage: 'pretrain' as const, arm, steps: pretrainSteps },
        { stage: 'ask' as const, arm, steps: askSteps },
      ]),
      ...(newSteps > 0 ? RENEWALS.map((way) => ({ stage: 'renew' as const, way, steps: newSteps })) : []),
    ];
    this.steps = this.phases.reduce((sum, { steps }) => sum + steps, 0);
    this.random = streamOf(seed, 'unused');
  }

  /** The same start for every arm. */
  private begin(phase: Phase): void {
    const { seed, params } = this;
    const of = phase.stage === 'renew' ? phase.way : phase.arm;
    // Full tuning and LoRA see the same rows.
    this.random = streamOf(seed, of === 'knownOnly' ? 'known rows' : `rows ${phase.stage}`);
    const common = { decay: 0.1, clip: 1, steps: phase.steps };
    let tuning: Tuning;
    if (phase.stage === 'renew') {
      const start = (this.weights.get('augmented') as Float32Array).slice();
      tuning =
        phase.way === 'lora'
          ? loraTuning(this.config, start, { rank: params.rank }, streamOf(seed, 'adapters'))
          : fullTuning(this.config, start);
      const rate = phase.way === 'lora' ? 1e-2 : 1e-3;
      this.learner = new Learner(this.engine, tuning, { ...common, decay: 0, rate, warmup: 10 });
    } else {
      if (phase.stage === 'pretrain') {
        this.weights.set(phase.arm, initWeights(this.config, streamOf(seed, 'weights')));
        this.turns = this.corpus.schedule(phase.steps, streamOf(seed, 'schedule'));
      }
      tuning = fullTuning(this.config, this.weights.get(phase.arm) as Float32Array);
      this.learner = new Learner(this.engine, tuning, {
        ...common,
        rate: phase.stage === 'pretrain' ? 4e-3 : 2e-3,
        warmup: Math.min(50, phase.steps / 4),
      });
    }
    this.lists.push({
      stage: phase.stage,
      of,
      step: [],
      loss: [],
      probed: [],
      fresh: [],
      known: [],
      kept: [],
    });
  }

  private rows(phase: Phase): Row[] {
    if (phase.stage === 'pretrain')
      return this.corpus.pretraining(this.turns[this.inPhase] as Person[], phase.arm, this.random);
    if ('way' in phase) return this.corpus.renewing(phase.way !== 'knownOnly', this.random);
    return this.corpus.asking(this.random);
  }

  async advance(rounds: number): Promise<void> {
    for (let turn = 0; turn < rounds && this.at < this.steps; turn++) {
      const phase = this.phases[this.phaseAt] as Phase;
      if (this.inPhase === 0) this.begin(phase);
      const list = this.lists.at(-1) as List;
      if (phase.stage === 'renew' && this.inPhase === 0) await this.probeRenewal(list);
      const loss = await (this.learner as Learner).step(padRows(this.rows(phase), this.config.context));
      this.inPhase++;
      this.at++;
      list.step.push(this.inPhase);
      list.loss.push(loss);
      if (phase.stage === 'renew' && (this.inPhase % EVERY === 0 || this.inPhase === phase.steps))
        await this.probeRenewal(list);
      if (this.inPhase === phase.steps) await this.finish(phase);
    }
  }

  private async finish(phase: Phase): Promise<void> {
    if (phase.stage !== 'renew') {
      await this.probeArm(phase.arm, phase.stage);
      if (phase.arm === 'augmented' && phase.stage === 'ask') await this.classifyKept();
    } else if (phase.way === 'full' && this.bySlick)
      for (const kind of SLICK) {
        const { before, rows } = this.bySlick[kind];
        if (rows.length === 0) continue;
        const after = await this.ask(rows);
        this.lostBySlick[kind] = share(before) - share(after);
      }
    this.phaseAt++;
    this.inPhase = 0;
    this.learner = undefined;
  }

  private point(arm?: Arm) {
    const weights = arm && this.weights.get(arm);
    return weights ? { weights } : (this.learner as Learner).point();
  }

  private ask(rows: readonly Row[], arm?: Arm): Promise<Answer[]> {
    return answers(this.engine, this.config, this.point(arm), rows);
  }

  private async probeArm(arm: Arm, stage: 'pretrain' | 'ask'): Promise<void> {
    const { corpus } = this;
    const { taught, held, seen } = corpus.groups;
    const asked = await this.ask(corpus.questions(held), arm);
    const told = corpus.recitals([...taught, ...held], arm, streamOf(this.seed, 'recital'));
    this.recalls.push({
      arm,
      stage,
      recited: share(await this.ask(told, arm)),
      taught: share(await this.ask(corpus.questions(taught), arm)),
      held: share(asked),
      heldLogProbability: meanLogProbability(asked),
      // Questions come attribute by attribute, three wordings each.
      byAttribute: ATTRIBUTES.map((_, which) =>
        share(asked.filter((_, at) => Math.floor(at / 3) % ATTRIBUTES.length === which)),
      ),
      seen: await Promise.all(
        SEEN.map(async (times) => share(await this.ask(corpus.questions(seen[times]), arm))),
      ),
    });
  }

  private async probeRenewal(list: List): Promise<void> {
    const { fresh, known, kept } = this.corpus.groups;
    list.probed.push(this.inPhase);
    list.fresh.push(share(await this.ask(this.corpus.questions(fresh))));
    list.known.push(share(await this.ask(this.corpus.questions(known))));
    list.kept.push(share(await this.ask(this.corpus.questions(kept))));
    this.keptBefore.right ??= list.kept[0] as number;
  }

  /** Sorts the facts that stay unasked by how well they are known before the last stage. */
  private async classifyKept(): Promise<void> {
    const random = streamOf(this.seed, 'slick');
    const rows = this.corpus.questions(this.corpus.groups.kept);
    const found = await this.ask(rows, 'augmented');
    const sorted = Object.fromEntries(
      SLICK.map((kind) => [kind, { before: [] as Answer[], rows: [] as Row[] }]),
    ) as Record<Slick, { before: Answer[]; rows: Row[] }>;
    for (let at = 0; at < rows.length; at += 3) {
      const own = found.slice(at, at + 3);
      const place = sorted[classify(own, rows[at]?.tokens.at(-1) as number, random)];
      place.before.push(...own);
      place.rows.push(...rows.slice(at, at + 3));
    }
    this.bySlick = sorted;
    this.slick = Object.fromEntries(
      SLICK.map((kind) => [kind, sorted[kind].rows.length / rows.length]),
    ) as Record<Slick, number>;
  }

  async frame(): Promise<Frame> {
    const person = this.corpus.groups.held[0] as Person;
    const arms = ARMS[this.params.arms];
    const row = this.corpus.ask(person, 'employer', 0);
    const said: Sample['said'] = [];
    for (const arm of arms) {
      if (!this.weights.has(arm)) continue;
      const [answer] = await this.ask([row], arm);
      if (answer)
        said.push({
          arm,
          word: this.corpus.tokenizer.decode([answer.said]),
          probability: answer.probabilities[answer.said] as number,
        });
    }
    return {
      phase: this.phases[this.phaseAt] ?? null,
      inPhase: this.inPhase,
      recalls: structuredClone(this.recalls),
      curves: this.lists.map(({ stage, of, step, loss, probed, fresh, known, kept }) => ({
        stage,
        of,
        step: Float32Array.from(stage === 'renew' ? probed : step),
        loss: Float32Array.from(stage === 'renew' ? [] : loss),
        fresh: Float32Array.from(fresh),
        known: Float32Array.from(known),
        kept: Float32Array.from(kept),
      })),
      slick: this.slick && { ...this.slick },
      sample: {
        name: person.name,
        texts: [
          { arm: 'single', text: biography(person, this.corpus.fixedTelling(person)) },
          ...[1, 2].map((turn) => ({
            arm: 'augmented' as const,
            text: this.corpus.tell(person, 'augmented', streamOf(this.seed, `shown ${turn}`)),
          })),
        ],
        question: question(person, 'employer', 0),
        answer: person.facts.employer,
        said,
      },
    };
  }

  async measure(): Promise<Measures> {
    const out: Record<string, number | null> = {};
    for (const { arm, stage, ...recall } of this.recalls) {
      if (stage === 'pretrain') {
        out[`${arm}.recited`] = recall.recited;
        out[`${arm}.beforeTuning`] = recall.held;
        continue;
      }
      out[`${arm}.taught`] = recall.taught;
      out[`${arm}.held`] = recall.held;
      out[`${arm}.heldLogProbability`] = recall.heldLogProbability;
      for (const [at, attribute] of ATTRIBUTES.entries())
        out[`${arm}.${attribute}`] = recall.byAttribute[at] ?? null;
      for (const [at, times] of SEEN.entries()) out[`${arm}.seen${times}`] = recall.seen[at] ?? null;
    }
    for (const { stage, of, probed, fresh, known, kept } of this.lists) {
      if (stage !== 'renew' || kept.length < 2) continue;
      // Steps until learnt; one more probe than there were where it never was.
      const until = (values: number[]): number =>
        probed[values.findIndex((value) => value >= LEARNT)] ?? (probed.at(-1) as number) + EVERY;
      out[`${of}.known`] = known.at(-1) ?? null;
      out[`${of}.stepsKnown`] = until(known);
      out[`${of}.kept`] = kept.at(-1) ?? null;
      out[`${of}.lost`] = (this.keptBefore.right ?? 0) - (kept.at(-1) as number);
      if (of === 'knownOnly') continue;
      out[`${of}.fresh`] = fresh.at(-1) ?? null;
      out[`${of}.stepsFresh`] = until(fresh);
    }
    for (const kind of SLICK) {
      out[`slick.${kind}`] = this.slick?.[kind] ?? null;
      out[`slick.${kind}Lost`] = this.lostBySlick[kind] ?? null;
    }
    return out;
  }

  dispose(): void {
    this.engine.dispose();
  }
}
