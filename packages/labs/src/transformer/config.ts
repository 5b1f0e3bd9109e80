/** The decoder-only transformer's sizes, and where each weight lies in one flat array. */
import type { Random } from '../engine/random.ts';

export interface TransformerConfig {
  /** Tokens that the model knows; the head gives one logit for each. */
  vocabulary: number;
  /** d, the width of the residual stream; a multiple of 4 × heads, and (width / heads) even. */
  width: number;
  layers: number;
  heads: number;
  /** Width of the SwiGLU layer; a multiple of 4. */
  hidden: number;
  /** Most tokens in a row. */
  context: number;
  /** Base of the rotary angles; 10,000 in Su et al. (2021). */
  ropeBase?: number;
  /** `none` leaves positions out altogether: attention then sees a set, ordered by the causal mask alone. */
  positions?: 'rope' | 'none';
}

export class TransformerError extends Error {
  override readonly name = 'TransformerError';
  readonly code: 'bad-config' | 'bad-batch' | 'too-long' | 'freed';
  constructor(code: TransformerError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** One matrix or vector in the flat weights. Matrices are in × out, row by row, so that y = x·W. */
export interface Tensor {
  name: string;
  shape: readonly number[];
  /** Index of its first number in the flat array. */
  offset: number;
  size: number;
}

/** What is added to the residual stream and to the norms before it: the same in every model of this family. */
export const NORM_EPSILON = 1e-5;
export const ROPE_BASE = 10_000;

/** @throws TransformerError (`bad-config`) saying which size does not fit */
export function checkConfig(config: TransformerConfig): void {
  const { vocabulary, width, layers, heads, hidden, context } = config;
  for (const [name, value] of Object.entries({ vocabulary, width, layers, heads, hidden, context }))
    if (!Number.isInteger(value) || value < 1)
      throw new TransformerError(
        'bad-config',
        `${name} must be a whole number of 1 or more, and is ${value}.`,
      );
  if (width % heads !== 0 || (width / heads) % 4 !== 0)
    throw new TransformerError(
      'bad-config',
      `Each head must be a multiple of 4 wide: width ${width} over ${heads} heads is not.`,
    );
  if (hidden % 4 !== 0)
    throw new TransformerError('bad-config', `hidden must be a multiple of 4, and is ${hidden}.`);
}

/**
 * All weights in order: the embedding (vocabulary × width; also the head, transposed), then layer by layer the norm
 * before attention, q, k and v beside each other (width × 3 width), the projection out, the norm before the SwiGLU
 * layer, gate and up beside each other (width × 2 hidden), down; and the last norm.
 */
export function tensorsOf({ vocabulary, width, layers, hidden }: TransformerConfig): readonly Tensor[] {
  const out: Tensor[] = [];
  let offset = 0;
  const add = (name: string, ...shape: number[]): void => {
    const size = shape.reduce((a, b) => a * b, 1);
    out.push({ name, shape, offset, size });
    offset += size;
  };
  add('embedding', vocabulary, width);
  for (let layer = 0; layer < layers; layer++) {
    add(`${layer}.norm1`, width);
    add(`${layer}.qkv`, width, 3 * width);
    add(`${layer}.out`, width, width);
    add(`${layer}.norm2`, width);
    add(`${layer}.gateUp`, width, 2 * hidden);
    add(`${layer}.down`, hidden, width);
  }
  add('norm', width);
  return out;
}

export const countWeights = (config: TransformerConfig): number =>
  tensorsOf(config).reduce((sum, { size }) => sum + size, 0);

/** One tensor of the flat weights, a view. */
export function viewOf(config: TransformerConfig, weights: Float32Array, name: string): Float32Array {
  const tensor = tensorsOf(config).find((one) => one.name === name);
  if (!tensor) throw new TransformerError('bad-config', `There is no weight named “${name}”.`);
  return weights.subarray(tensor.offset, tensor.offset + tensor.size);
}

/**
 * Normal weights of deviation 0.02 for the embedding and 1 / √in for the matrices, those that write to the residual
 * stream divided by √(2 layers) as in GPT-2 (Radford et al. 2019); norms at one.
 */
export function initWeights(config: TransformerConfig, random: Random): Float32Array {
  checkConfig(config);
  const weights = new Float32Array(countWeights(config));
  for (const { name, shape, offset, size } of tensorsOf(config)) {
    const part = name.split('.').at(-1) as string;
    const writes = part === 'out' || part === 'down' ? 1 / Math.sqrt(2 * config.layers) : 1;
    const scale = part === 'embedding' ? 0.02 : writes / Math.sqrt(shape[0] as number);
    for (let at = offset; at < offset + size; at++)
      weights[at] = shape.length === 1 ? 1 : scale * random.normal();
  }
  return weights;
}

/** Cosines and sines of the rotary angles, position by position, half a head wide each. */
export function rotaryTables(config: TransformerConfig): { cos: Float32Array; sin: Float32Array } {
  const half = config.width / config.heads / 2;
  const base = config.ropeBase ?? ROPE_BASE;
  const cos = new Float32Array(config.context * half);
  const sin = new Float32Array(config.context * half);
  for (let at = 0; at < config.context; at++)
    for (let pair = 0; pair < half; pair++) {
      const angle = config.positions === 'none' ? 0 : at * base ** (-pair / half);
      cos[at * half + pair] = Math.cos(angle);
      sin[at * half + pair] = Math.sin(angle);
    }
  return { cos, sin };
}
