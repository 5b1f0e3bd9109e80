/** One run of the lab: the text is read at once, then the bank is embedded, queried, and words are guessed, text by text. */
import { type Random, streamOf } from '../engine/random.ts';
import type { DrawnSession, Measures } from '../lab.ts';
import type { BertOutput } from './model/bert.ts';
import type { Encoder } from './model/open-encoder.ts';
import type { EncoderParams } from './params.ts';
import { cosine } from './pooling.ts';
import { attentionSums, orderProbe, paddingProbe } from './probes.ts';
import { type Guess, guessAt, lengthFor, statesOf, type Vectors, vectorsOf } from './reading.ts';
import type { Encoding } from './tokenizer/bert-tokenizer.ts';
import type { EncoderCorpus, SearchableText } from './world.ts';

/** BERT picks this share of the tokens to predict (Devlin et al. 2019). */
const MASK_SHARE = 0.15;
const PADDING = 16;
const PAIRS = 500;
const WAYS = ['mean', 'cls', 'words'] as const;

export interface EncoderView {
  /** Tokens to hide from the model, by place: they are guessed. */
  hide: number[];
}

export interface Neighbour {
  id: string;
  language: SearchableText['language'];
  text: string;
  cosine: number;
}

export interface EncoderFrame {
  model: { name: string; layers: number; heads: number; hidden: number; vocabulary: number; masked: boolean };
  tokens: string[];
  special: number[];
  types: number[];
  /** The text was longer than what is read. */
  cut: boolean;
  /** A layer: heads × length × length. */
  attentions: Float32Array[];
  guesses: Guess[];
  neighbours: Neighbour[];
  /** Texts of the bank that have a vector by now, and all. */
  embedded: number;
  toEmbed: number;
}

interface Masked {
  picked: number;
  tokens: number;
  right: number;
  nats: number;
  /** What was masked, to see how far the commonest token gets. */
  truths: Map<number, number>;
}

export class EncoderSession implements DrawnSession<EncoderView, EncoderFrame> {
  readonly steps: number;
  at = 0;
  private readonly params: EncoderParams;
  private readonly seed: number;
  private readonly encoder: Encoder;
  private readonly corpus: EncoderCorpus;
  private readonly vectors: Vectors[] = [];
  private readonly ranks: Record<(typeof WAYS)[number], number[]> = { mean: [], cls: [], words: [] };
  private readonly masked: Masked = { picked: 0, tokens: 0, right: 0, nats: 0, truths: new Map() };
  private readonly masks: Random;
  private readonly paragraphs: readonly string[];
  private milliseconds = 0;
  private reading: {
    key: string;
    encoding: Encoding;
    cut: boolean;
    output: BertOutput;
    vectors: Vectors;
  } | null = null;

  constructor(params: EncoderParams, seed: number, encoder: Encoder, corpus: EncoderCorpus) {
    this.params = params;
    this.seed = seed;
    this.encoder = encoder;
    this.corpus = corpus;
    this.masks = streamOf(seed, 'masks');
    this.paragraphs = encoder.model.hasMaskedHead
      ? shuffled(corpus.heldOut, streamOf(seed, 'paragraphs'))
      : [];
    this.steps = corpus.questions.length + corpus.queries.length + this.paragraphs.length;
  }

  async advance(rounds: number): Promise<void> {
    const { questions, queries } = this.corpus;
    for (let turn = 0; turn < rounds && this.at < this.steps; turn++) {
      const at = this.at;
      const question = questions[at];
      const query = queries[at - questions.length];
      if (question) this.vectors.push(await this.embed(question.text));
      else if (query) await this.search(query);
      else await this.guess(this.paragraphs[at - questions.length - queries.length] ?? '');
      this.at++;
    }
  }

  async frame({ hide }: EncoderView): Promise<EncoderFrame> {
    const { encoding, cut, output, vectors } = await this.read(hide);
    const { name, config, model, tokenizer } = this.encoder;
    const mask = tokenizer.id(tokenizer.special.mask);
    const hidden = new Set(hide.filter((at) => at < encoding.ids.length));
    const places = model.hasMaskedHead
      ? encoding.ids.flatMap((id, at) => (hidden.has(at) || id === mask ? [at] : []))
      : [];
    const states = new Float32Array(places.length * config.hidden);
    places.forEach((at, row) => {
      states.set(
        output.lastHiddenState.subarray(at * config.hidden, (at + 1) * config.hidden),
        row * config.hidden,
      );
    });
    const logits = places.length > 0 ? model.maskedLogits(states) : [];
    return {
      model: {
        name,
        layers: config.layers,
        heads: config.heads,
        hidden: config.hidden,
        vocabulary: config.vocabulary,
        masked: model.hasMaskedHead,
      },
      tokens: encoding.tokens.slice(),
      special: encoding.specialMask.slice(),
      types: encoding.typeIds.slice(),
      cut,
      attentions: output.attentions.map((layer) => layer.slice()),
      guesses: places.map((at, row) => {
        const id = encoding.ids[at] as number;
        return guessAt(this.encoder, logits[row] as Float32Array, at, id === mask ? null : id);
      }),
      neighbours: this.nearest(vectors[this.params.pooling]),
      embedded: this.vectors.length,
      toEmbed: this.corpus.questions.length,
    };
  }

