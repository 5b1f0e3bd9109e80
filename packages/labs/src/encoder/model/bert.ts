/** BertModel: the forward pass (Devlin et al. 2019), on the labs' engine, in inference. */
import { jit, lax, nn, numpy as np, tree } from '@jax-js/jax';
import { EncoderError } from '../errors.ts';
import type { Activation, BertConfig } from './bert-config.ts';
import type { BertLayerWeights, BertWeights, Linear, Norm } from './bert-weights.ts';

/** A batch of texts of one length, padded; row by row. */
export interface BertInput {
  ids: readonly (readonly number[])[];
  typeIds?: readonly (readonly number[])[];
  attentionMask?: readonly (readonly number[])[];
}

export interface BertOptions {
  /** Keeps every layer's weights of attention. */
  attentions?: boolean;
  /** Keeps the states after the embeddings and after every layer. */
  hiddenStates?: boolean;
  /** Leaves position embeddings out, to see what they do. */
  withoutPositions?: boolean;
}

export interface BertOutput {
  rows: number;
  length: number;
  hidden: number;
  /** rows × length × hidden. */
  lastHiddenState: Float32Array;
  /** rows × hidden, the pooler's; null where the model has none. */
  pooled: Float32Array | null;
  /** A layer: rows × heads × length × length, each row of the last summing to one. */
  attentions: Float32Array[];
  /** layers + 1 arrays of rows × length × hidden. */
  hiddenStates: Float32Array[];
}

/** Added to the scores of what is masked: large enough that the softmax gives exactly zero, and finite. */
const MASKED = -1e30;

type Arrays = { weight: np.Array; bias: np.Array };
type LayerArrays = Record<keyof BertLayerWeights, Arrays>;

const toArray = (values: Float32Array<ArrayBuffer>, shape: number[]): np.Array =>
  np.array(values).reshape(shape);
const linearArrays = ({ weight, bias, from, to }: Linear): Arrays => ({
  weight: toArray(weight, [from, to]),
  bias: np.array(bias),
});
const normArrays = ({ scale, shift }: Norm): Arrays => ({ weight: np.array(scale), bias: np.array(shift) });

/** x·W + b over the last axis of rows; takes ownership of all. */
const apply = (x: np.Array, { weight, bias }: Arrays): np.Array => np.dot(x, weight).add(bias);

/** Layer norm over the last axis of rows; takes ownership of all. */
function layerNorm(x: np.Array, { weight, bias }: Arrays, epsilon: number): np.Array {
  const mean = np.mean(x.ref, -1, { keepdims: true });
  const centred = x.sub(mean);
  const variance = np.mean(centred.ref.mul(centred.ref), -1, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(epsilon)))
    .mul(weight.ref)
    .add(bias.ref);
}

function activate(x: np.Array, kind: Activation): np.Array {
  if (kind === 'relu') return nn.relu(x);
  if (kind === 'silu') return nn.silu(x);
  if (kind === 'gelu') return x.ref.mul(lax.erf(x.mul(Math.SQRT1_2)).add(1)).mul(0.5);
  const cubed = x.ref.mul(x.ref).mul(x.ref).mul(0.044715);
  return x.ref.mul(np.tanh(x.add(cubed).mul(Math.sqrt(2 / Math.PI))).add(1)).mul(0.5);
}

/**
 * One layer: attention, then the feed-forward part, each added to what came in and normed.
 * @param x (rows·length) × hidden @param masked rows × 1 × 1 × length, added to the scores; takes ownership of all
 */
function layerForward(
  x: np.Array,
  masked: np.Array,
  layer: LayerArrays,
  { hidden, heads, epsilon, activation }: BertConfig,
): { x: np.Array; weights: np.Array } {
  const rows = masked.shape[0] as number;
  const length = masked.shape[3] as number;
  const width = hidden / heads;
  const byHead = (y: np.Array): np.Array =>
    np.transpose(y.reshape([rows, length, heads, width]), [0, 2, 1, 3]);
  const query = byHead(apply(x.ref, layer.query)).mul(1 / Math.sqrt(width));
  const key = byHead(apply(x.ref, layer.key));
  const value = byHead(apply(x.ref, layer.value));
  const scores = np.matmul(query, np.transpose(key, [0, 1, 3, 2])).add(masked);
  const weights = nn.softmax(scores, -1);
  const mixed = np.transpose(np.matmul(weights.ref, value), [0, 2, 1, 3]).reshape([rows * length, hidden]);
  const attended = layerNorm(apply(mixed, layer.attentionOutput).add(x), layer.attentionNorm, epsilon);
  const inner = activate(apply(attended.ref, layer.intermediate), activation);
  return { x: layerNorm(apply(inner, layer.output).add(attended), layer.outputNorm, epsilon), weights };
}

