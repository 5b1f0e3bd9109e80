/** Which tensors of a model are quantised, and which stay as they are, and why. */

import { OptionError } from '../errors.ts';
import type { TensorInfo } from '../tensor/tensor.ts';

export interface SelectOptions {
  /** Quantise the output head as well; transformers leaves it. */
  lmHead?: boolean;
  /** Modules to leave, by a piece of their name (`mlp.gate`, `layers.0.`). */
  skip?: readonly string[];
}

/** Why a tensor stays as it is. */
export type KeptBecause =
  | 'not a matrix'
  | 'not a weight'
  | 'embedding'
  | 'output head'
  | 'norm'
  | 'expert'
  | 'number format'
  | 'asked';

/** Models whose linear layers stand transposed in the file (transformers' `Conv1D`). */
const TRANSPOSED = new Set(['gpt2', 'openai-gpt', 'imagegpt', 'decision_transformer']);

/** @throws OptionError where the whole model cannot be converted: quantised already, or of transposed layers. */
export function checkQuantizable(config: Readonly<Record<string, unknown>> | undefined): void {
  if (config && 'quantization_config' in config)
    throw new OptionError(
      'ALREADY_QUANTIZED',
      'config.json has a quantization_config: this model is quantised already. Start from the original.',
    );
  const type = config?.model_type;
  if (typeof type === 'string' && TRANSPOSED.has(type))
    throw new OptionError(
      'TRANSPOSED_LAYERS',
      `A ${type} model keeps its linear layers transposed (Conv1D), which is not converted here. Use transformers for it.`,
    );
}

/** @returns why the tensor stays, or undefined where it is quantised. */
export function keptBecause(
  { name, shape, dtype }: TensorInfo,
  { lmHead = false, skip = [] }: SelectOptions = {},
): KeptBecause | undefined {
  if (shape.length !== 2 || shape.includes(0)) return 'not a matrix';
  if (!name.endsWith('.weight')) return 'not a weight';
  const module = moduleOf(name);
  if (skip.some((piece) => module.includes(piece))) return 'asked';
  if (isOutputHead(module)) return lmHead ? formatReason(dtype) : 'output head';
  if (/(^|[._])(embed(ding)?s?|embed_\w+|\w+_embeddings?|wte|wpe|word_embeddings)([._]|$)/i.test(module))
    return 'embedding';
  if (/(^|[._])(\w*norm\w*|ln_\w+)$/i.test(module)) return 'norm';
  if (/\.experts\./.test(module)) return 'expert';
  return formatReason(dtype);
}

export const moduleOf = (name: string): string => name.replace(/\.weight$/, '');

const isOutputHead = (module: string): boolean =>
  /(^|\.)(lm_head|output|embed_out|score|classifier)$/.test(module) &&
  !/attention\.output|layer\.\d+\.output/.test(module);

const formatReason = (dtype: string): KeptBecause | undefined =>
  dtype === 'F16' || dtype === 'BF16' || dtype === 'F32' ? undefined : 'number format';
