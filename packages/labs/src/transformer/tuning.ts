/** What is trained: all weights, low-rank adapters, a soft prompt or a prefix; the base stays as it is in the last three. */
import type { Random } from '../engine/random.ts';
import type { Point, Slopes } from './batch.ts';
import { type TransformerConfig, TransformerError, tensorsOf } from './config.ts';

export interface Tuning {
  readonly kind: 'full' | 'lora' | 'soft-prompt' | 'prefix';
  /** What an optimiser moves, in place. */
  readonly parameters: Float32Array;
  /** The model as it stands with these parameters; good until they move. */
  point(): Point;
  /** The gradient in the parameters, from that in the point; good until the next call. */
  pull(slopes: Slopes): Float32Array;
  /** Whether the weights' own slopes are needed at all. */
  readonly frozen: boolean;
  /** Index ranges of the parameters that weight decay applies to. */
  readonly decayed: readonly (readonly [from: number, to: number])[];
}

/** All weights; they are moved in place. */
export function fullTuning(config: TransformerConfig, weights: Float32Array): Tuning {
  return {
    kind: 'full',
    parameters: weights,
    point: () => ({ weights }),
    pull: (slopes) => slopes.weights,
    frozen: false,
    decayed: tensorsOf(config)
      .filter(({ shape }) => shape.length > 1)
      .map(({ offset, size }) => [offset, offset + size] as const),
  };
}

export type Projection = 'qkv' | 'out' | 'gateUp' | 'down';
export const PROJECTIONS: readonly Projection[] = ['qkv', 'out', 'gateUp', 'down'];

export interface LoraOptions {
  rank: number;
  /** ΔW = (alpha / rank) · A·B; twice the rank unless told. */
  alpha?: number;
  /** Which projections have adapters; all unless told. */
  targets?: readonly Projection[];
}

/**
 * Low-rank adapters (Hu et al. 2022): W + (α / r) A·B with A normal (deviation 1 / √in) and B zero, so that training starts
 * at the base. q, k and v share one A, being one matrix here.
 * @param base is not changed
 */
export function loraTuning(
  config: TransformerConfig,
  base: Float32Array,
  { rank, alpha = 2 * rank, targets = PROJECTIONS }: LoraOptions,
  random: Random,
): Tuning {
  if (!Number.isInteger(rank) || rank < 1)
    throw new TransformerError('bad-config', `The rank must be a whole number of 1 or more, and is ${rank}.`);
  const scale = alpha / rank;
  let size = 0;
  const adapters = tensorsOf(config)
    .filter(({ name }) => targets.includes(name.split('.').at(-1) as Projection))
    .map((tensor) => {
      const [from, to] = tensor.shape as readonly [number, number];
      const a = size;
      const b = a + from * rank;
      size = b + rank * to;
      return { offset: tensor.offset, from, to, a, b };
    });
  const parameters = new Float32Array(size);
  for (const { from, a, b } of adapters)
    for (let at = a; at < b; at++) parameters[at] = random.normal() / Math.sqrt(from);
  const merged = base.slice();
  const slope = new Float32Array(size);
  return {
    kind: 'lora',
    parameters,
    point() {
      for (const { offset, from, to, a, b } of adapters)
        for (let i = 0; i < from; i++) {
          const row = offset + i * to;
          for (let j = 0; j < to; j++) merged[row + j] = base[row + j] as number;
          for (let r = 0; r < rank; r++) {
            const factor = scale * (parameters[a + i * rank + r] as number);
            const line = b + r * to;
            for (let j = 0; j < to; j++)
              merged[row + j] = (merged[row + j] as number) + factor * (parameters[line + j] as number);
          }
        }
      return { weights: merged };
    },
    pull({ weights }) {
      slope.fill(0);
      for (const { offset, from, to, a, b } of adapters)
        for (let i = 0; i < from; i++) {
          const row = offset + i * to;
          for (let r = 0; r < rank; r++) {
            const line = b + r * to;
            const factor = scale * (parameters[a + i * rank + r] as number);
            let sum = 0;
            for (let j = 0; j < to; j++) {
              const one = weights[row + j] as number;
              sum += one * (parameters[line + j] as number);
              slope[line + j] = (slope[line + j] as number) + factor * one;
            }
            slope[a + i * rank + r] = scale * sum;
          }
        }
      return slope;
    },
    frozen: false,
    decayed: [[0, size]],
  };
}

/**
 * A soft prompt (Lester et al. 2021): `length` rows that stand where token embeddings do. Rows of a batch address them as
 * tokens from the vocabulary's size on (`softTokens`).
 * @param options.from `vocabulary` starts from the embeddings of random tokens, as the paper found better than noise
 */
export function softPromptTuning(
  config: TransformerConfig,
  weights: Float32Array,
  options: { length: number; from?: 'vocabulary' | 'noise' },
  random: Random,
): Tuning {
  const { width, vocabulary } = config;
  const soft = new Float32Array(options.length * width);
  for (let row = 0; row < options.length; row++) {
    const id = random.below(vocabulary);
    for (let at = 0; at < width; at++)
      soft[row * width + at] =
        options.from === 'noise' ? 0.02 * random.normal() : (weights[id * width + at] as number);
  }
  return {
    kind: 'soft-prompt',
    parameters: soft,
    point: () => ({ weights, soft }),
    pull: (slopes) => slopes.soft as Float32Array,
    frozen: true,
    decayed: [],
  };
}

/** The ids of a soft prompt's rows. */
export const softTokens = (config: TransformerConfig, length: number): number[] =>
  Array.from({ length }, (_, at) => config.vocabulary + at);

/**
 * Prefix tuning (Li & Liang 2021): keys and values before the row's own in every layer, trained directly, without the
 * paper's reparametrisation by a network.
 */
export function prefixTuning(
  config: TransformerConfig,
  weights: Float32Array,
  { length }: { length: number },
  random: Random,
): Tuning {
  const prefix = Float32Array.from(
    { length: 2 * config.layers * length * config.width },
    () => 0.1 * random.normal(),
  );
  return {
    kind: 'prefix',
    parameters: prefix,
    point: () => ({ weights, prefix }),
    pull: (slopes) => slopes.prefix as Float32Array,
    frozen: true,
    decayed: [],
  };
}