const floats = async (x: np.Array): Promise<Float32Array> =>
  Float32Array.from((await x.data()) as Float32Array);

export class BertModel {
  readonly config: BertConfig;
  private readonly weights: BertWeights;
  private readonly layers: LayerArrays[];
  private readonly norm: Arrays;
  /** Compiled once for every shape of a batch; all layers share it. */
  private readonly layer;
  private readonly begin;

  /** Moves the layers into the engine, which must have been started; embeddings stay in plain arrays. */
  constructor(config: BertConfig, weights: BertWeights) {
    this.config = config;
    this.weights = weights;
    this.norm = normArrays(weights.embeddingNorm);
    this.layer = jit((x: np.Array, masked: np.Array, layer: LayerArrays) =>
      layerForward(x, masked, layer, config),
    );
    this.begin = jit((x: np.Array, norm: Arrays) => layerNorm(x, norm, config.epsilon));
    this.layers = weights.layers.map((layer) => ({
      query: linearArrays(layer.query),
      key: linearArrays(layer.key),
      value: linearArrays(layer.value),
      attentionOutput: linearArrays(layer.attentionOutput),
      attentionNorm: normArrays(layer.attentionNorm),
      intermediate: linearArrays(layer.intermediate),
      output: linearArrays(layer.output),
      outputNorm: normArrays(layer.outputNorm),
    }));
  }

  get hasMaskedHead(): boolean {
    return this.weights.masked !== null;
  }

  /** Labels of the head over the pooled output; 0 where the model has none. */
  get labels(): number {
    return this.weights.classifier?.to ?? 0;
  }

  get hasPooler(): boolean {
    return this.weights.pooler !== null;
  }

  /** The embedding of one word piece as it enters the model, before position and norm. */
  wordEmbedding(id: number): Float32Array {
    const { hidden } = this.config;
    return this.weights.words.subarray(id * hidden, (id + 1) * hidden);
  }

  /**
   * @throws EncoderError `bad-input` for rows of different lengths, numbers outside the vocabulary, or too many tokens
   */
  async forward(input: BertInput, options: BertOptions = {}): Promise<BertOutput> {
    const { config } = this;
    const rows = input.ids.length;
    const length = input.ids[0]?.length ?? 0;
    this.check(input, length);
    const { hidden } = config;
    let x = this.begin(
      toArray(this.embed(input, rows, length, options), [rows * length, hidden]),
      tree.ref(this.norm),
    );
    const mask = new Float32Array(rows * length);
    input.attentionMask?.forEach((row, at) => {
      row.forEach((read, place) => {
        if (read === 0) mask[at * length + place] = MASKED;
      });
    });
    const masked = toArray(mask, [rows, 1, 1, length]);
    const attentions: Float32Array[] = [];
    const hiddenStates: Float32Array[] = [];
    if (options.hiddenStates) hiddenStates.push(await floats(x.ref));
    for (const layer of this.layers) {
      const out = this.layer(x, masked.ref, tree.ref(layer));
      x = out.x;
      if (options.attentions) attentions.push(await floats(out.weights));
      else out.weights.dispose();
      if (options.hiddenStates) hiddenStates.push(await floats(x.ref));
    }
    masked.dispose();
    const lastHiddenState = await floats(x);
    return {
      rows,
      length,
      hidden,
      lastHiddenState,
      pooled: this.pool(lastHiddenState, rows, length),
      attentions,
      hiddenStates,
    };
  }

  /**
   * Logits over the vocabulary for single states, by the head of masked language modelling.
   * @param states one hidden state after another
   * @returns one row of logits a state
   * @throws EncoderError `no-model` where the model has no such head
   */
  maskedLogits(states: Float32Array): Float32Array[] {
    const head = this.weights.masked;
    if (!head)
      throw new EncoderError(
        'no-model',
        'This model has no head for masked words (cls.predictions). Open one saved as BertForMaskedLM.',
      );
    const { hidden, epsilon, activation, vocabulary } = this.config;
    const { transform, norm, decoder, bias } = head;
    return Array.from({ length: states.length / hidden }, (_, at) => {
      const state = states.subarray(at * hidden, (at + 1) * hidden);
      const inner = plainNorm(plainLinear(state, transform).map(PLAIN[activation]), norm, epsilon);
      const out = new Float32Array(vocabulary);
      for (let word = 0; word < vocabulary; word++) {
        let sum = bias[word] as number;
        for (let i = 0; i < hidden; i++) sum += (decoder[word * hidden + i] as number) * (inner[i] as number);
        out[word] = sum;
      }
      return out;
    });
  }