  async measure(): Promise<Measures> {
    const { questions } = this.corpus;
    const { encoding, output } = await this.read([]);
    const random = streamOf(this.seed, 'measure');
    const words = encoding.specialMask.filter((special) => special === 0).length;
    const unknown = this.encoder.tokenizer.id(this.encoder.tokenizer.special.unknown);
    const padding = await paddingProbe(this.encoder, encoding, PADDING);
    const order = await orderProbe(this.encoder, encoding, random);
    const { picked, tokens, right, nats, truths } = this.masked;
    const mean = (list: readonly number[]): number | null =>
      list.length === 0 ? null : list.reduce((a, b) => a + b, 0) / list.length;
    const pairs = (way: (typeof WAYS)[number]): number | null => {
      const random = streamOf(this.seed, 'pairs');
      const found: number[] = [];
      for (let turn = 0; turn < PAIRS && this.vectors.length > 1; turn++) {
        const a = random.below(this.vectors.length);
        const b = random.below(this.vectors.length);
        if (questions[a]?.id === questions[b]?.id) continue;
        found.push(cosine((this.vectors[a] as Vectors)[way], (this.vectors[b] as Vectors)[way]));
      }
      return mean(found);
    };
    return {
      'text.tokens': encoding.ids.length,
      'text.unknown': words === 0 ? null : encoding.ids.filter((id) => id === unknown).length / words,
      'text.states': output.lastHiddenState.length,
      hidden: this.encoder.config.hidden,
      'mlm.accuracy': picked > 0 ? right / picked : null,
      'mlm.commonest': picked > 0 ? Math.max(...truths.values()) / picked : null,
      'mlm.nats': picked > 0 ? nats / picked : null,
      'mlm.predicted': tokens > 0 ? picked / tokens : null,
      'retrieval.mean': mean(this.ranks.mean.map((rank) => 1 / rank)),
      'retrieval.cls': mean(this.ranks.cls.map((rank) => 1 / rank)),
      'retrieval.words': mean(this.ranks.words.map((rank) => 1 / rank)),
      'retrieval.chance': this.ranks.mean.length > 0 ? chance(this.corpus) : null,
      'pairs.mean': pairs('mean'),
      'pairs.words': pairs('words'),
      'languages.mean': this.acrossLanguages(),
      'padding.masked': padding?.masked ?? null,
      'padding.ignored': padding?.ignored ?? null,
      'order.withPositions': order?.withPositions ?? null,
      'order.withoutPositions': order?.withoutPositions ?? null,
      'attention.sum': attentionSums(output.attentions, encoding.ids.length),
      msPerText: this.vectors.length > 0 ? this.milliseconds / this.vectors.length : null,
    };
  }

  dispose(): void {
    // The model outlives the session: it is opened once and kept by whoever opened it.
  }

  /** The text of the parameters, read with some tokens hidden; kept until others are. */
  private async read(hide: readonly number[]): Promise<NonNullable<EncoderSession['reading']>> {
    const key = hide.join();
    if (this.reading?.key === key) return this.reading;
    const { text, pair, maxLength } = this.params;
    const { tokenizer, model } = this.encoder;
    const length = lengthFor(this.encoder, maxLength);
    const options = pair.trim() === '' ? {} : { pair };
    const encoding = tokenizer.encode(text, { ...options, maxLength: length });
    const cut = tokenizer.encode(text, options).ids.length > encoding.ids.length;
    const mask = tokenizer.id(tokenizer.special.mask);
    const hidden = new Set(hide);
    const shown = { ...encoding, ids: encoding.ids.map((id, at) => (hidden.has(at) ? mask : id)) };
    const output = await model.forward(
      { ids: [shown.ids], typeIds: [shown.typeIds], attentionMask: [shown.attentionMask] },
      { attentions: true },
    );
    const reading = { key, encoding, cut, output, vectors: await vectorsOf(this.encoder, encoding) };
    this.reading = reading;
    return reading;
  }

