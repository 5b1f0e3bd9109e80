/** The figures of a decoder (Llama, Mistral, Qwen2, Qwen3) that a forward pass needs, from config.json. */

import { OptionError } from '../errors.ts';
import { llama3RopeFactors, ropeParameters } from '../gguf/convert/architecture.ts';
import { booleanAt, type JsonObject, needNumber, numberAt, stringAt } from '../gguf/convert/json.ts';

export interface DecoderConfig {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly intermediate: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  /** The output head is the embedding. */
  readonly tied: boolean;
  /** One frequency a pair of dimensions, radians a position. */
  readonly frequencies: Float64Array;
  /** Tokens that attention reaches back; without limit where undefined. */
  readonly window: number | undefined;
  /** Positions that the model was made for. */
  readonly positions: number;
}

const MODEL_TYPES = new Set(['llama', 'mistral', 'qwen2', 'qwen3']);

/**
 * @param file What messages call config.json.
 * @throws OptionError (`NO_DECODER`) for another kind of model or of rotary scaling; GgufError for a figure that is missing.
 */
export function decoderConfig(config: JsonObject, file: string): DecoderConfig {
  const type = stringAt(config, 'model_type') ?? '(none)';
  if (!MODEL_TYPES.has(type))
    throw new OptionError(
      'NO_DECODER',
      `A model of type ${type} cannot be run here; these can: ${[...MODEL_TYPES].join(', ')}.`,
      { file },
    );
  const activation = stringAt(config, 'hidden_act') ?? 'silu';
  if (activation !== 'silu')
    throw new OptionError('NO_DECODER', `The activation ${activation} is not known here; silu is.`, { file });
  const hidden = needNumber(file, config, 'hidden_size');
  const heads = needNumber(file, config, 'num_attention_heads');
  const headSize = numberAt(config, 'head_dim') ?? hidden / heads;
  const sliding = type === 'mistral' || booleanAt(config, 'use_sliding_window') === true;
  return {
    layers: needNumber(file, config, 'num_hidden_layers'),
    hidden,
    heads,
    kvHeads: numberAt(config, 'num_key_value_heads') ?? heads,
    headSize,
    intermediate: needNumber(file, config, 'intermediate_size'),
    vocabulary: needNumber(file, config, 'vocab_size'),
    epsilon: needNumber(file, config, 'rms_norm_eps'),
    tied: booleanAt(config, 'tie_word_embeddings') ?? false,
    frequencies: frequenciesOf(config, headSize, file),
    window: sliding ? numberAt(config, 'sliding_window') : undefined,
    positions: numberAt(config, 'max_position_embeddings') ?? 2048,
  };
}

/** θ^(−2i/d) for pair i, scaled as config.json says (RoFormer, Su et al. 2021, §3.2.2; Llama 3.1's scaling). */
function frequenciesOf(config: JsonObject, headSize: number, file: string): Float64Array {
  const rope = ropeParameters(config);
  const type = stringAt(rope, 'rope_type') ?? 'default';
  const base = numberAt(rope, 'rope_theta') ?? 10_000;
  const factors = llama3RopeFactors(file, config);
  if (type !== 'default' && type !== 'llama3' && type !== 'linear')
    throw new OptionError('NO_DECODER', `Rotary scaling of type ${type} is not known here.`, { file });
  const linear = type === 'linear' ? (numberAt(rope, 'factor') ?? 1) : 1;
  return Float64Array.from(
    { length: headSize / 2 },
    (_, pair) => base ** ((-2 * pair) / headSize) / (factors?.[pair] ?? linear),
  );
}