  /**
   * Logits of the head over one pooled output, one a label (BertForSequenceClassification).
   * @throws EncoderError `no-model` where the model has no such head
   */
  classify(pooled: Float32Array): Float64Array {
    const head = this.weights.classifier;
    if (!head)
      throw new EncoderError(
        'no-model',
        'This model has no head over its pooled output (classifier.weight). Open one saved as BertForSequenceClassification, as cross-encoders are.',
      );
    return plainLinear(pooled, head);
  }

  dispose(): void {
    tree.dispose([this.norm, ...this.layers]);
    this.layer.dispose();
    this.begin.dispose();
  }

  private check({ ids, typeIds, attentionMask }: BertInput, length: number): void {
    const { vocabulary, positions, types } = this.config;
    if (length === 0) throw new EncoderError('bad-input', 'There is no token to read.');
    if (length > positions)
      throw new EncoderError(
        'bad-input',
        `${length} tokens are more than the ${positions} positions that this model has. Cut the text.`,
      );
    for (const list of [ids, typeIds ?? [], attentionMask ?? []])
      for (const row of list)
        if (row.length !== length)
          throw new EncoderError(
            'bad-input',
            `Rows of ${length} and of ${row.length} tokens: pad the batch first.`,
          );
    for (const row of ids)
      for (const id of row)
        if (!(Number.isInteger(id) && id >= 0 && id < vocabulary))
          throw new EncoderError(
            'bad-input',
            `Token ${id} is outside the model's vocabulary of ${vocabulary}. Is this its tokenizer?`,
          );
    for (const row of typeIds ?? [])
      for (const type of row)
        if (types > 0 && !(type >= 0 && type < types))
          throw new EncoderError('bad-input', `Token type ${type} is outside the model's ${types} types.`);
  }

  /** Word + position + type, looked up in plain arrays: the engine need not hold the vocabulary. */
  private embed(
    { ids, typeIds }: BertInput,
    rows: number,
    length: number,
    { withoutPositions }: BertOptions,
  ): Float32Array<ArrayBuffer> {
    const { hidden } = this.config;
    const { words, places, types } = this.weights;
    const out = new Float32Array(rows * length * hidden);
    for (let row = 0; row < rows; row++)
      for (let at = 0; at < length; at++) {
        const id = ids[row]?.[at] as number;
        const type = typeIds?.[row]?.[at] ?? 0;
        const base = (row * length + at) * hidden;
        for (let i = 0; i < hidden; i++)
          out[base + i] =
            (words[id * hidden + i] as number) +
            (types ? (types[type * hidden + i] as number) : 0) +
            (withoutPositions ? 0 : (places[at * hidden + i] as number));
      }
    return out;
  }

  private pool(states: Float32Array, rows: number, length: number): Float32Array | null {
    const { pooler } = this.weights;
    if (!pooler) return null;
    const { hidden } = this.config;
    const out = new Float32Array(rows * hidden);
    for (let row = 0; row < rows; row++) {
      const first = states.subarray(row * length * hidden, (row * length + 1) * hidden);
      out.set(plainLinear(first, pooler).map(Math.tanh), row * hidden);
    }
    return out;
  }
}

function plainLinear(x: Float32Array, { weight, bias, from, to }: Linear): Float64Array {
  const out = Float64Array.from(bias);
  for (let i = 0; i < from; i++) {
    const value = x[i] as number;
    for (let j = 0; j < to; j++) out[j] = (out[j] as number) + value * (weight[i * to + j] as number);
  }
  return out;
}

function plainNorm(x: Float64Array, { scale, shift }: Norm, epsilon: number): Float64Array {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map(
    (value, i) =>
      ((value - mean) / Math.sqrt(variance + epsilon)) * (scale[i] as number) + (shift[i] as number),
  );
}

/** Abramowitz & Stegun (1964) 7.1.26 is good to 1.5e-7, below single precision's step at one. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - tail * Math.exp(-x * x));
}

const PLAIN: Readonly<Record<Activation, (x: number) => number>> = {
  gelu: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  'gelu-tanh': (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  relu: (x) => Math.max(0, x),
  silu: (x) => x / (1 + Math.exp(-x)),
};