  private async embed(text: string): Promise<Vectors> {
    const began = performance.now();
    const encoding = this.encoder.tokenizer.encode(text, {
      maxLength: lengthFor(this.encoder, this.params.maxLength),
    });
    const vectors = await vectorsOf(this.encoder, encoding);
    this.milliseconds += performance.now() - began;
    return vectors;
  }

  private async search({ text, ids }: EncoderCorpus['queries'][number]): Promise<void> {
    const query = await this.embed(text);
    for (const way of WAYS) {
      const order = ranking(
        this.corpus.questions,
        this.vectors.map((one) => cosine(query[way], one[way])),
      );
      const rank = order.findIndex((id) => ids.includes(id)) + 1;
      if (rank > 0) this.ranks[way].push(rank);
    }
  }

  /** BERT's recipe with every picked token masked, as it is used; one paragraph. */
  private async guess(paragraph: string): Promise<void> {
    if (this.masked.picked >= this.params.places) return;
    const { tokenizer, model, config } = this.encoder;
    const encoding = tokenizer.encode(paragraph, {
      maxLength: lengthFor(this.encoder, this.params.maxLength),
    });
    const mask = tokenizer.id(tokenizer.special.mask);
    const open = encoding.ids.flatMap((_, at) => (encoding.specialMask[at] === 0 ? [at] : []));
    const places = open.filter(() => this.masks.next() < MASK_SHARE);
    this.masked.tokens += open.length;
    if (places.length === 0) return;
    const ids = encoding.ids.slice();
    for (const at of places) ids[at] = mask;
    const lastHiddenState = await statesOf(this.encoder, { ...encoding, ids });
    for (const at of places) {
      const truth = encoding.ids[at] as number;
      const state = lastHiddenState.slice(at * config.hidden, (at + 1) * config.hidden);
      const [logits] = model.maskedLogits(state);
      const found = guessAt(this.encoder, logits as Float32Array, at, truth, 1);
      this.masked.picked++;
      this.masked.nats -= Math.log(found.truth?.probability ?? 1);
      if (found.truth?.rank === 1) this.masked.right++;
      this.masked.truths.set(truth, (this.masked.truths.get(truth) ?? 0) + 1);
    }
  }

  private nearest(vector: Float32Array): Neighbour[] {
    const { pooling, neighbours } = this.params;
    const best = new Map<string, Neighbour>();
    this.vectors.forEach((one, at) => {
      const { id, language, text } = this.corpus.questions[at] as SearchableText;
      const found = { id, language, text, cosine: cosine(vector, one[pooling]) };
      const before = best.get(id);
      if (!before || before.cosine < found.cosine) best.set(id, found);
    });
    return [...best.values()].sort((a, b) => b.cosine - a.cosine).slice(0, neighbours);
  }

  private acrossLanguages(): number | null {
    const prompts = this.vectors.flatMap((vector, at) => {
      const question = this.corpus.questions[at] as SearchableText;
      return question.part === 'prompt' ? [{ ...question, vector: vector.mean }] : [];
    });
    const english = prompts.filter(({ language }) => language === 'en');
    const chinese = prompts.filter(({ language }) => language === 'zh-CN');
    if (english.length < 2 || chinese.length === 0) return null;
    const right = chinese.filter(({ id, vector }) => {
      const near = english.reduce((a, b) => (cosine(vector, b.vector) > cosine(vector, a.vector) ? b : a));
      return near.id === id;
    });
    return right.length / chinese.length;
  }
}

/** Questions by their best text, the nearest first. */
export function ranking(questions: readonly SearchableText[], nearness: readonly number[]): string[] {
  const best = new Map<string, number>();
  nearness.forEach((value, at) => {
    const { id } = questions[at] as SearchableText;
    best.set(id, Math.max(value, best.get(id) ?? Number.NEGATIVE_INFINITY));
  });
  return [...best].sort(([, a], [, b]) => b - a).map(([id]) => id);
}

/** The mean reciprocal rank that a random order is expected to have: of n questions, k right ones. */
export function chance({ questions, queries }: EncoderCorpus): number {
  const known = new Set(questions.map(({ id }) => id));
  const each = queries.flatMap(({ ids }) => {
    const right = ids.filter((id) => known.has(id)).length;
    if (right === 0) return [];
    // P(first right one at rank r) walks down: none before, then one of k among what is left.
    let expected = 0;
    let none = 1;
    for (let rank = 1; rank <= known.size - right + 1; rank++) {
      const left = known.size - rank + 1;
      expected += (none * (right / left)) / rank;
      none *= 1 - right / left;
    }
    return [expected];
  });
  return each.reduce((a, b) => a + b, 0) / Math.max(1, each.length);
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const out = [...list];
  for (let at = out.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [out[at], out[other]] = [out[other] as T, out[at] as T];
  }
  return out;
}
